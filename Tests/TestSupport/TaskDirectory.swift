import Foundation

/// A task directory on this machine, laid out as the kubelet lays out a ConfigMap mount: every key is a link through
/// `..data` into a directory named after a time. It is removed when the last reference to it goes.
package final class TaskDirectory: Sendable {
  /// The directory to mount at `/task` or to give to `--task`.
  package let path: String
  /// Its files by name, for manifests that carry them.
  package let files: [String: [UInt8]]

  /// - Parameters:
  ///   - files: contents by file name.
  ///   - executables: programs to be copied in beside them, by their paths on this machine.
  package init(_ files: [String: [UInt8]], executables: [String] = []) throws {
    self.files = files
    // Not beneath the user's own temporary directory where that is private: another uid has to read it.
    path = try TemporaryPath.make("warder-task")
    let manager = FileManager.default
    let stamp = "..2026_11_21_09_00_00.123456789"
    try manager.createDirectory(atPath: path + "/" + stamp, withIntermediateDirectories: true)
    try manager.createSymbolicLink(atPath: path + "/..data", withDestinationPath: stamp)
    for (name, bytes) in files {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(stamp)/\(name)"))
      try link(name, permissions: 0o644)
    }
    for program in executables {
      let name = URL(fileURLWithPath: program).lastPathComponent
      try manager.copyItem(atPath: program, toPath: "\(path)/\(stamp)/\(name)")
      try link(name, permissions: 0o755)
    }
    for directory in [path, path + "/" + stamp] {
      try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory)
    }
  }

  /// A task of one script, found by its conventional name.
  package convenience init(script: String, named name: String = "script.py") throws {
    try self.init([name: Array(script.utf8)])
  }

  /// A task of a script that lies in a directory of this repository, with the other files there beside it.
  package convenience init(_ scriptFile: String, in directory: String, executables: [String] = []) throws {
    let folder = Repository.path(directory)
    let ending = URL(fileURLWithPath: scriptFile).pathExtension
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".py") {
      files[name] = try Array(Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }
    files["script." + ending] = try Array(Data(contentsOf: URL(fileURLWithPath: folder + "/" + scriptFile)))
    try self.init(files, executables: executables)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  private func link(_ name: String, permissions: Int) throws {
    let manager = FileManager.default
    try manager.setAttributes([.posixPermissions: permissions], ofItemAtPath: "\(path)/..data/\(name)")
    try manager.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: "..data/" + name)
  }
}

/// A file or directory of this machine that is removed when the last reference to it goes.
package final class TemporaryPath: Sendable {
  package let path: String

  /// A file with these contents, or an empty directory.
  ///
  /// - Parameter directory: where; scripts may write in `/tmp`.
  package init(
    file contents: [UInt8]? = nil, permissions: Int, named name: String = "warder-test", in directory: String = "/tmp"
  ) throws {
    path = try Self.make(name, in: directory)
    if let contents {
      try Data(contents).write(to: URL(fileURLWithPath: path))
    } else {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
    // After the fact: the mode given at creation is cut by the umask.
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  package var contents: [UInt8] {
    get throws { try Array(Data(contentsOf: URL(fileURLWithPath: path))) }
  }

  /// A path that nothing has yet.
  static func make(_ name: String, in directory: String = "/tmp") throws -> String {
    "\(directory)/\(name)-\(randomName())"
  }
}

/// Sixteen hexadecimal digits.
package func randomName() -> String {
  let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
