internal import LinuxSystem

/// Why something in the artifact directory does not come back.
package enum ArtifactRefusal: Equatable, Sendable {
  /// It would lead elsewhere.
  case symbolicLink
  /// It has another name, which may be anybody's file.
  case hardLink
  case pipe, socket, device
  /// Another file system is mounted there.
  case otherMount
  /// Neither its owner nor anybody else may read it.
  case unreadable
  /// It is not what it was a moment before, though nothing of the script is alive.
  case changed
  /// The script removed the directory itself.
  case missing
  /// The directory itself is something else now.
  case notADirectory
  /// Larger than `artifact_file_limit`.
  case fileLimit
  /// More than what `artifact_limit` leaves.
  case totalLimit
  /// More than what `log_limit` leaves.
  case logLimit
  case timeLimit
  /// More entries than are looked at.
  case countLimit
  case depthLimit
  case nameTooLong
  /// Processes of the script outlived the kill, and could change what is read.
  case survivors
  /// A system call failed, with this error number.
  case failed(Int32)

  package static let allButFailed: [ArtifactRefusal] = [
    .symbolicLink, .hardLink, .pipe, .socket, .device, .otherMount, .unreadable, .changed, .missing, .notADirectory,
    .fileLimit, .totalLimit, .logLimit, .timeLimit, .countLimit, .depthLimit, .nameTooLong, .survivors,
  ]

  /// The word in the log.
  package var word: String {
    switch self {
    case .symbolicLink: "symlink"
    case .hardLink: "hard_link"
    case .pipe: "pipe"
    case .socket: "socket"
    case .device: "device"
    case .otherMount: "other_mount"
    case .unreadable: "unreadable"
    case .changed: "changed"
    case .missing: "missing"
    case .notADirectory: "not_a_directory"
    case .fileLimit: "artifact_file_limit"
    case .totalLimit: "artifact_limit"
    case .logLimit: "log_limit"
    case .timeLimit: "time"
    case .countLimit: "count"
    case .depthLimit: "depth"
    case .nameTooLong: "name_too_long"
    case .survivors: "survivors"
    case .failed: "error"
    }
  }

  /// What a failed call says about what it was to open.
  init(_ error: SystemCallError) {
    switch error.number {
    case ErrorNumber.tooManyLinks: self = .symbolicLink
    case ErrorNumber.otherFileSystem: self = .otherMount
    case ErrorNumber.accessDenied: self = .unreadable
    case ErrorNumber.noSuchFile: self = .missing
    case ErrorNumber.notDirectory: self = .notADirectory
    default: self = .failed(error.number)
    }
  }

  /// What a kind of file is refused for, nil for regular files and directories.
  init?(_ kind: FileKind) {
    switch kind {
    case .regular, .directory: return nil
    case .symbolicLink: self = .symbolicLink
    case .pipe: self = .pipe
    case .socket: self = .socket
    case .terminal, .characterDevice, .blockDevice: self = .device
    }
  }
}
