package import TaskModel

/// The deadlines around a task, each later than the one inside it, so that the verdict comes from the innermost.
///
/// Tried on Kubernetes 1.36: the pod's own `activeDeadlineSeconds` leaves exit code, log and termination message; the Job's
/// deletes the pod with its log, and also runs while the pod is pending.
package struct TaskDeadlines: Sendable, Equatable {
  /// What a pod gets to be placed, pull its image and start.
  package static let defaultStart = Duration.seconds(120)
  /// What a Job gets besides to find a node or its turn in a queue.
  package static let defaultQueue = Duration.seconds(600)

  /// What Kubernetes waits beyond the time that the supervisor needs.
  static let graceReserve: Int64 = 5

  package let podSeconds: Int64
  package let jobSeconds: Int64
  /// Between Kubernetes' SIGTERM and its SIGKILL.
  package let terminationGraceSeconds: Int64

  package init(podSeconds: Int64, jobSeconds: Int64, terminationGraceSeconds: Int64) {
    self.podSeconds = podSeconds
    self.jobSeconds = jobSeconds
    self.terminationGraceSeconds = terminationGraceSeconds
  }

  package init(_ configuration: EffectiveConfiguration, start: Duration, queue: Duration) {
    let inside = configuration.worstCase
    podSeconds = (inside + start).secondsRoundedUp
    jobSeconds = podSeconds + queue.secondsRoundedUp
    terminationGraceSeconds = (inside - configuration.timeout).secondsRoundedUp + Self.graceReserve
  }
}

extension Duration {
  var secondsRoundedUp: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
