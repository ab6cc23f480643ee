/// Why there is no script to run: each case is one sentence of an `invalid_task`.
package enum ScriptProblem: Error, Sendable {
  /// The task directory is not there.
  case noTaskDirectory(path: String)
  /// The task directory cannot be listed; carries what the system answered.
  case unreadableTaskDirectory(path: String, problem: String)
  /// There is no file in it that could be a script.
  case noScript(directory: String)
  /// Several files follow the convention, or several have any name and none follows it.
  case ambiguous(directory: String, names: [String])
  /// The name that the configuration gives is not in the directory.
  case missing(path: String, present: [String])
  /// The one file that could be the script has a name that is not UTF-8.
  case badName(directory: String)
  /// No variable of the name that `script_env` gives.
  case noVariable(name: String)
  case isDirectory(path: String)
  /// A FIFO, a socket or a device.
  case notRegular(path: String)
  case unreadable(path: String, problem: String)
  case empty(path: String)
  case tooLarge(path: String, bytes: Int64)

  package var message: String { words.text }

  private var words: Words {
    switch self {
    case .noTaskDirectory(let path):
      "the task directory \(quoted: path) does not exist; mount one there, or name another with --task or a script "
        + "with --script"
    case .unreadableTaskDirectory(let path, let problem):
      "the task directory \(quoted: path) cannot be read: \(problem)"
    case .noScript(let directory):
      "the task directory \(quoted: directory) holds no script; expected script.py, script.sh, or one file of any name"
    case .ambiguous(let directory, let names):
      "the task directory \(quoted: directory) holds several files that could be the script "
        + "(\(Self.listed(names))); name one with script"
    case .missing(let path, let present):
      "the script \(quoted: path) does not exist"
        + (present.isEmpty ? "" : "; its directory holds \(Self.listed(present))")
    case .badName(let directory):
      "the only file in the task directory \(quoted: directory) has a name that is not UTF-8"
    case .noVariable(let name):
      "script_env names the variable \(quoted: name), which is not in the environment"
    case .isDirectory(let path): "the script \(quoted: path) is a directory; expected a regular file"
    case .notRegular(let path): "the script \(quoted: path) is no regular file"
    case .unreadable(let path, let problem): "the script \(quoted: path) cannot be read: \(problem)"
    case .empty(let path): "the script \(quoted: path) is empty"
    case .tooLarge(let path, let bytes):
      "the script \(quoted: path) has \(bytes) bytes, more than the \(EntryScript.longest) allowed"
    }
  }

  /// At most eight names, so that the sentence stays one.
  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(8).map { Text.quoted($0) }
    let others: Words = names.count > shown.count ? " and \(names.count - shown.count) more" : ""
    return Text.joined([Text.joined(shown), others.text], "")
  }
}
