internal import DispatcherModel
internal import WarderFrames

/// What the platform says about the end of a pod.
///
/// Its status outranks the termination message: the script's user can write that file when the supervisor is dead. Where it
/// says nothing of its own, the message stands.
enum PlatformVerdict {
  static func end(of pod: PodFacts, job: JobFacts?) -> EngineEnd {
    let (reason, message) = said(of: pod, job)
    var left: [UInt8]?
    if case .terminated(_, _, let text?) = pod.container, !text.isEmpty { left = Array(text.utf8) }
    return EngineEnd(platformReason: reason, message: message, terminationMessage: left)
  }

  private static func said(of pod: PodFacts, _ job: JobFacts?) -> (Reason?, String?) {
    var containerReason = ""
    if case .terminated(_, let reason, _) = pod.container { containerReason = reason }
    // Set by the runtime when the kernel has killed in the container's cgroup.
    if containerReason == "OOMKilled" {
      return (.oomKilled, "the kernel ended the container for its memory (OOMKilled)")
    }
    if pod.reason == "NodeLost" { return (.nodeLost, text(pod)) }
    if pod.reason == "DeadlineExceeded" {
      guard pod.isCancelled else { return (.deadlineExceeded, text(pod)) }
      // The verdict of whoever heard SIGTERM is the better one.
      return hasMessage(pod) ? (nil, nil) : (.cancelled, "cancelled; the supervisor did not say how the script ended")
    }
    if let disruption = pod.disruption { return taken(pod, reason: disruption[0], message: disruption[1]) }
    switch pod.reason {
    case "Evicted", "Preempting", "Preempted": return (.evicted, text(pod))
    // The node was shut down in an orderly way.
    case "Terminated", "NodeShutdown", "Shutdown": return (.evicted, text(pod))
    default: break
    }
    // runc could not start the image's program (exit codes 127, 128).
    if ["StartError", "ContainerCannotRun"].contains(containerReason) { return (.launchFailed, message(of: pod)) }
    if pod.phase == "Failed", !pod.hasStarted, !pod.reason.isEmpty {
      // The kubelet's own admission: OutOfcpu, OutOfpods, NodeAffinity, UnexpectedAdmissionError, …
      return (.unschedulable, text(pod))
    }
    if pod.isGone, !pod.hasTerminated { return removed(pod, job) }
    return (nil, nil)
  }

  /// The pod went before anybody saw its end.
  private static func removed(_ pod: PodFacts, _ job: JobFacts?) -> (Reason?, String?) {
    if let end = job?.end, end[0] == "Failed", end[1] == "DeadlineExceeded" {
      return pod.hasStarted
        ? (.deadlineExceeded, "the Job's deadline came: \(end[2])") : notStarted(pod.unscheduled ?? end[2], pod)
    }
    if pod.isCancelled { return (.cancelled, "cancelled; the pod is gone") }
    return (nil, "the pod was removed before its end was seen")
  }

  private static func notStarted(_ detail: String, _ pod: PodFacts) -> (Reason?, String?) {
    if case .waiting(let reason, let message) = pod.container, ImageProblem.reasons.contains(reason) {
      return (.imagePull, "\(reason): \(message)")
    }
    return pod.hasNode ? (.deadlineExceeded, detail) : (.unschedulable, detail)
  }

  /// Reasons of the condition DisruptionTarget (KEP-3329): PreemptionByScheduler, DeletionByTaintManager,
  /// EvictionByEvictionAPI, DeletionByPodGC, TerminationByKubelet.
  private static func taken(_ pod: PodFacts, reason: String, message: String) -> (Reason?, String?) {
    let detail = "\(reason): \(message.isEmpty ? pod.message : message)"
    switch reason {
    // The pod's node is gone.
    case "DeletionByPodGC": return (.nodeLost, detail)
    // A node that does not answer any more is tainted; its kubelet would have said how the container ended.
    case "DeletionByTaintManager": return (pod.hasTerminated ? .evicted : .nodeLost, detail)
    default: return (.evicted, detail)
    }
  }

  private static func text(_ pod: PodFacts) -> String {
    pod.message.isEmpty ? pod.reason : "\(pod.reason): \(pod.message)"
  }

  private static func message(of pod: PodFacts) -> String? {
    if case .terminated(_, let reason, let message) = pod.container { "\(reason): \(message ?? "")" } else { nil }
  }

  /// Whether the supervisor left a verdict, and not the sentence that it writes before the script starts.
  private static func hasMessage(_ pod: PodFacts) -> Bool {
    guard case .terminated(_, _, let message?) = pod.container else { return false }
    return message.hasPrefix("{\"reason\":\"") && !message.hasPrefix("{\"reason\":\"lost\"")
  }
}

/// Why a container waits.
enum ImageProblem {
  /// The image cannot be had (kubelet, pkg/kubelet/images).
  static let reasons: Set<String> = [
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
    "RegistryUnavailable", "SignatureValidationFailed",
  ]
  /// What trying again does not change.
  private static let final: Set<String> = ["InvalidImageName", "ErrImageNeverPull", "SignatureValidationFailed"]
  private static let finalWords = [
    "not found", "manifest unknown", "unauthorized", "authentication required", "pull access denied", "denied:",
    "no match for platform",
  ]

  static func isFinal(reason: String, message: String) -> Bool {
    final.contains(reason) || finalWords.contains { message.contains($0) }
  }
}
