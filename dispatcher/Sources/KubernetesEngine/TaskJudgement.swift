internal import DispatcherModel
internal import WarderFrames

/// Where a task is, by all that is known of it. Pure: no clock, no cluster.
enum TaskJudgement: Sendable, Hashable {
  case phase(TaskPhase)
  /// It cannot start: delete the Job, so that it does not start after all, and say why.
  case withdraw(Withdrawal)
  /// It is over, and the rest of what there is to know is on its way.
  case settling
  case ended(EngineEnd)

  /// How long things have been as they are, since this process saw them first.
  struct Ages: Sendable {
    /// Since the task is followed.
    var task = Duration.zero
    /// Since the pod is there.
    var pod = Duration.zero
    /// Since the task is over.
    var end = Duration.zero
    /// Since the pod is being deleted.
    var deletion = Duration.zero
  }

  enum Log: Sendable, Hashable {
    case none
    case reading
    case finished(hasVerdict: Bool)
  }

  static func of(_ facts: TaskFacts, log: Log, ages: Ages, budgets: Budgets) -> TaskJudgement {
    if let pod = facts.pod {
      if isOver(pod, facts) {
        if budgets.isRunAgain, pod.disruption != nil, facts.job != nil, !facts.isJobGone, facts.job?.end == nil,
          facts.withdrawal == nil
        {
          return .phase(.pending(detail: "the cluster took the pod away (\(pod.disruption?[0] ?? "")): it runs again"))
        }
        return settle(pod, facts, log: log, ages: ages, budgets: budgets)
      }
      // A node that is gone cannot say so: the pod stays, being deleted.
      if pod.isBeingDeleted, log != .reading || ages.deletion > .seconds(pod.graceSeconds + 120),
        ages.deletion > .seconds(pod.graceSeconds + 60)
      {
        return .ended(
          EngineEnd(platformReason: .nodeLost, message: "the pod is being deleted, and its node does not answer"))
      }
      if pod.hasStarted { return .phase(.running) }
      if facts.withdrawal == nil { return waiting(pod, ages: ages, budgets: budgets) }
      return ages.end > .seconds(120) ? ended(facts) : .settling
    }
    if facts.isJobGone { return ended(facts) }
    guard let job = facts.job else { return .phase(.pending(detail: "created")) }
    if facts.withdrawal != nil { return .settling }
    if let end = job.end { return withoutPod(end, facts) }
    return waiting(job, facts, ages: ages, budgets: budgets)
  }

  private static func isOver(_ pod: PodFacts, _ facts: TaskFacts) -> Bool {
    pod.isTerminal || pod.isGone || pod.hasTerminated
  }

  // MARK: - The end

  private static func settle(
    _ pod: PodFacts, _ facts: TaskFacts, log: Log, ages: Ages, budgets: Budgets
  ) -> TaskJudgement {
    // Nothing ran, and we know why.
    if !pod.hasStarted, facts.withdrawal != nil { return ended(facts) }
    let end = end(of: pod, facts)
    switch log {
    case .finished(hasVerdict: true): return .ended(end)
    case .reading: return .settling
    case .none where pod.hasStarted && !pod.isGone: return .settling
    case .none, .finished: break
    }
    // A pod without a word about its container, whose Job is still to say what became of it.
    if pod.isGone, !pod.hasTerminated, facts.job != nil, facts.job?.end == nil, !facts.isJobGone,
      ages.end < .seconds(30)
    {
      return .settling
    }
    // The container's end may be told after the pod's, and the pod's reason after the container's.
    if pod.isTerminal, !pod.isGone, case .running = pod.container, end.platformReason != Reason.nodeLost.text,
      ages.end < .seconds(pod.graceSeconds + 10)
    {
      return .settling
    }
    if !pod.isTerminal, !pod.isGone, ages.end < .seconds(5) { return .settling }
    return .ended(end)
  }

