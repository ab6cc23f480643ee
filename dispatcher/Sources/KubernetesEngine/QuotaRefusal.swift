internal import Foundation

/// What the Job's controller says when it may not make a pod (event FailedCreate), as far as it decides whether waiting helps.
enum QuotaRefusal {
  /// Whether the same pod may be let in later: a quota that others use up now, or an admission plug-in that is out of reach.
  ///
  /// `… is forbidden: exceeded quota: tasks, requested: limits.memory=4Gi,pods=1, used: limits.memory=6Gi,pods=10, limited:
  /// limits.memory=8Gi,pods=10` (apiserver, plugin/pkg/admission/resourcequota). One that asks for more than the quota has
  /// altogether never fits.
  static func mayPass(_ message: String) -> Bool {
    if message.contains("failed calling webhook") || message.contains("timeout") || message.contains("timed out")
      || message.contains("try again") || message.contains("connection refused")
      || message.contains("Internal error occurred") || message.contains("etcdserver")
    {
      return true
    }
    guard message.contains("exceeded quota: ") else { return false }
    guard let requested = amounts(message, after: "requested: "), let limited = amounts(message, after: "limited: ")
    else { return true }
    return !requested.contains { name, amount in limited[name].map { amount > $0 } ?? false }
  }

  /// `limits.memory=4Gi,pods=1`
  private static func amounts(_ message: String, after word: String) -> [String: Double]? {
    guard let range = message.range(of: word) else { return nil }
    var amounts: [String: Double] = [:]
    let list = message[range.upperBound...].prefix { $0 != " " && $0 != "\n" }
    for item in list.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let amount = amount(String(parts[1])) else { return nil }
      amounts[String(parts[0])] = amount
    }
    return amounts
  }

  private static let suffixes: [String: Double] = [
    "": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "Ki": 1024, "Mi": 1_048_576,
    "Gi": 1_073_741_824, "Ti": 1_099_511_627_776, "Pi": 1_125_899_906_842_624,
  ]

  private static func amount(_ text: String) -> Double? {
    let number = text.prefix { "0123456789.".contains($0) }
    guard let value = Double(number), let factor = suffixes[String(text.dropFirst(number.count))] else { return nil }
    return value * factor
  }
}
