/// What the engine has to know of the cluster and of the runtimes' images.
package struct KubernetesSettings: Sendable {
  /// What a runtime's pods are made of.
  package struct Runtime: Sendable {
    package var image: String
    /// What the image's policy calls it; nil for what the script's name says.
    package var policyRuntime: String?
    package var memory = "512Mi"
    package var cpu = "1"
    /// The size of `/tmp`: a size in memory, `disk` or `disk:SIZE`; nil for a quarter of the memory.
    package var temporary: String?
    /// A strategic-merge patch of the Job, in YAML or JSON.
    package var template: [UInt8]?
    /// The image's policy, where it is not the built-in one.
    package var policy: [UInt8]?
    package var runtimeClass: String?
    /// nil where the platform picks it.
    package var runAsUser: Int64? = 1000
    package var usesHostUsers = true
    /// The Kueue queue that admits the Jobs.
    package var queue: String?

    package init(image: String) { self.image = image }
  }

  package var namespace: String
  /// Tells the Jobs of this dispatcher from those of others in the namespace; the value of a label.
  package var instance: String
  package var runtimes: [String: Runtime]
  /// What a pod gets to pull its image and start.
  package var startBudget = Duration.seconds(120)
  /// What a Job gets to find a node, room in a quota or its turn in a queue.
  package var queueBudget = Duration.seconds(600)
  /// What Kubernetes keeps a finished Job for, should nobody remove it.
  package var secondsKept: Int64 = 3600
  package var isRunAgainAfterDisruption = false
  /// How old something has to be before the sweeper takes it for left behind.
  package var leftBehindAfter = Duration.seconds(600)
  package var sweepInterval = Duration.seconds(120)
  /// How long a log that does not end is waited for when its container has.
  package var logPatience = Duration.seconds(15)

  package init(namespace: String, instance: String = "default", runtimes: [String: Runtime]) {
    self.namespace = namespace
    self.instance = instance
    self.runtimes = runtimes
  }
}
