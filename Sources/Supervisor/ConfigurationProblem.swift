internal import TaskModel

/// What is said about a configuration that cannot be used. Such a message repeats what it found, in whole or in part, and
/// that may be a credential in the wrong place.
enum ConfigurationProblem {
  /// The same problem without the values that `redact` names, as far as that can be told from a configuration that is wrong:
  /// it is looked for again in a configuration in which they are replaced.
  static func describe(_ problem: String, arguments: [[UInt8]], environment: [EnvironmentVariable]) -> String {
    let names = secretSources(arguments, environment)
    guard !names.isEmpty else { return problem }
    let redaction = Redaction(SecretReader.readWhatIsThere(names, environment: environment))
    guard redaction.isActive else { return problem }
    let cleanArguments = arguments.map { redaction.bytes($0) }
    let cleanEnvironment = environment.map { variable in
      EnvironmentVariable(name: variable.name, value: redaction.bytes(variable.value))
    }
    return redaction.text(find(cleanArguments, cleanEnvironment) ?? problem)
  }

  private static func find(_ arguments: [[UInt8]], _ environment: [EnvironmentVariable]) -> String? {
    let invocation: Invocation
    do { invocation = try parseArguments(arguments) } catch { return error.message }
    guard case .run(let flags) = invocation else { return nil }
    do { _ = try ConfigurationLoader.load(flags: flags, environment: environment) } catch { return error.message }
    return nil
  }

  /// What the key names in any layer, whichever of them wins.
  private static func secretSources(_ arguments: [[UInt8]], _ environment: [EnvironmentVariable]) -> [String] {
    let key = ConfigurationKey.redact
    var lists: [[UInt8]] = []
    for variable in environment where variable.name.areBytes(of: key.variable) { lists.append(variable.value) }
    let attached = ("\(key.flag)=" as Words).text
    for index in arguments.indices {
      if index > 0, arguments[index - 1].areBytes(of: key.flag) { lists.append(arguments[index]) }
      if arguments[index].begin(with: attached) {
        lists.append(arguments[index].part(attached.utf8.count, arguments[index].count))
      }
    }
    var names = ConfigurationLoader.policyOfImage.map { $0.secretSources } ?? []
    for list in lists {
      for name in list.pieces(separatedBy: UInt8(ascii: ",")) { names.append(String(repairing: name)) }
    }
    return names
  }
}
