import Testing

@testable import TaskModel

@Suite("Refused calls in the verdict")
struct DenialSummaryTests {
  typealias Call = DenialSummary.Call

  private func message(
    _ end: ProcessEnd, _ calls: [Call], flags: [String] = [], intervention: Intervention? = nil
  ) throws -> String {
    let facts = TaskFacts(end: end, intervention: intervention, denials: DenialSummary(calls: calls))
    return Verdict.classify(facts, try configuration(flags: flags)).message
  }

  @Test("a script that failed hears which call was refused, and which option allows it")
  func hints() throws {
    let socket = Call(name: "socket", family: "AF_INET", count: 3)
    #expect(
      try message(.exited(1), [socket])
        == "the script exited with status 1; socket(AF_INET) was denied 3 times: --network all allows it")
    #expect(
      try message(.signaled(6), [Call(name: "socket", family: "AF_INET6", count: 1)])
        == "the script was ended by SIGABRT; socket(AF_INET6) was denied once: --network all allows it")
    // The one that can be helped goes before the most frequent.
    #expect(
      try message(.exited(2), [Call(name: "ptrace", count: 9), socket])
        == "the script exited with status 2; socket(AF_INET) was denied 3 times: --network all allows it")
    #expect(
      try message(.exited(2), [Call(name: "ptrace", count: 9), Call(name: "bpf", count: 1)])
        == "the script exited with status 2; ptrace was denied 9 times")
    // It is on already, or does not help.
    #expect(
      try message(.exited(1), [socket], flags: ["--network", "all"])
        == "the script exited with status 1; socket(AF_INET) was denied 3 times")
    #expect(
      try message(.exited(1), [Call(name: "socket", family: "AF_VSOCK", count: 1)])
        == "the script exited with status 1; socket(AF_VSOCK) was denied once")
  }

  @Test("a script that succeeded, or that was ended, does not")
  func silence() throws {
    let socket = Call(name: "socket", family: "AF_INET", count: 3)
    #expect(try message(.exited(0), [socket]) == "the script exited with status 0")
    #expect(try !message(.signaled(9), [socket], intervention: .timeout).contains("denied"))
    #expect(try message(.exited(1), []) == "the script exited with status 1")
  }

  @Test("families have the names of the kernel's headers")
  func families() {
    for (number, name) in [
      (0, "UNSPEC"), (1, "UNIX"), (2, "INET"), (10, "INET6"), (16, "NETLINK"), (17, "PACKET"), (29, "CAN"), (38, "ALG"),
      (40, "VSOCK"), (44, "XDP"), (45, "MCTP"), (46, "?"), (-1, "?"),
    ] as [(Int32, String)] {
      #expect(AddressFamily.name(of: number) == "AF_" + name)
    }
  }
}
