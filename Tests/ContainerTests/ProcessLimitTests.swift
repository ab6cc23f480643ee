import Foundation
import TestSupport
import Testing
import WarderFrames

/// A script that has too many processes or threads is ended, and nothing of it is left.
@Suite("Processes and threads", .needsContainers)
struct ProcessLimitTests {
  private static let directory = "Tests/ContainerTests/Endurance"

  /// The container has a limit of its own, so that a watch that fails costs this machine no more than that.
  private static func container(_ image: ContainerEngine.Image, _ options: [String], _ arguments: [String]) -> Container
  {
    var container = Container(image, options, scriptArguments: arguments)
    container.processLimit = 2_000
    return container
  }

  private static func bomb(_ script: String) throws -> TaskDirectory { try TaskDirectory(script, in: directory) }

  @Test("fork bombs", arguments: ["fork_bomb.sh", "fork_bomb.py bomb", "fork_bomb.py deaf"])
  func bombs(_ command: String) async throws {
    let marker = "warder-test-" + randomName()
    let words = command.split(separator: " ").map { String($0) }
    let image: ContainerEngine.Image = words.count == 1 ? .bash : .python
    for _ in 0..<Repetitions.count {
      let run = try await Self.container(image, [], Array(words.dropFirst()) + [marker]).run(Self.bomb(words[0]))
      let result = try run.result()
      #expect(result.reason == .processLimit)
      #expect(run.end == .exited(243))
      #expect(result.stdoutText.hasPrefix("started\n"))
      #expect(ProcessTable.scripts(marked: marker).isEmpty)
    }
  }

  @Test("threads")
  func threads() async throws {
    let result = try await Self.container(.python, ["--threads", "200"], ["threads"])
      .run(Self.bomb("fork_bomb.py")).result()
    #expect(result.reason == .processLimit)
    #expect(try #require(result.exit).message.contains("threads allows 200"))
  }

  @Test("as many as are allowed are not too many")
  func few() async throws {
    // The main process and these.
    let result = try await Self.container(.python, ["--processes", "40"], ["few", "39"])
      .run(Self.bomb("fork_bomb.py")).result()
    #expect(result.reason == .exited)
    #expect(result.stdoutText == "started\ndone\n")
    let over = try await Self.container(.python, ["--processes", "40"], ["few", "40"])
      .run(Self.bomb("fork_bomb.py")).result()
    #expect(over.reason == .processLimit)
  }

  @Test("a plain process counts its own tree")
  func plainProcess() async throws {
    let marker = "warder-test-" + randomName()
    let run = try await WarderInit(
      ["--timeout", "60s", "--processes", "20"], scriptArguments: ["few", "30", marker]
    ).run(Self.bomb("fork_bomb.py"))
    #expect(try run.result().reason == .processLimit)
    #expect(ProcessTable.scripts(marked: marker).isEmpty)
    let allowed = try await WarderInit(["--timeout", "60s", "--processes", "40"], scriptArguments: ["few", "30"])
      .run(Self.bomb("fork_bomb.py"))
    #expect(try allowed.result().reason == .exited)
  }

  @Test("without the watch a bomb goes on until the deadline", arguments: [["--disable", "process_watch"]])
  func switchedOff(_ options: [String]) async throws {
    var container = Self.container(.python, options + ["--timeout", "2s", "--grace", "100ms"], ["bomb"])
    container.processLimit = 400
    let result = try await container.run(Self.bomb("fork_bomb.py")).result()
    #expect(result.reason == .timeout)
    #expect(result.start?.isolation.first { $0.name == "process_watch" }?.state == .disabled)
    #expect(result.start?.limits.contains(Field("processes", .null)) == true)
  }

  @Test("a cancellation is heard while a bomb goes off")
  func cancellation() async throws {
    var container = Self.container(.python, ["--processes", "off", "--threads", "off"], ["bomb"])
    container.processLimit = 400
    let run = try await container.run(Self.bomb("fork_bomb.py")) { running in
      try await running.waitUntilRunning()
      try await Task.sleep(for: .seconds(1))
      try await running.signal("TERM")
    }
    #expect(try run.result().reason == .cancelled)
  }
}
