internal import JSON

/// One of the walls around the script, as the `start` frame reports them.
package enum IsolationLayer: UInt8, Sendable, CaseIterable {
  /// Every capability given up, bounding set included.
  case capabilities
  /// `PR_SET_NO_NEW_PRIVS`, prctl(2).
  case noNewPrivileges
  case seccomp
  case landlock
  /// setrlimit(2) for all resources that the design names.
  case resourceLimits
  /// `PR_SET_DUMPABLE` 0 of the supervisor: its `/proc` entries are closed to a script of the same uid.
  case nonDumpable
  /// Landlock's scope for signals and abstract sockets around supervisor and tree (kernel 6.12).
  case signalScope
  /// The child's environment built from nothing.
  case environment
  /// The end of the tree before its memory is used up.
  case memoryWatch
  /// The end of the tree when it has too many processes or threads.
  case processWatch
  /// The end of the tree before its volumes are full.
  case diskWatch
  /// The end of the tree when it has used up its CPU time.
  case cpuWatch
  /// The supervisor's own seccomp filter and Landlock domain, from the script's first instruction on.
  case supervisor

  package var name: String {
    switch self {
    case .capabilities: "capabilities"
    case .noNewPrivileges: "no_new_privs"
    case .seccomp: "seccomp"
    case .landlock: "landlock"
    case .resourceLimits: "rlimits"
    case .nonDumpable: "non_dumpable"
    case .signalScope: "signal_scope"
    case .environment: "environment"
    case .memoryWatch: "memory_watch"
    case .processWatch: "process_watch"
    case .diskWatch: "disk_watch"
    case .cpuWatch: "cpu_watch"
    case .supervisor: "supervisor"
    }
  }

  package init?(name: String) {
    guard let layer = Self.allCases.first(where: { $0.name.hasSameBytes(as: name) }) else { return nil }
    self = layer
  }
}

/// A set of isolation layers.
package struct IsolationLayers: OptionSet, Sendable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  package init(_ layer: IsolationLayer) {
    rawValue = 1 << UInt16(layer.rawValue)
  }

  /// What a task needs unless it is told otherwise, and all that `require` can name.
  package static let requirable = IsolationLayers(rawValue: 0b1_1111)
  package static let all = IsolationLayers(rawValue: (1 << UInt16(IsolationLayer.allCases.count)) - 1)

  package func contains(_ layer: IsolationLayer) -> Bool {
    contains(IsolationLayers(layer))
  }

  /// The members' names, in the order of `IsolationLayer`.
  package var names: [String] {
    IsolationLayer.allCases.filter { contains($0) }.map { $0.name }
  }
}
