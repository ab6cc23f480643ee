import Foundation
import RandomInput
import Testing
import WarderFrames

/// The log files of docker's `json-file` driver.
@Suite struct DockerLineTests {
  private static let frame = #"{"seq":0,"t":0.000001,"stdout":"é€😀 \"<&>\""}"#

  /// A line as docker writes it, by an encoder that is not ours.
  private static func line(_ log: String, stream: String = "stdout") throws -> [UInt8] {
    let inside = try JSONSerialization.data(withJSONObject: log, options: [.fragmentsAllowed])
    return Array(
      #"{"log":\#(String(decoding: inside, as: UTF8.self)),"stream":"\#(stream)","time":"2026-11-21T09:00:00.1Z"}"#.utf8
    )
      + [UInt8(ascii: "\n")]
  }

  @Test func framesAreUnpacked() throws {
    let whole = frames(decoded(Array("\(Self.frame)\n".utf8)))
    #expect(whole.count == 1)
    for end in ["\n", "\r\n"] { #expect(frames(decoded(try Self.line(Self.frame + end))) == whole) }
    #expect(frames(decoded(try Self.line(Self.frame + "\n", stream: "stderr"))) == whole)
    let attributes = #"{"log":"x\n","stream":"stdout","attrs":{"tag":"a"},"time":"2026-11-21T09:00:00Z"}"#
    #expect(noise(decoded(Array("\(attributes)\n".utf8))).map(\.bytes) == [Array("x".utf8)])
  }

  /// What docker splits at 16,384 bytes, and what stands between the parts on the other stream.
  @Test func partsAreJoined() throws {
    let whole = frames(decoded(Array("\(Self.frame)\n".utf8)))
    let characters = Array(Self.frame)
    for cut in 0...characters.count {
      let first = try Self.line(String(characters[..<cut]))
      let between = try Self.line("other\n", stream: "stderr")
      let second = try Self.line(String(characters[cut...]) + "\n")
      let items = decoded(first + between + second)
      #expect(frames(items) == whole && noise(items).map(\.length) == [5], "cut at \(cut)")
    }
    let long = String(repeating: "<", count: 40_000) + "\n"
    var log: [UInt8] = []
    for start in stride(from: 0, to: 40_001, by: 16_384) {
      let piece = String(long.dropFirst(start).prefix(16_384)).replacing("<", with: "\\u003c").replacing(
        "\n", with: "\\n")
      log += Array(#"{"log":"\#(piece)","stream":"stdout","time":"2026-11-21T09:00:00Z"}"#.utf8) + [UInt8(ascii: "\n")]
    }
    let items = decoded(log + (try Self.line(Self.frame + "\n")))
    #expect(noise(items).map(\.length) == [40_000] && frames(items) == whole)
  }

  @Test(arguments: [
    #"{"log":"X","stream":"stdin","time":"t"}"#, #"{"log":"X","stream":"stdout"}"#,
    #"{"log":1,"stream":"stdout","time":"t"}"#,
    #"{"stream":"stdout","log":"X","time":"t"}"#, #" {"log":"X","stream":"stdout","time":"t"}"#,
    #"{"log":"X","log":"X","stream":"stdout","time":"t"}"#, #"{"log":"a\nX","stream":"stdout","time":"t"}"#,
  ])
  func whatDockerDoesNotWriteIsNoise(line: String) {
    let inside = Self.frame.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\\n"
    let items = decoded(Array((line.replacing("X", with: inside) + "\n").utf8))
    #expect(frames(items).isEmpty && noise(items).count == 1)
  }

  @Test(arguments: LogDress.allCases, 0..<20 as Range<UInt64>) func everyDressComesOff(dress: LogDress, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let log = SampleLog(steps: 6, using: &generator)
    var bytes: [UInt8] = []
    for line in log.lines { bytes += generator.dressed(line, as: dress, parts: 5) }
    let items = decoded(bytes)
    #expect(frames(items) == log.frames && noise(items).isEmpty, "\(dress), seed \(seed)")
  }
}
