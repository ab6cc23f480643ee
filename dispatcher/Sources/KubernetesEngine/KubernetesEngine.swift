package import DispatcherModel
package import KubernetesAPI
package import Logging
internal import WarderFrames

/// What of a handle is whose.
enum HandleField {
  static let jobUID = "job_uid"
  static let configMapUID = "configmap_uid"
}

/// Runs tasks as Jobs of a cluster: a ConfigMap with the script, the Job, and the Job as the ConfigMap's owner.
///
/// Nothing of a task is only here: the Job has its labels, and a dispatcher that starts anew finds it by them.
package final class KubernetesEngine: Engine {
  package let name = "kubernetes"
  let client: KubernetesClient
  let view = ClusterView()
  let settings: KubernetesSettings
  let logger: Logger
  let sweeper: Sweeper

  package init(_ settings: KubernetesSettings, client: KubernetesClient, logger: Logger) {
    self.settings = settings
    self.client = client
    self.logger = logger
    sweeper = Sweeper(client: client, settings: settings, logger: logger)
  }

  private var jobs: Resource { .jobs(in: settings.namespace) }
  private var configMaps: Resource { .configMaps(in: settings.namespace) }
  private var pods: Resource { .pods(in: settings.namespace) }
  private var own: Selection { Selection(labels: TaskLabels.selector(instance: settings.instance)) }

  // MARK: - The watches

  /// Watches Jobs, pods and events until it is cancelled. Without it nobody who follows a task hears anything; who follows one
  /// then goes on waiting, because nothing is over.
  package func run() async {
    await withDiscardingTaskGroup { group in
      let jobInformer = Informer<Job>(client, jobs, own)
      let podInformer = Informer<Pod>(client, pods, own)
      // Events have no labels: all about Jobs of the namespace.
      let eventInformer = Informer<Event>(
        client, .events(in: settings.namespace), Selection(fields: "involvedObject.kind=Job"))
      group.addTask { [view] in await jobInformer.run { await view.apply($0) } }
      group.addTask { [view] in await podInformer.run { await view.apply($0) } }
      group.addTask { [view] in
        // An event is about a Job that must be known.
        while !(await view.isSynced), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
        await eventInformer.run { await view.apply($0) }
      }
      group.addTask { [sweeper] in await sweeper.run() }
    }
    await client.shutdown()
  }

  package func readiness() async -> Readiness {
    let troubles = await view.troubles
    if let trouble = troubles.sorted(by: { $0.key < $1.key }).first {
      return .notReady(reason: "\(trouble.key) cannot be watched: \(trouble.value)")
    }
    guard await view.isSynced else { return .notReady(reason: "the cluster's Jobs and pods are not listed yet") }
    return .ready
  }

  // MARK: - A task's life

  package func start(_ task: TaskSpecification) async throws(EngineError) -> EngineHandle {
    let objects = try TaskObjects(task, settings)
    let mark = (name: TaskLabels.start, value: objects.mark)
    let config: BareObject
    do throws(KubernetesError) {
      config = try await client.create(objects.configMap, named: task.id, mark: mark, in: configMaps)
    } catch {
      if error.leavesEffectUnknown { await sweeper.abandon(task.id, mark: objects.mark) }
      throw Self.refusal(error)
    }
    let job: Job
    do throws(KubernetesError) {
      job = try await client.create(objects.job, named: task.id, mark: mark, in: jobs)
    } catch {
      // Nothing may be left of it, and nothing may start later.
      await sweeper.abandon(task.id, mark: objects.mark)
      await sweeper.removeAbandoned()
      throw Self.refusal(error)
    }
    let jobUID = job.metadata.uid ?? ""
    await view.take(job)
    do throws(KubernetesError) {
      let _: BareObject = try await client.merge(
        TaskObjects.ownerPatch(job: task.id, uid: jobUID), into: task.id, in: configMaps)
    } catch {
      // The task runs all the same; the sweeper tries again, and `remove` deletes both.
      logger.warning("the ConfigMap has no owner yet", metadata: ["task": "\(task.id)", "because": "\(error.message)"])
    }
    return EngineHandle(
      taskID: task.id,
      fields: [HandleField.jobUID: jobUID, HandleField.configMapUID: config.metadata.uid ?? ""])
  }

  package func follow(_ handle: EngineHandle) -> AsyncStream<EngineUpdate> {
    let channel = UpdateChannel()
    let follower = Follower(
      client: client, view: view, settings: settings, handle: handle, channel: channel, logger: logger)
    let task = Task { await follower.run() }
    let listener = Listener {
      task.cancel()
      Task { await channel.close() }
    }
    return AsyncStream {
      await withTaskCancellationHandler {
        await channel.receive()
      } onCancel: {
        listener.leave()
      }
    }
  }

  /// Whoever iterates the stream: when it goes, so does the follower.
  private final class Listener: Sendable {
    private let action: @Sendable () -> Void

    init(_ action: @escaping @Sendable () -> Void) { self.action = action }

    func leave() { action() }

    deinit { action() }
  }

  package func cancel(_ handle: EngineHandle) async throws(EngineError) {
    do throws(KubernetesError) {
      try await cancelJob(handle.taskID, uid: handle.fields[HandleField.jobUID])
    } catch {
      throw Self.refusal(error)
    }
  }

  /// A container that runs gets SIGTERM by its pod's own deadline, which leaves pod, log and message. Where none runs there is
  /// nothing to keep, and the deadline would not count yet: the Job is deleted.
  private func cancelJob(_ name: String, uid: String?) async throws(KubernetesError) {
    for _ in 0..<5 {
      let selection = Selection(labels: TaskLabels.selector(instance: settings.instance, task: name))
      let known = try await client.list(pods, selection, as: Pod.self).items.compactMap { PodFacts($0) }
        .filter { uid == nil || $0.jobUID == uid }
      let active = known.filter { !$0.isTerminal && !$0.hasTerminated && !$0.isBeingDeleted }
      // Ended by itself, or on its way.
      if active.isEmpty, !known.isEmpty { return }
      guard let pod = active.first(where: \.hasStarted) else {
        await view.withdraw(name, Withdrawal(reason: .cancelled, message: "cancelled before the script started"))
        try await client.delete(name, uid: uid, in: jobs)
        return
      }
      // Only a lower deadline is allowed; the same one again is.
      do throws(KubernetesError) {
        let _: Pod = try await client.merge(
          Array(#"{"spec":{"activeDeadlineSeconds":1}}"#.utf8), into: pod.name, in: pods)
        return
      } catch {
        // Another pod, perhaps.
        guard error.isNotFound else { throw error }
      }
    }
  }

  package func remove(_ handle: EngineHandle) async throws(EngineError) {
    do throws(KubernetesError) {
      try await client.delete(handle.taskID, uid: handle.fields[HandleField.jobUID], in: jobs)
      // The garbage collector takes it with the Job, where the owner could be written.
      try await client.delete(handle.taskID, uid: handle.fields[HandleField.configMapUID], in: configMaps)
    } catch {
      throw Self.refusal(error)
    }
    await view.forget(handle.taskID)
  }

  package func leftovers() async throws(EngineError) -> [Leftover] {
    do throws(KubernetesError) {
      return try await client.list(jobs, own, as: Job.self).items.compactMap { job in
        guard let name = job.metadata.name, let facts = JobFacts(job), !facts.isBeingDeleted else { return nil }
        return Leftover(
          handle: EngineHandle(taskID: name, fields: [HandleField.jobUID: facts.uid]), hasEnded: facts.end != nil)
      }
    } catch {
      throw Self.refusal(error)
    }
  }

  // MARK: - Errors

  /// What an error of the API means for a task.
  static func refusal(_ error: KubernetesError) -> EngineError {
    guard let status = error.status else { return .unavailable(error.message, retryAfterSeconds: nil) }
    switch status.code {
    case 404: return .unavailable(error.message, retryAfterSeconds: nil)
    case 403 where QuotaRefusal.mayPass(status.message): return .unavailable(status.message, retryAfterSeconds: 10)
    // Not a word about the task: the Role lacks something, or the namespace is on its way out.
    case 403 where status.message.contains("cannot ") || status.message.contains("being terminated"):
      return .unavailable(status.message, retryAfterSeconds: nil)
    case 400, 403, 409, 413, 422: return .refused(status.message)
    default: return .unavailable(status.message, retryAfterSeconds: status.retryAfterSeconds)
    }
  }
}
