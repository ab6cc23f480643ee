internal import Foundation
package import TaskModel

/// One task as Kubernetes objects: what `warder render` writes and a dispatcher creates.
package struct TaskManifest: Sendable {
  /// What `/tmp` is made of.
  package enum TemporaryVolume: Sendable {
    /// Counts against the memory limit, and is full at its size (ENOSPC).
    case memory(bytes: Int64)
    /// On the node's disk; the kubelet evicts the pod some time after it is larger.
    case disk(bytes: Int64)
  }

  /// What becomes of a task whose pod the cluster takes away (preemption, drain, node gone).
  package enum OnDisruption: String, Sendable, CaseIterable {
    /// The task fails: a script runs at most once.
    case fail
    /// It runs again: at least once.
    case rerun
  }

  package var name: String
  package var namespace: String?
  package var image: String
  package var files: TaskFiles
  /// Settings by key, as flags of `warder-init`, in the table's order.
  package var settings: [(key: ConfigurationKey, text: String)] = []
  package var scriptArguments: [String] = []
  package var labels: [(name: String, value: String)] = []
  package var annotations: [(name: String, value: String)] = []
  package var memory: String
  package var cpu: CPUQuantity
  package var temporary: TemporaryVolume
  package var runAsUser: Int64? = 1000
  package var usesHostUsers = true
  package var runtimeClass: String?
  package var queue: String?
  package var onDisruption = OnDisruption.fail
  package var secondsKept: Int64 = 3600
  package var deadlines: TaskDeadlines

  package init(
    name: String, image: String, files: TaskFiles, cpu: CPUQuantity, memory: String, temporary: TemporaryVolume,
    deadlines: TaskDeadlines
  ) {
    self.name = name
    self.image = image
    self.files = files
    self.cpu = cpu
    self.memory = memory
    self.temporary = temporary
    self.deadlines = deadlines
  }

  /// The name of the one container.
  package static let container = "task"
}

// MARK: - What both objects have

extension TaskManifest {
  /// Kubernetes' recommended labels; the instance tells the pods of one task.
  package var allLabels: [(name: String, value: String)] {
    [("app.kubernetes.io/name", "warder-task"), ("app.kubernetes.io/instance", name)] + labels
  }

  static func labelMap(_ labels: [(name: String, value: String)]) -> ManifestNode {
    .map(labels.map { ManifestMember($0.name, .string($0.value)) })
  }

  func metadata(_ more: [(name: String, value: String)] = []) -> ManifestNode {
    .map {
      ManifestMember("name", .string(name))
      if let namespace { ManifestMember("namespace", .string(namespace)) }
      ManifestMember("labels", Self.labelMap(allLabels + more))
      if !annotations.isEmpty { ManifestMember("annotations", Self.labelMap(annotations)) }
    }
  }

  // MARK: - ConfigMap

  package var configMap: ManifestNode {
    let entries = files.entries
    let texts = entries.filter { Self.isText($0.file.bytes) }
    let binaries = entries.filter { !Self.isText($0.file.bytes) }
    return .map {
      ManifestMember("apiVersion", "v1")
      ManifestMember("kind", "ConfigMap")
      ManifestMember("metadata", metadata())
      ManifestMember("immutable", true, comment: "what runs is what was handed in")
      if !texts.isEmpty {
        ManifestMember(
          "data",
          .map(texts.map { ManifestMember($0.key, .string(String(decoding: $0.file.bytes, as: UTF8.self))) }))
      }
      if !binaries.isEmpty {
        ManifestMember(
          "binaryData",
          .map(binaries.map { ManifestMember($0.key, .string(Data($0.file.bytes).base64EncodedString())) }))
      }
    }
  }

  /// Whether the bytes can be a string of a ConfigMap: UTF-8, and no NUL, which not every client takes.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
  }
}
