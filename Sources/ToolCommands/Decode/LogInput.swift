internal import ArgumentParser
internal import Foundation
internal import WarderFrames

/// Where a log is read from, a piece at a time: it may be a pipe that somebody still writes to.
struct LogInput {
  private let handle: FileHandle
  private static let pieceBytes = 64 * 1024

  /// - Parameter file: a path, or `-` for standard input.
  init(_ file: String) throws {
    if file == "-" {
      handle = .standardInput
      return
    }
    guard let opened = FileHandle(forReadingAtPath: file) else {
      let reason = String(cString: strerror(errno))
      FileHandle.standardError.write(Data("warder: cannot read \(file): \(reason)\n".utf8))
      throw ExitCode(66)
    }
    handle = opened
  }

  /// Every frame and every line of noise, in the log's order.
  func forEachItem(_ body: (LogItem) throws -> Void) throws {
    var decoder = FrameDecoder()
    while let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty {
      for item in decoder.feed(Array(piece)) { try body(item) }
    }
    for item in decoder.finish() { try body(item) }
  }

  /// The runs that the log tells of; one that is lost where it tells of none.
  func results() throws -> [RunResult] {
    var assembler = RunAssembler()
    try forEachItem { assembler.add($0) }
    return assembler.results
  }
}
