internal import DispatcherModel
internal import Foundation
internal import Manifests

/// The objects of one task, as bodies of requests.
struct TaskObjects {
  let configMap: [UInt8]
  let job: [UInt8]
  let mark: String

  init(_ task: TaskSpecification, _ settings: KubernetesSettings) throws(EngineError) {
    guard let runtime = settings.runtimes[task.runtime] else {
      throw .refused("the runtime \(task.runtime) has no image in this dispatcher's configuration")
    }
    mark = UUID().uuidString.lowercased()
    var request = RenderedTask.Request(
      name: task.id, image: runtime.image, script: (task.script.path, task.script.bytes))
    request.namespace = settings.namespace
    request.data = task.files.map { ($0.path, $0.bytes) }
    request.arguments = task.arguments
    request.standardInput = task.standardInput
    // Memory is the container's, and `warder-init` ends the script a little below it.
    request.memory = task.settings.last { $0.key == "memory" }?.text ?? runtime.memory
    request.settings = task.settings.filter { $0.key != "memory" }.map { ($0.key, $0.text) }
    if let name = runtime.policyRuntime, !request.settings.contains(where: { $0.key == "runtime" }) {
      request.settings.append(("runtime", name))
    }
    request.settings += task.environment.sorted { $0.key < $1.key }.map { ("env", "\($0.key)=\($0.value)") }
    request.labels = [TaskLabels.manager, (TaskLabels.instance, settings.instance)]
    if let trust = task.settings.last(where: { $0.key == "trust" }) {
      request.labels.append((TaskLabels.trust, trust.text))
    }
    request.annotations = [(TaskLabels.start, mark)]
    request.cpu = runtime.cpu
    request.temporary = runtime.temporary
    request.runAsUser = runtime.runAsUser
    request.usesHostUsers = runtime.usesHostUsers
    request.runtimeClass = runtime.runtimeClass
    request.queue = runtime.queue
    request.isRunAgainAfterDisruption = settings.isRunAgainAfterDisruption
    request.secondsKept = settings.secondsKept
    request.startBudget = settings.startBudget
    request.queueBudget = settings.queueBudget
    request.template = runtime.template
    request.policy = runtime.policy
    do throws(RenderedTask.Refusal) {
      let rendered = try RenderedTask(request)
      configMap = rendered.configMap
      job = rendered.job
    } catch {
      throw .refused(error.description)
    }
  }

  /// The Job as the ConfigMap's owner: whoever deletes the Job has the garbage collector take the ConfigMap. Without
  /// `blockOwnerDeletion`, for which one would need the right to set the Job's finalizers.
  ///
  /// - Parameters:
  ///   - name: a DNS label, as the API server has taken it.
  ///   - uid: letters, digits and hyphens.
  static func ownerPatch(job name: String, uid: String) -> [UInt8] {
    let owner = #"{"apiVersion":"batch/v1","kind":"Job","name":"\#(name)","uid":"\#(uid)"}"#
    return Array(#"{"metadata":{"ownerReferences":[\#(owner)]}}"#.utf8)
  }
}
