internal import TaskModel

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
      guard PathName.isInsideTask(Array(file.path.utf8)) else {
        throw ManifestError(
          "\(file.path): expected a path inside the task directory, without . or .. and without a name that begins with .."
        )
      }
      guard file.path != TaskFile.name else {
        throw ManifestError(
          "\(file.path) would be read as the task's configuration: give settings as options, or rename the file")
      }
      guard seen.insert(file.path).inserted else {
        throw ManifestError("\(file.path) is given twice; the script's own name cannot be a data file's as well")
      }
    }
    for file in [script] + data where seen.contains(where: { $0.hasPrefix(file.path + "/") }) {
      throw ManifestError("\(file.path) is a file and a folder at once")
    }
    guard size <= Self.mostBytes else {
      let largest = ([script] + data).max { $0.bytes.count < $1.bytes.count } ?? script
      throw Self.tooLarge(bytes: Int64(size), largest: largest.path, largestBytes: Int64(largest.bytes.count))
    }
  }

  /// Bytes as the API server counts them.
  private var size: Int { entries.reduce(0) { $0 + $1.key.utf8.count + $1.file.bytes.count } }

  /// - Parameter bytes: of all files together.
  package static func tooLarge(bytes: Int64, largest: String, largestBytes: Int64) -> ManifestError {
    ManifestError(
      "the script and its data are \(bytes) bytes, and a ConfigMap holds \(mostBytes); the largest is \(largest) with "
        + "\(largestBytes). Leave out what the script does not need, compress it, put it into the image, or mount a volume "
        + "by --template and let the script read it by --read")
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
    return ([script] + data).map { file in
      if KubernetesName.isConfigMapKey(file.path) { return Entry(key: file.path, file: file) }
      // in/a.csv is in_a.csv, and where somebody has that already in_a.csv-2.
      let plain = String(
        String.UnicodeScalarView(
          file.path.unicodeScalars.prefix(200).map { $0 == "." || KubernetesName.isConfigMapKey(String($0)) ? $0 : "_" }
        ))
      let base = plain.hasPrefix("..") ? "_" + plain.dropFirst() : plain
      var key = base
      var number = 1
      while !KubernetesName.isConfigMapKey(key) || !used.insert(key).inserted {
        number += 1
        key = "\(base)-\(number)"
      }
      return Entry(key: key, file: file)
    }
  }

  /// Whether every file's key is its path, so that the volume needs no list.
  var keysArePaths: Bool { entries.allSatisfy { $0.key == $0.file.path } }
}
