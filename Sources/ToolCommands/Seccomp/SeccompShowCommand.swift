internal import ArgumentParser
internal import Foundation
internal import LinuxSystem
internal import TaskModel

/// `warder seccomp show`.
struct SeccompShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a filter as an OCI profile.",
    discussion: """
      PROFILE is default, strict, supervisor (the filter of warder-init itself), a compiled profile or an OCI profile; \
      of the last it shows what counts on the machine. Warder's guard, which stands before every profile, is not part of \
      it. Compiled again, it makes the same decisions.

      Examples:
        warder seccomp show
        warder seccomp show strict --network all > strict.json
        warder seccomp show own.profile

      Exit status: 0, 64 for a wrong command line, 65 for a bad profile, 66 for one that cannot be read.
      """)

  @Argument(help: "default, strict, supervisor or a file.")
  var profile = "default"

  @Option(help: ArgumentHelp("The network of default and strict: none or all.", valueName: "access"))
  var network = NetworkAccess.none

  @Option(name: .customLong("arch"), help: ArgumentHelp("The machine: x86_64 or aarch64.", valueName: "machine"))
  var architecture = SeccompArchitecture.native

  @Option(help: ArgumentHelp("The kernel that minKernel is compared with. Default: this one.", valueName: "version"))
  var kernel: KernelVersion?

  func run() throws {
    try SeccompFiles.reporting {
      let target = ProfileResolution.Target(architecture: architecture, kernel: kernel ?? .running)
      let (rules, notes) = try SeccompFiles.rules(profile, network: network, target)
      for note in notes { SeccompFiles.say("note: " + note) }
      // The built-in ones are the same for every machine.
      let machines = BuiltinProfile(rawValue: profile) == nil ? [architecture] : SeccompArchitecture.allCases
      FileHandle.standardOutput.write(Data(OCIProfileWriter.json(rules, for: machines)))
    }
  }
}
