internal import Foundation
internal import Manifests
internal import TaskModel

/// The arguments that `warder-init` gets, and what they come to.
struct TaskSettings {
  let settings: [Setting]
  let configuration: EffectiveConfiguration

  init(_ command: RenderCommand, script: ScriptSourceFile, arguments: [String], policy: Policy) throws(ManifestError) {
    var settings = command.settings.settings
    // Named, whatever lies beside it and whatever the image's conventions are.
    settings.insert(Setting(key: .script, text: "/task/\(script.name)"), at: 0)
    let isOpen = !command.network.egress.isEmpty || command.network.dns != nil
    // Beside a relay the pod's network is the relay's, and the script's only where somebody says so.
    let isRelays = command.settings.relay.map { $0 != "off" } ?? false
    if isOpen, !isRelays {
      if command.settings.task.network == "none" {
        throw ManifestError("--network none: nothing can be reached then, and --egress and --dns have no meaning")
      }
      // Autonomous presets it.
      if command.settings.task.network == nil, command.settings.task.trust != "autonomous" {
        Self.add(.network, "all", to: &settings)
      }
    }
    if let runtimeClass = command.job.runtimeClass, TaskConfiguration.isGVisor(runtimeClass),
      command.settings.task.require.isEmpty
    {
      Self.add(.require, TaskConfiguration.requiredWithoutLandlock, to: &settings)
    }
    self.settings = settings
    configuration = try Self.resolve(settings, arguments, command, policy)
  }

  private static func add(
    _ key: ConfigurationKey, _ text: String, to settings: inout [Setting]
  ) {
    let index = settings.firstIndex { $0.key.rawValue > key.rawValue } ?? settings.endIndex
    settings.insert(Setting(key: key, text: text), at: index)
  }

  private static func resolve(
    _ settings: [Setting], _ arguments: [String], _ command: RenderCommand,
    _ policy: Policy
  ) throws(ManifestError) -> EffectiveConfiguration {
    do throws(ConfigurationError) {
      return try TaskConfiguration.resolve(
        settings.map { ($0.key, $0.text) }, arguments: arguments, policy: policy)
    } catch {
      var hint = ""
      if error.kind == .exceedsCeiling, policy.path == nil {
        hint = "; an image that allows more says so by its policy: --policy FILE"
      }
      if error.kind == .exceedsTrust, command.settings.task.require.isEmpty,
        command.job.runtimeClass.map(TaskConfiguration.isGVisor) == true
      {
        hint = "; gVisor has no Landlock, and no level below autonomous goes without it"
      }
      throw ManifestError(error.message + hint)
    }
  }
}

/// The script as it was given.
struct ScriptSourceFile {
  /// In the task directory.
  let name: String
  let bytes: [UInt8]
  private let runtime: Runtime?

  init(_ path: String, runtime named: String?, policy: Policy) throws {
    bytes = try InputFile.read(path)
    let given = path == "-" ? "" : URL(fileURLWithPath: path).lastPathComponent
    guard !bytes.isEmpty else {
      throw ManifestError("\(path == "-" ? "standard input" : path): the script is empty")
    }
    do throws(RuntimeSelectionError) {
      runtime = try policy.runtime(named: named, scriptName: given, firstBytes: Array(bytes.prefix(256)))
    } catch {
      // Without the image's policy its runtimes are not known.
      if policy.path != nil || named == nil { throw ManifestError(error.message) }
      runtime = nil
    }
    name = given.isEmpty ? "script" + (runtime?.extensions.first ?? "") : given
  }

  var defaultImage: String { DefaultImage.reference(runtime: runtime?.name) }
}
