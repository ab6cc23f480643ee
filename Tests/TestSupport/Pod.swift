import Foundation

/// One pod out of the manifest `Support/pod.yaml`, played by `podman kube play`: script in a ConfigMap, restricted security
/// context, read-only root, emptyDir `/tmp`, mounted secrets.
package struct Pod: Sendable {
  package var image: ContainerEngine.Image
  /// The container's arguments: options of `warder-init`, then `--` and the script's.
  package var arguments: [String] = []
  /// A command in place of the image's entry point.
  package var command: [String] = []
  /// The ConfigMap's keys.
  package var files: [String: String]
  package var user: UInt32 = 1000
  package var group: UInt32 = 1000
  package var timeLimit: Duration = .seconds(60)

  package init(_ image: ContainerEngine.Image, files: [String: String], arguments: [String] = []) {
    self.image = image
    self.files = files
    self.arguments = arguments
  }

  /// Plays the pod, waits for its end, reads its log as the log API would, and removes everything.
  ///
  /// - Parameter whileRunning: is given the container, once the pod was started.
  package func run(
    whileRunning: @escaping @Sendable (RunningContainer) async throws -> Void = { _ in }
  ) async throws -> WarderRun {
    try await ContainerEngine.prepare()
    let name = "warder-test-" + randomName()
    let terminationLog = try TemporaryPath(file: [], permissions: 0o666)
    let manifest = try TemporaryPath(
      file: Array(manifest(name, terminationLog: terminationLog.path).utf8), permissions: 0o644)
    let container = RunningContainer(name: name + "-main", stopGrace: 30)

    do {
      let run = try await Slots.run {
        try await play(manifest.path, container, whileRunning)
      }
      await remove(name)
      return WarderRun(run, terminationMessage: try terminationLog.contents)
    } catch {
      await remove(name)
      throw error
    }
  }

  private func play(
    _ manifest: String, _ container: RunningContainer,
    _ whileRunning: @Sendable (RunningContainer) async throws -> Void
  ) async throws -> ProcessRun {
    let clock = ContinuousClock()
    let start = clock.now
    try await ContainerEngine.podman([
      "kube", "play", "--quiet", "--network", "none", "--no-hosts", "--seccomp-profile-root",
      OuterFilter.directory, manifest,
    ]).runSuccessfully()
    try await whileRunning(container)
    var wait = ContainerEngine.podman(["wait", container.name])
    wait.timeLimit = timeLimit
    let status = try await wait.runSuccessfully().outputText.split(separator: "\n").first.flatMap { Int32($0) }
    guard let status else { throw TestSupportError("podman wait named no exit code of \(container.name)") }
    let duration = clock.now - start
    let logs = try await ContainerEngine.podman(["logs", container.name]).runSuccessfully()
    return ProcessRun(end: .exited(status), output: logs.output, errors: logs.errors, duration: duration)
  }

  private func remove(_ name: String) async {
    _ = try? await ContainerEngine.podman(["pod", "rm", "--force", "--ignore", "--time", "0", name]).run()
    let volumes = ["task", "tmp", "secret"].map { "\(name)-\($0)" }
    _ = try? await ContainerEngine.podman(["volume", "rm", "--force"] + volumes).run()
    _ = try? await ContainerEngine.podman(["secret", "rm", name + "-secret"]).run()
  }

  /// The template with its places filled in.
  private func manifest(_ name: String, terminationLog: String) throws -> String {
    var text = try String(contentsOfFile: Repository.path("Tests/ContainerTests/Support/pod.yaml"), encoding: .utf8)
    let replacements = [
      "NAME": name, "IMAGE": image.reference, "USER": String(user), "GROUP": String(group),
      "COMMAND": try json(command), "ARGUMENTS": try json(arguments), "FILES": try json(files),
      "PROFILE": OuterFilter.fileName,
      "TERMINATION_LOG": terminationLog,
    ]
    for (place, value) in replacements { text = text.replacingOccurrences(of: "{{\(place)}}", with: value) }
    return text
  }

  /// JSON is YAML.
  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
