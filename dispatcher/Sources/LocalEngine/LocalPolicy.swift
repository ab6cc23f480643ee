internal import DispatcherModel
internal import Foundation
internal import JSON
internal import TaskModel

/// The policy for a machine that has none: the built-in runtimes, and node, which is not among them.
enum LocalPolicy {
  /// What `warder-init` makes of a script for node; the same as in `images/node`.
  private static let node = Runtime(
    name: "node", command: ["node", Runtime.placeholder], aliases: ["nodejs", "javascript"],
    extensions: [".js", ".mjs", ".cjs"], check: ["node", "--check", Runtime.placeholder])

  /// Writes the policy where a runtime needs it.
  ///
  /// - Returns: its path; nil where the built-in policy, or this machine's own, is enough.
  static func make(for runtimes: [String], in directory: String) throws(EngineError) -> String? {
    guard runtimes.contains(where: node.answers), !FileManager.default.fileExists(atPath: Policy.imagePath) else {
      return nil
    }
    let path = "\(directory)/policy.json"
    do { try Data(text).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw .unavailable("cannot write \(path): \(error.localizedDescription)", retryAfterSeconds: nil)
    }
    return path
  }

  static var text: [UInt8] {
    var writer = JSONWriter(indented: true)
    func write(_ name: StaticString, _ words: [String]) {
      guard !words.isEmpty else { return }
      writer.key(name)
      writer.beginArray()
      for word in words { writer.string(word) }
      writer.endArray()
    }
    writer.beginObject()
    writer.key("runtimes")
    writer.beginObject()
    for runtime in Runtime.builtIn + [node] {
      writer.key(runtime.name)
      writer.beginObject()
      write("argv", runtime.command)
      write("aliases", runtime.aliases)
      write("extensions", runtime.extensions)
      write("check", runtime.check)
      writer.endObject()
    }
    writer.endObject()
    writer.endObject()
    return writer.takeBytes()
  }
}
