import Foundation
import TestSupport
import Testing
import WarderFrames

/// The log in two places: the same frames in both, and what becomes of one does not harm the other.
@Suite("Second log") struct SecondLogTests {
  private let directory: TemporaryPath

  init() throws {
    // Not in /tmp, where the script may write.
    directory = try TemporaryPath(permissions: 0o777, in: "/var/tmp")
  }

  private func shell(_ script: String, _ rest: String, wrapper: String = "") async throws -> ProcessRun {
    let task = try TaskDirectory(script: script, named: "script.sh")
    let run = try await ProcessCommand(
      "/bin/bash",
      ["-c", "D=\(directory.path); \(wrapper) \"$0\" --task \"$1\" " + rest, WarderInit.binary, task.path],
      environment: ["PATH": "/usr/bin:/bin"]
    ).run()
    withExtendedLifetime(task) {}
    return run
  }

  private func log(_ name: String = "log") throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: directory.path + "/" + name)))
  }

  @Test func bothHaveTheSameFrames() async throws {
    let run = try await shell("seq 20000; echo trouble >&2", "--log fd:1,$D/log")
    #expect(run.succeeded)
    #expect(try log() == run.output)
    let result = try WarderRun(run).result()
    #expect(result.isComplete)
    #expect(result.stdout.count == 108_894)
    let mode = try FileManager.default.attributesOfItem(atPath: directory.path + "/log")[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test func aFileAloneIsEnough() async throws {
    let run = try await shell("echo hello", "--log $D/log")
    #expect(run.succeeded)
    #expect(run.output.isEmpty)
    #expect(try WarderRun(log: log(), end: run.end).result().stdoutText == "hello\n")
  }

  @Test func aRerunContinuesTheFileOnALineOfItsOwn() async throws {
    _ = try await shell("echo one", "--log $D/log")
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: directory.path + "/log"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"seq":7,"t":0.0"#.utf8))
    try handle.close()
    _ = try await shell("echo two", "--log $D/log")
    let results = RunAssembler.results(ofLog: try log())
    #expect(results.map(\.stdoutText) == ["one\n", "two\n"])
    #expect(results.map(\.isComplete) == [true, true])
  }

  /// The container's log loses its reader, the file goes on; and the other way round.
  @Test func oneThatFailsIsToldInTheOther() async throws {
    let script = "for i in $(seq 2000); do echo line $i; done; sleep 0.3; echo end"
    let run = try await shell(
      script, "--log fd:1,$D/log --termination-message $D/message | head -c 100 >/dev/null; echo ${PIPESTATUS[0]}",
      wrapper: "touch $D/message;")
    #expect(run.outputText == "0\n")
    let result = try WarderRun(log: log(), end: .exited(0)).result()
    #expect(result.isComplete)
    #expect(result.stdoutText.hasSuffix("line 2000\nend\n"))
    let failed = try #require(result.events.first { $0.frame.type == "log_failed" })
    #expect(failed.frame.fields == [Field("target", "fd:1"), Field("reason", "Broken pipe (EPIPE)")])
    let lost = /the script exited with status 0; the log at fd:1 lacks its last [0-9]+ bytes: Broken pipe \(EPIPE\)/
    #expect(result.exit?.message.contains(lost) == true)
    #expect(String(decoding: try log("message"), as: UTF8.self).contains(lost))

    let full = try await shell(script, "--log fd:1,/dev/full")
    #expect(full.succeeded)
    let other = try WarderRun(full).result()
    #expect(other.isComplete)
    #expect(other.stdoutText.hasSuffix("line 2000\nend\n"))
    let event = try #require(other.events.first { $0.frame.type == "log_failed" })
    #expect(event.frame.fields == [Field("target", "/dev/full"), Field("reason", "No space left on device (ENOSPC)")])
  }

  /// A FIFO that somebody opened and does not read: the script is held up once, for five seconds, and the log goes on.
  @Test func oneThatStallsIsGivenUp() async throws {
    let run = try await shell(
      "seq 300000; echo end", "--log fd:1,$D/fifo --stdout-limit 64Mi --log-limit 64Mi --timeout 30s",
      wrapper: "mkfifo $D/fifo; exec 9<> $D/fifo;")
    #expect(run.succeeded)
    let result = try WarderRun(run).result()
    #expect(result.isComplete)
    #expect(result.stdoutText.hasSuffix("300000\nend\n"))
    #expect(result.exit?.stdout?.droppedBytes == 0)
    let event = try #require(result.events.first { $0.frame.type == "log_failed" })
    #expect(event.frame.fields[1] == Field("reason", "nobody read it"))
    #expect(try #require(result.exit).durationMilliseconds >= 4_500)
  }

  /// With `exit_code: zero` all is well only where one place has the whole verdict.
  @Test(arguments: [("fd:1", 253), ("fd:1,$D/log", 0), ("$D/log,fd:1", 0)])
  func theExitCodeNeedsOneVerdict(targets: String, code: Int32) async throws {
    let run = try await shell(
      "sleep 0.2", "--exit-code zero --log \(targets) > /dev/full; echo $?", wrapper: "")
    #expect(run.outputText == "\(code)\n")
  }

  /// What the script could reach, or could have placed a link in, is no place for the log.
  @Test func placesThatTheScriptReachesAreRefused() async throws {
    let link = directory.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/tmp")
    try FileManager.default.createSymbolicLink(atPath: directory.path + "/file", withDestinationPath: "/dev/null")
    let cases: [(String, String)] = [
      ("--log /tmp/warder-log", "lies in /tmp, where the script may write"),
      ("--log /dev/shm/warder-log", "lies in /dev/shm, where the script may write"),
      ("--log $D/log --write $D", "lies in \(directory.path), where the script may write"),
      ("--log $D/link/warder-log-\(randomName())", "lies in /tmp, where the script may write"),
      ("--log $D/file", "cannot be written to: Symbolic link loop (ELOOP)"),
      ("--log $D", "cannot be written to: Is a directory (EISDIR)"),
      ("--log /nowhere/log", "cannot be written to: No such file or directory (ENOENT)"),
      ("--log fd:1,fd:1", "the log cannot go to fd:1 twice"),
      ("--log fd:1,/a,/b", "expected at most 2 targets"),
      ("--log ''", "expected a target, found none"),
    ]
    for (options, expected) in cases {
      let run = try await shell("true", options)
      #expect(run.end == .exited(250), "\(options)")
      #expect(try WarderRun(run).result().exit?.message.contains(expected) == true, "\(run.outputText)")
    }
  }

  /// The script finds the file, and can neither write nor replace it.
  @Test(arguments: [true, false]) func theScriptCannotForgeIt(defended: Bool) async throws {
    let log = directory.path + "/log"
    // Writable by its mode, so that nothing but Landlock holds the script back, whoever runs this.
    let run = try await shell(
      "echo forged >> \(log) && echo written; mv \(log) \(log)2 && echo moved; true",
      "--log fd:1,$D/log" + (defended ? "" : " --disable landlock,signal_scope"),
      wrapper: "touch $D/log; chmod 666 $D/log;")
    let text = try WarderRun(run).result().stdoutText
    #expect(text == (defended ? "" : "written\nmoved\n"))
  }
}
