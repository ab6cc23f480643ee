import Foundation
import TaskModel
import Testing

@testable import LinuxSystem

/// One call to be made inside, and the errno it is to fail with; 0 stands for success.
private struct Probe {
  let call: String
  var arguments: [UInt64] = []
  let errno: Int32
  /// What it answers without a filter. nil where that depends on the machine.
  var unfiltered: Int32?
}

private let path = "/usr/bin/python3"
private let permitted: Int32 = 0
private let refused: Int32 = 1  // EPERM
private let unimplemented: Int32 = 38  // ENOSYS
private let badAddress: Int32 = 14  // EFAULT: the call was let through, and its null pointer noticed
private let badDescriptor: Int32 = 9  // EBADF, likewise

/// Calls that do no harm even where nothing refuses them. `parent` is the process that started the probes.
private func probes(parent: UInt64) -> [Probe] {
  let garbage: UInt64 = 1 << 32
  let nowhere: UInt64 = 8  // an address that is never mapped
  return [
    Probe(call: "kill", arguments: [parent, 0], errno: refused, unfiltered: permitted),
    Probe(call: "kill", arguments: [garbage | parent, 0], errno: refused, unfiltered: permitted),
    Probe(call: "kill", arguments: [.max, 0], errno: refused, unfiltered: permitted),
    Probe(call: "kill", arguments: [0, 0], errno: permitted, unfiltered: permitted),
    Probe(call: "tgkill", arguments: [parent, parent, 0], errno: refused, unfiltered: permitted),
    Probe(call: "pidfd_open", arguments: [parent, 0], errno: refused, unfiltered: permitted),
    Probe(call: "pidfd_send_signal", arguments: [.max, 0, 0, 0], errno: refused, unfiltered: badDescriptor),
    Probe(call: "rt_sigqueueinfo", arguments: [parent, 0, nowhere], errno: refused, unfiltered: badAddress),
    Probe(call: "setpriority", arguments: [0, 0, 0], errno: permitted, unfiltered: permitted),
    Probe(call: "setpriority", arguments: [0, parent, 0], errno: refused, unfiltered: permitted),
    Probe(call: "sched_setaffinity", arguments: [parent, 8, nowhere], errno: refused, unfiltered: badAddress),
    Probe(call: "prlimit64", arguments: [parent, 7, 0, 0], errno: refused, unfiltered: permitted),
    Probe(call: "prlimit64", arguments: [0, 7, 0, 0], errno: permitted, unfiltered: permitted),
    Probe(call: "prlimit64", arguments: [0, 7, nowhere, 0], errno: badAddress, unfiltered: badAddress),
    Probe(call: "prlimit64", arguments: [0, 4, nowhere, 0], errno: refused, unfiltered: badAddress),
    Probe(call: "prlimit64", arguments: [0, garbage | 4, nowhere, 0], errno: refused, unfiltered: badAddress),
    Probe(call: "fcntl", arguments: [0, 8, parent], errno: refused, unfiltered: permitted),
    Probe(call: "fcntl", arguments: [0, garbage | 8, parent], errno: refused, unfiltered: permitted),
    Probe(call: "fcntl", arguments: [0, 1], errno: permitted, unfiltered: permitted),
    Probe(call: "ioctl", arguments: [.max, garbage | 0x5412, nowhere], errno: refused, unfiltered: badDescriptor),
    Probe(call: "ioctl", arguments: [.max, 0x5401, nowhere], errno: badDescriptor, unfiltered: badDescriptor),
    Probe(call: "socket", arguments: [1, 1, 0], errno: permitted, unfiltered: permitted),
    Probe(call: "socket", arguments: [2, 1, 0], errno: refused, unfiltered: permitted),
    Probe(call: "socket", arguments: [garbage | 2, 1, 0], errno: refused, unfiltered: permitted),
    Probe(call: "socketpair", arguments: [1, 1, 0, nowhere], errno: badAddress, unfiltered: badAddress),
    Probe(call: "process_vm_readv", arguments: [parent, 0, 0, 0, 0, 0], errno: refused, unfiltered: permitted),
    Probe(call: "mknodat", arguments: [.max, nowhere, 0o010600, 0], errno: badAddress, unfiltered: badAddress),
    Probe(call: "mknodat", arguments: [.max, nowhere, 0o020600, 0], errno: refused),
    Probe(call: "seccomp", arguments: [1, 0, nowhere], errno: badAddress, unfiltered: badAddress),
    Probe(call: "seccomp", arguments: [1, 8, nowhere], errno: refused, unfiltered: badAddress),
    Probe(call: "personality", arguments: [0xFFFF_FFFF], errno: permitted, unfiltered: permitted),
    Probe(call: "personality", arguments: [0x4_0000], errno: refused),
    Probe(call: "unshare", arguments: [0], errno: refused),
    Probe(call: "clone3", arguments: [nowhere, 64], errno: unimplemented),
    Probe(call: "cachestat", arguments: [.max, 0, 0, 0], errno: unimplemented),
    Probe(call: "mseal", arguments: [0, 0, 0], errno: unimplemented),
  ]
}

