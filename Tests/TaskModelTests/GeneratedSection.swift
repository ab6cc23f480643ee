import Foundation
import Testing

/// A part of a document that the test suite writes: what stands between a marker and the end marker after it.
///
/// The tests compare it with what the code says. `WARDER_WRITE_GENERATED=1 swift test --filter Documentation` writes all of
/// them anew.
struct GeneratedSection {
  let file: URL
  /// The words of the marker: `<!-- seccomp: allowed (written by the test suite) -->` has `seccomp` and `allowed`.
  let subject: String
  let name: String

  /// - Parameter document: the file's path in the repository.
  init(_ document: String, _ subject: String, _ name: String) {
    file = Self.url(document)
    self.subject = subject
    self.name = name
  }

  static func url(_ document: String) -> URL {
    URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent(document)
  }

  /// Expects that the section is exactly `expected`, or makes it so.
  func check(is expected: String) throws {
    var text = try String(contentsOf: file, encoding: .utf8)
    let opening = try #require(
      text.range(of: "<!-- \(subject): \(name) (written by the test suite) -->"), "the marker of \(name) is missing")
    let closing = try #require(text.range(of: "<!-- \(subject): end -->", range: opening.upperBound..<text.endIndex))
    let written = opening.upperBound..<closing.lowerBound
    if ProcessInfo.processInfo.environment["WARDER_WRITE_GENERATED"] == "1" {
      text.replaceSubrange(written, with: expected)
      try text.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(String(text[written]) == expected, "run this test with WARDER_WRITE_GENERATED=1 and read the change")
    }
  }
}
