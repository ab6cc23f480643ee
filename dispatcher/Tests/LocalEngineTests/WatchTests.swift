import Foundation
import Testing

@testable import LocalEngine

@Suite struct WatchTests {
  /// Waits for a notice, but not for ever.
  private func notice(_ stream: AsyncStream<Void>) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await _ in stream { return true }; return false
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(30))
        return false
      }
      let first = await group.next() ?? false
      group.cancelAll()
      return first
    }
  }

  @Test func aFileThatGrowsIsTold() async throws {
    let watch = try #require(Watch())
    let path = NSTemporaryDirectory() + "watch-\(UUID().uuidString)"
    try Data().write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let number = try #require(watch.file(path) { continuation.yield() })
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.write(contentsOf: Data("x".utf8))
    #expect(await notice(stream))
    watch.forget(file: number)
  }

  @Test func aProcessThatEndsIsTold() async throws {
    let watch = try #require(Watch())
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["0.2"]
    try process.run()
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let descriptor = try #require(ProcessIdentity(id: process.processIdentifier)?.open())
    watch.process(descriptor) { continuation.yield() }
    #expect(await notice(stream))
  }
}
