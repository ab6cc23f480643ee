import RandomInput
import Testing

@testable import Supervisor

@Suite("Relay buffer") struct RelayBufferTests {
  private func line(_ number: Int, _ length: Int = 10) -> [UInt8] {
    let text = Array("\(number)".utf8)
    return text + [UInt8](repeating: UInt8(ascii: "."), count: max(0, length - text.count - 1)) + [UInt8(ascii: "\n")]
  }

  /// What a relay would have got that takes as much as it is given.
  private func drain(_ buffer: inout RelayBuffer, _ count: Int) -> [UInt8] {
    let taken = Array(buffer.all[buffer.start..<(buffer.start + count)])
    buffer.went(count)
    return taken
  }

  @Test func leavesOutWholeLinesAndCountsThem() {
    var buffer = RelayBuffer(capacity: 35, retention: 0)
    buffer.append(line(1) + line(2) + line(3) + line(4) + line(5, 4), isVital: false)
    // The last would fit, but behind a gap: one gap is enough.
    #expect(buffer.leftOutLines == 2)
    #expect(drain(&buffer, buffer.waitingCount) == line(1) + line(2) + line(3))
    buffer.append(line(6), isVital: false)
    #expect(drain(&buffer, buffer.waitingCount) == line(6))
  }

  @Test func whatIsVitalAlwaysHasRoom() {
    var buffer = RelayBuffer(capacity: 10, retention: 0)
    buffer.append(line(1), isVital: false)
    buffer.append(line(2), isVital: false)
    buffer.append(line(3, 8_000), isVital: true)
    #expect(buffer.leftOutLines == 1)
    #expect(drain(&buffer, buffer.waitingCount) == line(1) + line(3, 8_000))
  }

  /// However writes and appends alternate: what is unread begins at the line that holds the first unread byte, and what was read
  /// before it, together with it, is everything.
  @Test(arguments: UInt64(1)...20) func nothingIsLostBetweenTwoReaders(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var buffer = RelayBuffer(capacity: nil, retention: 500)
    var everything: [UInt8] = []
    var given: [UInt8] = []
    for number in 0..<20_000 {
      let lines = line(number, .random(in: 3...400, using: &random))
      everything += lines
      buffer.append(lines, isVital: false)
      given += drain(&buffer, .random(in: 0...min(buffer.waitingCount, 700), using: &random))
      guard number % 1_000 == 999 else { continue }
      let unreadCount = Int.random(in: 0...min(500, given.count), using: &random)
      let rest = buffer.unread(unreadCount)
      let firstUnread = given.count - unreadCount
      let start = everything.count - rest.count
      #expect(Array(everything[start...]) == rest, "seed \(seed)")
      #expect(start <= firstUnread && firstUnread - start < 400, "seed \(seed)")
      #expect(start == 0 || everything[start - 1] == UInt8(ascii: "\n"), "seed \(seed)")
    }
    #expect(buffer.leftOutLines == 0)
  }

  @Test func withoutAnyKnowledgeEverythingKeptIsUnread() {
    var buffer = RelayBuffer(capacity: nil, retention: 500)
    buffer.append(line(1) + line(2), isVital: false)
    _ = drain(&buffer, 20)
    #expect(buffer.unread(.max) == line(1) + line(2))
    #expect(buffer.unread(0).isEmpty)
    #expect(buffer.unread(1) == line(2))
  }
}
