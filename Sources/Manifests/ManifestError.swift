/// Why no manifest can be written: what was expected, what was found, and what to do.
package struct ManifestError: Error, Sendable, CustomStringConvertible {
  package let message: String

  init(_ message: String) { self.message = message }

  package var description: String { message }
}
