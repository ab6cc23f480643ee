@testable import TaskModel

/// A configuration from what each layer says, in the form that a user would write it.
func configuration(
  policy: String? = nil, task: String? = nil, environment: [(String, String)] = [], flags: [String] = []
) throws(ConfigurationError) -> EffectiveConfiguration {
  let policy = if let policy { try Policy.parse(policy.bytes, path: "/etc/warder/policy.json") } else { Policy.builtIn }
  let taskFile: ParsedLayer? = if let task { try TaskFile.parse(task.bytes, path: "/task/task.json") } else { nil }
  return try EffectiveConfiguration.resolve(
    policy: policy, taskFile: taskFile, environment: try EnvironmentLayer.parse(variables(environment)),
    flags: try parsedFlags(flags))
}

func variables(_ pairs: [(String, String)]) -> [EnvironmentVariable] {
  pairs.map { EnvironmentVariable($0.0, $0.1) }
}

func parsedFlags(_ flags: [String]) throws(ConfigurationError) -> ParsedFlags {
  switch try parseArguments(flags.map { $0.bytes }) {
  case .run(let flags), .printConfiguration(let flags), .check(let flags, _): return flags
  case .help, .version, .install: return ParsedFlags(layer: ParsedLayer(.flags))
  }
}

/// The error that `body` throws, nil where it throws none.
func configurationError(_ body: () throws(ConfigurationError) -> Void) -> ConfigurationError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

/// The error of a configuration made of these layers.
func problem(
  policy: String? = nil, task: String? = nil, environment: [(String, String)] = [], flags: [String] = []
) -> ConfigurationError? {
  configurationError { () throws(ConfigurationError) in
    _ = try configuration(policy: policy, task: task, environment: environment, flags: flags)
  }
}

/// For each key two different values, each as a flag, as a variable and as JSON, and how `--print-config` shows it; the keys
/// that cannot stand in a file have no JSON.
struct KeySample {
  let key: ConfigurationKey
  let word: String
  let json: String?

  static let all: [KeySample] = ConfigurationKey.allCases.flatMap { key -> [KeySample] in
    func samples(_ pairs: (String, String?)...) -> [KeySample] {
      pairs.map { KeySample(key: key, word: $0.0, json: $0.1) }
    }
    return switch key {
    case .script: samples(("main.py", #""main.py""#), ("sub/run.sh", #""sub/run.sh""#))
    case .scriptEnvironment: samples(("CODE", #""CODE""#), ("OTHER_CODE", #""OTHER_CODE""#))
    case .runtime: samples(("python", #""python""#), ("bash", #""bash""#))
    case .arguments: samples(("-v", #"["-v"]"#), ("a b", #"["a b"]"#))
    case .standardInput: samples(("data.csv", #""data.csv""#), ("in/x", #""in/x""#))
    case .identifier: samples(("run-7", #""run-7""#), ("é 1", #""é 1""#))
    case .timeout: samples(("30s", #""30s""#), ("10m", #""10m""#))
    case .grace: samples(("500ms", #""500ms""#), ("0s", "0"))
    case .cpuTime: samples(("20s", #""20s""#), ("off", "0"))
    case .memory: samples(("64Mi", #""64Mi""#), ("off", #""off""#))
    case .dataSize: samples(("64Mi", #""64Mi""#), ("off", #""off""#))
    case .openFiles: samples(("16", "16"), ("1048576", "1048576"))
    case .processes, .threads: samples(("64", "64"), ("off", "0"))
    case .disk: samples(("64Mi", #""64Mi""#), ("off", #""off""#))
    case .fileSize: samples(("1Mi", "1048576"), ("0", "0"))
    case .standardOutputLimit, .standardErrorLimit: samples(("64Ki", #""64Ki""#), ("500k", "500000"))
    case .logLimit: samples(("256Ki", #""256Ki""#), ("64Mi", #""64Mi""#))
    case .artifacts: samples(("out", #""out""#), ("/tmp/out/b c", #""/tmp/out/b c""#))
    case .artifactLimit: samples(("64Ki", #""64Ki""#), ("0", "0"))
    case .artifactFileLimit: samples(("64Ki", #""64Ki""#), ("1G", #""1G""#))
    case .trust: samples(("read-only", #""read-only""#), ("shadow", #""shadow""#))
    case .output: samples(("kill", #""kill""#), ("truncate", #""truncate""#))
    case .network: samples(("none", #""none""#), ("all", #""all""#))
    case .seccomp: samples(("strict", #""strict""#), ("/etc/warder/own.profile", #""/etc/warder/own.profile""#))
    case .read, .write: samples(("/data", #"["/data"]"#), ("/a,/b", #"["/a", "/b"]"#))
    case .environment: samples(("A=1", #"{"A": "1"}"#), ("B=x=y", #"{"B": "x=y"}"#))
    case .passEnvironment: samples(("TZ", #"["TZ"]"#), ("TZ,LC_ALL", #"["TZ", "LC_ALL"]"#))
    case .redact: samples(("TOKEN", #"["TOKEN"]"#), ("TOKEN,/etc/tls/key", #"["TOKEN", "/etc/tls/key"]"#))
    case .require: samples(("seccomp", #"["seccomp"]"#), ("no_new_privs,landlock", #"["no_new_privs", "landlock"]"#))
    case .disable:
      samples(("landlock", #"["landlock"]"#), ("non_dumpable,environment", #"["non_dumpable", "environment"]"#))
    case .exitCode: samples(("verdict", #""verdict""#), ("zero", #""zero""#))
    case .log: samples(("fd:3", #"["fd:3"]"#), ("fd:1,/var/log/run", #"["fd:1", "/var/log/run"]"#))
    case .terminationMessage: samples(("none", #""none""#), ("/tmp/message", #""/tmp/message""#))
    case .heartbeat: samples(("1s", #""1s""#), ("off", "0"))
    case .relay:
      samples(
        ("/usr/bin/tee /tmp/frames", #"["/usr/bin/tee", "/tmp/frames"]"#), ("off", "[]"))
    case .relayLog: samples(("keep", #""keep""#), ("replace", #""replace""#))
    case .relayWait: samples(("1s", #""1s""#), ("0s", "0"))
    case .task: samples(("/work", nil), ("inputs", nil))
    case .scratch: samples(("/tmp/own", nil), ("/var/tmp/own", nil))
    case .policy: samples(("policy.json", nil), ("/p", nil))
    }
  }

  /// What the variable of the key says: JSON where the kind has no other form in one word.
  var variableText: String {
    switch key.row.kind {
    case .arguments, .assignments: json ?? word
    default: word
    }
  }
}
