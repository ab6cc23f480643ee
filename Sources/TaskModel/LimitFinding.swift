/// What a watch saw when it had the script ended: how much of what, and how much there may be.
package struct LimitFinding: Equatable, Sendable {
  /// The key whose limit it is.
  package let key: ConfigurationKey
  package let used: UInt64
  package let allowed: UInt64

  package init(_ key: ConfigurationKey, used: UInt64, allowed: UInt64) {
    self.key = key
    self.used = used
    self.allowed = allowed
  }

  package var intervention: Intervention {
    switch key {
    case .processes, .threads: .processLimit
    case .disk: .diskLimit
    case .cpuTime: .cpuLimit
    default: .memoryLimit
    }
  }

  /// ` (50 MiB, where memory allows 48 MiB)`
  var words: Words {
    " (\(Self.amount(used, key).text), where \(key.row.name) allows \(Self.amount(allowed, key).text))"
  }

  private static func amount(_ number: UInt64, _ key: ConfigurationKey) -> Words {
    guard case .number(let unit, _, _, _) = key.row.kind else { return "" }
    let number = Int64(clamping: number)
    return switch unit {
    case .bytes where number < 10 << 20: "\(number >> 10) KiB"
    case .bytes: "\(number >> 20) MiB"
    case .milliseconds: "\(number) ms"
    case .count: "\(number)"
    }
  }
}
