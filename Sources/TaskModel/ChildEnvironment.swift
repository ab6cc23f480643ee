/// The script's environment, built from nothing.
package struct ChildEnvironment: Sendable {
  package let variables: [EnvironmentVariable]
  /// Names in the container's environment that the script does not get, in their order there. Warder's own variables are not
  /// among them: they are not meant for the script.
  package let withheldNames: [String]

  /// PATH where the image has none, as execvp(3) of most shells would have it.
  package static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// Lays the environment together. Later sources win: the clean set, the runtime's variables, the policy's, names passed on
  /// from the container (by policy, then by `pass_env`), and last `env`. Where files are to come back, the script is told
  /// where to put them.
  ///
  /// - Parameters:
  ///   - container: the supervisor's own environment, the image's and the pod's variables. Where a name stands twice the
  ///     first counts, as getenv(3) has it.
  ///   - cpuCount: how many threads are worth starting.
  package static func compose(
    container: [EnvironmentVariable], runtime: Runtime, configuration: EffectiveConfiguration, workDirectory: String,
    temporaryDirectory: String, cpuCount: Int
  ) -> ChildEnvironment {
    var scriptVariable: [UInt8]?
    if case .variable(let name) = configuration.scriptSource { scriptVariable = name.bytes }
    let offered = container.filter { !EnvironmentLayer.isOwn($0.name) && $0.name != scriptVariable }

    var variables: [EnvironmentVariable] = []
    if configuration.disabled.contains(.environment) {
      for variable in offered where first(variable.name, in: variables) == nil { variables.append(variable) }
    }
    // An empty PATH would mean the working directory, where the script writes.
    let path = first("PATH".bytes, in: offered).map { offered[$0].value } ?? []
    set(EnvironmentVariable(name: "PATH".bytes, value: path.isEmpty ? defaultPath.bytes : path), in: &variables)
    let threads = NumberUnit.count.format(Int64(max(1, cpuCount)))
    let clean = [
      ("HOME", workDirectory), ("TMPDIR", temporaryDirectory), ("LANG", "C.UTF-8"),
      // Output must not wait in a buffer that a kill throws away; and there is nowhere to write byte code to.
      ("PYTHONUNBUFFERED", "1"), ("PYTHONDONTWRITEBYTECODE", "1"),
      // Numeric libraries start a thread for each of the node's processors unless told otherwise.
      ("OMP_NUM_THREADS", threads), ("OPENBLAS_NUM_THREADS", threads), ("PYTHON_CPU_COUNT", threads),
    ]
    for (name, value) in clean { set(EnvironmentVariable(name, value), in: &variables) }

    for variable in runtime.environment { set(variable, in: &variables) }
    for variable in configuration.policy.environment { set(variable, in: &variables) }
    for name in configuration.policy.passedNames + configuration.passedNames {
      if let index = first(name.bytes, in: offered) { set(offered[index], in: &variables) }
    }
    for variable in configuration.environment { set(variable, in: &variables) }
    if let artifacts = configuration.artifacts {
      let path = artifacts.path(workDirectory: workDirectory, temporaryDirectory: temporaryDirectory)
      set(EnvironmentVariable(ArtifactLocation.variable, path), in: &variables)
    }

    var withheld: [EnvironmentVariable] = []
    for variable in offered
    where first(variable.name, in: variables) == nil && first(variable.name, in: withheld) == nil {
      withheld.append(variable)
    }
    return ChildEnvironment(
      variables: variables, withheldNames: withheld.map { String(repairing: $0.name) })
  }

  @inline(never)
  private static func first(_ name: [UInt8], in variables: [EnvironmentVariable]) -> Int? {
    variables.firstIndex { $0.name == name }
  }

  @inline(never)
  private static func set(_ variable: EnvironmentVariable, in variables: inout [EnvironmentVariable]) {
    if let index = first(variable.name, in: variables) {
      variables[index] = variable
    } else {
      variables.append(variable)
    }
  }
}

/// How many processors a container has.
package enum CPUQuota {
  /// As many as the quota of a cgroup pays for, a part of one counting as one; at most those that there are, at least one.
  ///
  /// - Parameters:
  ///   - quotaMicroseconds: of cpu.max, nil for `max`.
  ///   - periodMicroseconds: of cpu.max.
  ///   - available: of sched_getaffinity(2).
  package static func count(quotaMicroseconds: Int64?, periodMicroseconds: Int64, available: Int) -> Int {
    let available = max(1, available)
    guard let quota = quotaMicroseconds, quota > 0, periodMicroseconds > 0 else { return available }
    let whole = quota / periodMicroseconds
    let count = quota % periodMicroseconds == 0 ? whole : whole + 1
    return count < Int64(available) ? max(1, Int(count)) : available
  }
}
