import Foundation
import TestSupport
import Testing
import WarderFrames

/// What is said of each layer on another kernel, compared with what a program finds there itself.
@Suite("Layers on another kernel", .needsKernel)
struct LayersTests {
  /// What the kernel answered to `Support/kernel.py`.
  struct Kernel: Decodable {
    let release: String
    /// 0 where there is no Landlock.
    let landlock_abi: Int64
    let seccomp: String
    let no_new_privs: String
    let capabilities: [String]
    let environment: [String]
  }

  private static func task() throws -> TaskDirectory { try TaskDirectory("kernel.py", in: "Tests/KernelTests/Support") }

  @Test("every layer is reported as the kernel has it")
  func truth() async throws {
    let runs = try await VirtualMachine.run([
      GuestRun(try Self.task(), requiredWithoutLandlock),
      GuestRun(try Self.task(), ["--require", "capabilities", "--seccomp", "unconfined"]),
    ])
    let result = try runs[0].run.result()
    #expect(result.reason == .exited, "\(runs[0].run.logText)")
    let found = try JSONDecoder().decode(Kernel.self, from: Data(result.stdout))

    let landlock = try Self.layer("landlock", of: result)
    let scope = try Self.layer("signal_scope", of: result)
    if found.landlock_abi == 0 {
      #expect(landlock.state == .unavailable)
      #expect(scope.state == .unavailable)
      for layer in [landlock, scope] { #expect(try Self.text("reason", of: layer).contains("ENOSYS")) }
    } else {
      #expect(landlock.state == .active)
      #expect(landlock.details.first { $0.name == "abi" }?.value == .integer(found.landlock_abi))
      #expect((scope.state == .active) == (found.landlock_abi >= 6))
    }
    for name in ["capabilities", "no_new_privs", "seccomp", "rlimits", "non_dumpable", "environment"] {
      #expect(try Self.layer(name, of: result).state == .active, "\(name)")
    }
    #expect(found.no_new_privs == "1")
    #expect(found.seccomp == "2")
    #expect(found.capabilities.allSatisfy { $0.allSatisfy { $0 == "0" } })

    // That the probe tells one from the other.
    let unconfined = try runs[1].run.result()
    #expect(try Self.layer("seccomp", of: unconfined).state == .disabled)
    #expect(try JSONDecoder().decode(Kernel.self, from: Data(unconfined.stdout)).seccomp == "0")
    // Another kernel than the tests' own, or nothing is gained by these tests.
    let own = try Self.ownRelease()
    #expect(!found.release.isEmpty && found.release != own)
  }

  @Test("a required layer that the kernel does not have ends the task before the script's first instruction")
  func required() async throws {
    let runs = try await VirtualMachine.run(
      [[], ["--require", "landlock"], ["--disable", "landlock"], requiredWithoutLandlock].map { options in
        GuestRun(try Self.task(), options)
      })
    for refused in runs[...1] {
      let result = try refused.run.result()
      #expect(result.reason == .isolationUnavailable)
      #expect(refused.run.end == .exited(252))
      #expect(result.exitCode == nil)
      #expect(result.stdout.isEmpty && result.stderr.isEmpty)
      #expect(try #require(result.exit).message.contains("landlock"))
      // And what is there is told all the same.
      #expect(try Self.layer("landlock", of: result).state == .unavailable)
      #expect(try Self.layer("capabilities", of: result).state == .active)
      let message = String(decoding: try #require(refused.run.terminationMessage), as: UTF8.self)
      #expect(message.hasPrefix(#"{"reason":"isolation_unavailable""#))
    }
    for accepted in runs[2...] {
      #expect(try accepted.run.result().reason == .exited)
      #expect(accepted.run.end == .exited(0))
    }
  }

  static func layer(_ name: String, of result: RunResult) throws -> IsolationLayer {
    try #require(result.start?.isolation.first { $0.name == name }, "no layer \(name)")
  }

  private static func text(_ name: String, of layer: IsolationLayer) throws -> String {
    guard case .string(let text)? = layer.details.first(where: { $0.name == name })?.value else {
      throw TestSupportError("\(layer.name) has no \(name)")
    }
    return text
  }

  private static func ownRelease() throws -> String {
    try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
