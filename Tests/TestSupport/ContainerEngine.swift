import Foundation

/// podman on this machine, as `scripts/lib/podman` sets it up, and the images that the tests run.
///
/// What podman 4.3 was found to do differently from a kubelet, and what the tests do about it:
/// - `kube play` ignores `securityContext.seccompProfile`; the annotation that it replaced is honoured, with the profile
///   looked up below `--seccomp-profile-root`. The manifest carries both.
/// - `runAsUser`, `runAsGroup`, `drop: [ALL]`, `allowPrivilegeEscalation`, `readOnlyRootFilesystem` and the memory limit
///   are honoured.
/// - An emptyDir becomes a named volume of the whole machine, called like the pod's volume, on disk whatever its medium,
///   without its size limit: names are made unique, and the tests that need a memory-backed `/tmp` use `podman run`.
/// - A ConfigMap's keys become plain files, not links through `..data`: the tests of that layout use `podman run` with a
///   directory laid out so.
/// - A Secret volume without `optional` ends podman with a nil pointer, and one of a Secret with `stringData` is empty.
/// - There is no termination message: a file is mounted in its place.
/// - `kube down` leaves volumes and secrets of the manifest behind.
///
/// What it does as a kubelet does: `podman logs` gives the two streams byte for byte out of the log file, `podman stop` sends
/// SIGTERM from outside the process namespace and SIGKILL after its grace, `podman wait` and `podman run` tell the
/// container's exit code (125 is podman's own: the container could not be started).
package enum ContainerEngine {
  /// Whether to try. In CI a missing engine is a failure and not a reason to skip.
  package static let isExpected =
    ProcessInfo.processInfo.environment["CI"] == "true" || path(of: "podman") != nil

  package static let whyNot: String = "podman is not installed here; scripts/setup --test installs it"

  /// Images, by what they have besides the supervisor.
  package enum Image: String, Sendable {
    case python, bash
    /// Built from scratch: static busybox alone.
    case busybox
    /// `python` with `/usr/local/bin/probe` and a set-user-ID copy of it.
    case test
    /// The examples of images/: a base, the supervisor and a policy.
    case node, ruby, alpine, distroless, template
    /// CPython's own tests, numerical libraries, compilers and node. It is large, and made only for those who ask.
    case workloads

    package var reference: String { "\(ContainerEngine.imagePrefix)/\(rawValue):latest" }
  }

  /// As in `scripts/build-images`.
  package static let imagePrefix = ProcessInfo.processInfo.environment["IMAGE_PREFIX"] ?? "localhost/warder"

  /// A Debian with Python that knows nothing of Warder, the base of others where no registry is asked.
  package static let stockImage = "localhost/warder/base:latest"

  /// Runs podman.
  package static func podman(_ arguments: [String]) -> ProcessCommand {
    ProcessCommand(Repository.path("scripts/lib/podman"), arguments)
  }

  /// Builds the images out of the present binary, once for the whole test process.
  package static func prepare(_ image: Image = .test) async throws {
    switch image {
    case .workloads: try await workloadsPreparation.value
    case .node, .ruby, .alpine, .distroless, .template: try await examplesPreparation.value
    case .python, .bash, .busybox, .test: try await preparation.value
    }
  }

  private static let preparation = Task { try await build("--test") }
  private static let examplesPreparation = Task {
    // Not at the same time: both build the supervisor's own image.
    try await preparation.value
    try await build("--examples")
  }
  private static let workloadsPreparation = Task { try await build("--workloads") }

  private static func build(_ option: String) async throws {
    guard path(of: "podman") != nil else { throw TestSupportError(whyNot) }
    guard FileManager.default.isExecutableFile(atPath: WarderInit.binary) else {
      throw TestSupportError("\(WarderInit.binary) is missing: run scripts/build")
    }
    var command = ProcessCommand(Repository.path("scripts/build-images"), ["--local", option])
    command.timeLimit = .seconds(1200)
    try await command.runSuccessfully()
  }

  private static func path(of program: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
