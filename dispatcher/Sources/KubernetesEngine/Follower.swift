internal import DispatcherModel
internal import KubernetesAPI
internal import Logging
internal import WarderFrames

/// Follows one task from wherever it is to its end.
struct Follower: Sendable {
  let client: KubernetesClient
  let view: ClusterView
  let settings: KubernetesSettings
  let handle: EngineHandle
  let channel: UpdateChannel
  let logger: Logger

  private var name: String { handle.taskID }
  private var uid: String? { handle.fields[HandleField.jobUID] }

  /// Sends everything to the channel, and finishes it.
  func run() async {
    await view.beginFollowing(name)
    let end = await follow()
    await view.endFollowing(name)
    // Who was cancelled has nobody to tell, and a stream that ends without an end would be taken for one.
    guard let end else { return }
    await channel.send(.ended(end))
    await channel.finish()
  }

  private func follow() async -> EngineEnd? {
    var clock = Clock()
    var lastPhase: TaskPhase?
    var readers: [String: LogReader] = [:]
    var reading: Task<Void, Never>?
    defer { reading?.cancel() }
    var hasAsked = false
    var isConfirmed = false
    var hasListedPods = false
    while !Task.isCancelled {
      let (facts, version) = await view.facts(of: name)
      if facts.job == nil || facts.isJobGone || facts.job?.uid != uid {
        // No watch has told of it, or one told of its end: it is asked for once, by itself.
        if !hasAsked {
          hasAsked = await ask()
          if !hasAsked { try? await Task.sleep(for: .seconds(1)) }
          continue
        }
        if !facts.isJobGone { isConfirmed = false }
        // It may be that a list was asked for before the Job was made, and came after.
        if facts.isJobGone, !isConfirmed {
          isConfirmed = await ask()
          if !isConfirmed { try? await Task.sleep(for: .seconds(1)) }
          continue
        }
        // The watches are independent: the one of Jobs may be ahead of the one of pods.
        if facts.pod == nil, facts.isJobGone, !hasListedPods {
          hasListedPods = await listPods()
          if !hasListedPods { try? await Task.sleep(for: .seconds(1)) }
          continue
        }
        if !(await view.isSynced) {
          await view.wait(for: name, after: version, atMost: .seconds(1))
          continue
        }
      }
      if facts.pod == nil, facts.job?.end != nil, !hasListedPods {
        hasListedPods = await listPods()
        if !hasListedPods { try? await Task.sleep(for: .seconds(1)) }
        continue
      }
      if let pod = facts.pod, pod.hasStarted, readers[pod.uid] == nil {
        // Where the last pod's reader is still at it, it comes first: the log is one after the other.
        let reader = LogReader(
          client, pod: pod.name, in: settings.namespace, to: channel, logger: logger)
        let isContinued = !readers.isEmpty
        let previous = reading
        readers[pod.uid] = reader
        reading = Task {
          await previous?.value
          await reader.run(isContinued: isContinued)
          await view.nudge(name)
        }
      }
      clock.see(facts)
      let reader = facts.pod.flatMap { readers[$0.uid] }
      for (uid, reader) in readers where facts.pods[uid].map({ $0.isTerminal || $0.isGone || $0.hasTerminated }) ?? true
      {
        reader.end(patience: settings.logPatience)
      }
      switch TaskJudgement.of(facts, log: reader?.log ?? .none, ages: clock.ages, budgets: budgets) {
      case .phase(let phase):
        if phase != lastPhase {
          lastPhase = phase
          await channel.send(.phase(phase))
        }
      case .withdraw(let withdrawal):
        if lastPhase == nil || lastPhase != .pending(detail: withdrawal.message) {
          lastPhase = .pending(detail: withdrawal.message)
          await channel.send(.phase(.pending(detail: withdrawal.message)))
        }
        await withdraw(withdrawal, facts)
      case .settling:
        clock.isEnding = true
      case .ended(let end):
        return end
      }
      await view.wait(for: name, after: version, atMost: clock.isEnding ? .seconds(1) : .seconds(5))
    }
    return nil
  }

  private var budgets: Budgets {
    Budgets(
      start: settings.startBudget, queue: settings.queueBudget, logPatience: settings.logPatience,
      isRunAgain: settings.isRunAgainAfterDisruption)
  }

  /// Asks for the Job by itself.
  ///
  /// - Returns: whether there was an answer.
  private func ask() async -> Bool {
    do throws(KubernetesError) {
      let job: Job = try await client.get(name, in: .jobs(in: settings.namespace))
      if uid == nil || job.metadata.uid == uid { await view.take(job) } else { await view.jobIsGone(name) }
      return true
    } catch {
      guard error.isNotFound else { return false }
      await view.jobIsGone(name)
      return true
    }
  }

  /// Looks for the task's pods, of which no watch has told.
  ///
  /// - Returns: whether there was an answer.
  private func listPods() async -> Bool {
    let labels = TaskLabels.selector(instance: settings.instance, task: name)
    do throws(KubernetesError) {
      let listing = try await client.list(.pods(in: settings.namespace), Selection(labels: labels), as: Pod.self)
      for pod in listing.items { await view.take(pod) }
      return true
    } catch {
      return false
    }
  }

  /// Deletes the Job of a task that does not start, so that it cannot start after all.
  private func withdraw(_ withdrawal: Withdrawal, _ facts: TaskFacts) async {
    do throws(KubernetesError) {
      try await client.delete(name, uid: facts.job?.uid ?? uid, in: .jobs(in: settings.namespace))
      await view.withdraw(name, withdrawal)
    } catch {
      logger.warning(
        "a task that cannot start is not removed yet", metadata: ["task": "\(name)", "because": "\(error.message)"])
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Ages of what is known, by this process's own clock: the cluster's may be another.
  private struct Clock {
    var isEnding = false
    private let begin = ContinuousClock.now
    private var pod: (uid: String, since: ContinuousClock.Instant)?
    private var end: ContinuousClock.Instant?
    private var deletion: ContinuousClock.Instant?

    mutating func see(_ facts: TaskFacts) {
      guard let known = facts.pod else {
        if facts.withdrawal != nil || facts.isJobGone { end = end ?? .now }
        return
      }
      if pod?.uid != known.uid {
        pod = (known.uid, .now)
        end = nil
        deletion = nil
      }
      if known.isBeingDeleted, deletion == nil { deletion = .now }
      if known.isTerminal || known.isGone || known.hasTerminated || facts.withdrawal != nil, end == nil { end = .now }
    }

    var ages: TaskJudgement.Ages {
      let now = ContinuousClock.now
      return TaskJudgement.Ages(
        task: now - begin, pod: pod.map { now - $0.since } ?? .zero, end: end.map { now - $0 } ?? .zero,
        deletion: deletion.map { now - $0 } ?? .zero)
    }
  }
}
