internal import DispatcherModel
internal import Foundation
internal import KubernetesAPI
internal import Logging

/// Removes what a crash or a broken connection left in the namespace: ConfigMaps without a Job, and objects of which it was
/// never learned whether they had been created. (A finished Job that nobody removed goes by its own
/// `ttlSecondsAfterFinished`, and the garbage collector takes its ConfigMap.)
actor Sweeper {
  private let client: KubernetesClient
  private let settings: KubernetesSettings
  private let logger: Logger
  /// What may have been created by a request whose answer never came, and may yet be: a request that was cut off can still be
  /// under way. The API server gives up after a minute (--request-timeout).
  private struct Abandoned {
    var mark: String
    let until = ContinuousClock.now + .seconds(90)
  }
  private var abandoned: [String: Abandoned] = [:]

  init(client: KubernetesClient, settings: KubernetesSettings, logger: Logger) {
    self.client = client
    self.settings = settings
    self.logger = logger
  }

  private var jobs: Resource { .jobs(in: settings.namespace) }
  private var configMaps: Resource { .configMaps(in: settings.namespace) }

  func run() async {
    while !Task.isCancelled {
      await removeAbandoned()
      do throws(KubernetesError) {
        try await sweep()
      } catch {
        if error != .cancelled { logger.warning("not swept", metadata: ["because": "\(error.message)"]) }
      }
      try? await Task.sleep(for: abandoned.isEmpty ? settings.sweepInterval : min(.seconds(5), settings.sweepInterval))
    }
  }

  /// Something may have been created, and nobody will have it.
  func abandon(_ name: String, mark: String) { abandoned[name] = Abandoned(mark: mark) }

  func removeAbandoned() async {
    for (name, lost) in abandoned {
      do throws(KubernetesError) {
        // The Job first: it could make a pod.
        for resource in [jobs, configMaps] { try await remove(name, lost.mark, in: resource) }
        if ContinuousClock.now > lost.until, abandoned[name]?.mark == lost.mark { abandoned[name] = nil }
      } catch {
        logger.warning("may be left behind", metadata: ["task": "\(name)", "because": "\(error.message)"])
      }
    }
  }

  private func remove(_ name: String, _ mark: String, in resource: Resource) async throws(KubernetesError) {
    do throws(KubernetesError) {
      let found: BareObject = try await client.get(name, in: resource)
      guard found.metadata.annotations?[TaskLabels.start] == mark else { return }
      try await client.delete(name, uid: found.metadata.uid, in: resource)
    } catch {
      if !error.isNotFound { throw error }
    }
  }

  /// Looks through the ConfigMaps of this dispatcher, without reading their content.
  func sweep() async throws(KubernetesError) {
    let own = Selection(labels: TaskLabels.selector(instance: settings.instance))
    let listing = try await client.list(configMaps, own, metadataOnly: true, as: BareObject.self)
    // The server's clock made the timestamps.
    let now = listing.time ?? Date()
    let patience = TimeInterval(settings.leftBehindAfter.components.seconds)
    for config in listing.items where (config.metadata.ownerReferences ?? []).isEmpty {
      guard let name = config.metadata.name, let created = config.metadata.creationTimestamp,
        let date = try? Date(created, strategy: .iso8601), now.timeIntervalSince(date) > patience,
        config.metadata.deletionTimestamp == nil
      else { continue }
      do throws(KubernetesError) {
        let job: BareObject = try await client.get(name, in: jobs)
        // The dispatcher died between the Job and the patch.
        let patch = TaskObjects.ownerPatch(job: name, uid: job.metadata.uid ?? "")
        let _: BareObject = try await client.merge(patch, into: name, in: configMaps)
      } catch {
        guard error.isNotFound else { throw error }
        try await client.delete(name, uid: config.metadata.uid, in: configMaps)
        logger.notice("removed a ConfigMap that was left behind", metadata: ["name": "\(name)"])
      }
    }
  }
}
