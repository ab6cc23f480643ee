internal import Foundation
internal import LinuxSystem

/// Finds out what works on this machine: by trying, because a program that is there may not be allowed what it needs.
struct EngineProbe: Sendable {
  let environment: [String: String]

  struct Problem: Error {
    let message: String
  }

  /// The path of a program.
  func find(_ program: String) -> String? {
    let directories =
      (environment["PATH"] ?? "").split(separator: ":").map(String.init) + ["/usr/bin", "/usr/local/bin"]
    return directories.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private func locate(_ kind: EngineKind) throws(Problem) -> String {
    guard let program = kind.program else { return "" }
    guard let path = find(program) else { throw Problem(message: "\(program) is not installed; \(kind.installation)") }
    return path
  }

  func bubblewrap() throws(Problem) -> Bubblewrap {
    let path = try locate(.bubblewrap)
    let plan = EnginePlan(engine: .bubblewrap, program: path, supervisorArguments: ["--version"], environment: [:])
    return Bubblewrap(path: path, version: try run(plan).output.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  func client(_ kind: EngineKind) throws(Problem) -> ContainerClient {
    ContainerClient(engine: kind, path: try locate(kind))
  }

  /// Whether the image is on this machine: a run would fetch it otherwise.
  func hasImage(_ image: String, _ client: ContainerClient) -> Bool {
    let words =
      client.engine == .podman ? ["image", "exists", image] : ["image", "inspect", "--format", "{{.Id}}", image]
    let plan = EnginePlan(
      engine: client.engine, program: client.path, supervisorArguments: words, environment: environment)
    return (try? run(plan).succeeded) ?? false
  }

  /// Runs `warder-init --version` as the plan would run the task.
  ///
  /// - Returns: the version.
  func tryOut(_ plan: EnginePlan) throws(Problem) -> String {
    var trial = plan
    trial.supervisorArguments = ["--version"]
    let outcome = try run(trial)
    let words = outcome.output.split(whereSeparator: \.isWhitespace)
    guard outcome.succeeded, words.count == 2, words[0] == "warder-init" else {
      throw Problem(message: outcome.succeeded ? "its warder-init does not tell its version" : outcome.complaint)
    }
    return String(words[1])
  }

  private func run(_ plan: EnginePlan) throws(Problem) -> BriefRun.Outcome {
    do { return try BriefRun.run(plan) } catch { throw Problem(message: error.message) }
  }

  /// What of this machine's root is there.
  static func machineRoot() -> MachineRoot {
    let manager = FileManager.default
    let entries = MachineRoot.candidates.compactMap { path -> MachineRoot.Entry? in
      if let link = try? manager.destinationOfSymbolicLink(atPath: path) {
        return MachineRoot.Entry(path: path, link: link)
      }
      return manager.fileExists(atPath: path) ? MachineRoot.Entry(path: path, link: nil) : nil
    }
    let resolver = URL(fileURLWithPath: "/etc/resolv.conf").resolvingSymlinksInPath().path
    let isElsewhere = !resolver.hasPrefix("/etc/") && manager.fileExists(atPath: resolver)
    return MachineRoot(entries: entries, resolverFile: isElsewhere ? resolver : nil)
  }
}
