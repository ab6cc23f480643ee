/// One task, checked and ready for an engine: everything that the script will have, and nothing of who asked over which
/// protocol.
public struct TaskSpecification: Sendable, Hashable, Codable {
  /// A file beside the script: a relative path without `..`, and its bytes.
  public struct File: Sendable, Hashable, Codable {
    public var path: String
    public var bytes: [UInt8]

    public init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// A setting of `warder-init` by the name of its key, as text: `timeout` `30s`.
  public struct Setting: Sendable, Hashable, Codable {
    public var key: String
    public var text: String

    public init(key: String, text: String) {
      self.key = key
      self.text = text
    }
  }

  /// Also the Job's name: at most 63 lower-case letters, digits and hyphens (RFC 1123).
  public var id: String
  /// The name of the runtime in the dispatcher's configuration.
  public var runtime: String
  public var script: File
  public var files: [File]
  public var arguments: [String]
  /// The script's own variables.
  public var environment: [String: String]
  public var standardInput: [UInt8]?
  /// Limits and rights, bounded by the runtime's ceilings and the client's trust.
  public var settings: [Setting]

  public init(
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
