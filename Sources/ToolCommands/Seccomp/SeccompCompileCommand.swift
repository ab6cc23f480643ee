internal import ArgumentParser
internal import Foundation
internal import LinuxSystem

/// `warder seccomp compile`.
struct SeccompCompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile an OCI profile for warder-init --seccomp.",
    discussion: """
      The profile comes on top of Warder's own guard and never instead of it. Rules of moby's default that are for \
      capabilities are left out: a script has none. What cannot be had (TRACE, NOTIFY) is an error that names it, and \
      what means something else here is noted. The result is compared with the profile, call by call, before it is \
      written.

      Examples:
        warder seccomp compile profile.json
        warder seccomp compile profile.json -o /etc/warder/own.profile --arch x86_64 --arch aarch64
        warder seccomp compile audit.json --replace LOG=ALLOW

      Exit status: 0 when the file is written, 64 for a wrong command line, 65 for a profile that cannot be compiled, \
      66 for one that cannot be read, 73 for a file that cannot be written.
      """)

  @Argument(help: ArgumentHelp("The profile, or - for standard input.", valueName: "profile.json"))
  var profile: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to write; - for standard output. Default: the profile's name with .profile.", valueName: "file"))
  var output: String?

  @Option(
    name: .customLong("arch"),
    help: ArgumentHelp(
      "A machine to compile for: x86_64 or aarch64; several times for both. Default: this one, and those that the profile names.",
      valueName: "machine"))
  var architectures: [SeccompArchitecture] = []

  @Option(
    help: ArgumentHelp("What the start frame will call the profile. Default: the file's name.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("The kernel that minKernel is compared with. Default: this one.", valueName: "version"))
  var kernel: KernelVersion?

  @Option(
    help: ArgumentHelp("Take one action for another, such as LOG=ALLOW or TRACE=ERRNO.", valueName: "action=action"))
  var replace: [String] = []

  @Flag(help: "Names of calls that nobody knows are errors.")
  var strict = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    _ = try replacements()
    if output == nil, profile == "-" { throw ValidationError("A profile from standard input needs -o FILE.") }
  }

  func run() throws {
    let bytes = try SeccompFiles.read(profile)
    let path = profile == "-" ? "standard input" : profile
    let target = output ?? Self.defaultOutput(profile)
    if target == "-", isatty(STDOUT_FILENO) == 1 {
      SeccompFiles.say("a compiled profile is no text: send it to a file or a pipe")
      throw ExitCode(64)
    }
    try SeccompFiles.reporting {
      let source = try OCIProfileReader.read(bytes, path: path)
      var programs: [SeccompProfileFile.Program] = []
      var notes: [String] = source.extensions.map { "extension of the OCI format: " + $0.explanation }
      var lines: [String] = []
      for architecture in machines(of: source) {
        var conditions = ProfileResolution.Target(architecture: architecture, kernel: kernel ?? .running)
        conditions.replacements = try replacements()
        conditions.isStrict = strict
        let resolution = try ProfileResolution(source, for: conditions, bytes: bytes, path: path)
        let words = try ProfileCompilation.program(resolution.rules, for: architecture)
        programs.append(.init(architecture: architecture, words: words))
        notes += resolution.notes.filter { !notes.contains($0) }
        lines.append(
          "\(architecture.name): rules for \(resolution.rules.calls.count) calls, else "
            + "\(resolution.rules.defaultAnswer.text); \(words.count) instructions")
      }
      let file = try Self.file(name: name ?? Self.profileName(path), programs)
      try SeccompFiles.write(file.encoded(), to: target)
      guard !quiet else { return }
      for note in notes { SeccompFiles.say("note: " + note) }
      if source.rules.contains(where: { $0.includes.minimumKernel != nil || $0.excludes.minimumKernel != nil }) {
        SeccompFiles.say("note: rules for certain kernels were chosen for Linux \(kernel ?? .running)")
      }
      for line in lines { SeccompFiles.say(line) }
      let digest = SHA256.hexadecimal(of: file.encoded())
      SeccompFiles.say("\(target == "-" ? "standard output" : target): profile \(file.name), sha256 \(digest)")
    }
  }

  // MARK: - Details

  private static func file(
    name: String, _ programs: [SeccompProfileFile.Program]
  ) throws(SeccompProfileError) -> SeccompProfileFile {
    do throws(SeccompProfileFileError) {
      return try SeccompProfileFile(name: name, programs: programs)
    } catch {
      throw SeccompProfileError("--name \(Quoted.text(name)): " + error.message)
    }
  }

  private func machines(of source: OCISeccompProfile) -> [SeccompArchitecture] {
    let named = SeccompArchitecture.allCases.filter { source.architectures.contains($0.ociName) || $0 == .native }
    let wanted = architectures.isEmpty ? named : architectures
    return SeccompArchitecture.allCases.filter { wanted.contains($0) }
  }

  static func defaultOutput(_ profile: String) -> String {
    (profile.hasSuffix(".json") ? String(profile.dropLast(5)) : profile) + ".profile"
  }

  static func profileName(_ path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    let stem = last.hasSuffix(".json") ? String(last.dropLast(5)) : last
    let kept = stem.utf8.filter { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C }.prefix(64)
    return kept.isEmpty ? "profile" : String(decoding: Array(kept), as: UTF8.self)
  }

  private func replacements() throws -> [OCISeccompProfile.Action: OCISeccompProfile.Action] {
    var replacements: [OCISeccompProfile.Action: OCISeccompProfile.Action] = [:]
    for text in replace {
      let parts = text.split(separator: "=", omittingEmptySubsequences: false).map { part in
        OCISeccompProfile.Action.allCases.first { $0.rawValue == part || $0.name == part }
      }
      guard parts.count == 2, let from = parts[0], let to = parts[1] else {
        let names = OCISeccompProfile.Action.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--replace \(text): expected ACTION=ACTION, each one of \(names).")
      }
      replacements[from] = to
    }
    return replacements
  }
}
