import RandomInput
import Testing

@testable import WarderFrames

/// Files that came back: whole, with the digest that was recorded, or reported as not whole.
@Suite struct ArtifactTests {
  /// FIPS 180-4's examples, and the lengths around its blocks.
  @Test func digestsAreThoseOfTheStandard() {
    #expect(
      SHA256Digest.hexadecimal(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256Digest.hexadecimal(of: Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256Digest.hexadecimal(of: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      SHA256Digest.hexadecimal(of: Array(repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  private static func frames(_ chunks: [ArtifactChunk], _ totals: ArtifactTotals?) -> RunResult {
    var assembler = RunAssembler()
    for (number, chunk) in chunks.enumerated() {
      assembler.add(.frame(Frame(sequence: UInt64(number), time: FrameTime(microseconds: 0), body: .artifact(chunk))))
    }
    var exit = ExitFrame(reason: .exited, exitCode: 0, durationMilliseconds: 1, message: "m")
    exit.artifacts = totals
    assembler.add(
      .frame(Frame(sequence: UInt64(chunks.count), time: FrameTime(microseconds: 0), body: .exit(exit))))
    return assembler.results[0]
  }

  @Test func damageIsFoundAndSaid() throws {
    let name = try #require(ArtifactName(Array("a/b.txt".utf8)))
    let contents = Array("hello, world".utf8)
    let end = ArtifactEnd(bytes: 12, sha256: SHA256Digest.hexadecimal(of: contents))
    let first = ArtifactChunk(name: name, offset: 0, bytes: Array(contents[..<5]))
    let last = ArtifactChunk(name: name, offset: 5, bytes: Array(contents[5...]), end: end)
    let one = ArtifactTotals(files: 1, bytes: 12)

    let whole = Self.frames([first, last], one)
    #expect(whole.artifacts.map(\.isComplete) == [true] && whole.artifacts[0].bytes == contents)
    #expect(whole.isComplete)

    var flipped = last
    flipped.bytes[0] ^= 1
    let damaged = Self.frames([first, flipped], one)
    #expect(!damaged.artifacts[0].isComplete && !damaged.isComplete)
    #expect(damaged.disagreements.contains { $0.contains("a/b.txt") })

    for chunks in [[first], [last], [last, first], [first, last, first], [first, last, last], []] {
      let result = Self.frames(chunks, one)
      #expect(!result.isComplete)
      #expect(result.artifacts.allSatisfy { !$0.isComplete })
    }
    // Without a word about files in the verdict there is nothing to hold them against.
    #expect(Self.frames([], nil).isComplete)
  }

  @Test func namesThatAreSafePaths() {
    let safe = [
      "a", "plot.png", "a/b/c", "...", "a..b", "..a", ".hidden", "ü/€", "a b", String(repeating: "n", count: 255),
    ]
    for name in safe { #expect(ArtifactName(Array(name.utf8))?.isSafePath == true, "\(name)") }
    let unsafe = [
      "/", "/etc/passwd", "..", "../a", "a/..", "a/../b", ".", "./a", "a/./b", "a//b", "a/", "a\nb", "a\u{0}b",
      "\u{7F}",
      "\u{1B}[2J", String(repeating: "n", count: 256),
    ]
    for name in unsafe { #expect(ArtifactName(Array(name.utf8))?.isSafePath == false, "\(name.debugDescription)") }
    #expect(ArtifactName([0xFF])?.isSafePath == false)
    #expect(ArtifactName([0x61, 0xC0, 0xAF, 0x2E, 0x2E])?.isSafePath == false)
  }

  /// A safe path never has a component that leads up, whatever the bytes.
  @Test func randomNamesThatAreSafeLeadNowhereElse() {
    var safe = 0
    for seed in 0..<4_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let letters = Array("./a\n\u{0}é".utf8)
      let bytes = (0...generator.size(below: 8)).map { _ in
        letters[Int.random(in: 0..<letters.count, using: &generator)]
      }
      guard let name = ArtifactName(bytes), name.isSafePath else { continue }
      safe += 1
      let components = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
      for component in components {
        #expect(!component.isEmpty && component != Array(".".utf8) && component != Array("..".utf8))
        #expect(!component.contains(0) && !component.contains(10))
      }
    }
    #expect(safe > 100)
  }
}
