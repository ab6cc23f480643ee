internal import TaskModel

/// One line of what `--check` says.
package struct CheckFinding: Sendable {
  package enum Status: Sendable {
    case pass
    /// Works, and could be better; not every platform can have everything.
    case warn
    /// A script must not be run like this, or cannot.
    case fail

    package var text: String {
      switch self {
      case .pass: "pass"
      case .warn: "warn"
      case .fail: "fail"
      }
    }
  }

  /// What was looked at, in a word.
  package let name: String
  package let status: Status
  /// What is in force.
  package let found: String
  /// What to do about it; nil where nothing is to be done.
  package let advice: String?

  @inline(never)
  init(_ name: String, _ status: Status, _ found: Words, _ advice: Words? = nil) {
    self.name = name
    self.status = status
    self.found = found.text
    self.advice = advice?.text
  }
}
