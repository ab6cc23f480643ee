import RandomInput
import Supervisor
import Testing

/// What must not be seen is not, however the stream is cut.
@Suite struct StreamRedactorTests {
  private static let marker = String(decoding: StreamRedactor.marker, as: UTF8.self)

  private func redact(_ text: String, _ secrets: String...) -> String {
    let redaction = Redaction(secrets.map { SecretValue(name: "", content: Array($0.utf8)) })
    return String(decoding: redaction.bytes(Array(text.utf8)), as: UTF8.self)
  }

  @Test func replacesEverySecret() {
    let m = Self.marker
    #expect(redact("a hunter22 b hunter22", "hunter22") == "a \(m) b \(m)")
    #expect(redact("hunter22hunter22", "hunter22") == m + m)
    #expect(redact("hunter2", "hunter22") == "hunter2")
    #expect(redact("", "hunter22").isEmpty)
  }

  @Test func secretsThatOverlapShareAMarker() {
    let m = Self.marker
    #expect(redact("<abcdefghijkl>", "abcdefgh", "efghijkl") == "<\(m)>")
    // One is a beginning, an end, or the middle of another.
    #expect(redact("<abcdefghijkl>", "abcdefgh", "abcdefghijkl") == "<\(m)>")
    #expect(redact("<abcdefghijkX>", "abcdefgh", "abcdefghijkl") == "<\(m)ijkX>")
    #expect(redact("<abcdefghijkl>", "efghijkl", "abcdefghijkl") == "<\(m)>")
    #expect(redact("<abcdefghijkl>", "bcdefghi", "abcdefghijkl") == "<\(m)>")
    #expect(redact("<abcdefghijkX>", "bcdefghi", "abcdefghijkl") == "<a\(m)jkX>")
    // With itself.
    #expect(redact("<aaaaaaaaaaaa>", "aaaaaaaa") == "<\(m)>")
    #expect(redact("<abababababab>", "abababab") == "<\(m)>")
  }

