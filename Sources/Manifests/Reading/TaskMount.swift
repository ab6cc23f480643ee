/// A directory or file that the pod mounts into its container.
package struct TaskMount: Sendable {
  package enum Source: Sendable {
    /// What ConfigMaps and Secrets of the same manifest hold, by path beneath the mount.
    case files([TaskFiles.File])
    /// An emptyDir.
    case scratch(isInMemory: Bool, sizeBytes: Int64?)
    /// Something that only a cluster has; says what.
    case unavailable(String)
  }

  package let path: String
  /// The path in the volume that is mounted in place of the whole; a file where the volume has one of the name.
  package let subPath: String?
  package let isReadOnly: Bool
  package let source: Source
  package let place: ManifestPlace
}

/// Reads a container's mounts.
struct MountReader {
  let workload: Workload
  let objects: ManifestObjects

  func mounts(of container: Field) throws(ManifestError) -> [TaskMount] {
    var mounts: [TaskMount] = []
    for field in container["volumeMounts"]?.elements ?? [] {
      guard let name = field["name"]?.string, let path = field["mountPath"]?.string else { continue }
      guard let volume = workload.volume(named: name) else {
        throw field.error("there is no volume \(name)")
      }
      let subPath = field["subPath"]?.string ?? field["subPathExpr"]?.string
      mounts.append(
        TaskMount(
          path: path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path, subPath: subPath,
          isReadOnly: field["readOnly"]?.bool ?? false, source: try source(of: volume, subPath: subPath),
          place: field.place))
    }
    return mounts
  }

  private func source(of volume: Field, subPath: String?) throws(ManifestError) -> TaskMount.Source {
    if let scratch = volume["emptyDir"] {
      return .scratch(isInMemory: scratch["medium"]?.string == "Memory", sizeBytes: scratch["sizeLimit"]?.bytes)
    }
    let parts: [(kind: String, field: Field)]
    if let field = volume["configMap"] {
      parts = [("ConfigMap", field)]
    } else if let field = volume["secret"] {
      parts = [("Secret", field)]
    } else if let sources = volume["projected", "sources"] {
      var found: [(String, Field)] = []
      for source in sources.elements {
        if let field = source["configMap"] {
          found.append(("ConfigMap", field))
        } else if let field = source["secret"] {
          found.append(("Secret", field))
        } else {
          return .unavailable("a projected volume of \(source.members.map(\.name).joined(separator: ", "))")
        }
      }
      parts = found
    } else {
      let kinds = volume.members.map(\.name).filter { $0 != "name" }
      return .unavailable("a volume of the kind \(kinds.joined(separator: ", "))")
    }
    var files: [TaskFiles.File] = []
    for part in parts {
      guard let added = try self.files(part.kind, part.field) else {
        let name = (part.field["name"] ?? part.field["secretName"])?.string ?? ""
        return .unavailable("the \(part.kind) \(name), which is not in \(volume.file)")
      }
      files += added
    }
    if let subPath {
      let inner = files.filter { $0.path.hasPrefix(subPath + "/") }
      files =
        inner.isEmpty
        ? files.filter { $0.path == subPath }
        : inner.map { TaskFiles.File(path: String($0.path.dropFirst(subPath.count + 1)), bytes: $0.bytes) }
    }
    return .files(files)
  }

  /// - Returns: nil where the manifest does not have the object.
  private func files(_ kind: String, _ field: Field) throws(ManifestError) -> [TaskFiles.File]? {
    let name = (field["name"] ?? field["secretName"])?.string ?? ""
    guard let contents = objects.contents(kind, name) else {
      return field["optional"]?.bool == true ? [] : nil
    }
    guard let items = field["items"] else {
      return contents.map { TaskFiles.File(path: $0.key, bytes: $0.bytes) }
    }
    var files: [TaskFiles.File] = []
    for item in items.elements {
      guard let key = item["key"]?.string, let path = item["path"]?.string else { continue }
      guard let entry = contents.first(where: { $0.key == key }) else {
        if field["optional"]?.bool == true { continue }
        throw item.error("the \(kind) \(name) has no key \(key); it has \(contents.map(\.key).joined(separator: ", "))")
      }
      files.append(TaskFiles.File(path: path, bytes: entry.bytes))
    }
    return files
  }
}
