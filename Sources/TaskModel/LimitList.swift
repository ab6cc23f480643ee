/// One limit as the `start` frame lists it.
package struct LimitEntry: Sendable {
  /// The key with its unit: `timeout_ms`, `file_size_bytes`, `open_files`.
  package let name: String
  /// Nil where the limit is switched off.
  package let value: Int64?
}

extension EffectiveConfiguration {
  /// The limits that hold, in the order of the table of keys.
  package var limits: [LimitEntry] {
    var limits: [LimitEntry] = []
    for key in ConfigurationKey.allCases where key != .heartbeat {
      let row = key.row
      guard case .number(let unit, _, _, let zero) = row.kind, case .number(let number)? = self[key].value else {
        continue
      }
      let suffix =
        switch unit {
        case .milliseconds: "_ms"
        case .bytes: "_bytes"
        case .count: ""
        }
      limits.append(LimitEntry(name: row.name + suffix, value: zero == .off && number == 0 ? nil : number))
    }
    return limits
  }
}
