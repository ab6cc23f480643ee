/// The image of a task where nobody names another: `warder render` writes it into a Job, and `warder run` starts it.
package enum DefaultImage {
  /// As `scripts/build-images` makes it: Python, and bash.
  package static let reference = "localhost/warder/python:latest"
}
