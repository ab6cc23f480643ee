internal import Foundation
internal import TaskModel

/// A file of the task, as it will lie in the task directory.
struct TaskSource: Sendable {
  /// Its path in the task directory: `data/fruit.csv`.
  let name: String
  let bytes: [UInt8]
  var isExecutable = false
}

/// Why the task's files cannot be used: a mistake on the command line.
struct TaskSourceProblem: Error {
  let message: String
}

/// Reads what the command line names, before anything is started.
enum TaskSources {
  /// All files together. A ConfigMap holds one MiB; this is for data that a volume would bring.
  static let mostBytes = 256 << 20

  /// A script by its path, `-` being standard input.
  static func script(_ path: String) throws(TaskSourceProblem) -> TaskSource {
    if path == "-" { return TaskSource(name: standardInputName, bytes: try readStandardInput()) }
    let bytes = try read(path)
    return TaskSource(name: URL(fileURLWithPath: path).lastPathComponent, bytes: bytes)
  }

  /// The name of a script that has none. Its first line, or `--runtime`, says what runs it.
  static let standardInputName = "script"

  /// `PATH`, a file or a directory that keeps its name, or `NAME=PATH` for another one.
  static func files(_ argument: String) throws(TaskSourceProblem) -> [TaskSource] {
    var name: String?
    var path = argument
    if !FileManager.default.fileExists(atPath: argument), let split = argument.firstIndex(of: "=") {
      name = String(argument[..<split])
      path = String(argument[argument.index(after: split)...])
    }
    let target = name ?? URL(fileURLWithPath: path).lastPathComponent
    guard PathName.isInsideTask(Array(target.utf8)) else {
      throw TaskSourceProblem(
        message: "--file \(argument): \(target) cannot be a name in the task directory (relative, without ..)")
    }
    guard isDirectory(path) else {
      return [TaskSource(name: target, bytes: try read(path), isExecutable: isExecutable(path))]
    }
    return try directory(path).map {
      TaskSource(name: "\(target)/\($0.name)", bytes: $0.bytes, isExecutable: $0.isExecutable)
    }
  }

  /// Everything in a directory, folders too, as a pod's `/task` would show it: links are followed, and what a ConfigMap mount
  /// has for itself (`..data`) is passed over.
  static func directory(_ path: String) throws(TaskSourceProblem) -> [TaskSource] {
    guard isDirectory(path) else { throw TaskSourceProblem(message: "\(path) is no directory") }
    var sources: [TaskSource] = []
    var total = 0
    try collect(path, prefix: "", depth: 0, &sources, &total)
    return sources
  }

  private static func collect(
    _ path: String, prefix: String, depth: Int, _ sources: inout [TaskSource], _ total: inout Int
  ) throws(TaskSourceProblem) {
    // A link may lead to a directory above it.
    guard depth < 32 else {
      throw TaskSourceProblem(message: "\(path) lies 32 directories deep, or in a circle of links")
    }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
      throw TaskSourceProblem(message: "cannot list \(path): \(reason(error))")
    }
    for name in names where !PathName.isKubernetesOwn(Array(name.utf8)) {
      let inner = "\(path)/\(name)"
      if isDirectory(inner) {
        try collect(inner, prefix: "\(prefix)\(name)/", depth: depth + 1, &sources, &total)
        continue
      }
      let bytes = try read(inner)
      total += bytes.count
      guard total <= mostBytes else {
        throw TaskSourceProblem(
          message:
            "the files of the task have more than \(Quantity.format(Int64(mostBytes))): a copy of them is made for "
            + "every run; let the script read a directory where it lies, with --read DIR")
      }
      sources.append(TaskSource(name: prefix + name, bytes: bytes, isExecutable: isExecutable(inner)))
    }
  }

  private static func read(_ path: String) throws(TaskSourceProblem) -> [UInt8] {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: resolved(path))
      switch attributes[.type] as? FileAttributeType {
      case .typeRegular?: break
      case .typeDirectory?: throw TaskSourceProblem(message: "\(path) is a directory; expected a file")
      default: throw TaskSourceProblem(message: "\(path) is no regular file")
      }
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let problem as TaskSourceProblem {
      throw problem
    } catch {
      throw TaskSourceProblem(message: "cannot read \(path): \(reason(error))")
    }
  }

  private static func readStandardInput() throws(TaskSourceProblem) -> [UInt8] {
    do {
      let bytes = Array(try FileHandle.standardInput.read(upToCount: mostBytes + 1) ?? Data())
      guard bytes.count <= mostBytes else { throw TaskSourceProblem(message: "standard input is too large for a task") }
      return bytes
    } catch let problem as TaskSourceProblem {
      throw problem
    } catch {
      throw TaskSourceProblem(message: "cannot read standard input: \(reason(error))")
    }
  }

  private static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

  private static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  private static func isExecutable(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// The system's own words, which Foundation wraps in its own.
  private static func reason(_ error: any Error) -> String {
    if let number = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
      ?? (error as? POSIXError)?.errorCode
    {
      return String(cString: strerror(Int32(number)))
    }
    if (error as NSError).code == CocoaError.fileReadNoSuchFile.rawValue { return "No such file or directory" }
    if (error as NSError).code == CocoaError.fileReadNoPermission.rawValue { return "Permission denied" }
    return error.localizedDescription
  }
}
