import Foundation

/// Lets only as many runs go on at a time as this machine has processors: Swift Testing starts every test at once, and
/// what a deadline does can only be seen on a machine that is not overrun.
actor Slots {
  static let shared = Slots(ProcessInfo.processInfo.activeProcessorCount)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  private init(_ count: Int) {
    free = max(1, count)
  }

  /// Runs `body` when there is a place for it. Not to be nested.
  nonisolated static func run<Result: Sendable>(
    _ body: @Sendable () async throws -> Result
  ) async rethrows -> Result {
    await shared.take()
    do {
      let result = try await body()
      await shared.giveBack()
      return result
    } catch {
      await shared.giveBack()
      throw error
    }
  }

  private func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func giveBack() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
