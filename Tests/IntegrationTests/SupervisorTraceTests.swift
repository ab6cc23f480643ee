import Foundation
import TestSupport
import Testing
import WarderFrames

/// What the supervisor does once it has confined itself is what its own filter allows: in runs that lead through every part of the
/// event loop and of the ending, under strace. `scripts/test traced` does the same with every other integration test.
@Suite("The supervisor's own confinement") struct SupervisorTraceTests {
  struct Scenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var options: [String] = []
    let script: String
    var reason = Reason.exited
    /// In a process namespace of its own, as process 1.
    var isFirst = false
  }

  static let scenarios: [Scenario] = [
    Scenario(
      testDescription: "both streams, leftovers of every kind",
      script: """
        echo out; echo err >&2
        mkdir -p a/b/c locked; touch a/file locked/file; chmod 000 locked; ln -s /etc link; mkfifo pipe
        touch /dev/shm/warder-test-$$; mkdir -p /dev/shm/warder-test-$$.d/e
        """),
    Scenario(
      testDescription: "as process 1, orphans left", script: "(sleep 60 &) ; (setsid sleep 60 &)", isFirst: true),
    Scenario(
      testDescription: "a deadline, the tree reached by one call", options: ["--timeout", "200ms", "--grace", "100ms"],
      script: "trap '' TERM; sleep 60 & sleep 60; sleep 60", reason: .timeout),
    Scenario(
      testDescription: "a deadline, the tree walked",
      options: ["--timeout", "200ms", "--grace", "100ms", "--disable", "signal_scope"],
      script: "trap '' TERM; sleep 60 & sleep 60; sleep 60", reason: .timeout),
    Scenario(
      testDescription: "more output than is kept", options: ["--stdout-limit", "64Ki"],
      script: "head -c 3000000 /dev/zero | tr '\\\\0' x"),
    Scenario(
      testDescription: "a limit of output", options: ["--stdout-limit", "64Ki", "--output", "kill"], script: "yes",
      reason: .outputLimit),
    Scenario(
      testDescription: "files that come back", options: ["--artifacts", "out"],
      script: """
        cd "$WARDER_ARTIFACTS"; mkdir -p a/b; head -c 100000 /dev/zero > a/b/zeros; echo 1 > c; ln -s c d; ln c e; mkfifo f
        touch g; chmod 000 g
        """),
    Scenario(
      testDescription: "files that come back from beneath /tmp",
      options: ["--artifacts", "/tmp/warder-test-traced-\(randomName())/out"],
      script: "cd \"$WARDER_ARTIFACTS\"; mkdir a; echo 1 > a/b; head -c 300000 /dev/urandom > c"),
    Scenario(
      testDescription: "silence and heartbeats", options: ["--heartbeat", "100ms", "--termination-message", "none"],
      script: "sleep 0.5"),
  ]

  @Test(arguments: scenarios) func allowsWhatTheSupervisorDoes(_ scenario: Scenario) async throws {
    var warder = WarderInit(scenario.options)
    warder.isTraced = true
    if scenario.isFirst {
      warder.wrapper = ["/usr/bin/unshare", "--pid", "--fork", "--mount-proc"]
      if geteuid() != 0 { warder.wrapper += ["--user", "--map-current-user"] }
    }
    let result = try await warder.run(TaskDirectory(script: scenario.script, named: "script.sh")).result()
    #expect(result.reason == scenario.reason)
    #expect(result.isActive("supervisor"))
  }

  /// The comparison finds what is not allowed: a trace of a supervisor that does a few things too many.
  @Test func theComparisonCanFail() {
    let trace = """
      openat(0xffffffffffffff9c, 0x7ffd0, 0x80041, 0x180) = 0x3
      seccomp(0x1, 0, 0x7ffd0)                = 0
      read(0x5, 0x7ffd0, 0x1000) = 0x20
      openat(0xffffffffffffff9c, 0x7ffd0, 0x80000, 0) = -1 ENOENT (No such file or directory)
      openat(0xffffffffffffff9c, 0x7ffd0, 0x80041, 0x180) = -1 EPERM (Operation not permitted)
      kill(0xffffffffffffffff, 0x9)           = 0
      kill(0x7, 0x9) = 0
      prctl(0x4, 0, 0, 0, 0) = 0
      close(0x9)                              = -1 EBADF (Bad file descriptor)
      close(0x8)                              = 0
      exit_group(0) = ?
      +++ exited with 0 +++
      """
    let (isConfined, refused) = SupervisorTrace.refusedCalls(in: trace)
    #expect(isConfined)
    #expect(refused.map { $0.prefix { $0 != "(" } } == ["openat", "kill", "prctl"])
    #expect(SupervisorTrace.strayCloses(in: trace).count == 1)
  }

  @Test func isReportedTruly() async throws {
    let task = try TaskDirectory(script: "print(1)\n")
    let off = try await WarderInit(["--disable", "supervisor"]).run(task).result()
    #expect(off.layer("supervisor")?.state == .disabled)
    #expect(off.reason == .exited)

    // Neither filter nor domain can be had without no_new_privs, and an unprivileged supervisor stays unprivileged.
    let without = try await WarderInit(["--disable", "no_new_privs", "--require", ""]).run(task).result()
    let layer = try #require(without.layer("supervisor"))
    #expect(layer.state == .unavailable)
    #expect(layer.reason?.contains("seccomp") == true && layer.reason?.contains("Landlock") == true)
  }
}
