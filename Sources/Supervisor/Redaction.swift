internal import TaskModel

/// What must not be seen in anything that Warder writes: the one place that output, names, messages and contents of files
/// pass on their way into the log and the termination message.
package struct Redaction: Sendable {
  private let automaton: SecretAutomaton?

  /// Nothing is secret, and nothing costs anything.
  package static let none = Redaction(automaton: nil)

  private init(automaton: SecretAutomaton?) { self.automaton = automaton }

  /// - Parameter values: none shorter than `SecretValue.shortest`.
  package init(_ values: [SecretValue]) {
    var patterns: [[UInt8]] = []
    for value in values { patterns += value.patterns }
    automaton = patterns.isEmpty ? nil : SecretAutomaton(patterns)
  }

  package var isActive: Bool { automaton != nil }

  /// For a stream that comes in pieces; nil where nothing is secret.
  package func makeStream() -> StreamRedactor? { automaton.map { StreamRedactor($0) } }

  /// For bytes that are whole, such as the name of a file.
  package func bytes(_ bytes: [UInt8]) -> [UInt8] {
    guard var redactor = makeStream() else { return bytes }
    var output: [UInt8] = []
    redactor.feed(bytes.span, into: &output)
    redactor.finish(into: &output)
    return output
  }

  /// For a message. One that repeats what somebody wrote may have cut it, and put `…` for the rest: what is left of a
  /// secret before it goes as well.
  @inline(never)
  package func text(_ text: String) -> String {
    guard var redactor = makeStream() else { return text }
    var output: [UInt8] = []
    let bytes = Array(text.utf8)
    var start = 0
    for index in bytes.places(of: "…") {
      redactor.feed(bytes.span.extracting(start..<index), into: &output)
      redactor.replaceBeginning(of: SecretValue.shortest)
      start = index
    }
    redactor.feed(bytes.span.extracting(start...), into: &output)
    redactor.finish(into: &output)
    return redactor.redactions == 0 ? text : String(decoding: output, as: UTF8.self)
  }
}
