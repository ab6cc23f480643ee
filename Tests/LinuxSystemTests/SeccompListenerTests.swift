import Foundation
import TaskModel
import Testing

@testable import LinuxSystem

private let path = "/usr/bin/python3"

/// Calls capset, which the policy refuses, and exits with 0 if each call failed with the given errno.
private let script = """
  import ctypes, sys
  libc = ctypes.CDLL(None, use_errno=True)
  number, count, expected = (int(word) for word in sys.argv[1:])
  for _ in range(count):
      if libc.syscall(ctypes.c_long(number), ctypes.c_long(0), ctypes.c_long(0)) != -1: sys.exit(1)
      if ctypes.get_errno() != expected: sys.exit(2)
  """

private enum Holder: Equatable {
  case answers, closes
  /// The child cannot have a listener: its own limit leaves no number free for one.
  case hasNone
}

/// Runs the script under a filter with a listener, and ends this process with 0 if all was as it should be.
private func run(_ holder: Holder, calls: Int, expected: Int32) throws -> Never {
  guard case .number(let capset) = SeccompArchitecture.native.number(of: "capset") else { Processes.exitNow(100) }
  var plan = SpawnPlan(
    path: path, workingDirectory: "/", standardInput: try Files.open("/dev/null"),
    standardOutput: try Descriptor.duplicate(2), standardError: try Descriptor.duplicate(2))
  plan.arguments = (["python3", "-I", "-S", "-c", script] + [capset, Int32(calls), expected].map { "\($0)" })
    .map { Array($0.utf8) }
  let policy = SeccompPolicy.standard(
    network: .none, denial: .notify, protecting: SeccompProtection(processes: [Processes.ownID], groups: []))
  plan.filters = [try SeccompCompiler.compile(policy).words]
  plan.required = [.seccomp, .noNewPrivileges]
  plan.wantsListener = true
  if holder == .hasNone { plan.limits = [try ResourceLimit(.openFiles, soft: 5, hard: 5)] }

  var listener = SeccompListener.none
  guard case .running(let process, let errors) = try plan.start(timeoutMilliseconds: 20_000, listener: &listener) else {
    Processes.exitNow(101)
  }
  guard listener.isOpen == (holder != .hasNone), (errors.listener != 0) == (holder == .hasNone) else {
    Processes.exitNow(102)
  }
  if holder == .closes { listener.close() }
  if holder == .answers { listener.wakeSynchronously() }

  var heard = 0
  while true {
    if holder == .answers, listener.descriptor.waitUntilReadable(milliseconds: 5),
      case .call(let call) = listener.take()
    {
      if call.number == capset, call.thread == process { heard += 1 }
      guard listener.refuse(call), !listener.refuse(call) else { Processes.exitNow(103) }
      continue
    }
    guard case .reaped(let child) = try Processes.reap() else {
      if holder != .answers { Thread.sleep(forTimeInterval: 0.005) }
      continue
    }
    guard child.process == process else { continue }
    guard child.end == .exited(0) else { Processes.exitNow(104) }
    // Nobody is left: nothing waits, and asking does not wait either.
    if holder == .answers, case .call = listener.take() { Processes.exitNow(105) }
    Processes.exitNow(heard == (holder == .answers ? calls : 0) ? 0 : 106)
  }
}

@Suite(
  "A filter's listener in the kernel", .enabled(if: FileManager.default.isExecutableFile(atPath: path), "needs \(path)")
)
struct SeccompListenerTests {
  @Test("hears of every refused call once, and the caller gets its answer")
  func answers() async {
    await #expect(processExitsWith: .success) { try run(.answers, calls: 500, expected: 1) }
  }

  @Test("once it is closed, refused calls are refused with ENOSYS, and nobody waits")
  func closed() async {
    await #expect(processExitsWith: .success) { try run(.closes, calls: 50, expected: 38) }
  }

  @Test("where there is no room for it, the filter refuses by itself")
  func missing() async {
    await #expect(processExitsWith: .success) { try run(.hasNone, calls: 50, expected: 1) }
  }
}
