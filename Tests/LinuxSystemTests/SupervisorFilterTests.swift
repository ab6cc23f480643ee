import Foundation
import TaskModel
import Testing

@testable import LinuxSystem

/// The supervisor's own filter lies ready as well, and is what libseccomp makes of its rules.
///
/// `WARDER_WRITE_GENERATED=1 swift test --filter SupervisorFilter` writes `Sources/CLinux/seccomp_supervisor.c` anew.
@Suite("The supervisor's own filter", .serialized)
struct SupervisorFilterTests {
  static let file = SeccompTemplateTests.file.deletingLastPathComponent()
    .appendingPathComponent("seccomp_supervisor.c")
  static let isWriting = SeccompTemplateTests.isWriting

  @Test("is what this libseccomp makes of the rules, where the release is the same")
  func isCurrent() throws {
    try SeccompTemplateTests.checkGenerated(Self.file, is: Self.source())
  }

  /// Arguments that the rules tell apart, in each place where they look.
  private static let samples: [UInt64] = [
    0, 1, 2, 3, 4, 5, 7, 9, 15, 18, 19, 0x20, 0x22, 0x40, 0o700, 0o777, 0x200, 1030, 1031, 0x5412, 0x5413, 0x40_0000,
    0x8_0000, 0xC050_2100, 0xFFFF_FFFF_C050_2100, 0xFFFF_FFFF, .max, 1 << 32, 1 << 32 | 9,
  ]

  private static let variations: [[UInt64]] =
    (0..<4).flatMap { argument in
      samples.map { value in
        var arguments: [UInt64] = [0, 0, 0, 0x22, 0, 0]
        arguments[argument] = value
        return arguments
      }
    } + samples.map { [.max, $0, 0, 0, 0, 0] }

  @Test("decides every call as the rules do", .disabled(if: isWriting), arguments: SeccompArchitecture.allCases)
  func decisions(architecture: SeccompArchitecture) throws {
    let words = SupervisorFilter.words(for: architecture)
    let policy = SeccompSupervisor.policy
    var newest: Int32 = 0
    for rule in policy.profiles.flatMap(\.rules) {
      if case .number(let number) = architecture.number(of: rule.call) { newest = max(newest, number) }
    }
    let conditional = Set(policy.profiles.flatMap(\.rules).filter { !$0.conditions.isEmpty }.map(\.call))
    for number in 0...470 as ClosedRange<Int32> {
      guard let name = architecture.name(of: number) else { continue }
      var calls: [[UInt64]] = [[0, 0, 0, 0, 0, 0], [.max, 7, 7, 0x22, 7, 7]]
      if conditional.contains(name) { calls += Self.variations }
      for arguments in calls {
        let outcome = try SeccompInterpreter.run(
          words,
          on: FilteredCall(number: UInt32(number), architecture: architecture.auditToken, arguments: arguments))
        let expected =
          number > newest ? SeccompAction.fail(.notImplemented) : policy.action(for: name, arguments: arguments)
        #expect(outcome.value == expected.kernelValue, "\(name) \(arguments)")
      }
    }
  }

  @Test("another architecture's calls kill", .disabled(if: isWriting))
  func foreign() throws {
    let words = SupervisorFilter.words(for: .x86_64)
    for call in [
      FilteredCall(number: 0, architecture: 0x4000_0003, arguments: [0, 0, 0, 0, 0, 0]),
      FilteredCall(
        number: SeccompArchitecture.x32Bit, architecture: SeccompArchitecture.x86_64.auditToken,
        arguments: [0, 0, 0, 0, 0, 0]),
    ] {
      #expect(try SeccompInterpreter.run(words, on: call).value == SeccompAction.killProcess.kernelValue)
    }
  }

  /// The text of the C file.
  private static func source() throws -> String {
    var text = """
      // The supervisor's own seccomp filter. Written by Tests/LinuxSystemTests/SupervisorFilterTests.swift from
      // Sources/TaskModel/SeccompSupervisorCalls.swift: change the rules there and have this file written anew.
      //
      \(SeccompTemplateTests.versionLine)
      #include "seccomp_supervisor.h"


      """
    for architecture in SeccompArchitecture.allCases {
      let policy = SeccompSupervisor.policy
      let program = SeccompProgram.shortened(
        try SeccompCompiler.compile(policy, for: architecture), of: policy, for: architecture)
      text += "static const uint64_t \(architecture)[] = {\n"
      text += SeccompTemplateTests.rows(program.words)
      text += "};\n\n"
    }
    for architecture in SeccompArchitecture.allCases {
      text += """
        struct cl_seccomp_program cl_seccomp_supervisor_\(architecture)(void) {
          return (struct cl_seccomp_program){\(architecture), sizeof \(architecture) / sizeof(uint64_t)};
        }


        """
    }
    return String(text.dropLast())
  }
}
