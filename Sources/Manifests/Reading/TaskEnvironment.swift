/// A variable of the pod's container.
package struct TaskVariable: Sendable {
  package enum Value: Sendable {
    case text(String)
    /// Out of a Secret of the manifest: not to be shown.
    case secret(String)
    /// Only a cluster knows it; says why.
    case unavailable(String)
  }

  package let name: String
  package let value: Value
  package let place: ManifestPlace

  /// The value, where there is one.
  package var text: String? {
    switch value {
    case .text(let text), .secret(let text): text
    case .unavailable: nil
    }
  }
}

/// Reads a container's environment as the kubelet would make it: `envFrom` first, then `env`, each name once.
struct EnvironmentReader {
  let workload: Workload
  let container: Field
  let objects: ManifestObjects

  func variables() throws(ManifestError) -> [TaskVariable] {
    var variables: [TaskVariable] = []
    func set(_ variable: TaskVariable) {
      variables.removeAll { $0.name == variable.name }
      variables.append(variable)
    }
    for source in container["envFrom"]?.elements ?? [] {
      for variable in try imported(source) { set(variable) }
    }
    for field in container["env"]?.elements ?? [] {
      guard let name = field["name"]?.string else { continue }
      if field["valueFrom"] != nil {
        guard let value = try referenced(field) else { continue }
        set(TaskVariable(name: name, value: value, place: field.place))
      } else {
        let earlier = variables
        let text = VariableExpansion.expand(field["value"]?.string ?? "") { wanted in
          earlier.first { $0.name == wanted }?.text
        }
        set(TaskVariable(name: name, value: .text(text), place: field.place))
      }
    }
    return variables
  }

  private func imported(_ source: Field) throws(ManifestError) -> [TaskVariable] {
    let prefix = source["prefix"]?.string ?? ""
    for (member, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
      guard let field = source[member], let name = field["name"]?.string else { continue }
      guard let contents = objects.contents(kind, name) else {
        if field["optional"]?.bool == true { return [] }
        throw field.error("the \(kind) \(name) is not in \(field.file); its variables are not known")
      }
      return contents.map { entry in
        let text = String(decoding: entry.bytes, as: UTF8.self)
        return TaskVariable(
          name: prefix + entry.key, value: kind == "Secret" ? .secret(text) : .text(text), place: field.place)
      }
    }
    return []
  }

  /// - Returns: nil for an optional key that is not there.
  private func referenced(_ field: Field) throws(ManifestError) -> TaskVariable.Value? {
    let source = field["valueFrom"]
    for (member, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
      guard let reference = source?[member] else { continue }
      let name = reference["name"]?.string ?? ""
      let key = reference["key"]?.string ?? ""
      let isOptional = reference["optional"]?.bool == true
      guard let contents = objects.contents(kind, name) else {
        return isOptional ? nil : .unavailable("it comes from the \(kind) \(name), which is not in \(field.file)")
      }
      guard let entry = contents.first(where: { $0.key == key }) else {
        if isOptional { return nil }
        throw reference.error("the \(kind) \(name) has no key \(key)")
      }
      let text = String(decoding: entry.bytes, as: UTF8.self)
      return kind == "Secret" ? .secret(text) : .text(text)
    }
    if let path = source?["fieldRef", "fieldPath"]?.string {
      return metadata(path).map { .text($0) } ?? .unavailable("only a cluster knows \(path)")
    }
    if let resource = source?["resourceFieldRef", "resource"]?.string {
      return .unavailable("only a cluster knows the resource \(resource)")
    }
    return .unavailable("it comes from \(source?.members.map(\.name).joined(separator: ", ") ?? "nowhere")")
  }

  /// What a manifest says about itself. A Job's pods get names of their own.
  private func metadata(_ path: String) -> String? {
    let metadata = workload.podTemplate["metadata"]
    switch path {
    case "metadata.name": return workload.jobSpec == nil ? workload.document.name : nil
    case "metadata.namespace": return workload.document.namespace
    case "spec.serviceAccountName": return workload.pod["serviceAccountName"]?.string
    default: break
    }
    for section in ["labels", "annotations"] {
      let start = "metadata.\(section)['"
      if path.hasPrefix(start), path.hasSuffix("']") {
        return metadata?[section]?[String(path.dropFirst(start.count).dropLast(2))]?.string ?? ""
      }
    }
    return nil
  }
}
