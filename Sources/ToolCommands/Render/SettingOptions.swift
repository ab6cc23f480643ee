internal import ArgumentParser
internal import TaskModel

/// Keys of `warder-init` that a rendered task has as its arguments.
struct SettingOptions: ParsableArguments {
  @OptionGroup var task: TaskOptions
  @Option(.disk) var disk: String?
  @Option(.standardInput) var stdin: String?
  @Option(.log) var log: [String]
  @Option(.terminationMessage) var terminationMessage: String?
  @Option(.relay) var relay: String?
  @Option(.relayLog) var relayLog: String?
  @Option(.relayWait) var relayWait: String?

  /// Keys that `warder render` says by other means: the script and its arguments stand on the command line, memory is the
  /// container's limit, the task and the scratch directory are mounted where they belong, and the policy is the image's.
  static let elsewhere: [ConfigurationKey] = [
    .script, .scriptEnvironment, .arguments, .memory, .task, .scratch, .policy,
  ]

  /// What was given, in the table's order.
  var settings: [Setting] {
    let others = [Setting](
      [
        (.disk, disk), (.standardInput, stdin), (.terminationMessage, terminationMessage), (.relay, relay),
        (.relayLog, relayLog), (.relayWait, relayWait),
      ], [(.log, log)])
    return (task.settings + others).inTableOrder
  }
}
