internal import LinuxSystem
internal import TaskModel

/// Reads the four layers from where they lie and lays them over each other.
enum ConfigurationLoader {
  /// The largest policy file that is read.
  private static let longestPolicy = 1 << 20

  struct Loaded {
    let configuration: EffectiveConfiguration
    /// The task directory's absolute path, nil where there is none and nobody asked for one.
    let taskDirectory: String?
  }

  static func load(flags: ParsedFlags, environment: [EnvironmentVariable]) throws(TaskError) -> Loaded {
    do {
      let variables = try EnvironmentLayer.parse(environment)
      let policy = try loadPolicy(flags)
      let directory = try locateTaskDirectory(environment: variables, flags: flags)
      let taskFile = try directory.flatMap { path throws(ConfigurationError) in try loadTaskFile(in: path) }
      let configuration = try EffectiveConfiguration.resolve(
        policy: policy, taskFile: taskFile, environment: variables, flags: flags)
      return Loaded(configuration: configuration, taskDirectory: directory)
    } catch {
      throw TaskError(error.message)
    }
  }

  /// The image's policy, where there is one and it can be used.
  static var policyOfImage: Policy? {
    guard let content = try? Files.read(Policy.imagePath, maximumBytes: longestPolicy) else { return nil }
    return try? Policy.parse(content, path: Policy.imagePath)
  }

  private static func loadPolicy(_ flags: ParsedFlags) throws(ConfigurationError) -> Policy {
    let imageHasPolicy = try reading(Policy.imagePath, "cannot look for the policy") {
      () throws(SystemCallError) in try Files.exists(Policy.imagePath)
    }
    guard let path = try Policy.location(flags: flags, imageHasPolicy: imageHasPolicy) else { return .builtIn }
    let content = try reading(path, "cannot read the policy") {
      () throws(SystemCallError) in try Files.read(path, maximumBytes: longestPolicy)
    }
    return try Policy.parse(content, path: path)
  }

  private static func locateTaskDirectory(
    environment: ParsedLayer, flags: ParsedFlags
  ) throws(ConfigurationError) -> String? {
    let wanted = taskDirectory(environment: environment, flags: flags)
    let path = try reading(wanted.path, "cannot find the task directory") {
      () throws(SystemCallError) in try absolute(wanted.path)
    }
    let exists = try reading(path, "cannot use the task directory") {
      () throws(SystemCallError) in wanted.isExplicit ? true : try Files.exists(path)
    }
    guard exists else { return nil }
    let status = try reading(path, "cannot use the task directory") {
      () throws(SystemCallError) in try Files.status(path)
    }
    guard status.kind == .directory else {
      throw ConfigurationError(
        .malformed, at: .file(path: path, position: nil),
        "the task directory is \(status.kind.description); expected a directory")
    }
    return path
  }

  private static func absolute(_ path: String) throws(SystemCallError) -> String {
    path.utf8.first == UInt8(ascii: "/") ? path : try StartState.workingDirectory() + "/" + path
  }

  private static func loadTaskFile(in directory: String) throws(ConfigurationError) -> ParsedLayer? {
    let path = directory + "/" + TaskFile.name
    let content = try reading(path, "cannot read the task file") {
      () throws(SystemCallError) in
      try Files.exists(path) ? try Files.read(path, maximumBytes: TaskFile.longest) : nil
    }
    return try content.map { bytes throws(ConfigurationError) in try TaskFile.parse(bytes, path: path) }
  }

  /// Turns a failed system call into an error that names the file.
  private static func reading<Value>(
    _ path: String, _ action: String, _ body: () throws(SystemCallError) -> Value
  ) throws(ConfigurationError) -> Value {
    do { return try body() } catch {
      throw ConfigurationError(.missing, at: .file(path: path, position: nil), "\(action): \(error.reason)")
    }
  }
}
