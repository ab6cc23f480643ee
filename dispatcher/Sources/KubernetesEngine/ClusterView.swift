internal import KubernetesAPI

/// What the watches have brought, by task, for everybody who follows one.
actor ClusterView {
  private struct Entry {
    var facts = TaskFacts()
    var version = 0
    var followers = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private var entries: [String: Entry] = [:]
  private var nextWaiter = 0
  private var hasJobs = false
  private var hasPods = false
  /// Why nothing can be heard, by what is watched.
  private(set) var troubles: [String: String] = [:]

  /// Whether all that there was has been listed.
  var isSynced: Bool { hasJobs && hasPods }

  /// For tests and metrics.
  var count: Int { entries.count }

  // MARK: - From the watches

  func apply(_ update: InformerUpdate<Job>) {
    switch update {
    case .replaced(let jobs):
      let names = Set(jobs.compactMap(\.metadata.name))
      for (name, entry) in entries where entry.facts.job != nil && !names.contains(name) {
        change(name) { $0.isJobGone = true }
      }
      for job in jobs { take(job) }
      hasJobs = true
    case .changed(let job): take(job)
    case .deleted(let job):
      take(job)
      guard let name = job.metadata.name, entries[name]?.facts.job?.uid == job.metadata.uid else { return }
      change(name) { $0.isJobGone = true }
    case .connected: troubles["jobs"] = nil
    case .disturbed(let error): troubles["jobs"] = error.message
    }
  }

  func apply(_ update: InformerUpdate<Pod>) {
    switch update {
    case .replaced(let pods):
      let uids = Set(pods.compactMap(\.metadata.uid))
      for (name, entry) in entries {
        for (uid, pod) in entry.facts.pods where !pod.isGone && !uids.contains(uid) {
          change(name) { $0.pods[uid]?.isGone = true }
        }
      }
      for pod in pods { take(pod, isGone: false) }
      hasPods = true
    case .changed(let pod): take(pod, isGone: false)
    case .deleted(let pod): take(pod, isGone: true)
    case .connected: troubles["pods"] = nil
    case .disturbed(let error): troubles["pods"] = error.message
    }
  }

  func apply(_ update: InformerUpdate<Event>) {
    switch update {
    // Not in any order: versions are nobody's to compare, and the controller says it again.
    case .replaced(let events): for event in events { take(event) }
    case .changed(let event): take(event)
    case .deleted: break
    case .connected: troubles["events"] = nil
    case .disturbed(let error): troubles["events"] = error.message
    }
  }

  /// A Job that was created or asked for by itself, and which the watch may not have brought yet.
  func take(_ job: Job) {
    guard let name = job.metadata.name, let facts = JobFacts(job) else { return }
    if entries[name]?.facts.job?.uid != facts.uid {
      // Another Job of a name that was used before.
      let followers = entries[name]?.followers ?? 0
      let waiters = entries[name]?.waiters ?? [:]
      let version = entries[name]?.version ?? 0
      let isFirst = entries[name]?.facts.job == nil
      var fresh = Entry()
      if isFirst, let known = entries[name]?.facts { fresh.facts = known }
      fresh.facts.pods = fresh.facts.pods.filter { $0.value.jobUID == facts.uid }
      fresh.followers = followers
      fresh.waiters = waiters
      fresh.version = version
      entries[name] = fresh
    }
    change(name) {
      $0.job = facts
      $0.isJobGone = false
    }
  }

  /// A pod that was asked for by itself.
  func take(_ pod: Pod) { take(pod, isGone: false) }

  private func take(_ pod: Pod, isGone: Bool) {
    guard var facts = PodFacts(pod) else { return }
    facts.isGone = isGone
    if let uid = entries[facts.job]?.facts.job?.uid, uid != facts.jobUID { return }
    change(facts.job) {
      facts.order = $0.pods[facts.uid]?.order ?? $0.pods.count
      $0.pods[facts.uid] = facts
    }
  }

  private func take(_ event: Event) {
    guard event.involvedObject.kind == "Job", let name = event.involvedObject.name, let message = event.message,
      let entry = entries[name], entry.facts.job?.uid == event.involvedObject.uid
    else { return }
    if event.reason == "FailedCreate" {
      change(name) { $0.refusal = message }
    } else if event.reason != "SuccessfulCreate" {
      change(name) { $0.remark = message }
    }
  }

  // MARK: - For followers

  func beginFollowing(_ name: String) { entries[name, default: Entry()].followers += 1 }

  func endFollowing(_ name: String) {
    entries[name]?.followers -= 1
    dropIfOver(name)
  }

  /// The task's Job is not there, and was asked for by itself.
  func jobIsGone(_ name: String) { change(name) { $0.isJobGone = true } }

  func withdraw(_ name: String, _ withdrawal: Withdrawal) {
    change(name) { if $0.withdrawal == nil { $0.withdrawal = withdrawal } }
  }

  /// What is known now.
  func facts(of name: String) -> (facts: TaskFacts, version: Int) {
    entries[name].map { ($0.facts, $0.version) } ?? (TaskFacts(), 0)
  }

  /// Returns when something is newer than a version, or after a time.
  func wait(for name: String, after version: Int, atMost duration: Duration) async {
    guard let entry = entries[name], entry.version <= version, !Task.isCancelled else { return }
    nextWaiter += 1
    let number = nextWaiter
    let alarm = Task {
      try? await Task.sleep(for: duration)
      self.wake(name, number)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { entries[name]?.waiters[number] = $0 }
    } onCancel: {
      alarm.cancel()
    }
    alarm.cancel()
  }

  /// Something about the task is new that no watch brings: its log.
  func nudge(_ name: String) { change(name) { _ in } }

  /// Everything that is known of a task, forgotten.
  func forget(_ name: String) {
    entries[name]?.facts.withdrawal = nil
    dropIfOver(name)
  }

  private func wake(_ name: String, _ number: Int) { entries[name]?.waiters.removeValue(forKey: number)?.resume() }

  private func change(_ name: String, _ change: (inout TaskFacts) -> Void) {
    var entry = entries[name] ?? Entry()
    change(&entry.facts)
    entry.version += 1
    let waiters = entry.waiters
    entry.waiters = [:]
    entries[name] = entry
    for waiter in waiters.values { waiter.resume() }
    dropIfOver(name)
  }

  private func dropIfOver(_ name: String) {
    guard let entry = entries[name], entry.followers <= 0, entry.waiters.isEmpty else { return }
    let hasJob = entry.facts.job != nil && !entry.facts.isJobGone
    if !hasJob, entry.facts.pods.values.allSatisfy(\.isGone), entry.facts.withdrawal == nil {
      entries[name] = nil
    }
  }
}
