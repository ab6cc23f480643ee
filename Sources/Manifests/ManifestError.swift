/// Where something stands in a manifest.
package struct ManifestPlace: Sendable, Hashable, CustomStringConvertible {
  package let file: String
  /// From 1.
  package let line: Int
  /// From 1, in Unicode scalars.
  package let column: Int

  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `job.yaml:12:5`
  package var description: String { "\(file):\(line):\(column)" }
}

/// Why a manifest cannot be read or written: what was expected, what was found, where, and what to do.
package struct ManifestError: Error, Sendable, CustomStringConvertible {
  package let message: String
  package let place: ManifestPlace?

  package init(_ message: String, at place: ManifestPlace? = nil) {
    self.message = message
    self.place = place
  }

  package var description: String { place.map { "\($0): \(message)" } ?? message }
}
