internal import Foundation

/// Writes manifests as YAML 1.2 that a 1.1 parser (PyYAML, Go's yaml) reads alike: block style, two spaces, strings quoted
/// where either would take them for something else.
package struct YAMLWriter {
  private var lines: [String] = []

  private init() {}

  /// Documents, each after `---` but the first.
  ///
  /// - Parameter heading: lines of a comment at the top.
  package static func text(of documents: [ManifestNode], heading: [String] = []) -> String {
    let top = heading.map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
    let bodies = documents.map { document in
      var writer = YAMLWriter()
      writer.write(document, indentation: "", isInList: false)
      return writer.lines.map { $0 + "\n" }.joined()
    }
    return top + bodies.joined(separator: "---\n")
  }

  private mutating func write(_ node: ManifestNode, indentation: String, isInList: Bool) {
    switch node {
    case .map(let members):
      for (index, member) in members.enumerated() {
        // The first member of a list's element stands behind its dash.
        let lead = isInList && index == 0 ? String(indentation.dropLast(2)) + "- " : indentation
        write(member, lead: lead, indentation: indentation)
      }
    case .list(let elements):
      for element in elements {
        switch element {
        case .map(let members) where !members.isEmpty:
          write(element, indentation: indentation + "  ", isInList: true)
        case .list, .map, .string, .integer, .number, .bool, .null:
          lines.append(indentation + "- " + Self.inline(element))
        }
      }
    case .string, .integer, .number, .bool, .null:
      lines.append(indentation + Self.inline(node))
    }
  }

  private mutating func write(_ member: ManifestMember, lead: String, indentation: String) {
    let name = YAMLScalar.text(of: member.name)
    switch member.value {
    case .map(let members) where !members.isEmpty:
      addComment(member.comment, indentation)
      lines.append("\(lead)\(name):")
      write(member.value, indentation: indentation + "  ", isInList: false)
    case .list(let elements) where !elements.isEmpty:
      addComment(member.comment, indentation)
      lines.append("\(lead)\(name):")
      write(member.value, indentation: indentation + "  ", isInList: false)
    case .string(let text) where YAMLScalar.isLiteral(text):
      addComment(member.comment, indentation)
      let (header, body) = YAMLScalar.literal(text)
      lines.append("\(lead)\(name): \(header)")
      for line in body { lines.append(line.isEmpty ? "" : indentation + "  " + line) }
    case .string, .integer, .number, .bool, .null, .map, .list:
      let comment = member.comment.map { " # " + $0 } ?? ""
      lines.append("\(lead)\(name): \(Self.inline(member.value))\(comment)")
    }
  }

  private mutating func addComment(_ comment: String?, _ indentation: String) {
    if let comment { lines.append("\(indentation)# \(comment)") }
  }

  /// In one line: scalars, what is empty, and lists in lists.
  private static func inline(_ node: ManifestNode) -> String {
    switch node {
    case .string(let text): YAMLScalar.text(of: text)
    case .integer(let value): String(value)
    case .number(let text): text
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .map(let members):
      "{" + members.map { "\(YAMLScalar.text(of: $0.name)): \(inline($0.value))" }.joined(separator: ", ") + "}"
    case .list(let elements): "[" + elements.map { inline($0) }.joined(separator: ", ") + "]"
    }
  }
}

/// Strings in YAML.
enum YAMLScalar {
  /// The text as it is where no parser takes it for anything but itself, else in double quotes.
  static func text(of text: String) -> String { isPlain(text) ? text : quoted(text) }

  /// In double quotes: what no parser takes as it is, and what a reader could not see, is escaped.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      case _ where isShown(scalar): quoted.unicodeScalars.append(scalar)
      default: quoted += String(format: "\\u%04x", scalar.value)
      }
    }
    return quoted + "\""
  }

  /// Whether every parser takes the character for itself (PyYAML's reader knows the fewest), on one line and from left to
  /// right.
  private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Marks, embeddings, overrides and isolates of the bidirectional algorithm; line and paragraph separators.
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: false
    case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...: true
    default: false
    }
  }

  /// A narrow view of YAML's plain scalars: words and paths, images and versions; nothing that begins like a number, a
  /// boolean, a null, a date, or an indicator.
  private static func isPlain(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.first, let last = scalars.last else { return false }
    if isDigit(first) { return isQuantity(text) }
    guard isLetter(first) || first == "/", !reserved.contains(text.lowercased()) else { return false }
    guard last != ":", last != " " else { return false }
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case ":": if scalars[index + 1] == " " { return false }
      case " ": if scalars[index + 1] == "#" { return false }
      default:
        guard isLetter(scalar) || isDigit(scalar) || "/._-@=".unicodeScalars.contains(scalar) else { return false }
      }
    }
    return true
  }

  /// A number with a suffix of Kubernetes that no parser takes for a number's own: `512Mi`, `250m`.
  private static func isQuantity(_ text: String) -> Bool {
    let suffix = text.drop { $0.isASCII && $0.isNumber }
    return ["m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"].contains(suffix)
  }

  /// What YAML 1.1 takes for booleans, nulls and numbers, in lower case.
  private static let reserved: Set<String> = ["y", "yes", "n", "no", "true", "false", "on", "off", "null"]

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// Whether a text of several lines can stand as it is, in a literal block.
  static func isLiteral(_ text: String) -> Bool {
    guard text.utf8.contains(UInt8(ascii: "\n")) else { return false }
    // A text that is blank as a whole has no line to measure the indentation by.
    guard text.unicodeScalars.contains(where: { $0 != "\n" && $0 != " " && $0 != "\t" }) else { return false }
    return text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || isShown($0) }
  }

  /// The block's header and its lines.
  static func literal(_ text: String) -> (header: String, lines: [String]) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    var header = "|"
    // A first line that begins with blanks would be taken for the indentation.
    if let first = text.unicodeScalars.first, first == " " || first == "\n" || first == "\t" { header += "2" }
    if !text.hasSuffix("\n") { return (header + "-", lines) }
    lines.removeLast()
    if lines.last?.isEmpty == true { header += "+" }
    return (header, lines)
  }
}
