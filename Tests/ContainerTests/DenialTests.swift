import Foundation
import TestSupport
import Testing
import WarderFrames

/// What the script was refused is counted, named and told, and nothing of that can be turned against the supervisor.
@Suite("Refused system calls", .needsContainers)
struct DenialTests {
  private static let endurance = "Tests/ContainerTests/Endurance"

  private static func denied(_ arguments: [String], _ options: [String] = []) async throws -> RunResult {
    let task = try TaskDirectory("denied.py", in: endurance)
    let run = try await Container(.python, options, scriptArguments: arguments).run(task)
    return try run.result()
  }

  /// The kernel of this machine has what makes counts exact (Linux 5.19).
  private static func expectCounted(_ result: RunResult) {
    let layer = result.start?.isolation.first { $0.name == "seccomp" }
    #expect(layer?.state == .active)
    #expect(layer?.details.contains(Field("denied_calls", "counted")) == true, "\(layer?.details as Any)")
  }

  private static func events(_ result: RunResult) -> [EventFrame] {
    result.events.map(\.frame).filter { $0.type == "denied" }
  }

  private static func text(_ name: String, _ event: EventFrame) -> String? {
    event.fields.first { $0.name == name }.flatMap { if case .string(let text) = $0.value { text } else { nil } }
  }

  private static func number(_ name: String, _ event: EventFrame) -> Int64? {
    event.fields.first { $0.name == name }.flatMap { if case .integer(let number) = $0.value { number } else { nil } }
  }

  @Test("are counted one by one", arguments: [(1, 1), (1, 1000), (16, 250)])
  func threads(_ threads: Int, _ calls: Int) async throws {
    let result = try await Self.denied(["threads", "\(threads)", "\(calls)"])
    #expect(result.stdoutText == "\(threads * calls)\n")
    Self.expectCounted(result)
    #expect(result.exit?.denied == [DeniedCall(syscall: "capset", count: Int64(threads * calls))])
    #expect(result.exit?.deniedOthers == 0)
    #expect(result.exit?.message == "the script exited with status 0")
    let event = try #require(Self.events(result).first)
    #expect(Self.text("syscall", event) == "capset" && Self.text("errno", event) == "EPERM")
    #expect(try #require(Self.number("pid", event)) > 1)
  }

  /// Without SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV an interrupted call starts anew after it was heard of.
  @Test(
    "are counted once, however often a signal interrupts them", arguments: [(2000, 1, 0), (500, 8, 0), (1000, 4, 100)])
  func interrupted(_ calls: Int, _ processes: Int, _ microseconds: Int) async throws {
    let script = "exec /usr/local/bin/probe denied \(calls) \(processes) \(microseconds)\n"
    let result = try await Container(.test).run(TaskDirectory(script: script, named: "script.sh")).result()
    #expect(result.stdoutText == "\(calls * processes)\n")
    Self.expectCounted(result)
    #expect(result.exit?.denied == [DeniedCall(syscall: "capset", count: Int64(calls * processes))])
  }

  @Test("of sockets are named with their family; at most 16 are listed, and none is lost")
  func families() async throws {
    // The container's own filter answers for AF_ALG and AF_VSOCK itself, so they never come to us.
    let result = try await Self.denied(["families", "300"])
    let exit = try #require(result.exit)
    #expect(exit.denied.count == ExitFrame.mostDenied)
    #expect(exit.denied[0] == DeniedCall(syscall: "socket", family: "AF_?", count: 300 - 46))
    #expect(exit.denied.contains(DeniedCall(syscall: "socket", family: "AF_INET", count: 1)))
    let heard = exit.denied.reduce(exit.deniedOthers) { $0 + $1.count }
    #expect(result.stdoutText == "299\n")  // all but AF_UNIX
    #expect(heard == 297)
    #expect(Self.events(result).contains { Self.text("family", $0) == "AF_INET6" })
  }

  @Test("a script that failed hears of the option that allows what it was refused")
  func hint() async throws {
    let failed = try await Self.denied(["connect"])
    #expect(failed.exitCode == 1)
    #expect(
      failed.exit?.message
        == "the script exited with status 1; socket(AF_INET) was denied once: --network all allows it")
    #expect(failed.stderrText.contains("PermissionError"))

