internal import ArgumentParser
internal import Manifests

/// What the Job is and where it goes.
struct JobOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The image, with warder-init as its entry point.",
      discussion: "Default: the image that scripts/build-images makes for the script's runtime.", valueName: "image"))
  var image: String?

  @Option(name: [.short, .long], help: ArgumentHelp("The namespace of all objects.", valueName: "name"))
  var namespace: String?

  @Option(
    help: ArgumentHelp(
      "The name of the task's objects. Default: the script's, with five random characters behind it.",
      valueName: "name"))
  var name: String?

  @Option(
    name: .customLong("label"), parsing: .singleValue,
    help: ArgumentHelp("A label of all objects and the pod; may be given several times.", valueName: "key=value"))
  var labels: [String] = []

  @Option(
    name: .customLong("annotation"), parsing: .singleValue,
    help: ArgumentHelp("An annotation, likewise.", valueName: "key=value"))
  var annotations: [String] = []

  @Option(help: ArgumentHelp("The Kueue queue that admits the Job.", valueName: "name"))
  var queue: String?

  @Option(
    help: ArgumentHelp(
      "The RuntimeClass of the pod. One called gvisor or runsc has no Landlock: the task does not require it then.",
      valueName: "name"))
  var runtimeClass: String?

  @Option(
    help: ArgumentHelp(
      "false: a user namespace of the pod's own (Linux 6.3, containerd 2.0).", valueName: "true|false"))
  var hostUsers: Bool = true

  @Option(
    help: ArgumentHelp(
      "The user and group of the pod; none where the platform picks it (OpenShift).", valueName: "uid|none"))
  var runAsUser = RunAsUser.user(1000)

  @Option(
    help: ArgumentHelp(
      "When the cluster takes the pod away (preemption, drain): fail, or rerun, which may run a script twice."))
  var onDisruption = TaskManifest.OnDisruption.fail

  @Option(
    help: ArgumentHelp("How long the finished Job, its pod and its log are kept.", valueName: "duration"))
  var ttl = "1h"

  @Option(help: ArgumentHelp("What the pod gets to pull its image and start.", valueName: "duration"))
  var startBudget = "2m"

  @Option(help: ArgumentHelp("What the Job gets to find a node or its turn in a queue.", valueName: "duration"))
  var queueBudget = "10m"

  @Option(
    help: ArgumentHelp(
      "A strategic-merge patch for the Job: node selectors, tolerations, pull secrets, volumes.", valueName: "file"))
  var template: String?

  @Option(
    help: ArgumentHelp("The image's policy, for its defaults, ceilings and runtimes.", valueName: "file"))
  var policy: String?
}

/// What the container may use.
struct ResourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The container's memory; the script is ended a little below it.", valueName: "size"))
  var memory = "512Mi"

  @Option(help: ArgumentHelp("The container's share of processors: 2, 0.5, 500m.", valueName: "amount"))
  var cpu = "1"

  @Option(
    help: ArgumentHelp(
      "The size of /tmp, in memory; disk or disk:SIZE for the node's disk.",
      discussion: "Default: a quarter of the memory; 1Gi on disk.", valueName: "size"))
  var tmp: String?
}

/// Exceptions from the network policy that denies everything.
struct NetworkOptions: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Where the task may connect to: cidr=10.0.0.0/8:443, or ns=NAMESPACE[,pod=LABEL=VALUE]:PORT.",
      discussion: """
        Several ports with +, UDP as 53/udp. May be given several times; sets --network all. It becomes a \
        NetworkPolicy of its own: policies add up, and the one that denies everything stays as it is.
        """, valueName: "rule"))
  var egress: [String] = []

  @Option(help: ArgumentHelp("Where names are looked up: kube, openshift, or cidr=10.0.0.10/32.", valueName: "where"))
  var dns: String?
}

enum RunAsUser: ExpressibleByArgument {
  case user(Int64)
  case platform

  init?(argument: String) {
    if argument == "none" {
      self = .platform
    } else if let user = Int64(argument), (1...Int64(Int32.max)).contains(user) {
      self = .user(user)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .user(let user): String(user)
    case .platform: "none"
    }
  }
}

extension TaskManifest.OnDisruption: ExpressibleByArgument {}

/// The objects of a task, and those that a namespace for tasks has once.
enum RenderedObject: String, CaseIterable, ExpressibleByArgument {
  case namespace, networkpolicy, quota, limitrange
  case egress, configmap, job

  /// Whether the object is the task's own.
  var isOfTask: Bool { [.egress, .configmap, .job].contains(self) }
}

/// A list with commas between its items.
struct ObjectList: ExpressibleByArgument {
  let objects: [RenderedObject]

  init?(argument: String) {
    let found = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      RenderedObject(rawValue: String($0))
    }
    guard !found.contains(where: { $0 == nil }) else { return nil }
    objects = found.compactMap { $0 }
  }
}
