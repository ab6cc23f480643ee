import Foundation

/// Waits until `condition` holds, asking every 20 ms for at most a minute.
package func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + .seconds(60)
  while try await !condition() {
    guard clock.now < deadline else { throw TestSupportError("it took more than a minute until \(what)") }
    try await Task.sleep(for: .milliseconds(20))
  }
}

/// The processes of this machine, those inside containers included.
package enum ProcessTable {
  /// The Python processes that have `marker` among their arguments: what a script started, and not the commands that
  /// started the script.
  package static func scripts(marked marker: String) -> [Int32] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int32($0) }.filter { pid in
      guard let line = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline")) else { return false }
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return words.first?.contains("python") == true && words.contains(marker)
    }
  }

  /// Whether any process has a file open.
  package static func isOpen(_ path: String) -> Bool {
    let files = FileManager.default
    let entries = (try? files.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.contains { entry in
      guard Int32(entry) != nil else { return false }
      let folder = "/proc/\(entry)/fd"
      let descriptors = (try? files.contentsOfDirectory(atPath: folder)) ?? []
      return descriptors.contains { (try? files.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == path }
    }
  }
}
