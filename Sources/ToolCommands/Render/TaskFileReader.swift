internal import Foundation
internal import Manifests

/// Reads the script and the data that stand on the command line.
struct TaskFileReader {
  /// A ConfigMap of 1 MiB holds fewer.
  private static let mostFiles = 10_000

  private var found: [(path: String, source: String, bytes: Int64)] = []

  /// - Parameter data: files, which lie beside the script under their names; folders, which do with what is in them; and
  ///   `NAME=PATH` for either under another name.
  static func read(script: (path: String, bytes: [UInt8]), data: [String]) throws(ManifestError) -> TaskFiles {
    var reader = TaskFileReader()
    for argument in data { try reader.add(argument) }
    let total = reader.found.reduce(Int64(script.bytes.count)) { $0 + $1.bytes }
    // Before anything is read: somebody may have named a disk image.
    if let largest = reader.found.max(by: { $0.bytes < $1.bytes }), total > Int64(TaskFiles.mostBytes) {
      throw TaskFiles.tooLarge(bytes: total, largest: largest.path, largestBytes: largest.bytes)
    }
    var files: [TaskFiles.File] = []
    for file in reader.found {
      files.append(TaskFiles.File(path: file.path, bytes: try contents(of: file.source)))
    }
    return try TaskFiles(script: TaskFiles.File(path: script.path, bytes: script.bytes), data: files)
  }

  static func contents(of path: String) throws(ManifestError) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw ManifestError("\(path): cannot be read: \(Self.reason(of: error))")
    }
  }

  private static func reason(of error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return underlying.map { String(cString: strerror(Int32($0.code))) } ?? error.localizedDescription
  }

  private mutating func add(_ argument: String) throws(ManifestError) {
    var source = argument
    var name: String?
    // A file whose own name has an equals sign is meant as it is.
    if !FileManager.default.fileExists(atPath: argument), let equals = argument.firstIndex(of: "="),
      equals > argument.startIndex
    {
      name = String(argument[..<equals])
      source = String(argument[argument.index(after: equals)...])
    }
    while source.count > 1, source.hasSuffix("/") { source.removeLast() }
    let own = URL(fileURLWithPath: source).standardizedFileURL.lastPathComponent
    // `.` brings what is in it, not a folder called like the current one.
    try add(source, as: name ?? (source == "." ? "" : own), depth: 0)
  }

  private mutating func add(_ source: String, as path: String, depth: Int) throws(ManifestError) {
    var status = stat()
    guard stat(source, &status) == 0 else {
      throw ManifestError("\(source): cannot be read: \(String(cString: strerror(errno)))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      guard found.count < Self.mostFiles else {
        throw ManifestError("more than \(Self.mostFiles) files: a ConfigMap is not made for that")
      }
      found.append((path, source, Int64(status.st_size)))
    case S_IFDIR:
      guard depth < 32 else {
        throw ManifestError("\(source): more than 32 folders deep; is there a link in a circle?")
      }
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: source).sorted()
      } catch {
        throw ManifestError("\(source): cannot be listed: \(Self.reason(of: error))")
      }
      for name in names {
        try add(source + "/" + name, as: path.isEmpty ? name : path + "/" + name, depth: depth + 1)
      }
    default:
      throw ManifestError("\(source): expected a file or a folder, found something else (a device, a socket, a FIFO)")
    }
  }
}
