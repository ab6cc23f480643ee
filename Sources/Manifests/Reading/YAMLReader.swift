internal import Foundation
internal import JSON
internal import Yams

/// Reads YAML or JSON into trees with places, within bounds.
package enum YAMLReader {
  /// The largest file: a few ConfigMaps at their greatest.
  static let mostBytes = 16 << 20
  /// Values in all documents, those that aliases repeat counted each time: a few lines of aliases of aliases make billions.
  static let mostValues = 200_000

  /// - Returns: the root of each document; one that is empty is null.
  package static func documents(_ bytes: [UInt8], file: String) throws(ManifestError) -> [SourceNode] {
    guard bytes.count <= mostBytes else {
      throw ManifestError(
        "\(file) has \(bytes.count) bytes; a manifest of at most \(mostBytes) was expected")
    }
    var content = bytes[...]
    if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw ManifestError("expected UTF-8, found a byte that is none", at: firstInvalid(content, file))
    }
    // YAML's parser does not take all of JSON (surrogate pairs, tabs); kubectl tells them apart by the first character too.
    if content.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{"),
      let node = jsonDocument(Array(content))
    {
      return [node]
    }
    guard !AliasGuard.looksLikeBomb(text) else {
      throw ManifestError(
        "many anchors, and names that are lists, maps or aliases: reading that could take for ever; write it out",
        at: ManifestPlace(file: file, line: 1, column: 1))
    }
    var converter = Converter(file: file, text: text)
    return try parse(text, file).map { node throws(ManifestError) in try converter.convert(node) }
  }

  private static func parse(_ text: String, _ file: String) throws(ManifestError) -> [Node] {
    // Without rules: what a scalar means is decided by PlainScalar, and no regular expression looks at a script of a megabyte.
    do {
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      var nodes: [Node] = []
      while let node = try parser.nextRoot() { nodes.append(node) }
      return nodes
    } catch let error as YamlError {
      throw ManifestError(error, in: text, file: file)
    } catch {
      throw ManifestError("cannot be read as YAML: \(error)", at: ManifestPlace(file: file, line: 1, column: 1))
    }
  }

  /// The place of the first byte that belongs to no character.
  private static func firstInvalid(_ bytes: ArraySlice<UInt8>, _ file: String) -> ManifestPlace {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where String(validating: line, as: UTF8.self) == nil {
      let whole = (0..<line.count).last { String(validating: line.prefix($0), as: UTF8.self) != nil } ?? 0
      let column = String(decoding: line.prefix(whole), as: UTF8.self).unicodeScalars.count + 1
      return ManifestPlace(file: file, line: index + 1, column: column)
    }
    return ManifestPlace(file: file, line: 1, column: 1)
  }

  // MARK: - JSON

  private static func jsonDocument(_ bytes: [UInt8]) -> SourceNode? {
    let limits = JSONLimits(
      maximumBytes: mostBytes, maximumDepth: 200, maximumMembers: mostValues, maximumValues: mostValues)
    guard let node = try? JSONParser.parse(bytes, limits: limits) else { return nil }
    var lines = LineIndex(bytes)
    return sourceNode(node, &lines)
  }

  private static func sourceNode(_ node: JSONNode, _ lines: inout LineIndex) -> SourceNode {
    let value: SourceValue =
      switch node.value {
      case .null: .null
      case .bool(let value): .bool(value)
      case .number(let number): number.integer.map { .integer($0) } ?? .number(number.text)
      case .string(let text): .string(text)
      case .array(let elements): .list(elements.map { sourceNode($0, &lines) })
      case .object(let members):
        .map(
          members.map { member in
            let place = lines.place(of: member.nameOffset)
            return SourceMember(
              name: member.name, line: place.line, column: place.column, node: sourceNode(member.node, &lines))
          })
      }
    let place = lines.place(of: node.offset)
    return SourceNode(value, line: place.line, column: place.column)
  }
}

/// Lines and columns of offsets in a text.
private struct LineIndex {
  private let bytes: [UInt8]
  private let starts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    starts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  mutating func place(of offset: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = starts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    // Continuation bytes of UTF-8 are no characters of their own.
    let column = bytes[starts[low]..<min(offset, bytes.count)].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    return (low + 1, column)
  }
}

/// From the parser's nodes to ours: scalars get their meaning, aliases and merge keys are resolved, and all of it is counted.
private struct Converter {
  let file: String
  private let lines: [Substring]
  private var values = 0

  init(file: String, text: String) {
    self.file = file
    // Only asked where the file has such a character.
    let hasMark =
      text.unicodeScalars.contains("\u{FEFF}") || text.range(of: "\\ufeff", options: .caseInsensitive) != nil
    lines = hasMark ? text.split(separator: "\n", omittingEmptySubsequences: false) : []
  }

