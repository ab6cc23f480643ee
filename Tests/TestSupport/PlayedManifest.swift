/// A manifest as it is, played by `podman kube play`: one pod, its log, and nothing left afterwards.
package struct PlayedManifest: Sendable {
  package let manifest: [UInt8]
  package let pod: String
  package let container: String
  /// That podman makes for the pod, on the whole machine.
  package let volumes: [String]

  package init(manifest: [UInt8], pod: String, container: String, volumes: [String]) {
    self.manifest = manifest
    self.pod = pod
    self.container = container
    self.volumes = volumes
  }

  package func run() async throws -> WarderRun {
    try await ContainerEngine.prepare()
    let file = try TemporaryPath(file: manifest, permissions: 0o644)
    do {
      let run = try await Slots.run { try await play(file.path) }
      await remove()
      return run
    } catch {
      await remove()
      throw error
    }
  }

  private func play(_ path: String) async throws -> WarderRun {
    try await ContainerEngine.podman(["kube", "play", "--quiet", "--network", "none", "--no-hosts", path])
      .runSuccessfully()
    let status = try await ContainerEngine.podman(["wait", container]).runSuccessfully().outputText
    guard let code = status.split(separator: "\n").first.flatMap({ Int32($0) }) else {
      throw TestSupportError("podman wait named no exit code of \(container)")
    }
    let logs = try await ContainerEngine.podman(["logs", container]).runSuccessfully()
    return WarderRun(log: logs.output, errors: logs.errors, end: .exited(code))
  }

  private func remove() async {
    _ = try? await ContainerEngine.podman(["pod", "rm", "--force", "--ignore", "--time", "0", pod]).run()
    _ = try? await ContainerEngine.podman(["volume", "rm", "--force"] + volumes).run()
  }
}