    let allowed = try await Self.denied(["connect"], ["--network", "all"])
    #expect(allowed.exit?.denied == [])
    #expect(allowed.exit?.message == "the script exited with status 1")
    #expect(allowed.stderrText.contains("ConnectionRefusedError"))
  }

  @Test("a flood of them delays neither the deadline nor the output, and fills no log")
  func flood() async throws {
    let result = try await Self.denied(["flood", "8"], ["--timeout", "10s", "--grace", "200ms"])
    let exit = try #require(result.exit)
    #expect(exit.reason == .timeout)
    #expect(10_000...30_000 ~= exit.durationMilliseconds, "\(exit.durationMilliseconds) ms")
    let denied = try #require(exit.denied.first)
    #expect(exit.denied.count == 1 && denied.count > 1_000, "\(exit.denied)")
    // At 0, 1, 3 and 7 seconds, as far as the machine is fast enough to begin.
    let told = Self.events(result)
    #expect(1...4 ~= told.count, "\(told)")
    #expect(told.compactMap { Self.number("count", $0) }.reduce(0, +) <= denied.count)
    // The main thread writes on: it competes with eight others for the interpreter, so not every 50 ms.
    #expect(result.stdoutText.split(separator: "\n").count >= 5)
  }

  @Test("whoever is killed in the middle of one is gone")
  func killed() async throws {
    let result = try await Self.denied(["killed", "100"], ["--timeout", "30s"])
    #expect(result.exitCode == 0)
    #expect(result.stdoutText == "all gone\n")
    #expect(result.exit?.denied.first?.syscall == "capset")
  }

  @Test("what the script's own filter refuses is not ours, and what it dies of is told")
  func ownFilter() async throws {
    let result = try await Self.denied(["own-filter"])
    #expect(result.stdoutText == "True\nEXDEV\n")
    #expect(result.exit?.denied == [DeniedCall(syscall: "capset", count: 1)])
    #expect(result.exit?.message == "the script exited with status 3; capset was denied once")

    let dead = try await Self.denied(["own-death"])
    #expect(dead.signal == "SIGSYS" && dead.reason == .syscallViolation)
    #expect(dead.exit?.message.contains("a filter") == true)
  }

  /// With 16 descriptors the supervisor has more open than the child may have.
  @Test("are counted where the script may open few files")
  func fewDescriptors() async throws {
    let result = try await Self.denied(["threads", "1", "3"], ["--open-files", "16"])
    Self.expectCounted(result)
    #expect(result.exit?.denied == [DeniedCall(syscall: "capset", count: 3)])
  }

  @Test("the script gets no listener, neither ours nor one of its own")
  func listenerIsNotInherited() async throws {
    let script = """
      import ctypes, os
      print(sorted(os.listdir("/proc/self/fd"))[:4], [os.readlink(f"/proc/self/fd/{d}").split(":")[0] for d in "012"])
      """
    let result = try await Container(.python).run(TaskDirectory(script: script)).result()
    // The fourth is the directory that is being listed.
    #expect(result.stdoutText == "['0', '1', '2', '3'] ['/dev/null', 'pipe', 'pipe']\n")
  }

  // MARK: - Where no listener can be had

  private static func under(_ outer: String) async throws -> RunResult {
    var warder = WarderInit(scriptArguments: ["threads", "1", "5"])
    warder.wrapper = ["/usr/bin/python3", Repository.path("Tests/ContainerTests/Support/outer_filter.py"), outer]
    return try await warder.run(TaskDirectory("denied.py", in: endurance)).result()
  }

  @Test(
    "without a listener they are refused all the same, and the log says that nobody counts",
    arguments: [("listener", "EBUSY"), ("refusal", "EINVAL")])
  func fallback(_ outer: String, _ errno: String) async throws {
    let result = try await Self.under(outer)
    #expect(result.stdoutText == "5\n")
    let layer = try #require(result.start?.isolation.first { $0.name == "seccomp" })
    #expect(layer.state == .active)
    #expect(layer.details.contains(Field("denied_calls", "not counted")), "\(layer.details)")
    let reason = layer.details.first { $0.name == "not_counted_because" }
    guard case .string(let text)? = reason?.value else {
      Issue.record("no reason among \(layer.details)")
      return
    }
    #expect(text.hasSuffix("(\(errno))"), "\(text)")
    #expect(result.exit?.denied == [])
  }

  @Test("an older kernel's counts are upper bounds, and the log says so")
  func olderKernel() async throws {
    let result = try await Self.under("old")
    let layer = try #require(result.start?.isolation.first { $0.name == "seccomp" })
    #expect(layer.details.contains(Field("denied_calls", "counted, at most")), "\(layer.details)")
    #expect(result.exit?.denied == [DeniedCall(syscall: "capset", count: 5)])
  }

  /// Under a profile that lets it start: the default one refuses it the place of a subreaper.
  @Test("a supervisor inside of a supervisor has none, and says so")
  func nested() async throws {
    let script = """
      import subprocess, sys
      inner = subprocess.run(
          ["/warder-init", "--script", "-", "--runtime", "python"], input=b"import socket; socket.socket()",
          stdout=subprocess.PIPE)
      sys.stdout.buffer.write(inner.stdout)
      """
    let profile = try ProfileTests.lax(refusing: ["mkdir"])
    let container = ProfileTests.container(profile, ["--read", "/warder-init"])
    let outer = try await container.run(TaskDirectory(script: script)).result()
    let inner = try #require(RunAssembler.results(ofLog: outer.stdout).first)
    let layer = try #require(inner.start?.isolation.first { $0.name == "seccomp" }, "\(outer.stdoutText)")
    #expect(layer.state == .active)
    #expect(layer.details.contains(Field("denied_calls", "not counted")), "\(layer.details)")
    #expect(inner.stderrText.contains("PermissionError"))
    #expect(outer.exit?.denied.contains { $0.syscall == "seccomp" } == true, "\(outer.exit?.denied as Any)")
  }
}
