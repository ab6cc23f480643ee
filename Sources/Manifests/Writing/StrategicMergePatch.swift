/// Kubernetes' strategic merge: maps are merged, lists are replaced as a whole unless the type says by which member their
/// elements are one (containers and volumes by name, mounts by path, …), null deletes, and `$patch` deletes or replaces
/// (k8s.io/apimachinery/pkg/util/strategicpatch).
package struct StrategicMergePatch {
  private let schema = KubernetesSchema.current

  package init() {}

  /// - Parameters:
  ///   - type: of the object, as the schema names it: `Job`.
  ///   - path: for messages.
  package func apply(
    _ patch: ManifestNode, to original: ManifestNode?, type: String?, path: String = ""
  ) throws(ManifestError) -> ManifestNode {
    guard case .map(let changes) = patch else { return patch }
    var members: [ManifestMember] = []
    if case .map(let own)? = original { members = own }
    switch changes.first(where: { $0.name == "$patch" })?.value {
    case nil, .string("merge")?: break
    case .string("replace")?: return .map(changes.filter { $0.name != "$patch" })
    case .string("delete")?: return .map([])
    default: throw ManifestError("\(path).$patch: expected replace, delete or merge")
    }
    for change in changes {
      if change.name == "$patch" { continue }
      if change.name.hasPrefix("$") {
        try applyDirective(change, to: &members, path)
        continue
      }
      let index = members.firstIndex { $0.name == change.name }
      if case .null = change.value {
        if let index { members.remove(at: index) }
        continue
      }
      let inner = path.isEmpty ? change.name : "\(path).\(change.name)"
      let rule = type.flatMap { schema.rule(change.name, of: $0) }
      let merged = try merge(change.value, into: index.map { members[$0].value }, rule?.type, inner)
      if let index {
        members[index].value = merged
      } else {
        members.append(ManifestMember(change.name, merged))
      }
    }
    return .map(members)
  }

  private func merge(
    _ patch: ManifestNode, into original: ManifestNode?, _ type: KubernetesSchema.FieldType?, _ path: String
  ) throws(ManifestError) -> ManifestNode {
    switch type {
    case .object(let name)?:
      return try apply(patch, to: original, type: name, path: path)
    case .map?:
      return try apply(patch, to: original, type: nil, path: path)
    case .list(.object(let name), let key?)?:
      guard case .list(let changes) = patch else { return patch }
      var elements: [ManifestNode] = []
      if case .list(let own)? = original { elements = own }
      return try mergeLists(changes, into: elements, name, by: key, path)
    case .list(_, let key?)? where key == ".":
      guard case .list(let added) = patch, case .list(let own)? = original else { return patch }
      return .list(own + added.filter { !own.contains($0) })
    default:
      return patch
    }
  }

  private func mergeLists(
    _ changes: [ManifestNode], into original: [ManifestNode], _ type: String, by key: String, _ path: String
  ) throws(ManifestError) -> ManifestNode {
    var elements = original
    if changes.contains(where: { $0["$patch"] == .string("replace") && $0[key] == nil }) {
      return .list(changes.filter { $0["$patch"] == nil })
    }
    for (index, change) in changes.enumerated() {
      guard let identity = change[key] else {
        throw ManifestError("\(path)[\(index)]: expected \(key), by which the list is merged")
      }
      let place = elements.firstIndex { $0[key] == identity }
      if change["$patch"] == .string("delete") {
        if let place { elements.remove(at: place) }
        continue
      }
      let merged = try apply(change, to: place.map { elements[$0] }, type: type, path: "\(path)[\(index)]")
      if let place { elements[place] = merged } else { elements.append(merged) }
    }
    return .list(elements)
  }

  /// `$retainKeys` keeps only the named members (of a volume, say, whose kind changes); `$setElementOrder/…` is what kubectl
  /// writes for itself; `$deleteFromPrimitiveList/…` takes values out of a list of scalars.
  private func applyDirective(
    _ change: ManifestMember, to members: inout [ManifestMember], _ path: String
  ) throws(ManifestError) {
    let parts = change.name.split(separator: "/", maxSplits: 1).map(String.init)
    guard case .list(let values) = change.value else {
      throw ManifestError("\(path).\(change.name): expected a list")
    }
    switch parts[0] {
    case "$retainKeys":
      members.removeAll { !values.contains(.string($0.name)) }
    case "$deleteFromPrimitiveList" where parts.count == 2:
      guard let index = members.firstIndex(where: { $0.name == parts[1] }), case .list(let own) = members[index].value
      else { return }
      members[index].value = .list(own.filter { !values.contains($0) })
    case "$setElementOrder": break
    default:
      throw ManifestError(
        "\(path).\(change.name): there is no directive of this name; the directives are $patch, $retainKeys, "
          + "$deleteFromPrimitiveList and $setElementOrder")
    }
  }
}
