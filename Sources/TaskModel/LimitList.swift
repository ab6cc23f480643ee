/// One limit as the `start` frame lists it.
package struct LimitEntry: Sendable {
  /// The key with its unit: `timeout_ms`, `file_size_bytes`, `open_files`.
  package let name: String
  /// Nil where the limit is switched off.
  package let value: Int64?
}

/// The limits that are found out at run time, nil where there is none.
package struct WatchedLimits: Equatable, Sendable {
  package var memoryBytes: UInt64?
  package var diskBytes: UInt64?

  package init(memoryBytes: UInt64? = nil, diskBytes: UInt64? = nil) {
    self.memoryBytes = memoryBytes
    self.diskBytes = diskBytes
  }
}

extension NumberUnit {
  /// What a limit's name ends with.
  package var suffix: String {
    switch self {
    case .milliseconds: "_ms"
    case .bytes: "_bytes"
    case .count: ""
    }
  }
}

extension EffectiveConfiguration {
  /// The limits that hold, in the order of the table of keys.
  package func limits(_ watched: WatchedLimits) -> [LimitEntry] {
    var limits: [LimitEntry] = []
    for key in ConfigurationKey.allCases where key != .heartbeat && key != .relayWait {
      let row = key.row
      guard case .number(let unit, _, _, let zero) = row.kind else { continue }
      var value: Int64?
      switch (key, self[key].value) {
      case (.memory, _): value = watched.memoryBytes.map { Int64(clamping: $0) }
      case (.processes, _) where disabled.contains(.processWatch), (.threads, _) where disabled.contains(.processWatch):
        value = nil
      case (.disk, _): value = watched.diskBytes.map { Int64(clamping: $0) }
      case (_, .number(let number)?): value = zero.isOff && number == 0 ? nil : number
      default: continue
      }
      limits.append(LimitEntry(name: row.name + unit.suffix, value: value))
    }
    return limits
  }
}
