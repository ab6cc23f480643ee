internal import Foundation
internal import Manifests
internal import TaskModel

/// The engine that runs a task, and how: found by trying.
struct EngineSelection {
  let task: LocalTask
  let stage: Stage
  let supervisor: SupervisorBinary?
  let environment: [String: String]
  /// Whether `warder-init` was named: then it is used in images, too.
  let namesSupervisor: Bool

  struct Found {
    let plan: EnginePlan
    /// A line about the engine, for a person.
    let remark: String
    /// Other things worth a word.
    let warnings: [String]
  }

  struct Problem: Error {
    let message: String
  }

  private var probe: EngineProbe { EngineProbe(environment: environment) }

  /// The image that a container runs: what was asked for, or the same that `warder render` puts into a Job.
  private var image: String { task.image ?? task.manifestImage ?? DefaultImage.reference(runtime: task.runtime) }

  func select(_ choice: EngineChoice) throws(Problem) -> Found {
    if let kind = choice.kind {
      do { return try attempt(kind) } catch { throw Problem(message: "engine \(kind.rawValue): \(error.message)") }
    }
    // An image that was asked for needs an engine that runs images.
    let candidates: [EngineKind] = task.image == nil ? EngineKind.allCases : [.podman, .docker]
    var refusals: [String] = []
    for kind in candidates {
      do {
        let found = try attempt(kind, isAutomatic: true)
        let why = refusals.isEmpty ? "" : " (\(refusals.joined(separator: "; ")))"
        return Found(plan: found.plan, remark: found.remark + why, warnings: found.warnings)
      } catch { refusals.append("\(kind.rawValue): \(error.message)") }
    }
    throw Problem(message: "no engine works here: \(refusals.joined(separator: "; "))")
  }

  private func attempt(_ kind: EngineKind, isAutomatic: Bool = false) throws(Problem) -> Found {
    let plan = try plan(kind, isAutomatic: isAutomatic)
    var warnings = leftOut(by: kind)
    // A container's start takes its time: it is tried where there is a choice.
    if !kind.isContainer || isAutomatic {
      let version: String
      do throws(EngineProbe.Problem) {
        version = try probe.tryOut(plan)
      } catch { throw Problem(message: Self.explain(error.message, kind)) }
      if version != WarderVersion.text {
        warnings.append("warder-init is version \(version), and this is warder \(WarderVersion.text)")
      }
    }
    let what = kind.isContainer ? " (\(image))" : ""
    return Found(plan: plan, remark: "engine \(kind.rawValue)\(what): \(kind.difference)", warnings: warnings)
  }

  /// What a manifest says and the engine cannot do.
  private func leftOut(by kind: EngineKind) -> [String] {
    guard let image = task.manifestImage, !kind.isContainer else { return [] }
    var remarks = ["the image \(image) is left out: its programs and its policy are this machine's here"]
    if task.cpus != nil { remarks.append("its CPU limit is left out: engine \(kind.rawValue) has none") }
    if kind == .process, let user = task.user, user.id != Int64(geteuid()), geteuid() != 0 || user.id != 1000 {
      remarks.append("its user \(user.id) is left out: engine process runs the script as this user")
    }
    return remarks
  }

  private func plan(_ kind: EngineKind, isAutomatic: Bool) throws(Problem) -> EnginePlan {
    do throws(EngineProbe.Problem) {
      switch kind {
      case .bubblewrap:
        return .bubblewrap(task, stage.paths, try probe.bubblewrap(), EngineProbe.machineRoot())
      case .process:
        return .process(task, stage.paths, isRoot: geteuid() == 0)
      case .podman, .docker:
        let client = try probe.client(kind)
        let isOurs = task.image == nil || image.hasPrefix("localhost/")
        if isOurs || isAutomatic, !probe.hasImage(image, client) {
          throw EngineProbe.Problem(
            message: "there is no image \(image) here; "
              + (isOurs ? "make it with scripts/build-images, or name another with --image" : "fetch it first"))
        }
        let name = "warder-run-" + String(stage.paths.directory.split(separator: "-").last ?? "")
        return .container(
          task, stage.paths, client, image: image, name: name, environment: environment,
          mountsSupervisor: namesSupervisor)
      }
    } catch { throw Problem(message: error.message) }
  }

  /// What to do about refusals that are known.
  static func explain(_ message: String, _ kind: EngineKind) -> String {
    guard kind == .bubblewrap else { return message }
    let isNamespaceRefused =
      message.contains("creating new namespace") || message.contains("setting up uid map")
      || message.contains("No permissions to create")
    return isNamespaceRefused
      ? "\(message): this machine allows users no namespaces; see user.max_user_namespaces, "
        + "kernel.apparmor_restrict_unprivileged_userns and kernel.unprivileged_userns_clone in sysctl(8)" : message
  }
}
