public import ArgumentParser
internal import TaskModel

/// `warder`: the tool for people and programs around `warder-init`.
public struct WarderCommand: AsyncParsableCommand {
  /// Its name, help and subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "warder",
    abstract: "Runs, renders and checks tasks of warder-init, and reads their logs.",
    discussion: "Warder runs one untrusted script in one container and tells the truth about what happened.",
    version: WarderVersion.text,
    subcommands: [
      RunCommand.self, DecodeCommand.self, CheckCommand.self, RenderCommand.self, SeccompCommand.self,
    ])

  /// A command that has not parsed anything yet.
  public init() {}
}
