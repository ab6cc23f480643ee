/// Replaces secrets in a stream of bytes, however the stream is cut into pieces.
///
/// Every place where a secret stands is replaced, also where two of them overlap: those share one marker. Held back is
/// nothing but an end of the stream that is the beginning of a secret, until more comes or `finish`.
package struct StreamRedactor: Sendable {
  /// What stands in the place of a secret. It says neither which one nor how long it was.
  package static let marker: [UInt8] = Array("[redacted]".utf8)
  /// A beginning of at most this many bytes may be shown when the stream pauses (`releaseShortBeginning`).
  package static let longestRelease = 3

  /// How many markers were written.
  package private(set) var redactions: Int64 = 0

  private let automaton: SecretAutomaton
  private var state: SecretAutomaton.State = 0
  // Places in the stream, counted from its beginning.
  private var position = 0
  private var released = 0
  /// The end of the last secret for which there is a marker already.
  private var replacedUntil = 0
  /// Secrets that were found behind `released`, in order; two of them may touch and never overlap.
  private var found: [Range<Int>] = []
  /// The bytes from `released` to `position`.
  private var held: [UInt8] = []

  package init(_ automaton: SecretAutomaton) {
    self.automaton = automaton
  }

  package var heldBytes: Int { held.count }

  /// Appends what is known to be no secret, and markers.
  @_optimize(speed)
  package mutating func feed(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
    let start = position
    var state = state
    var index = 0
    while index < bytes.count {
      if state == 0 { index = automaton.candidate(in: bytes, from: index) }
      state = automaton.next(state, bytes[index])
      index += 1
      if state == 0 { continue }
      let length = automaton.longestEnd(state)
      if length > 0 { note(start + index - length..<start + index) }
    }
    self.state = automaton.reduced(state)
    position = start + bytes.count
    release(until: position - automaton.length(self.state), of: bytes, startingAt: start, into: &output)
  }

  /// Appends what is held back: the stream is at its end, or what comes next does not continue it.
  package mutating func finish(into output: inout [UInt8]) {
    state = 0
    release(until: position, of: [UInt8]().span, startingAt: position, into: &output)
  }

  /// Takes the beginning of a secret that the stream ends with for one: the rest was cut off.
  /// - Parameter shortest: how many bytes make it worth its while.
  package mutating func replaceBeginning(of shortest: Int) {
    let length = automaton.length(state)
    if length >= shortest { note(position - length..<position) }
  }

  /// Appends what is held back if it is so little that it tells nothing of a secret, so that a reader sees the end of a
  /// prompt whose last letter happens to be the first one of a secret. The rest of that secret would be replaced still.
  package mutating func releaseShortBeginning(into output: inout [UInt8]) {
    guard automaton.length(state) <= Self.longestRelease, found.isEmpty, replacedUntil <= released else { return }
    output.append(held.span)
    held.removeAll(keepingCapacity: true)
    released = position
  }

  /// Takes note of a secret. Ends come in order; a longer one swallows those that it overlaps.
  private mutating func note(_ secret: Range<Int>) {
    var start = secret.lowerBound
    while let last = found.last, last.upperBound > start {
      start = min(start, last.lowerBound)
      found.removeLast()
    }
    found.append(start..<secret.upperBound)
  }

  /// Appends everything before `end`, and keeps the rest.
  private mutating func release(
    until end: Int, of bytes: Span<UInt8>, startingAt start: Int, into output: inout [UInt8]
  ) {
    if end > released {
      var done = 0
      for secret in found where secret.lowerBound < end {
        done += 1
        if secret.lowerBound >= replacedUntil {
          append(max(released, replacedUntil), secret.lowerBound, of: bytes, startingAt: start, to: &output)
          output.append(Self.marker.span)
          redactions += 1
        }
        replacedUntil = max(replacedUntil, secret.upperBound)
      }
      found.removeFirst(done)
      append(max(released, replacedUntil), end, of: bytes, startingAt: start, to: &output)
      held.removeFirst(min(held.count, end - released))
      released = end
    }
    // What is left of the new bytes.
    held.append(bytes.extracting(max(0, released - start)...))
  }

  /// Appends the bytes from one place to another, out of those held and those that came.
  private func append(
    _ from: Int, _ end: Int, of bytes: Span<UInt8>, startingAt start: Int, to output: inout [UInt8]
  ) {
    guard from < end else { return }
    let firstHeld = start - held.count
    if from < start { output.append(held.span.extracting(from - firstHeld..<min(end, start) - firstHeld)) }
    if end > start { output.append(bytes.extracting(max(from, start) - start..<end - start)) }
  }
}

extension [UInt8] {
  /// Appends bytes in one go.
  mutating func append(_ bytes: Span<UInt8>) {
    // Safe: the pointer does not leave the closure.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
