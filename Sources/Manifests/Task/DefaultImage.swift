internal import TaskModel

/// The image of a task where nobody names another: `warder render` writes it into a Job, and `warder run` starts it.
package enum DefaultImage {
  /// What `scripts/build-images` makes: images for Python and for the shells.
  ///
  /// - Parameter runtime: what runs the script; nil where nobody can tell.
  package static func reference(runtime: String?) -> String {
    let image = runtime.map { $0 == "python" ? "python" : "bash" } ?? "python"
    return "localhost/warder/\(image):\(WarderVersion.text)"
  }
}
