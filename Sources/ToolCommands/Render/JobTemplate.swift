internal import Foundation
internal import Manifests

/// The file of `--template`.
struct JobTemplate {
  private let patch: ManifestNode
  private let file: String

  init(file: String) throws {
    self.file = file
    let documents = try ManifestFile.readPatch(try InputFile.read(file), name: file)
    patch = documents
  }

  func apply(to job: ManifestNode) throws(ManifestError) -> ManifestNode {
    do throws(ManifestError) {
      return try StrategicMergePatch().apply(patch, to: job, type: "Job")
    } catch {
      throw ManifestError("\(file): \(error.message)")
    }
  }
}

extension TaskManifest {
  /// What the options of the Job say.
  mutating func apply(_ options: JobOptions) throws(ManifestError) {
    func check(_ name: String?, _ option: String, _ isGood: (String) -> Bool, _ expected: String) throws(ManifestError)
    {
      guard let name, !isGood(name) else { return }
      throw ManifestError("\(option) \(name): expected \(expected)")
    }
    try check(options.namespace, "--namespace", KubernetesName.isLabel, "lower-case letters, digits and hyphens")
    try check(options.queue, "--queue", KubernetesName.isSubdomain, "the name of a queue")
    try check(options.runtimeClass, "--runtime-class", KubernetesName.isSubdomain, "the name of a RuntimeClass")
    namespace = options.namespace
    queue = options.queue
    runtimeClass = options.runtimeClass
    usesHostUsers = options.hostUsers
    onDisruption = options.onDisruption
    secondsKept = try Rendering.duration(options.ttl, "--ttl").components.seconds
    switch options.runAsUser {
    case .user(let user): runAsUser = user
    case .platform: runAsUser = nil
    }
    for text in options.labels {
      let (key, value) = try Self.pair(text, "--label")
      guard KubernetesName.isLabelValue(value) else {
        throw ManifestError(
          "--label \(text): expected a value of at most 63 letters, digits, - _ and ., such as blue; an annotation takes any"
        )
      }
      guard !allLabels.contains(where: { $0.name == key }) else {
        throw ManifestError("--label \(text): \(key) is set already")
      }
      labels.append((key, value))
    }
    for text in options.annotations {
      let (key, value) = try Self.pair(text, "--annotation")
      guard !annotations.contains(where: { $0.name == key }) else {
        throw ManifestError("--annotation \(text): \(key) is given twice")
      }
      annotations.append((key, value))
    }
  }

  private static func pair(_ text: String, _ option: String) throws(ManifestError) -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, KubernetesName.isLabelKey(parts[0]) else {
      throw ManifestError("\(option) \(text): expected KEY=VALUE, as in team=blue or example.org/team=blue")
    }
    return (parts[0], parts[1])
  }
}