  @Test func replacesTheSameInJSONAndLineByLine() {
    let m = Self.marker
    let key =
      "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\nAoGBAKNwapOQ6rQJHetP\nshort\n-----END PRIVATE KEY-----\n"
    #expect(redact("k: \(key)", key) == "k: \(m)\n")
    #expect(redact(#"{"k":"\#(key.replacing("\n", with: #"\n"#))"}"#, key) == #"{"k":"\#(m)\n"}"#)
    #expect(
      redact("12:00 -----BEGIN PRIVATE KEY-----\n12:00   MIIEvQIBADANBgkqhkiG\n", key)
        == "12:00 -----BEGIN PRIVATE KEY-----\n12:00   \(m)\n")
    #expect(redact(#"{"p":"a\"b\\cdefg"}"#, #"a"b\cdefg"#) == #"{"p":"\#(m)"}"#)
  }

  /// A reference that looks at every place: the union of all places where a secret stands, a marker for each part of it.
  private static func simply(_ text: [UInt8], _ secrets: [[UInt8]]) -> [UInt8] {
    var places: [Range<Int>] = []
    for secret in secrets where secret.count <= text.count {
      for start in 0...(text.count - secret.count) where text[start..<start + secret.count].elementsEqual(secret) {
        places.append(start..<start + secret.count)
      }
    }
    places.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    var result: [UInt8] = []
    var end = 0
    for place in places {
      if place.lowerBound >= end {
        result += text[end..<place.lowerBound] + StreamRedactor.marker
      }
      end = max(end, place.upperBound)
    }
    return result + text[end...]
  }

  /// Few letters, so that secrets overlap with each other and with themselves, and long common beginnings.
  private static func secrets(_ random: inout SeededGenerator) -> [[UInt8]] {
    let letters = Int.random(in: 1...3, using: &random)
    var secrets: [[UInt8]] = []
    for _ in 0...random.size(below: 6) {
      var secret: [UInt8] = random.oneIn(3) ? Array((secrets.first ?? []).prefix(9)) : []
      let count = Int.random(in: 8...(random.oneIn(4) ? 90 : 14), using: &random)
      while secret.count < count { secret.append(97 + UInt8(Int.random(in: 0..<letters, using: &random))) }
      secrets.append(secret)
    }
    return secrets
  }

  private static func text(_ random: inout SeededGenerator, _ secrets: [[UInt8]]) -> [UInt8] {
    var text: [UInt8] = []
    for _ in 0..<random.size(below: 40) {
      let secret = secrets[Int.random(in: 0..<secrets.count, using: &random)]
      switch Int.random(in: 0..<4, using: &random) {
      case 0: text += secret
      case 1: text += secret.prefix(random.size(below: secret.count))
      case 2: text += secret.suffix(random.size(below: secret.count))
      default: text += random.bytes(count: random.size(below: 20))
      }
    }
    return text
  }

  @Test(arguments: 0..<40) func everySplitGivesTheSame(round: UInt64) {
    for seed in round * 100..<(round + 1) * 100 { everySplitGivesTheSame(seed: seed) }
  }

  private func everySplitGivesTheSame(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let secrets = Self.secrets(&random)
    let text = Self.text(&random, secrets)
    let expected = Self.simply(text, secrets)
    let automaton = SecretAutomaton(secrets)

    var redactor = StreamRedactor(automaton)
    var output: [UInt8] = []
    var start = 0
    let largest = random.oneIn(2) ? 4 : 200
    while start < text.count {
      let end = min(text.count, start + Int.random(in: 1...largest, using: &random))
      redactor.feed(text.span.extracting(start..<end), into: &output)
      start = end
      let held = text[..<end].suffix(redactor.heldBytes)
      #expect(held.isEmpty || secrets.contains { $0.count > held.count && $0.starts(with: held) }, "seed \(seed)")
    }
    redactor.finish(into: &output)
    #expect(output == expected, "seed \(seed)")
    for secret in secrets {
      #expect(!Self.contains(output, secret), "seed \(seed)")
    }
  }

  @Test(arguments: 0..<300) func withoutSecretsNothingChanges(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let text = random.bytes(count: random.size(below: 3000))
    // No byte of the text is above 0x7F once masked, every byte of the secrets is.
    let plain = text.map { $0 & 0x7F }
    let secrets = [[UInt8](repeating: 0xAA, count: 8), (0..<40).map { 0x80 | $0 }]
    var redactor = StreamRedactor(SecretAutomaton(secrets))
    var output: [UInt8] = []
    redactor.feed(plain.span, into: &output)
    #expect(redactor.heldBytes == 0)
    #expect(output == plain)
  }

  private static func contains(_ text: [UInt8], _ secret: [UInt8]) -> Bool {
    guard text.count >= secret.count else { return false }
    return (0...(text.count - secret.count)).contains { text[$0..<$0 + secret.count].elementsEqual(secret) }
  }

  @Test func holdsBackNothingButTheBeginningOfASecret() {
    var redactor = StreamRedactor(SecretAutomaton([Array("password-123".utf8), Array("wordless".utf8)]))
    var output: [UInt8] = []
    func feed(_ text: String) -> (String, held: Int) {
      output = []
      redactor.feed(Array(text.utf8).span, into: &output)
      return (String(decoding: output, as: UTF8.self), redactor.heldBytes)
    }
    #expect(feed("ask: passw") == ("ask: ", 5))
    // What is left of it may still begin another.
    #expect(feed("ordl") == ("pass", 5))
    #expect(feed("y") == ("wordly", 0))
    // Nothing follows on a whole one.
    #expect(feed("wordless") == (Self.marker, 0))
  }

  @Test func aShortBeginningMayBeShownAndTheRestIsReplaced() {
    var redactor = StreamRedactor(SecretAutomaton([Array("hunter22".utf8)]))
    var output: [UInt8] = []
    redactor.feed(Array("who? hu".utf8).span, into: &output)
    redactor.releaseShortBeginning(into: &output)
    #expect(output == Array("who? hu".utf8))
    redactor.feed(Array("nt".utf8).span, into: &output)
    // Four bytes and more are not shown, however often the stream pauses.
    redactor.releaseShortBeginning(into: &output)
    #expect(output == Array("who? hu".utf8))
    redactor.feed(Array("er22 there".utf8).span, into: &output)
    #expect(String(decoding: output, as: UTF8.self) == "who? hu\(Self.marker) there")
  }

  @Test func aMessageThatWasCutShowsNoBeginning() {
    let secret = SecretValue(name: "", content: Array("correct \"horse\" battery staple".utf8))
    let redaction = Redaction([secret])
    #expect(redaction.text(#"found "correct \"horse\" batt…""#) == #"found "\#(Self.marker)…""#)
    #expect(redaction.text("found correct \"…") == "found \(Self.marker)…")
    #expect(redaction.text("found correct…") == "found correct…")
    #expect(redaction.text("nothing here") == "nothing here")
  }

  @Test func newlinesAtTheEndBelongToTheFile() {
    #expect(SecretValue(name: "", content: Array("hunter22\r\n\n".utf8)).bytes == Array("hunter22".utf8))
    #expect(SecretValue(name: "", content: Array("\n".utf8)).bytes.isEmpty)
  }
}