/// Makes each call and compares; also what an ordinary interpreter does. Complains on standard error, exits with 1.
private let script = """
  import ctypes, os, subprocess, sys, threading
  libc = ctypes.CDLL(None, use_errno=True)
  failures = []
  for line in sys.argv[1].splitlines():
      name, number, expected, *arguments = line.split()
      ctypes.set_errno(0)
      call = [ctypes.c_long(int(number))] + [ctypes.c_ulong(int(a)) for a in arguments]
      answer = libc.syscall(*call)
      got = ctypes.get_errno() if answer == -1 else 0
      if got != int(expected):
          failures.append(f"{name} {arguments}: expected errno {expected}, got {got}")
  done = []
  thread = threading.Thread(target=lambda: done.append(1)); thread.start(); thread.join()
  if done != [1]: failures.append("no thread")
  if subprocess.run(["/bin/sh", "-c", "exit 3"]).returncode != 3: failures.append("no child process")
  with open("/dev/null", "w") as sink: sink.write("x")
  for failure in failures: print("complaint:", failure, file=sys.stderr)
  sys.exit(1 if failures else 0)
  """

/// A call by x32 (bit 30), and by `int 0x80` from a page of machine code: each in a child of its own, which SIGSYS has to end.
private let killScript = """
  import ctypes, mmap, os, signal, sys
  libc = ctypes.CDLL(None)
  def x32(): libc.syscall(ctypes.c_long(0x40000000 | 39))
  def int80():
      page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
      page.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))  # mov eax, 20 (getpid); int 0x80; ret
      ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
  for attempt in (x32, int80):
      child = os.fork()
      if child == 0:
          attempt()
          os._exit(7)
      _, status = os.waitpid(child, 0)
      if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS):
          print("complaint:", attempt.__name__, "ended with", status, file=sys.stderr)
          sys.exit(1)
  """

/// Runs Python under the filters and ends this process as it ended. To be called in a process of its own: it reaps.
private func runPython(_ arguments: [String], filters: [[UInt64]]) throws -> Never {
  var plan = SpawnPlan(
    path: path, workingDirectory: "/", standardInput: try Files.open("/dev/null"),
    standardOutput: try Descriptor.duplicate(2), standardError: try Descriptor.duplicate(2))
  plan.arguments = (["python3", "-I", "-S"] + arguments).map { Array($0.utf8) }
  plan.filters = filters
  plan.required = SpawnPlan.Set([.seccomp, .noNewPrivileges])
  var listener = SeccompListener.none
  guard case .running(let process, _) = try plan.start(timeoutMilliseconds: 10_000, listener: &listener) else {
    Processes.exitNow(100)
  }
  while true {
    if case .reaped(let child) = try Processes.reap(), child.process == process {
      guard case .exited(let status) = child.end else { Processes.exitNow(101) }
      Processes.exitNow(status)
    }
    Thread.sleep(forTimeInterval: 0.005)
  }
}

/// Shows what Python said, which names the call that went wrong. (The testing library writes to the same stream.)
private func expectNoComplaints(_ result: ExitTest.Result?) {
  let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  #expect(text.split(separator: "\n").filter { $0.contains("complaint:") } == [])
}

private func probeList(expecting expected: (Probe) -> Int32?) -> String {
  probes(parent: UInt64(Processes.ownID)).compactMap { probe in
    guard case .number(let number) = SeccompArchitecture.native.number(of: probe.call) else { return nil }
    guard let errno = expected(probe) else { return nil }
    return "\(probe.call) \(number) \(errno) " + probe.arguments.map { "\($0)" }.joined(separator: " ")
  }.joined(separator: "\n")
}

private func program() throws -> SeccompProgram {
  try SeccompCompiler.compile(
    .standard(
      network: .none, denial: .errno,
      protecting: SeccompProtection(processes: [Processes.ownID], groups: [])))
}

@Suite("The filter in the kernel", .enabled(if: FileManager.default.isExecutableFile(atPath: path), "needs \(path)"))
struct SeccompKernelTests {
  @Test("answers every call as intended, and an interpreter works under it")
  func filtered() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      try runPython(["-c", script, probeList { $0.errno }], filters: [program().words])
    }
    expectNoComplaints(result)
  }

  @Test("without it the same calls are let through")
  func unfiltered() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      try runPython(["-c", script, probeList { $0.unfiltered }], filters: [])
    }
    expectNoComplaints(result)
  }

  #if arch(x86_64)
    @Test("x32 and int 0x80 end the process")
    func otherInterfaces() async {
      let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        try runPython(["-c", killScript], filters: [program().words])
      }
      expectNoComplaints(result)
    }

    @Test("without it they do not")
    func otherInterfacesUnfiltered() async {
      await #expect(processExitsWith: .failure) {
        try runPython(["-c", killScript], filters: [])
      }
    }
  #endif
}