  /// The parser's strings are made by Foundation, which takes a byte order mark at their beginning for itself (Yams 6.2,
  /// `Event.scalarValue`): a table that a spreadsheet has written would come back three bytes shorter.
  private func string(of scalar: Node.Scalar) -> String {
    guard scalar.style == .doubleQuoted, let mark = scalar.mark, mark.line <= lines.count else { return scalar.string }
    let source = String.UnicodeScalarView(lines[mark.line - 1].unicodeScalars.dropFirst(mark.column - 1).prefix(7))
    let start = String(source).lowercased()
    let hasMark = start.hasPrefix("\"\\ufeff") || source.dropFirst().first == "\u{FEFF}"
    return hasMark && scalar.string.unicodeScalars.first != "\u{FEFF}" ? "\u{FEFF}" + scalar.string : scalar.string
  }

  mutating func convert(_ node: Node) throws(ManifestError) -> SourceNode {
    let place = place(of: node)
    values += 1
    guard values <= YAMLReader.mostValues else {
      throw ManifestError(
        "more than \(YAMLReader.mostValues) values, those that aliases repeat counted each time", at: place)
    }
    switch node {
    case .scalar(let scalar):
      return SourceNode(try value(of: scalar, at: place), line: place.line, column: place.column)
    case .sequence(let sequence):
      var elements: [SourceNode] = []
      for element in sequence { elements.append(try convert(element)) }
      return SourceNode(.list(elements), line: place.line, column: place.column)
    case .mapping(let mapping):
      return SourceNode(.map(try members(of: mapping)), line: place.line, column: place.column)
    case .alias:
      throw ManifestError("an alias that leads nowhere", at: place)
    }
  }

  private func place(of node: Node) -> ManifestPlace {
    ManifestPlace(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  private func value(of scalar: Node.Scalar, at place: ManifestPlace) throws(ManifestError) -> SourceValue {
    let text = string(of: scalar)
    switch scalar.tag.description {
    case "": return scalar.style == .plain ? PlainScalar.value(of: text) : .string(text)
    case "!", Tag.Name.str.rawValue: return .string(text)
    case Tag.Name.int.rawValue, Tag.Name.bool.rawValue, Tag.Name.null.rawValue, Tag.Name.float.rawValue:
      return PlainScalar.value(of: text)
    case let tag:
      throw ManifestError("the tag \(tag) is none that Kubernetes knows", at: place)
    }
  }

  private mutating func members(of mapping: Node.Mapping) throws(ManifestError) -> [SourceMember] {
    var own: [SourceMember] = []
    var merged: [SourceMember] = []
    for (key, value) in mapping {
      let place = place(of: key)
      guard case .scalar(let scalar) = key else {
        throw ManifestError("expected a name, found a list or a map in its place", at: place)
      }
      let node = try convert(value)
      // YAML 1.1's merge key: what the map says itself wins, and so does the earlier of several.
      if scalar.style == .plain, scalar.string == "<<" {
        try merge(node, into: &merged)
        continue
      }
      let name = name(of: scalar)
      if own.contains(where: { $0.name == name }) {
        throw ManifestError("the name \(name) is given twice", at: place)
      }
      own.append(SourceMember(name: name, line: place.line, column: place.column, node: node))
    }
    return merged.filter { inherited in !own.contains { $0.name == inherited.name } } + own
  }

  /// A plain key that looks like a boolean or a number is one, and its text in JSON is the value's: `on:` is `"true"`.
  private func name(of scalar: Node.Scalar) -> String {
    guard scalar.style == .plain else { return string(of: scalar) }
    return switch PlainScalar.value(of: scalar.string) {
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    default: scalar.string
    }
  }

  private func merge(_ node: SourceNode, into members: inout [SourceMember]) throws(ManifestError) {
    switch node.value {
    case .map(let inherited):
      for member in inherited where !members.contains(where: { $0.name == member.name }) { members.append(member) }
    case .list(let elements):
      for element in elements { try merge(element, into: &members) }
    default:
      throw ManifestError(
        "expected a map or a list of maps after <<, found \(node.value.kind)",
        at: ManifestPlace(file: file, line: node.line, column: node.column))
    }
  }
}

extension ManifestError {
  /// What the YAML parser says, in one line.
  fileprivate init(_ error: YamlError, in text: String, file: String) {
    func place(_ mark: Mark) -> ManifestPlace { ManifestPlace(file: file, line: mark.line, column: mark.column) }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let context = context.map { "\($0.text) in line \($0.mark.line), " } ?? ""
      self.init("this is no YAML: \(context)\(problem)", at: place(mark))
    case .reader(let problem, let offset, let value, _):
      let before = text.prefix(offset ?? 0)
      let line = before.utf8.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
      let start = before.lastIndex(of: "\n").map { before.index(after: $0) } ?? before.startIndex
      let column = before[start...].unicodeScalars.count + 1
      let character = value >= 0 ? " (U+\(String(format: "%04X", value)))" : ""
      self.init("this is no YAML: \(problem)\(character)", at: ManifestPlace(file: file, line: line, column: column))
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.sorted().joined(separator: ", ")
      self.init(
        "the name \(names) is given twice in one map; Kubernetes would take the last and forget the others",
        at: place(context.mark))
    default:
      self.init("this is no YAML: \(error)", at: ManifestPlace(file: file, line: 1, column: 1))
    }
  }
}
