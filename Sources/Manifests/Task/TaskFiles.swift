/// What a task's ConfigMap holds: the script and the files beside it.
package struct TaskFiles: Sendable {
  /// A file by its path in the task directory.
  package struct File: Sendable {
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// What the API server takes: keys and values together (validation of ConfigMap, `MaxSecretSize`).
  package static let mostBytes = 1 << 20

  package let script: File
  package let data: [File]

  /// - Throws: where the files cannot be a ConfigMap, or would be read as something else than they are.
  package init(script: File, data: [File]) throws(ManifestError) {
    self.script = script
    self.data = data
    var seen: Set<String> = []
    for file in [script] + data {
      guard Self.isPlain(file.path) else {
        throw ManifestError(
          "\(file.path): expected a path inside the task directory, without . or .. and without a name that begins with .."
        )
      }
      guard file.path != Self.taskFileName else {
        throw ManifestError(
          "\(file.path) would be read as the task's configuration: give settings as options, or rename the file")
      }
      guard seen.insert(file.path).inserted else {
        throw ManifestError("\(file.path) is given twice; the script's own name cannot be a data file's as well")
      }
    }
    for file in data where seen.contains(where: { $0.hasPrefix(file.path + "/") }) {
      throw ManifestError("\(file.path) is a file and a folder at once")
    }
    guard size <= Self.mostBytes else { throw tooLarge }
  }

  private static let taskFileName = "task.json"

  private static func isPlain(_ path: String) -> Bool {
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
    return components.allSatisfy { !$0.isEmpty && $0 != "." && !$0.hasPrefix("..") && !$0.utf8.contains(0) }
  }

  /// Bytes as the API server counts them.
  private var size: Int { entries.reduce(0) { $0 + $1.key.utf8.count + $1.file.bytes.count } }

  private var tooLarge: ManifestError {
    let largest = ([script] + data).max { $0.bytes.count < $1.bytes.count } ?? script
    return ManifestError(
      "the script and its data are \(size) bytes, and a ConfigMap holds \(Self.mostBytes); the largest is "
        + "\(largest.path) with \(largest.bytes.count). Put large data into the image, or on a volume that --template mounts "
        + "and --read names")
  }

  // MARK: - Keys

  /// A file and the key under which the ConfigMap has it.
  struct Entry {
    let key: String
    let file: File
  }

  /// Keys cannot have slashes: what lies in folders gets a key of its own, and its place by `items[].path`.
  var entries: [Entry] {
    var used: Set<String> = []
    for file in [script] + data where KubernetesName.isConfigMapKey(file.path) { used.insert(file.path) }
    var number = 0
    return ([script] + data).map { file in
      if KubernetesName.isConfigMapKey(file.path) { return Entry(key: file.path, file: file) }
      var key = ""
      repeat {
        number += 1
        key = "file-\(number)"
      } while !used.insert(key).inserted
      return Entry(key: key, file: file)
    }
  }

  /// Whether every file's key is its path, so that the volume needs no list.
  var keysArePaths: Bool { entries.allSatisfy { $0.key == $0.file.path } }
}
