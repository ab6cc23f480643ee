/// The objects of a file, Lists taken apart.
package struct ManifestFile: Sendable {
  package let name: String
  package let documents: [ManifestDocument]

  /// - Parameter name: for messages: the path, or `-`.
  package static func parse(_ bytes: [UInt8], name: String) throws(ManifestError) -> ManifestFile {
    var documents: [ManifestDocument] = []
    for root in try YAMLReader.documents(bytes, file: name) {
      try add(Field(root: root, file: name), depth: 0, to: &documents)
    }
    guard !documents.isEmpty else {
      throw ManifestError("\(name) holds no Kubernetes object: an apiVersion, a kind and so on were expected")
    }
    return ManifestFile(name: name, documents: documents)
  }

  private static func add(_ field: Field, depth: Int, to documents: inout [ManifestDocument]) throws(ManifestError) {
    // `---` at the end of a file makes an empty document.
    if case .null = field.node.value { return }
    guard case .map = field.node.value else {
      throw field.error("expected a Kubernetes object, found \(field.node.value.kind)")
    }
    guard let kind = field["kind"]?.string, field["apiVersion"]?.string != nil else {
      throw field.error("expected a Kubernetes object with apiVersion and kind")
    }
    guard kind == "List" || kind.hasSuffix("List") && field["items"] != nil else {
      documents.append(ManifestDocument(root: field, kind: kind))
      return
    }
    guard depth < 4 else { throw field.error("Lists in Lists in Lists") }
    for item in field["items"]?.elements ?? [] { try add(item, depth: depth + 1, to: &documents) }
  }

  /// The objects of both files; the first one's name stands for both.
  package func adding(_ other: ManifestFile) -> ManifestFile {
    ManifestFile(name: name, documents: documents + other.documents)
  }

  /// Reads a patch for a Job: one document, with or without kind and version.
  package static func readPatch(_ bytes: [UInt8], name: String) throws(ManifestError) -> ManifestNode {
    let roots = try YAMLReader.documents(bytes, file: name).filter { if case .null = $0.value { false } else { true } }
    guard let root = roots.first, roots.count == 1 else {
      throw ManifestError("\(name): expected one document, the patch of a Job; found \(roots.count)")
    }
    let field = Field(root: root, file: name)
    guard case .map = root.value else { throw field.error("expected the patch of a Job, found \(root.value.kind)") }
    for (member, expected) in [("kind", "Job"), ("apiVersion", "batch/v1")] {
      guard let found = field[member], found.string != expected else { continue }
      throw found.error(
        "expected \(expected), found \(found.string ?? found.node.value.kind): the patch is for the Job")
    }
    return root.manifestNode
  }

  /// The objects of a kind; an object without a namespace fits any.
  package func documents(ofKind kind: String) -> [ManifestDocument] { documents.filter { $0.kind == kind } }

  package func document(_ kind: String, named name: String) -> ManifestDocument? {
    documents.first { $0.kind == kind && $0.name == name }
  }
}

/// One Kubernetes object.
package struct ManifestDocument: Sendable {
  package let root: Field
  package let kind: String

  package var apiVersion: String { root["apiVersion"]?.string ?? "" }
  package var name: String? { root["metadata", "name"]?.string }
  package var namespace: String? { root["metadata", "namespace"]?.string }

  /// `Job train-model`, for messages.
  package var title: String { name.map { "\(kind) \($0)" } ?? kind }

  /// Job, CronJob or Pod: what runs a script and ends.
  package var workload: Workload? { Workload(self) }

  /// Kinds with pods in them that never end.
  package var runsForEver: Bool {
    ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"].contains(kind)
  }
}

/// The pod that an object makes, and the Job around it, if any.
package struct Workload: Sendable {
  package let document: ManifestDocument
  /// Nil for a plain Pod.
  package let jobSpec: Field?
  /// Holds `metadata` and `spec` of the pod.
  package let podTemplate: Field
  package let pod: Field

  init?(_ document: ManifestDocument) {
    self.document = document
    let template: Field?
    switch document.kind {
    case "Pod":
      jobSpec = nil
      template = document.root
    case "Job":
      jobSpec = document.root["spec"]
      template = jobSpec?["template"]
    case "CronJob":
      jobSpec = document.root["spec", "jobTemplate", "spec"]
      template = jobSpec?["template"]
    default: return nil
    }
    guard let template, let pod = template["spec"] else { return nil }
    podTemplate = template
    self.pod = pod
  }

  package var containers: [Field] { pod["containers"]?.elements ?? [] }
  package var initContainers: [Field] { pod["initContainers"]?.elements ?? [] }
  package var ephemeralContainers: [Field] { pod["ephemeralContainers"]?.elements ?? [] }
  package var volumes: [Field] { pod["volumes"]?.elements ?? [] }

  package func volume(named name: String) -> Field? { volumes.first { $0["name"]?.string == name } }

  /// The container that runs Warder: the one with the task mounted, or with settings of Warder's, else the first.
  package var taskContainer: Field? {
    containers.first { container in
      (container["volumeMounts"]?.elements ?? []).contains { $0["mountPath"]?.string == "/task" }
    } ?? containers.first { container in
      (container["env"]?.elements ?? []).contains { $0["name"]?.string?.hasPrefix("WARDER_") == true }
    } ?? containers.first
  }
}
