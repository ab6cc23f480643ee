import Foundation
import TestSupport
import Testing
import WarderFrames

/// What a script writes comes back byte for byte, or the log says how much is missing.
@Suite("Output", .needsContainers)
struct OutputTests {
  private static let script = "Tests/ContainerTests/Endurance/output.py"
  /// Room for ten million bytes.
  private static let roomy = ["--stdout-limit", "16Mi", "--log-limit", "64Mi"]

  @Test(
    "round trips through the container's log",
    arguments: [
      ["bytes", "1"], ["bytes", "64"], ["invalid"], ["escapes"], ["forged"], ["line", "10000000"], ["single", "3000"],
      ["streams", "2000"],
    ])
  func roundTrip(_ shape: [String]) async throws {
    let container = Container(.python, Self.roomy, scriptArguments: shape)
    let run = try await container.run(TaskDirectory("output.py", in: "Tests/ContainerTests/Endurance"))
    try await expectExact(run, shape)
    for line in run.log.split(separator: UInt8(ascii: "\n")) {
      #expect(line.count < 8_000)
    }
    #expect(run.log.last == UInt8(ascii: "\n"))
    #expect(run.errors.isEmpty)
  }

  @Test("round trips through a pod's log file", arguments: [["bytes", "1"], ["invalid"], ["escapes"], ["forged"]])
  func roundTripThroughLogFile(_ shape: [String]) async throws {
    let script = try String(contentsOfFile: Repository.path(Self.script), encoding: .utf8)
    let pod = Pod(.python, files: ["script.py": script], arguments: ["--"] + shape)
    try await expectExact(try await pod.run(), shape)
  }

  @Test("a flood is cut where its limit says, counted to the byte, and slows nothing down")
  func flood() async throws {
    let run = try await Container(.python, ["--timeout", "20s"], scriptArguments: ["flood", "400000"])
      .run(TaskDirectory("output.py", in: "Tests/ContainerTests/Endurance"))
    let result = try run.result()
    #expect(result.reason == .exited)
    let totals = try #require(result.exit?.stdout)
    #expect(totals.bytes + totals.droppedBytes == 400_000 * 80)
    #expect(totals.bytes <= 4 << 20)
    #expect(totals.bytes > 3 << 20)
    #expect(Int64(result.stdout.count) == totals.bytes)
    #expect(result.isTruncated)
    #expect(run.log.count < 9 << 20)
  }

  @Test("one-byte writes are all there when there are very many")
  func floodOfSingleBytes() async throws {
    let run = try await Container(.python, scriptArguments: ["flood-single", "200000"])
      .run(TaskDirectory("output.py", in: "Tests/ContainerTests/Endurance"))
    let result = try run.result()
    #expect(result.reason == .exited)
    #expect(result.stdout == (0..<200_000).map { UInt8(97 + $0 % 26) })
    // A frame for each byte would be a log of 20 MB.
    #expect(run.log.count < 2 << 20)
  }

  @Test("output beyond its limit ends the script where that is asked for")
  func outputLimit() async throws {
    let container = Container(
      .python, ["--output", "kill", "--stdout-limit", "64Ki"], scriptArguments: ["flood", "100000000"])
    let run = try await container.run(TaskDirectory("output.py", in: "Tests/ContainerTests/Endurance"))
    #expect(try run.result().reason == .outputLimit)
    #expect(run.end == .exited(245))
  }

  /// Compares with what the same program writes when nothing stands between.
  private func expectExact(_ run: WarderRun, _ shape: [String]) async throws {
    let expected = try await ProcessCommand("/usr/bin/env", ["python3", Repository.path(Self.script)] + shape)
      .runSuccessfully()
    let result = try run.result()
    #expect(result.reason == .exited)
    #expect(result.exitCode == 0)
    #expect(result.isComplete)
    #expect(!result.isTruncated)
    #expect(result.noiseLines == 0)
    // Not `==` on the arrays: a failure would print ten million bytes.
    #expect(result.stdout.elementsEqual(expected.output), "standard output differs")
    #expect(result.stderr.elementsEqual(expected.errors), "standard error differs")
  }
}
