import Foundation
import TestSupport
import Testing
import WarderFrames

/// What the supervisor's own filter and domain are worth: a supervisor that somebody has taken over is made to try things, from
/// outside and as root, with its confinement and without.
@Suite("A supervisor that was taken over", .needsContainers)
struct SupervisorProtectionTests {
  /// One system call, and what becomes of it.
  struct Attempt: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let x86: Int
    let arm: Int
    let arguments: [String]
    /// With the confinement: an error, or SIGSYS.
    let answer: String

    var number: String {
      #if arch(x86_64)
        String(x86)
      #else
        String(arm)
      #endif
    }
  }

  private static let here = "0xffffffffffffff9c"  // AT_FDCWD
  private static let notPermitted = "-1"
  private static let accessDenied = "-13"
  private static let killed = "signal 31"

  static let attempts = [
    Attempt(
      testDescription: "read a secret", x86: 257, arm: 56, arguments: [here, "text:/secret/password", "0"],
      answer: accessDenied),
    Attempt(
      testDescription: "make a file", x86: 257, arm: 56, arguments: [here, "text:/tmp/planted", "0x41", "0x180"],
      answer: notPermitted),
    Attempt(
      testDescription: "become dumpable again", x86: 157, arm: 167, arguments: ["4", "1"], answer: notPermitted),
    Attempt(
      testDescription: "execute a program", x86: 59, arm: 221, arguments: ["text:/usr/bin/true", "0", "0"],
      answer: killed),
    Attempt(testDescription: "open an IP socket", x86: 41, arm: 198, arguments: ["2", "1", "0"], answer: killed),
    Attempt(
      testDescription: "map memory for code", x86: 9, arm: 222,
      arguments: ["0", "4096", "7", "0x22", "0xffffffffffffffff", "0"], answer: killed),
  ]

  @Test("gets nothing", arguments: attempts)
  func confined(_ attempt: Attempt) async throws {
    let (answer, run) = try await Self.run(attempt, options: [])
    let result = try run.result()
    #expect(answer == attempt.answer)
    #expect(result.isActive("supervisor"))
    if attempt.answer == Self.killed {
      // Said, and not blamed on the script.
      #expect(result.reason == .internalError)
      #expect(run.end == .exited(253))
      #expect(run.logText.contains("it tried a system call that it never makes"))
    } else {
      #expect(result.reason == .exited)
      #expect(result.exitCode == 7)
    }
  }

  @Test("gets everything once its own confinement is off", arguments: attempts)
  func unconfined(_ attempt: Attempt) async throws {
    let (answer, run) = try await Self.run(attempt, options: ["--disable", "supervisor"])
    #expect(try #require(Int64(answer)) >= 0, "\(answer)")
    #expect(try run.result().layer("supervisor")?.state == .disabled)
  }

  /// Runs a script that waits, injects the call into process 1, and lets the script end.
  private static func run(_ attempt: Attempt, options: [String]) async throws -> (answer: String, run: WarderRun) {
    let injector = try await Injector.program()
    let secret = try TemporaryPath(permissions: 0o755)
    try Data("hunter2".utf8).write(to: URL(fileURLWithPath: secret.path + "/password"))
    var container = Container(.python, options)
    container.mounts["/secret"] = secret.path
    let answer = Answer()
    let run = try await container.run(TaskDirectory(script: "import time; time.sleep(4); exit(7)\n")) { running in
      try await running.waitUntilRunning()
      let supervisor = try await running.supervisor()
      try await waitUntil("the script runs") {
        let children = try? String(contentsOfFile: "/proc/\(supervisor)/task/\(supervisor)/children", encoding: .utf8)
        return children?.isEmpty == false
      }
      // From the child's birth to the loop's first wait it is less than a millisecond.
      try await Task.sleep(for: .milliseconds(500))
      let injection = try await ProcessCommand(
        injector.path, [String(supervisor), attempt.number] + attempt.arguments
      ).runSuccessfully()
      await answer.set(injection.outputText.trimmingCharacters(in: .newlines))
    }
    withExtendedLifetime((injector, secret)) {}
    return (await answer.text, run)
  }

  private actor Answer {
    private(set) var text = ""
    func set(_ text: String) { self.text = text }
  }

  /// `Support/inject.c`, compiled once.
  private enum Injector {
    static func program() async throws -> TemporaryPath { try await compiled.value }

    private static let compiled = Task {
      let program = try TemporaryPath(file: [], permissions: 0o755, named: "warder-inject")
      try await ProcessCommand(
        "/usr/bin/musl-gcc",
        [
          "-static", "-O1", "-Wall", "-Wextra", "-Werror", "-o", program.path,
          Repository.path("Tests/ContainerTests/Support/inject.c"),
        ]
      ).runSuccessfully()
      return program
    }
  }
}
