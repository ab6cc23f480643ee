import LinuxSystem
import TaskModel
import Testing

@testable import ToolCommands

@Suite("Explaining system calls")
struct ExplanationTests {
  private func verdict(_ call: String, _ profile: String, network all: Bool = false) -> CallExplanation.Verdict? {
    CallExplanation(call, network: all ? .all : .none, architecture: .native).verdicts.first { $0.profile == profile }
  }

  @Test func allowed() {
    let read = verdict("read", "default")
    #expect(
      read?.decision == .allowed && read?.remedy == nil && read?.why == "programs need it to read, write and flush")
  }

  @Test func refusedWithAWayOut() {
    let mount = verdict("mount", "default")
    #expect(mount?.decision == .refused && mount?.how == "refused with EPERM, counted and reported")
    #expect(mount?.remedy == "a profile of your own: warder seccomp compile")
    #expect(verdict("connect", "strict")?.remedy == "--network all, or --seccomp default")
    #expect(verdict("clone3", "default")?.how == "refused with ENOSYS")
    #expect(verdict("io_uring_setup", "default")?.remedy?.hasPrefix("nothing but --seccomp unconfined") == true)
  }

  @Test func conditional() {
    let socket = verdict("socket", "default")
    #expect(socket?.decision == .conditional && socket?.conditions == ["allowed when argument 0 = 1"])
    #expect(socket?.remedy == "--network all")
    #expect(verdict("socket", "default", network: true)?.conditions.count == 4)
    #expect(
      CallExplanation("fcntl", network: .none, architecture: .native).guarded.first
        == "refused with EPERM when argument 1 & 0xffffffff = 8")
  }

  @Test("names and numbers, and what was probably meant")
  func names() throws {
    let numbers = SeccompCallNumbers(.native)
    #expect(try SeccompExplainCommand.name(of: "openat", numbers, .native) == "openat")
    let number = try #require(numbers.number(of: "ptrace"))
    #expect(try SeccompExplainCommand.name(of: "#\(number)", numbers, .native) == "ptrace")
    #expect(NearNames.near("conect", among: numbers.allNames).first == "connect")
    #expect(NearNames.near("zzzzzzzz", among: numbers.allNames).isEmpty)
    #expect(throws: SeccompProfileError.self) { try SeccompExplainCommand.name(of: "conect", numbers, .native) }
    #expect(throws: SeccompProfileError.self) { try SeccompExplainCommand.name(of: "999999", numbers, .native) }
  }

  @Test("text fits into 80 columns")
  func width() {
    let numbers = SeccompCallNumbers(.native)
    let all = numbers.allNames.map { CallExplanation($0, network: .none, architecture: .native) }
    for line in CallExplanationText.text(all).split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test("every reason is about calls that exist")
  func reasonsAreAboutCalls() {
    // Each machine lacks some; both together have all.
    let known = Set(SeccompArchitecture.allCases.flatMap { SeccompCallNumbers($0).allNames })
    #expect(SeccompReasons.names.filter { !known.contains($0) } == [])
  }
}
