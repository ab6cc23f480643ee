internal import Foundation

/// Names of error numbers, those of errno(3).
enum ErrorName {
  /// `EPERM` for 1; `error 4000` for what has no name.
  static func name(of number: UInt16) -> String {
    names[Int32(number)] ?? "error \(number)"
  }

  static func number(of name: String) -> UInt16? {
    names.first { $0.value == name }.map { UInt16($0.key) }
  }

  private static let names: [Int32: String] = [
    EPERM: "EPERM", ENOENT: "ENOENT", ESRCH: "ESRCH", EINTR: "EINTR", EIO: "EIO", ENXIO: "ENXIO", E2BIG: "E2BIG",
    ENOEXEC: "ENOEXEC", EBADF: "EBADF", ECHILD: "ECHILD", EAGAIN: "EAGAIN", ENOMEM: "ENOMEM", EACCES: "EACCES",
    EFAULT: "EFAULT", ENOTBLK: "ENOTBLK", EBUSY: "EBUSY", EEXIST: "EEXIST", EXDEV: "EXDEV", ENODEV: "ENODEV",
    ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EINVAL: "EINVAL", ENFILE: "ENFILE", EMFILE: "EMFILE", ENOTTY: "ENOTTY",
    ETXTBSY: "ETXTBSY", EFBIG: "EFBIG", ENOSPC: "ENOSPC", ESPIPE: "ESPIPE", EROFS: "EROFS", EMLINK: "EMLINK",
    EPIPE: "EPIPE", EDOM: "EDOM", ERANGE: "ERANGE", EDEADLK: "EDEADLK", ENAMETOOLONG: "ENAMETOOLONG",
    ENOLCK: "ENOLCK", ENOSYS: "ENOSYS", ENOTEMPTY: "ENOTEMPTY", ELOOP: "ELOOP", ENODATA: "ENODATA",
    EOVERFLOW: "EOVERFLOW", EPROTO: "EPROTO", EUSERS: "EUSERS", ENOTSOCK: "ENOTSOCK", EMSGSIZE: "EMSGSIZE",
    EPROTONOSUPPORT: "EPROTONOSUPPORT", ESOCKTNOSUPPORT: "ESOCKTNOSUPPORT", EOPNOTSUPP: "EOPNOTSUPP",
    EPFNOSUPPORT: "EPFNOSUPPORT", EAFNOSUPPORT: "EAFNOSUPPORT", EADDRINUSE: "EADDRINUSE",
    EADDRNOTAVAIL: "EADDRNOTAVAIL", ENETDOWN: "ENETDOWN", ENETUNREACH: "ENETUNREACH", ECONNREFUSED: "ECONNREFUSED",
    ETIMEDOUT: "ETIMEDOUT", EHOSTUNREACH: "EHOSTUNREACH", EALREADY: "EALREADY", EDQUOT: "EDQUOT",
    ECANCELED: "ECANCELED", ENOKEY: "ENOKEY",
  ]
}

/// Text out of somebody's file, between quotation marks and harmless for a terminal.
enum Quoted {
  static func text(_ found: String) -> String {
    let cut = found.unicodeScalars.count > 60 ? String(found.unicodeScalars.prefix(59)) + "…" : found
    let shown = String(decoding: TerminalText.neutralized(Array(cut.utf8)), as: UTF8.self)
    return "\"" + shown.replacingOccurrences(of: "\n", with: "\\n") + "\""
  }
}
