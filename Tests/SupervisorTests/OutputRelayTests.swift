import LinuxSystem
import RandomInput
import Testing
import WarderFrames

@testable import Supervisor

/// A flood between a pipe and the reader of the log, who reads when he likes.
@Suite("Output relay") struct OutputRelayTests {
  private static let room = 64 * 1024

  /// Reads what a log has in its pipe.
  private func drain(_ pipe: borrowing Descriptor, _ most: Int, into text: inout [UInt8]) {
    var left = most
    var buffer = [UInt8](roomFor: Self.room)
    while left > 0, case .bytes(let count) = pipe.read(into: &buffer), count > 0 {
      text += buffer[..<count]
      left -= count
    }
  }

  /// Passes `output` through a relay as the loop does, which reads as long as there is likely more, with a reader that takes
  /// a part of the log now and then, in the middle of a turn too.
  private func log(of output: [UInt8], using generator: inout SeededGenerator) throws -> (text: [UInt8], waits: Int) {
    var script = try Pipe()
    let reader = try Pipe()
    try script.readEnd.setNonblocking(true)
    try script.writeEnd.setNonblocking(true)
    try reader.readEnd.setNonblocking(true)
    try reader.writeEnd.setNonblocking(true)
    let now = Instant.now
    let name = try Descriptor.duplicate(reader.writeEnd.raw)
    var log = FrameLog(
      LogSinks(LogSink(name: "log", descriptor: name, isPollable: true, restoresBlocking: false)),
      redaction: .none, start: now)
    let pipe = try Descriptor.duplicate(script.readEnd.raw)
    var relay = OutputRelay(.stdout, pipe: pipe, tailCapacity: 0, redaction: .none, startedAt: now)
    var budget = OutputBudget(
      standardOutputLimit: 1 << 40, standardErrorLimit: 0, logLimit: 1 << 40, keepsTails: false)
    var buffer = [UInt8](roomFor: Self.room)
    var text: [UInt8] = []
    var written = 0
    var waits = 0

    while relay.isOpen {
      var goesOn = !log.sinks.isCongested
      if goesOn { relay.resume(log: &log, budget: &budget, isEnding: false, at: now) }
      while goesOn {
        while written < output.count, case .bytes(let count) = script.writeEnd.write(output, from: written) {
          written += count
        }
        if written == output.count { script.writeEnd.close() }
        // The loop does not watch a pipe whose output waits for the reader.
        guard !log.sinks.isCongested else { break }
        switch relay.read(into: &buffer, log: &log, budget: &budget, isEnding: false, at: now) {
        case .read(let isFull): goesOn = isFull
        case .nothing, .ended: goesOn = false
        }
        let isStuck = log.sinks.pendingBytes >= 4 * LogSink.highWater
        if isStuck { waits += 1 }
        // Now the reader is back, and has emptied the pipe before the loop writes again.
        while isStuck, log.sinks.pendingBytes > 0, !generator.oneIn(3) {
          drain(reader.readEnd, .max, into: &text)
          log.flush(at: now)
        }
        log.flush(at: now)
        if log.sinks.pendingBytes > 0 { goesOn = false }
      }
      drain(reader.readEnd, generator.size(below: 1 << 20), into: &text)
      log.flush(at: now)
    }
    while log.sinks.pendingBytes > 0 {
      drain(reader.readEnd, .max, into: &text)
      log.flush(at: now)
    }
    drain(reader.readEnd, .max, into: &text)
    return (text, waits)
  }

  /// Bytes that make many times as much log, so that one read is more than the reader's pipe and what may wait for it hold.
  @Test(arguments: UInt64(1)...4) func nothingIsLostOrOvertakenWhenTheReaderStandsStill(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // A byte that is no text has a line to itself, and what follows it another one.
    let output = (0..<140_000).map { index in
      index % 3 == 0
        ? UInt8.random(in: 0x80...0xFF, using: &generator)
        : index % 3 == 1 ? UInt8(ascii: "\n") : UInt8.random(in: 0x20...0x7E, using: &generator)
    }
    let (text, waits) = try log(of: output, using: &generator)
    #expect(waits > 0, "the reader was never too slow: nothing was tried")
    var back: [UInt8] = []
    for frame in frames(decoded(text)) {
      guard case .output(.stdout, let bytes) = frame.body else { continue }
      back += bytes
    }
    #expect(back.count == output.count)
    #expect(back == output, "bytes are lost, or in another order")
  }
}
