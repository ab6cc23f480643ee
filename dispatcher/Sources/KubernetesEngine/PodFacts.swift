internal import KubernetesAPI
internal import Manifests

/// Of a pod what decides about its task. Containers beside the task's own do not count: a sidecar may outlive it.
struct PodFacts: Sendable, Hashable {
  enum Container: Sendable, Hashable {
    /// The kubelet has said nothing yet.
    case unknown
    case waiting(reason: String, message: String)
    case running
    case terminated(exitCode: Int, reason: String, message: String?)
  }

  var name: String
  var uid: String
  var job: String
  var jobUID: String
  var created: String
  var container: Container
  var phase: String
  var reason: String
  var message: String
  /// Why no node takes it (condition PodScheduled).
  var unscheduled: String?
  var hasNode: Bool
  /// Why the cluster takes it away (condition DisruptionTarget): reason and message.
  var disruption: [String]?
  var deadlineSeconds: Int64?
  var graceSeconds: Int64
  var isBeingDeleted: Bool
  /// The pod is gone: this is what was known last.
  var isGone = false
  /// Which of its Job's pods it is, by when it was heard of.
  var order = 0

  fileprivate var liveliness: Int { isGone ? 0 : isTerminal || hasTerminated ? 1 : 2 }

  var hasStarted: Bool {
    switch container {
    case .unknown, .waiting: false
    case .running, .terminated: true
    }
  }

  var hasTerminated: Bool { if case .terminated = container { true } else { false } }

  var isTerminal: Bool { phase == "Succeeded" || phase == "Failed" }

  /// Whether somebody asked for the end by the pod's own deadline, which can be lowered and not raised: no task is given a
  /// single second.
  var isCancelled: Bool { deadlineSeconds == 1 }

  init?(_ pod: Pod) {
    guard let name = pod.metadata.name, let uid = pod.metadata.uid,
      let owner = pod.metadata.ownerReferences?.first(where: { $0.kind == "Job" })
    else { return nil }
    self.name = name
    self.uid = uid
    job = owner.name
    jobUID = owner.uid
    created = pod.metadata.creationTimestamp ?? ""
    isBeingDeleted = pod.metadata.deletionTimestamp != nil
    phase = pod.status?.phase ?? ""
    reason = pod.status?.reason ?? ""
    message = pod.status?.message ?? ""
    deadlineSeconds = pod.spec?.activeDeadlineSeconds
    graceSeconds = pod.spec?.terminationGracePeriodSeconds ?? 30
    hasNode = pod.spec?.nodeName.map { !$0.isEmpty } ?? false
    let conditions = pod.status?.conditions ?? []
    let scheduled = conditions.first { $0.type == "PodScheduled" }
    unscheduled = scheduled.flatMap { $0.status == "False" ? $0.message ?? $0.reason ?? "no node takes it" : nil }
    disruption = conditions.first { $0.type == "DisruptionTarget" && $0.holds }.map {
      [$0.reason ?? "", $0.message ?? ""]
    }
    let state = pod.status?.containerStatuses?.first { $0.name == RenderedTask.container }?.state
    if let terminated = state?.terminated {
      container = .terminated(
        exitCode: terminated.exitCode, reason: terminated.reason ?? "", message: terminated.message)
    } else if state?.running != nil {
      container = .running
    } else if let waiting = state?.waiting {
      container = .waiting(reason: waiting.reason ?? "", message: waiting.message ?? "")
    } else {
      container = .unknown
    }
  }
}

/// Of a Job what decides about its task.
struct JobFacts: Sendable, Hashable {
  var uid: String
  var created: String
  var isSuspended: Bool
  var isBeingDeleted: Bool
  var queue: String?
  /// Its last condition, `Complete` or `Failed`, with reason and message.
  var end: [String]?

  init?(_ job: Job) {
    guard let uid = job.metadata.uid else { return nil }
    self.uid = uid
    created = job.metadata.creationTimestamp ?? ""
    isSuspended = job.spec?.suspend ?? false
    isBeingDeleted = job.metadata.deletionTimestamp != nil
    queue = job.metadata.labels?["kueue.x-k8s.io/queue-name"]
    end = (job.status?.conditions ?? []).first { ["Complete", "Failed"].contains($0.type) && $0.holds }.map {
      [$0.type, $0.reason ?? "", $0.message ?? ""]
    }
  }
}

/// All that is known of a task.
struct TaskFacts: Sendable, Hashable {
  var job: JobFacts?
  /// The Job was there, and is not any more.
  var isJobGone = false
  /// Pods by their UIDs, those that are gone included.
  var pods: [String: PodFacts] = [:]
  /// What the Job's controller could not do, in its last words (events FailedCreate).
  var refusal: String?
  /// What else was said about the Job last.
  var remark: String?
  /// Why the Job was deleted by us.
  var withdrawal: Withdrawal?

  /// The pod that counts: the last one. Timestamps have whole seconds: of two pods of one second, the one that has not ended,
  /// else the one that was heard of later.
  var pod: PodFacts? {
    pods.values.max { ($0.created, $0.liveliness, $0.order) < ($1.created, $1.liveliness, $1.order) }
  }
}
