internal import CLinux
internal import TaskModel

/// A system call that failed: which one, on what, and why.
package struct SystemCallError: Error {
  /// The call's name as in section 2 of the manual, for example `openat`.
  package let call: StaticString
  /// The error number, see errno(3).
  package let number: Int32
  /// What the call was about: a path, a process; empty where the call says enough.
  package let subject: String

  package init(call: StaticString, number: Int32, subject: String = "") {
    self.call = call
    self.number = number
    self.subject = subject
  }

  /// "No such file or directory (ENOENT)": the reason alone, to be put after what was being done.
  package var reason: String { errorReason(number) }

  /// "openat /task/script.py: No such file or directory (ENOENT)".
  package var message: String {
    let call = call.description
    return (subject.utf8.isEmpty ? call : call + " " + subject) + ": " + reason
  }
}

/// The text and the name of an error number, for example "Permission denied (EACCES)".
package func errorReason(_ number: Int32) -> String {
  let text = unsafe String(cString: cl_error_text(number))
  guard let name = unsafe cl_error_name(number) else { return ("\(text) (errno \(number))" as Words).text }
  return unsafe text + " (" + String(cString: name) + ")"
}

/// Error numbers that decisions are made on. The values are those of every architecture that Linux supports today.
package enum ErrorNumber {
  package static let notPermitted: Int32 = 1  // EPERM
  package static let noSuchFile: Int32 = 2  // ENOENT
  package static let noChild: Int32 = 10  // ECHILD
  package static let tooManyLinks: Int32 = 40  // ELOOP
  package static let otherFileSystem: Int32 = 18  // EXDEV
  package static let notEmpty: Int32 = 39  // ENOTEMPTY
  package static let notImplemented: Int32 = 38  // ENOSYS
  package static let wouldBlock: Int32 = 11  // EAGAIN
  package static let accessDenied: Int32 = 13  // EACCES
  package static let exists: Int32 = 17  // EEXIST
  package static let notDirectory: Int32 = 20  // ENOTDIR
  package static let isDirectory: Int32 = 21  // EISDIR
  package static let fileTooLarge: Int32 = 27  // EFBIG
  package static let invalidArgument: Int32 = 22  // EINVAL
}

/// Turns "a value of zero or more, or -errno" into a value or a typed error.
@discardableResult
func checked<Value: FixedWidthInteger & SignedInteger>(
  _ result: Value, _ call: StaticString, _ subject: @autoclosure () -> String = ""
) throws(SystemCallError) -> Value {
  guard result < 0 else { return result }
  throw SystemCallError(call: call, number: Int32(truncatingIfNeeded: -result), subject: subject())
}
