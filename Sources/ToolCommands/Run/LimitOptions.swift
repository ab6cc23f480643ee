internal import ArgumentParser
internal import TaskModel

/// The keys of `warder-init` as options: what holds for a task in a pod can be said of a local run.
struct LimitOptions: ParsableArguments {
  @Option(.memory, default: LocalTask.defaultMemory) var memory: String?
  @Option(.disk, default: "auto, or what --tmp-size says") var disk: String?
  @OptionGroup var task: TaskOptions
  @Option(.policy) var policy: String?

  /// Keys that `warder run` says by other means: the script and what lies beside it are its arguments, and where frames go is
  /// its own business. A relay tells another system of the task, which a trial on one's own machine is not to do.
  static let elsewhere: [ConfigurationKey] = [
    .script, .scriptEnvironment, .arguments, .standardInput, .log, .terminationMessage, .task, .scratch, .relay,
    .relayLog,
    .relayWait,
  ]

  /// What was given, in the table's order.
  var settings: [Setting] {
    (task.settings + [Setting]([(.memory, memory), (.disk, disk), (.policy, policy)])).inTableOrder
  }
}
