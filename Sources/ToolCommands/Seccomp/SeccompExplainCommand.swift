internal import ArgumentParser
internal import Foundation
internal import JSON
internal import LinuxSystem
internal import TaskModel

/// `warder seccomp explain`.
struct SeccompExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what becomes of a system call, why, and what would allow it.",
    discussion: """
      Calls are given by name or by number, as they stand in a denied event. Arguments are counted from 0.

      Examples:
        warder seccomp explain connect
        warder seccomp explain ptrace 101 --profile own.json
        warder seccomp explain socket --network all --json

      Exit status: 0, 64 for a wrong command line, 65 for a name that no call has or a bad profile, 66 for a profile \
      that cannot be read.
      """)

  @Argument(help: ArgumentHelp("Names or numbers.", valueName: "syscall"))
  var calls: [String]

  @Option(help: ArgumentHelp("Another profile to ask: OCI or compiled.", valueName: "file"))
  var profile: String?

  @Option(help: ArgumentHelp("With which network: none or all.", valueName: "access"))
  var network = NetworkAccess.none

  @Option(name: .customLong("arch"), help: ArgumentHelp("The machine: x86_64 or aarch64.", valueName: "machine"))
  var architecture = SeccompArchitecture.native

  @Flag(help: "Print one JSON array for programs.")
  var json = false

  func run() throws {
    try SeccompFiles.reporting {
      let target = ProfileResolution.Target(architecture: architecture, kernel: .running)
      var own: (name: String, rules: SeccompRuleSet)?
      if let profile { own = (profile, try SeccompFiles.rules(profile, network: network, target).rules) }
      let numbers = SeccompCallNumbers(architecture)
      let explanations = try calls.map { call in
        CallExplanation(
          try Self.name(of: call, numbers, architecture), network: network, architecture: architecture, own: own)
      }
      let text = json ? CallExplanationText.json(explanations) : Array(CallExplanationText.text(explanations).utf8)
      FileHandle.standardOutput.write(Data(text))
    }
  }

  /// The kernel's name of what somebody calls a call.
  static func name(
    of given: String, _ numbers: SeccompCallNumbers, _ architecture: SeccompArchitecture
  ) throws(SeccompProfileError) -> String {
    // Denied events have "#470" for a number without a name.
    if let number = Int32(given.hasPrefix("#") ? String(given.dropFirst()) : given) {
      guard let name = numbers.name(of: number) else {
        throw SeccompProfileError(
          "\(architecture.name) has no call \(number) that is known here; numbers above those of a profile get ENOSYS")
      }
      return name
    }
    switch architecture.number(of: given) {
    case .number(let number): return numbers.name(of: number) ?? given
    case .notOnThisArchitecture:
      throw SeccompProfileError("\(architecture.name) has no call \(Quoted.text(given)); other machines have")
    case .unknown:
      let near = NearNames.near(given, among: numbers.allNames)
      throw SeccompProfileError(
        "no system call is called \(Quoted.text(given))"
          + (near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?"))
    }
  }
}
