import Foundation
import TestSupport
import Testing

/// `warder decode --follow`, and a pipe: what comes is shown when it comes, whatever happens to the file.
@Suite("warder decode --follow") struct DecodeFollowTests {
  private static func frames(_ name: String = "plain") throws -> [String] {
    let log = try String(
      decoding: Data(contentsOf: URL(fileURLWithPath: Repository.path("Tests/Vectors/\(name).log"))), as: UTF8.self)
    return log.split(separator: "\n").map { "\($0)\n" }
  }

  /// A shell script that plays with `$log` while `$warder` follows it.
  ///
  /// - Returns: how the decoder ended, and what it showed. A decoder that does not end fails the test by its time.
  private func follow(_ play: String, _ options: [String] = ["--stdout"], files: [String: String] = [:]) async throws
    -> ProcessRun
  {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("warder-follow-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let frames = try Self.frames()
    for (number, frame) in frames.enumerated() {
      try frame.write(to: directory.appendingPathComponent("\(number)"), atomically: false, encoding: .utf8)
    }
    for (name, text) in files {
      try text.write(to: directory.appendingPathComponent(name), atomically: false, encoding: .utf8)
    }
    // What is there already when the decoder begins is the first frame.
    let script = """
      last=\(frames.count - 1)
      cat 0 > log
      "$0" decode --follow log \(options.joined(separator: " ")) > out 2> err &
      decoder=$!
      waitfor() { n=0; until grep -q "$1" "$2"; do n=$((n + 1)); [ $n -lt 300 ] || { echo "no $1 in $2" >&2; kill -9 $decoder; exit 99; }; sleep 0.05; done; }
      signals() { sed -n 's/^SigCgt:[^0-9a-f]*//p' /proc/$decoder/status; }
      catchesInterrupts() { until [ $((0x$(signals) & 2)) != 0 ]; do sleep 0.05; done; }
      all() { i=$1; while [ $i -le $2 ]; do cat $i >> log; i=$((i + 1)); done; }
      \(play)
      wait $decoder
      status=$?
      cat out
      cat err >&2
      exit $status
      """
    var command = ProcessCommand("/bin/sh", ["-c", script, DecodeTests.tool])
    command.directory = directory.path
    return try await command.run()
  }

  private func expected() async throws -> [UInt8] {
    var command = ProcessCommand(DecodeTests.tool, ["decode", "--stdout"])
    command.input = Array(try Self.frames().joined().utf8)
    return try await command.run().output
  }

  @Test func aFileThatGrowsIsShownAsItGrowsAndEndsWithTheVerdict() async throws {
    // The second frame is cut in two: nothing of it is shown before it is whole.
    let run = try await follow("head -c 30 1 >> log; sleep 0.3; tail -c +31 1 >> log; waitfor hello out; all 2 $last")
    #expect(run.end == .exited(0), "\(run.errorText)")
    #expect(run.output == (try await expected()))
  }

  @Test func aFileThatIsRotated() async throws {
    let run = try await follow(
      "cat 1 >> log; waitfor hello out; mv log log.1; cat 2 >> log.1; sleep 0.3; i=3; : > log; all 3 $last")
    #expect(run.end == .exited(0), "\(run.errorText)")
    #expect(run.output == (try await expected()))
  }

  @Test func aFileThatIsCutBack() async throws {
    // copytruncate: the same file, from its beginning.
    let run = try await follow("cat 1 >> log; waitfor hello out; : > log; sleep 0.4; all 2 $last")
    #expect(run.end == .exited(0), "\(run.errorText)")
    #expect(run.output == (try await expected()))
    #expect(run.errorText.contains("cut back"))
  }

  @Test func controlCEndsItWithWhatIsKnown() async throws {
    for options in [["--json"], []] as [[String]] {
      // A shell starts what is in the background with SIGINT ignored: it counts once the decoder catches it.
      let shown = options.isEmpty ? "waitfor hello out" : ":"
      let run = try await follow("cat 1 >> log; catchesInterrupts; \(shown); kill -INT $decoder", options)
      #expect(run.end == .exited(130), "\(run.errorText)")
      if options.isEmpty {
        #expect(run.outputText.contains("hello") && run.errorText.contains("? no verdict"))
      } else {
        #expect(run.outputText.contains(#""reason":"lost""#))
      }
    }
  }

  /// A pipe is live without being told: the first line is there while the script still runs.
  @Test(arguments: [[], ["--stdout"], ["--events"]] as [[String]]) func aPipeIsShownAsItComes(options: [String])
    async throws
  {
    let lines = try Self.frames(options == ["--events"] ? "denied" : "plain")
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("warder-pipe-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try lines.prefix(2).joined().write(
      to: directory.appendingPathComponent("first"), atomically: false, encoding: .utf8)
    try lines.dropFirst(2).joined().write(
      to: directory.appendingPathComponent("rest"), atomically: false, encoding: .utf8)
    let script = """
      { cat first; n=0; until [ -s out ]; do n=$((n + 1)); [ $n -lt 300 ] || { echo not live > dead; break; }; sleep 0.05; done; cat rest; } |
        "$0" decode \(options.joined(separator: " ")) > out 2> err
      status=$?
      cat dead >&2 2> /dev/null
      exit $status
      """
    var command = ProcessCommand("/bin/sh", ["-c", script, DecodeTests.tool])
    command.directory = directory.path
    let run = try await command.run()
    #expect(run.end == .exited(0) && !run.errorText.contains("not live"), "\(options) \(run.errorText)")
  }

  /// `tail -f` never ends its output; the verdict ends the reading.
  @Test func aPipeThatStaysOpenEndsWithTheVerdict() async throws {
    let log = Repository.path("Tests/Vectors/plain.log")
    let script = #"timeout 20 "$0" decode --follow --stdout < <(exec 2> /dev/null; cat "$1"; exec sleep 30)"#
    let run = try await ProcessCommand("/bin/bash", ["-c", script, DecodeTests.tool, log]).run()
    #expect(run.end == .exited(0))
  }
}
