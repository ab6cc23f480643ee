import Foundation
import Testing

@testable import ToolCommands

@Suite("The queue of what is to be written") struct OutputQueueTests {
  @Test("everything arrives, in order, in portions")
  func order() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var queue = OutputQueue()
    var expected: [UInt8] = []
    for index in 0..<40 {
      let bytes = [UInt8](repeating: UInt8(index), count: index * 37)
      queue.append(bytes, to: ends[1])
      expected += bytes
    }
    #expect(queue.waitingBytes == expected.count)
    while !queue.isEmpty { queue.writePortion() }
    close(ends[1])
    #expect(Array(try FileHandle(fileDescriptor: ends[0]).readToEnd() ?? Data()) == expected)
    #expect(queue.waitingBytes == 0)
  }

  @Test("a reader that went away loses its own, and nobody else's")
  func closed() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    var queue = OutputQueue()
    queue.append([1, 2, 3], to: ends[1])
    queue.append([4], to: 99)
    queue.append([5], to: ends[1])
    queue.writePortion()
    #expect(queue.closed == [ends[1]])
    #expect(queue.nextDescriptor == 99)
    #expect(queue.waitingBytes == 1)
    queue.append([6], to: ends[1])
    #expect(queue.waitingBytes == 1)
  }
}