  private static func end(of pod: PodFacts, _ facts: TaskFacts) -> EngineEnd {
    var end = PlatformVerdict.end(of: pod, job: facts.job)
    // It was withdrawn, and had started by then.
    if let withdrawal = facts.withdrawal, end.platformReason == nil, end.terminationMessage == nil {
      if withdrawal.reason == .cancelled { end.platformReason = Reason.cancelled.text }
      end.message = "\(withdrawal.message); the script had just started, and was ended"
    }
    return end
  }

  /// Without a pod that ran.
  private static func ended(_ facts: TaskFacts) -> TaskJudgement {
    if let withdrawal = facts.withdrawal {
      return .ended(EngineEnd(platformReason: withdrawal.reason, message: withdrawal.message))
    }
    if let end = facts.job?.end { return withoutPod(end, facts) }
    return .ended(EngineEnd(message: "the Job is gone, and nothing was seen of its pod"))
  }

  /// - Parameter end: the Job's last condition.
  private static func withoutPod(_ end: [String], _ facts: TaskFacts) -> TaskJudgement {
    if end[1] == "DeadlineExceeded" {
      if let refusal = facts.refusal {
        return .ended(EngineEnd(platformReason: .admissionRefused, message: refusal))
      }
      return .ended(
        EngineEnd(platformReason: .unschedulable, message: facts.remark ?? "no pod was made in time: \(end[2])"))
    }
    return .ended(EngineEnd(message: "the Job ended (\(end[1]): \(end[2])), and nothing is left of its pod"))
  }

  // MARK: - Before the start

  private static func waiting(_ pod: PodFacts, ages: Ages, budgets: Budgets) -> TaskJudgement {
    if case .waiting(let reason, let message) = pod.container, !reason.isEmpty {
      let detail = message.isEmpty ? reason : "\(reason): \(message)"
      if ImageProblem.reasons.contains(reason) {
        if ImageProblem.isFinal(reason: reason, message: message) || ages.pod > budgets.start {
          return .withdraw(Withdrawal(reason: .imagePull, message: detail))
        }
        return .phase(.pending(detail: "waiting for the image: \(detail)"))
      }
      // CreateContainerConfigError, CreateContainerError, RunContainerError: tried again by the kubelet, mostly in vain.
      if reason.hasSuffix("Error"), ages.pod > budgets.start {
        return .withdraw(Withdrawal(reason: .launchFailed, message: detail))
      }
      return .phase(.pending(detail: reason == "ContainerCreating" ? "starting" : detail))
    }
    if !pod.hasNode, let why = pod.unscheduled {
      if ages.pod > budgets.queue {
        return .withdraw(Withdrawal(reason: .unschedulable, message: "no node within \(budgets.queue.words): \(why)"))
      }
      return .phase(.pending(detail: "waiting for a node: \(why)"))
    }
    return .phase(.pending(detail: pod.hasNode ? "starting" : "waiting for a node"))
  }

  private static func waiting(
    _ job: JobFacts, _ facts: TaskFacts, ages: Ages, budgets: Budgets
  ) -> TaskJudgement {
    if job.isSuspended {
      let queue = job.queue.map { "the queue \($0)" } ?? "somebody to resume the Job"
      if ages.task > budgets.queue {
        return .withdraw(
          Withdrawal(reason: .unschedulable, message: "waited for \(queue) longer than \(budgets.queue.words)"))
      }
      return .phase(.pending(detail: "waiting for \(queue)\(facts.remark.map { ": \($0)" } ?? "")"))
    }
    if let refusal = facts.refusal {
      if !QuotaRefusal.mayPass(refusal) || ages.task > budgets.queue {
        return .withdraw(Withdrawal(reason: .admissionRefused, message: refusal))
      }
      return .phase(.pending(detail: "waiting for room: \(refusal)"))
    }
    if ages.task > budgets.queue {
      return .withdraw(
        Withdrawal(reason: .unschedulable, message: "Kubernetes made no pod within \(budgets.queue.words)"))
    }
    return .phase(.pending(detail: "waiting for a pod"))
  }
}

extension Duration {
  /// For people.
  var words: String {
    components.seconds % 60 == 0 && components.seconds > 0
      ? "\(components.seconds / 60)m" : "\(components.seconds)s"
  }
}
