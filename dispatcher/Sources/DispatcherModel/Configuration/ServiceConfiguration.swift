package import TaskModel

/// What the dispatcher is told: by its configuration file, or by nobody, which makes a dispatcher for one laptop.
package struct ServiceConfiguration: Sendable {
  package enum EngineName: String, Sendable, CaseIterable {
    case local, kubernetes
  }

  package var host = "127.0.0.1"
  package var port = 8080
  package var engine = EngineName.local
  package var runtimes: [RuntimeConfiguration] = [
    RuntimeConfiguration(name: "python"), RuntimeConfiguration(name: "bash"), RuntimeConfiguration(name: "sh"),
  ]
  package var tokens: [TokenConfiguration] = []
  /// The highest trust level of clients where there are no tokens.
  package var anonymousTrust = TrustLevel.limitedWrite
  package var limits = ServiceLimits()
  package var archive = ArchiveSettings()
  package var audit = AuditTarget.archive
  package var accessLog = AccessLogTarget.standardError
  package var local = LocalSettings()
  /// The section of the engine `kubernetes`, as JSON.
  package var kubernetes: [UInt8]?

  package init() {
    runtimes[0].aliases = ["python3"]
  }

  package func runtime(named name: String) -> RuntimeConfiguration? {
    runtimes.first { $0.name == name } ?? runtimes.first { $0.aliases.contains(name) }
  }

  var runtimeNames: String { runtimes.map(\.name).joined(separator: ", ") }

  /// Whether nobody but this machine can reach the address.
  package var isLoopback: Bool {
    host == "localhost" || host == "::1"
      || host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == 0x2E || 0x30...0x39 ~= $0 }
  }

  /// Whose name it is, if a file of a task cannot have it: the task file's, and those that a script has by convention, of
  /// which only one may lie in a task directory.
  func reservedName(_ path: String, script: String) -> String? {
    if path == TaskFile.name { return "the task file" }
    let scripts = runtimes.map(\.scriptName) + Runtime.builtIn.flatMap { $0.extensions.map { "script\($0)" } }
    if path == script || scripts.contains(path) { return "the script" }
    // The script would have to be a directory.
    if path.hasPrefix(script + "/") { return "the script" }
    return nil
  }
}

/// A token and who has it. The token itself is nowhere: its digest is.
package struct TokenConfiguration: Sendable {
  package enum Source: Sendable, Hashable {
    /// SHA-256 of the token, in lower-case hexadecimal.
    case digest(String)
    /// A file whose contents, without a line end, are the token.
    case file(String)
  }

  package var client: Client
  package var source: Source
}

package struct ServiceLimits: Sendable, Hashable {
  /// Of a request's body.
  package var bodyBytes = 4 << 20
  /// Tasks that run at the same time.
  package var concurrentTasks = 8
  /// Tasks that wait.
  package var queueLength = 100
  /// How many of either one client may have; nil for no bound of its own.
  package var tasksPerClient: Int?
  /// How long a task may wait for an engine that takes none, in milliseconds.
  package var startMilliseconds: Int64 = 300_000
}

package struct ArchiveSettings: Sendable, Hashable {
  /// Nil for a directory of the user's.
  package var directory: String?
  /// How long an ended task is kept, in milliseconds.
  package var ageMilliseconds: Int64 = 7 * 86_400_000
  package var tasks = 10_000
  package var bytes: Int64 = 2 << 30
}

package enum AuditTarget: Sendable, Hashable {
  /// `audit.jsonl` in the archive.
  case archive
  case file(String)
  case standardOutput
  case off
}

package enum AccessLogTarget: String, Sendable, CaseIterable {
  case standardError = "stderr"
  case standardOutput = "stdout"
  case off

  package var descriptor: Int32? {
    switch self {
    case .standardError: 2
    case .standardOutput: 1
    case .off: nil
    }
  }
}

package struct LocalSettings: Sendable, Hashable {
  /// The tool; nil for the one beside the dispatcher.
  package var warder: String?
  /// The supervisor; nil for the one that the tool finds.
  package var supervisor: String?
  /// `--engine` of `warder run`.
  package var engine = "auto"
  /// A policy file, where this machine has none.
  package var policy: String?

  package init() {}
}
