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
      switch (row.kind, self[key].value) {
      case (.duration(_, _, let zero), .duration(let duration)?):
        let isOff = zero == .off && duration == .zero
        limits.append(LimitEntry(name: row.name + "_ms", value: isOff ? nil : duration.wholeMilliseconds))
      case (.bytes(_, _, let zero), .number(let number)?):
        limits.append(LimitEntry(name: row.name + "_bytes", value: zero == .off && number == 0 ? nil : number))
      case (.count, .number(let number)?):
        limits.append(LimitEntry(name: row.name, value: number))
      default:
        continue
      }
    }
    return limits
  }
}
