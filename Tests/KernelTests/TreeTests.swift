import TestSupport
import Testing
import WarderFrames

/// Without a signal scope, a supervisor that is not process 1 has to find its tree by walking `/proc`.
@Suite("Killing the tree on another kernel", .needsKernel)
struct TreeTests {
  @Test("nothing of the tree survives the walk, and nothing else is met by it")
  func walk() async throws {
    let marker = "warder-test-" + randomName()
    let task = try TaskDirectory("outlive.py", in: "Tests/ContainerTests/Endurance")
    let warder = "/warder-init \(requiredWithoutLandlock.joined(separator: " ")) --timeout 4s --grace 300ms"
    var run = GuestRun(task)
    // A bystander of the same user, and what is left of each afterwards.
    run.script = """
      sleep 300 &
      bystander=$!
      setsid --wait \(warder) -- \(marker) session,daemon,deaf,stopped,pipes,hopper stay
      echo "status $?"
      kill -0 $bystander && echo "bystander lives"
      for process in /proc/[0-9]*; do
        tr '\\0' ' ' <$process/cmdline 2>/dev/null | grep -q '^[^ ]*python.*\(marker)' && echo "survivor $process"
      done
      exit 0
      """
    let guest = try await VirtualMachine.run([run])[0]
    let result = try guest.run.result()
    #expect(result.reason == .timeout, "\(guest.run.logText)")
    #expect(result.stdoutText == "started\n")
    #expect(try LayersTests.layer("signal_scope", of: result).state != .active)
    #expect(guest.run.logText.contains("\nstatus 240\nbystander lives\n"), "\(guest.run.logText)")
    #expect(!guest.run.logText.contains("survivor "), "\(guest.run.logText)")
  }
}
