internal import ArgumentParser
internal import Foundation
internal import LinuxSystem
internal import TaskModel

/// `warder seccomp`: filters of one's own, from the JSON that container engines use.
struct SeccompCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seccomp",
    abstract: "Compile, show, explain and learn system call filters.",
    discussion: """
      Profiles are OCI profiles: the JSON of Kubernetes Localhost profiles and of the defaults of moby, containerd and \
      podman. warder-init takes a compiled one: warder-init --seccomp FILE.
      """,
    subcommands: [
      SeccompCompileCommand.self, SeccompShowCommand.self, SeccompExplainCommand.self, SeccompLearnCommand.self,
    ])
}

extension SeccompArchitecture: ExpressibleByArgument {
  package init?(argument: String) {
    switch argument {
    case "x86_64", "amd64", "x86-64": self = .x86_64
    case "aarch64", "arm64": self = .aarch64
    default: return nil
    }
  }

  package static var allValueStrings: [String] { ["x86_64", "aarch64"] }
}

extension NetworkAccess: ExpressibleByArgument {
  package init?(argument: String) {
    guard let found = Self.allCases.first(where: { "\($0)" == argument }) else { return nil }
    self = found
  }

  package static var allValueStrings: [String] { allCases.map { "\($0)" } }
}

extension KernelVersion: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }

  /// The running one.
  static var running: KernelVersion {
    var names = utsname()
    guard uname(&names) == 0 else { return KernelVersion(major: 0, minor: 0) }
    let release = withUnsafeBytes(of: names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return KernelVersion(release) ?? KernelVersion(major: 0, minor: 0)
  }
}

/// What the subcommands have in common: reading profiles, and saying what is wrong.
enum SeccompFiles {
  /// A line on standard error.
  static func say(_ text: String) { FileHandle.standardError.write(Data(Presentation().notice(text))) }

  /// The bytes of a file, or of standard input for `-`.
  /// - Throws: status 66, after saying why.
  static func read(_ path: String) throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    do throws(SystemCallError) {
      return try Files.read(path, maximumBytes: 4 << 20)
    } catch {
      SeccompFiles.say("cannot read \(path): \(error.reason)")
      throw ExitCode(66)
    }
  }

  /// - Parameter path: `-` is standard output.
  /// - Throws: status 73, after saying why.
  static func write(_ bytes: [UInt8], to path: String) throws {
    if path == "-" { return FileHandle.standardOutput.write(Data(bytes)) }
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    } catch {
      SeccompFiles.say(
        "cannot write \(path): \((error as NSError).localizedFailureReason ?? error.localizedDescription)")
      throw ExitCode(73)
    }
  }

  /// Runs a body and turns what is wrong with a profile into a sentence and status 65 (EX_DATAERR).
  static func reporting<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SeccompProfileError {
      SeccompFiles.say(error.description)
      throw ExitCode(65)
    }
  }

  /// The rules of a built-in profile, of a compiled file or of an OCI profile.
  static func rules(
    _ profile: String, network: NetworkAccess, _ target: ProfileResolution.Target
  ) throws -> (rules: SeccompRuleSet, notes: [String]) {
    if let builtin = BuiltinProfile(rawValue: profile) { return (builtin.rules(network: network), []) }
    let bytes = try read(profile)
    guard bytes.first == 0x89 else {
      let source = try OCIProfileReader.read(bytes, path: profile)
      let resolution = try ProfileResolution(source, for: target, bytes: bytes, path: profile)
      return (resolution.rules, resolution.notes)
    }
    let file: SeccompProfileFile
    do throws(SeccompProfileFileError) { file = try SeccompProfileFile(bytes) } catch {
      throw SeccompProfileError("\(profile): \(error.message)")
    }
    guard let words = file.words(for: target.architecture) else {
      throw SeccompProfileError("\(profile): it has no program for \(target.architecture.name)")
    }
    return (try SeccompProgramReading.rules(of: words, for: target.architecture), [])
  }
}
