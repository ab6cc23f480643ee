internal import Foundation
internal import LinuxSystem
internal import TaskModel

/// Finds out about an image: what it says of itself, what lies in it, and what `warder-init --check` finds inside under a
/// restricted pod's settings. Nothing of the image is executed but `warder-init` and what that starts.
struct ImageInspection {
  let client: ContainerClient
  let image: String
  let environment: [String: String]

  struct Problem: Error {
    let message: String
  }

  /// - Parameter architecture: nil for this machine's.
  func facts(architecture: SeccompArchitecture?) throws(Problem) -> ImageFacts {
    var facts = ImageFacts()
    facts.ownVersion = WarderVersion.text
    facts.wantedArchitecture = (architecture ?? .native).goName
    facts.description = try description()
    try look(into: &facts)
    guard facts.description.architecture == SeccompArchitecture.native.goName else {
      facts.startProblem = nil
      facts.version = facts.ownVersion
      return facts
    }
    try check(&facts)
    return facts
  }

  // MARK: - What it says of itself

  private func description() throws(Problem) -> ImageDescription {
    let outcome = try brief(["image", "inspect", image], seconds: 60)
    guard outcome.succeeded else {
      throw Problem(message: "\(client.engine.rawValue) knows no image \(image): \(outcome.complaint)")
    }
    guard let list = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]],
      let first = list.first
    else { throw Problem(message: "\(client.engine.rawValue) says nothing that can be understood about \(image)") }
    let configuration = first["Config"] as? [String: Any] ?? [:]
    var description = ImageDescription()
    description.architecture = first["Architecture"] as? String ?? ""
    description.user = configuration["User"] as? String ?? ""
    description.entryPoint = configuration["Entrypoint"] as? [String] ?? []
    description.environment = configuration["Env"] as? [String] ?? []
    return description
  }

  // MARK: - What lies in it

  /// Reads the image's files as an archive, from a container that is made and never started.
  private func look(into facts: inout ImageFacts) throws(Problem) {
    let name = "warder-check-\(UUID().uuidString.lowercased())"
    // An image without a command needs one here; it is not executed.
    let made = try brief(
      ["create", "--name", name, "--network", "none", "--pull", "never", "--entrypoint", "/warder-init", image],
      seconds: 120)
    guard made.succeeded else { throw Problem(message: "no container can be made of \(image): \(made.complaint)") }
    defer { _ = try? brief(["rm", "--force", name], seconds: 60) }

    var entries = TarEntries()
    let plan = plan(["export", name])
    do throws(EngineProcess.Problem) {
      var process = try EngineProcess(plan)
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      var isOpen = true
      while isOpen {
        switch process.standardOutput.read(into: &buffer) {
        case .bytes(0), .failed: isOpen = false
        case .bytes(let count):
          for entry in entries.feed(Array(buffer[..<count])) { note(entry, &facts) }
        case .wouldBlock: _ = process.standardOutput.waitUntilReadable(milliseconds: 1000)
        }
      }
      process.standardError.close()
      var status: Int32 = 0
      waitpid(process.process, &status, 0)
    } catch { throw Problem(message: error.message) }
    guard entries.isComplete else {
      throw Problem(message: "the files of \(image) could not be read whole: \(client.engine.rawValue) export failed")
    }
  }

  private func note(_ entry: TarEntries.Entry, _ facts: inout ImageFacts) {
    if entry.path == ImageJudgement.policyPath { facts.hasPolicy = true }
    if entry.path == ImageJudgement.supervisorPath { facts.hasSupervisor = true }
    if ImageJudgement.isNotable(entry) { facts.files.append(entry) }
  }

  // MARK: - What holds inside

  private func check(_ facts: inout ImageFacts) throws(Problem) {
    let supervisor = facts.description.entryPoint.first.flatMap { $0.hasSuffix("/warder-init") ? $0 : nil }
    var words = ["run", "--rm", "--network", "none", "--pull", "never", "--log-driver", "none"]
    words += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only"]
    if client.engine == .podman { words += ["--read-only-tmpfs=false", "--no-hosts"] }
    // What it would get in a pod that insists on runAsNonRoot: else nothing but the user would be found out.
    if ImageJudgement.isRoot(facts.description.user) { words += ["--user", "1000:1000"] }
    words += ["--tmpfs", "/tmp:rw,exec,mode=1777,size=64m"]
    words += ["--entrypoint", supervisor ?? ImageJudgement.supervisorPath, image]
    let version = try brief(words + ["--version"], seconds: 60)
    let said = version.output.split(whereSeparator: \.isWhitespace)
    guard version.succeeded, said.count == 2, said[0] == "warder-init" else {
      facts.startProblem = version.succeeded ? "what is there is no warder-init" : version.complaint
      return
    }
    facts.version = String(said[1])
    let outcome = try brief(words + ["--check=json"], seconds: 120)
    guard let object = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any],
      let checks = object["checks"] as? [[String: String]]
    else {
      facts.startProblem = "warder-init --check=json says nothing that can be understood: \(outcome.complaint)"
      return
    }
    facts.checks = checks.map {
      InnerCheck(name: $0["name"] ?? "", status: $0["status"] ?? "", found: $0["found"] ?? "", advice: $0["advice"])
    }
  }

  private func plan(_ words: [String]) -> EnginePlan {
    EnginePlan(engine: client.engine, program: client.path, supervisorArguments: words, environment: environment)
  }

  private func brief(_ words: [String], seconds: Int) throws(Problem) -> BriefRun.Outcome {
    do throws(EngineProcess.Problem) {
      return try BriefRun.run(plan(words), seconds: seconds)
    } catch { throw Problem(message: error.message) }
  }
}
