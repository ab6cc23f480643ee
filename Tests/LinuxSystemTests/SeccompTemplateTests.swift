import Foundation
import TaskModel
import Testing

@testable import LinuxSystem

/// The program that lies ready is what libseccomp makes of the policy.
///
/// `WARDER_WRITE_GENERATED=1 swift test --filter SeccompTemplate` writes `Sources/CLinux/seccomp_programs.c` anew, which takes a
/// change of the policy into the program.
@Suite("The filter compiled ahead of time", .serialized)
struct SeccompTemplateTests {
  static let file = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/CLinux/seccomp_programs.c")

  static let isWriting = ProcessInfo.processInfo.environment["WARDER_WRITE_GENERATED"] == "1"

  /// What the file says of the libseccomp that made it: another release may lay the same decisions out otherwise.
  static let versionLine = "// libseccomp \(SeccompCompiler.libraryVersion)\n"

  @Test("is what this libseccomp makes of the policy, where the release is the same")
  func isCurrent() throws {
    try Self.checkGenerated(Self.file, is: Self.source())
  }

  /// Holds a generated file against what libseccomp makes now, or writes it anew where that is asked for.
  static func checkGenerated(_ file: URL, is expected: String) throws {
    if isWriting {
      try expected.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    let written = try String(contentsOf: file, encoding: .utf8)
    guard written.contains(versionLine) else {
      // The decisions are compared by the other tests, whatever the release.
      try Test.cancel("made by another release than libseccomp \(SeccompCompiler.libraryVersion)")
    }
    #expect(written == expected, "run with WARDER_WRITE_GENERATED=1 and read the change of the rules")
  }

  @Test("the made-up ids are operands of comparisons, and nothing else looks like them", .disabled(if: isWriting))
  func placeholders() throws {
    let ids =
      SeccompTemplate.processes.map { UInt32(bitPattern: $0) }
      + SeccompTemplate.groups.map { UInt32(bitPattern: -$0) }
    for architecture in SeccompArchitecture.allCases {
      for network in NetworkAccess.allCases {
        let words = SeccompTemplate.words(.standard, network: network, architecture: architecture)
        let instructions = words.map { SeccompInstruction(word: $0) }
        for id in ids {
          // libseccomp lets several calls share one comparison.
          let found = instructions.filter { $0.operand == id }
          #expect(!found.isEmpty)
          #expect(found.allSatisfy { $0.code == SeccompInstruction.jumpIfEqual })
        }
      }
    }
  }

  @Test("places are filled with what is protected, and the rest refuses nothing more", .disabled(if: isWriting))
  func filling() throws {
    for (processes, groups) in [([], []), ([1], []), ([7, 1], [9]), ([7, 1, 4_194_303], [9, 12])]
      as [([Int32], [Int32])]
    {
      let program = try SeccompProgram.standard(
        network: .none, denial: .errno, protecting: SeccompProtection(processes: processes, groups: groups))
      let kill = try #require(SeccompArchitecture.native.number(of: "kill").value)
      for target in [0, 1, 2, 7, 8, 4_194_303, -1, -2, -9, -12, -7] as [Int32] {
        let value = try program.run(
          UInt32(kill), [UInt64(UInt32(bitPattern: target)), 9], on: .native)
        let isRefused = target == -1 || processes.contains(target) || groups.contains(-target)
        #expect(value == (isRefused ? SeccompAction.fail(.notPermitted) : .allow).kernelValue, "\(target)")
      }
      for call in ["tkill", "rt_sigqueueinfo", "pidfd_open"] {
        let number = UInt32(try #require(SeccompArchitecture.native.number(of: call).value))
        for target in [0, 1, 2, 7, 8, 4_194_303, -1, -9] as [Int32] {
          let value = try program.run(number, [UInt64(UInt32(bitPattern: target))], on: .native)
          let action: SeccompAction = processes.contains(target) ? .fail(.notPermitted) : .allow
          #expect(value == action.kernelValue, "\(call) \(target)")
        }
      }
    }
  }

  @Test("more than there is room for is an error and not a gap")
  func tooMany() {
    func message(_ processes: [Int32], _ groups: [Int32]) -> String? {
      do throws(SeccompError) {
        _ = try SeccompProgram.standard(
          network: .none, denial: .errno, protecting: SeccompProtection(processes: processes, groups: groups))
        return nil
      } catch {
        return error.message
      }
    }
    #expect(message([1, 2, 3], [2, 3]) == nil)
    #expect(
      message([1, 2, 3, 4], [])
        == "the seccomp filter cannot protect 4 processes and 0 groups: it has room for 3 and 2")
    #expect(message([1], [2, 3, 4]) != nil)
  }

  /// The text of the C file.
  private static func source() throws -> String {
    var text = """
      // The default policy's seccomp filters. Written by Tests/LinuxSystemTests/SeccompTemplateTests.swift from
      // Sources/TaskModel/Seccomp*.swift: change the policy there and have this file written anew, do not edit it.
      //
      \(versionLine)
      #include "seccomp_programs.h"


      """
    for architecture in SeccompArchitecture.allCases {
      for part in SeccompTemplate.Part.allCases {
        for network in NetworkAccess.allCases {
          let policy = SeccompTemplate.policy(part, network: network)
          var program = try SeccompCompiler.compile(policy, for: architecture, isWhole: part == .standard)
          // What is asked first is short, and is no whole.
          if part == .standard { program = .shortened(program, of: policy, for: architecture) }
          text += "static const uint64_t \(architecture)_\(part)_\(network)[] = {\n"
          text += rows(program.words)
          text += "};\n\n"
        }
      }
    }
    text += "#define PROGRAM(name) ((struct cl_seccomp_program){name, sizeof name / sizeof *name})\n\n"
    for architecture in SeccompArchitecture.allCases {
      text += "struct cl_seccomp_program cl_seccomp_program_\(architecture)(int32_t part, int32_t with_network) {\n"
      text += "  switch (part) {\n"
      for part in SeccompTemplate.Part.allCases.reversed() {
        let label = part == .standard ? "default:" : "case CL_SECCOMP_\("\(part)".uppercased()):"
        let name = "\(architecture)_\(part)_"
        text += "    \(label) return with_network ? PROGRAM(\(name)all) : PROGRAM(\(name)none);\n"
      }
      text += "  }\n}\n\n"
    }
    return String(text.dropLast())
  }

  /// The words of a program as lines of a C array.
  static func rows(_ words: [UInt64]) -> String {
    stride(from: 0, to: words.count, by: 5).map { start in
      let row = words[start..<min(start + 5, words.count)].map { word in
        let digits = String(word, radix: 16)
        return "0x" + String(repeating: "0", count: 16 - digits.count) + digits + ","
      }
      return "    " + row.joined(separator: " ") + "\n"
    }.joined()
  }
}

extension SeccompProgram {
  /// The same decisions in fewer instructions, see `SeccompLayout`.
  static func shortened(
    _ program: SeccompProgram, of policy: SeccompPolicy, for architecture: SeccompArchitecture
  ) -> SeccompProgram {
    let numbers = policy.profiles.flatMap(\.rules).compactMap { architecture.number(of: $0.call).value }
    return SeccompLayout.shortened(program, for: architecture, newestNumber: UInt32(numbers.max() ?? 0))
  }
}

extension SeccompNumber {
  var value: Int32? { if case .number(let value) = self { value } else { nil } }
}
