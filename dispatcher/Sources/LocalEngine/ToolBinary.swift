internal import DispatcherModel
internal import Foundation

/// Where `warder` is.
enum ToolBinary {
  /// Named, or beside this program, or in a working copy's builds, or in PATH.
  static func find(_ named: String?) throws(EngineError) -> String {
    let manager = FileManager.default
    if let named {
      guard manager.isExecutableFile(atPath: named) else {
        throw .unavailable("the configuration names \(named) as warder, which is no program", retryAfterSeconds: nil)
      }
      return named
    }
    let own = (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for candidate in candidates(executable: own, searchPath: path) where manager.isExecutableFile(atPath: candidate) {
      return candidate
    }
    throw .unavailable(
      "no warder was found beside \(own), in a build above it or in PATH; name it in the configuration: local.warder",
      retryAfterSeconds: nil)
  }

  static func candidates(executable: String, searchPath: String) -> [String] {
    var directory = URL(fileURLWithPath: executable).deletingLastPathComponent()
    var paths = [directory.appendingPathComponent("warder").path]
    // dispatcher/.build/x86_64-unknown-linux-gnu/release and its like lie a few steps below the top of a working copy.
    for _ in 0..<6 {
      paths.append(directory.appendingPathComponent(".build-static/release/warder").path)
      directory = directory.deletingLastPathComponent()
    }
    return paths + searchPath.split(separator: ":").map { "\($0)/warder" }
  }
}
