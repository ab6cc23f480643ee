/// One task, checked and ready for an engine: everything that the script will have, and nothing of who asked over which
/// protocol.
package struct TaskSpecification: Sendable, Hashable, Codable {
  /// A file beside the script: a relative path without `..`, and its bytes.
  package struct File: Sendable, Hashable, Codable {
    package var path: String
    package var bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// A setting of `warder-init` by the name of its key, as text: `timeout` `30s`.
  package struct Setting: Sendable, Hashable, Codable {
    package var key: String
    package var text: String

    package init(key: String, text: String) {
      self.key = key
      self.text = text
    }
  }

  /// Also the Job's name: at most 63 lower-case letters, digits and hyphens (RFC 1123).
  package var id: String
  /// The name of the runtime in the dispatcher's configuration.
  package var runtime: String
  package var script: File
  package var files: [File]
  package var arguments: [String]
  /// The script's own variables.
  package var environment: [String: String]
  package var standardInput: [UInt8]?
  /// Limits and rights, bounded by the runtime's ceilings and the client's trust.
  package var settings: [Setting]

  package init(
    id: String, runtime: String, script: File, files: [File] = [], arguments: [String] = [],
    environment: [String: String] = [:], standardInput: [UInt8]? = nil, settings: [Setting] = []
  ) {
    self.id = id
    self.runtime = runtime
    self.script = script
    self.files = files
    self.arguments = arguments
    self.environment = environment
    self.standardInput = standardInput
    self.settings = settings
  }
}
