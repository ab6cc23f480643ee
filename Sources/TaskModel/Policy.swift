/// The first layer: what the author of an image lays down.
///
/// It binds the task. Whoever writes the pod can choose another image, and so is not bound by it.
package struct Policy: Sendable {
  /// Where an image keeps its policy. An image without the file gets `builtIn`, or the file that `--policy` names.
  package static let imagePath = "/etc/warder/policy.json"

  /// The file's path, nil for the built-in policy.
  package let path: String?
  /// In the order of the file; never empty.
  package internal(set) var runtimes: [Runtime]
  /// Values for keys that no later layer sets.
  package internal(set) var defaults = ParsedLayer(.policy)
  /// Paths that every task of the image may read and execute, and write; `read` and `write` add to them.
  package internal(set) var readPaths: [String] = []
  package internal(set) var writePaths: [String] = []
  /// Variables of every script's environment, and names passed on from the container's; `env` and `pass_env` add to them.
  package internal(set) var environment: [EnvironmentVariable] = []
  package internal(set) var passedNames: [String] = []
  /// What the key `redact` names in the policy's defaults.
  package var secretSources: [String] {
    if case .texts(let names)? = defaults.setting(of: .redact)?.value { names } else { [] }
  }
  var ceilings: [(key: ConfigurationKey, ceiling: Ceiling)] = []

  init(path: String?, runtimes: [Runtime]) {
    self.path = path
    self.runtimes = runtimes
  }

  /// What holds where there is no policy file.
  package static let builtIn = Policy(path: nil, runtimes: Runtime.builtIn)

  /// The ceiling of a key: the policy's own, else the built-in one, else none.
  package func ceiling(of key: ConfigurationKey) -> Ceiling? {
    ownCeiling(of: key) ?? key.row.ceiling
  }

  private func ownCeiling(of key: ConfigurationKey) -> Ceiling? {
    ceilings.first { $0.key == key }?.ceiling
  }

  /// Refuses a value beyond the key's ceiling.
  func check(
    _ value: ConfigurationValue, of key: ConfigurationKey, at origin: ConfigurationOrigin
  ) throws(ConfigurationError) {
    // A runtime may also follow from the script, and may be called by an alias: it is checked when it is chosen.
    if case .text(.runtimeName) = key.row.kind { return }
    guard let ceiling = ceiling(of: key) else { return }
    let owner = ownCeiling(of: key) == nil ? "the built-in" : "this image's"
    if let violation = ceiling.violation(by: value, of: key.row.kind, owner: owner) {
      throw ConfigurationError(.exceedsCeiling, at: origin, "\(key.row.name) \(violation.text)")
    }
  }
}
