/// Names and labels as the API server takes them (Kubernetes documentation, "Object Names and IDs", "Labels and Selectors").
package enum KubernetesName {
  /// The longest DNS label (RFC 1123), which the name of a Job must be: it becomes a label of its pods.
  package static let longestLabel = 63
  private static let randomLetters = Array("bcdfghjklmnpqrstvwxz2456789")

  /// A name for a task out of its script's file name: `Train model.py` becomes `train-model`, and five random characters
  /// follow, of those that Kubernetes itself uses for generated names.
  package static func make(forScript file: String, using generator: inout some RandomNumberGenerator) -> String {
    let stem = file.split(separator: "/").last.map { String($0) } ?? ""
    let name = stem.lastIndex(of: ".").flatMap { $0 > stem.startIndex ? String(stem[..<$0]) : nil } ?? stem
    var label = ""
    for scalar in name.lowercased().unicodeScalars {
      if isAlphanumeric(scalar) {
        label.unicodeScalars.append(scalar)
      } else if !label.isEmpty, !label.hasSuffix("-") {
        label += "-"
      }
    }
    label = String(label.prefix(longestLabel - 6))
    while label.hasSuffix("-") { label.removeLast() }
    if label.isEmpty { label = "task" }
    return label + "-" + String((0..<5).map { _ in randomLetters.randomElement(using: &generator) ?? "b" })
  }

  package static func isLabel(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.first, let last = scalars.last, scalars.count <= longestLabel else { return false }
    guard isAlphanumeric(first), isAlphanumeric(last) else { return false }
    return scalars.allSatisfy { isAlphanumeric($0) || $0 == "-" }
  }

  /// A DNS subdomain: labels with dots between them, as names of namespaces' neighbours, queues and runtime classes are.
  package static func isSubdomain(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel(String($0)) }
  }

  /// A key of a ConfigMap: letters, digits, `-`, `_` and `.`; at most 253.
  package static func isConfigMapKey(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= 253, text != ".", !text.hasPrefix("..") else { return false }
    return text.unicodeScalars.allSatisfy { isLetterOrDigit($0) || "-_.".unicodeScalars.contains($0) }
  }

  /// `prefix/name` or `name`.
  package static func isLabelKey(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    switch parts.count {
    case 1: return isQualifiedPart(parts[0])
    case 2: return isSubdomain(parts[0]) && isQualifiedPart(parts[1])
    default: return false
    }
  }

  /// May be empty.
  package static func isLabelValue(_ text: String) -> Bool { text.isEmpty || isQualifiedPart(text) }

  private static func isQualifiedPart(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.first, let last = scalars.last, scalars.count <= longestLabel else { return false }
    guard isLetterOrDigit(first), isLetterOrDigit(last) else { return false }
    return scalars.allSatisfy { isLetterOrDigit($0) || "-_.".unicodeScalars.contains($0) }
  }

  private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    isAlphanumeric(scalar) || ("A"..."Z").contains(scalar)
  }
}
