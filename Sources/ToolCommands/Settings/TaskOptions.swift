internal import ArgumentParser
internal import TaskModel

/// The keys of `warder-init` that are options of every command that makes a task.
///
/// Declared one by one, because that is what completions and manual pages are made of; tests hold them to the table.
struct TaskOptions: ParsableArguments {
  @Option(.runtime) var runtime: String?
  @Option(.identifier) var id: String?
  @Option(.timeout) var timeout: String?
  @Option(.grace) var grace: String?
  @Option(.cpuTime) var cpuTime: String?
  @Option(.processes) var processes: String?
  @Option(.threads) var threads: String?
  @Option(.dataSize) var dataSize: String?
  @Option(.openFiles) var openFiles: String?
  @Option(.fileSize) var fileSize: String?
  @Option(.standardOutputLimit) var stdoutLimit: String?
  @Option(.standardErrorLimit) var stderrLimit: String?
  @Option(.logLimit) var logLimit: String?
  @Option(.output) var output: String?
  @Option(.artifacts) var artifacts: String?
  @Option(.artifactLimit) var artifactLimit: String?
  @Option(.artifactFileLimit) var artifactFileLimit: String?
  @Option(.trust) var trust: String?
  @Option(.network) var network: String?
  @Option(.seccomp) var seccomp: String?
  @Option(.read) var read: [String]
  @Option(.write) var write: [String]
  @Option(.environment) var env: [String]
  @Option(.passEnvironment) var passEnv: [String]
  @Option(.redact) var redact: [String]
  @Option(.require) var require: [String]
  @Option(.disable) var disable: [String]
  @Option(.exitCode) var exitCode: String?
  @Option(.heartbeat) var heartbeat: String?

  var settings: [Setting] {
    [Setting](
      [
        (.runtime, runtime), (.identifier, id), (.timeout, timeout), (.grace, grace), (.cpuTime, cpuTime),
        (.processes, processes), (.threads, threads), (.dataSize, dataSize), (.openFiles, openFiles),
        (.fileSize, fileSize), (.standardOutputLimit, stdoutLimit), (.standardErrorLimit, stderrLimit),
        (.logLimit, logLimit), (.output, output), (.artifacts, artifacts), (.artifactLimit, artifactLimit),
        (.artifactFileLimit, artifactFileLimit), (.trust, trust), (.network, network), (.seccomp, seccomp),
        (.exitCode, exitCode), (.heartbeat, heartbeat),
      ],
      [
        (.read, read), (.write, write), (.environment, env), (.passEnvironment, passEnv), (.redact, redact),
        (.require, require), (.disable, disable),
      ])
  }
}
