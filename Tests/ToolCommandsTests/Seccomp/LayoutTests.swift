import TaskModel
import Testing

@testable import LinuxSystem
@testable import ToolCommands

/// The programs that lie ready are laid out by Warder's own tests (`SeccompLayout` in LinuxSystemTests), so that they are
/// shorter than libseccomp's. Here they are held against what libseccomp makes of the policy, by walking every path of the
/// one and, with what is known at its end, of the other.
@Suite("The layout of the filters that lie ready")
struct LayoutTests {
  @Test(
    "the default filter answers every call with every argument as libseccomp's does",
    arguments: SeccompArchitecture.allCases, NetworkAccess.allCases)
  func standard(architecture: SeccompArchitecture, network: NetworkAccess) throws {
    let ready = SeccompTemplate.words(.standard, network: network, architecture: architecture)
    let made = try SeccompCompiler.compile(SeccompTemplate.policy(.standard, network: network), for: architecture).words
    #expect(try areEqual(ready, made, architecture))
    #expect(try areEqual(made, ready, architecture))
    // What it is for.
    #expect(ready.count * 10 < made.count * 5, "\(ready.count) of \(made.count)")
  }

  @Test("the supervisor's own filter too", arguments: SeccompArchitecture.allCases)
  func supervisor(architecture: SeccompArchitecture) throws {
    let ready = SupervisorFilter.words(for: architecture)
    let made = try SeccompCompiler.compile(SeccompSupervisor.policy, for: architecture).words
    #expect(try areEqual(ready, made, architecture))
    #expect(try areEqual(made, ready, architecture))
    #expect(ready.count * 10 < made.count * 7, "\(ready.count) of \(made.count)")
  }

  @Test("a program in which one answer or one operand is another is found out", arguments: NetworkAccess.allCases)
  func mutants(network: NetworkAccess) throws {
    let ready = SeccompTemplate.words(.standard, network: network, architecture: .x86_64)
    let made = try SeccompCompiler.compile(SeccompTemplate.policy(.standard, network: network), for: .x86_64).words
    var tried = 0
    // The least difference that there can be: after a mask its lowest bit.
    var least: UInt32 = 1
    for (place, word) in ready.enumerated() {
      let instruction = SeccompInstruction(word: word)
      switch instruction.code {
      case SeccompInstruction.loadWord: least = 1
      case 0x54: least = instruction.operand & ~(instruction.operand - 1)  // BPF_ALU | BPF_AND | BPF_K
      default: break
      }
      guard place >= 4, place % 7 == 4, Self.tests.contains(instruction.code) else { continue }
      var mutant = ready
      mutant[place] = instruction.with(operand: instruction.operand ^ least).word
      // One way is enough: whatever differs is met on a path of either.
      #expect(try !areEqual(mutant, made, .x86_64), "instruction \(place)")
      tried += 1
    }
    #expect(tried > 10)
  }

  private static let tests: Set<UInt16> = [
    SeccompInstruction.jumpIfGreater, SeccompInstruction.jumpIfEqual, SeccompInstruction.jumpIfAnySet,
  ]

  private func areEqual(_ one: [UInt64], _ other: [UInt64], _ architecture: SeccompArchitecture) throws -> Bool {
    try SeccompProgramReading.areEqual(one, other, for: architecture, mostSteps: 20_000_000)
  }
}
