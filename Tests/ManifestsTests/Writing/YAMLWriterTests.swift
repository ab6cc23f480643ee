import Manifests
import RandomInput
import Testing

/// What is written must be read as the same: by our own reader here, by PyYAML in `RenderedYAMLTests`.
@Suite("Writing YAML")
struct YAMLWriterTests {
  /// Strings that a parser takes for something else, or stumbles over, where they stand bare.
  static let hostile = [
    "", " ", "yes", "no", "on", "off", "y", "N", "true", "False", "null", "~", "Null", "0", "010", "0o17", "0x1f",
    "1e3",
    "1_000", "-1", "+1", ".5", "1.", ".inf", ".NaN", "12:30", "12:30:45", "2026-01-02", "2026-01-02T03:04:05Z", "=",
    "<<",
    "-", "- a", "?", "? a", ":", ": a", "a: b", "a:", "a :b", "#", "# a", "a # b", "a #b", "a#b", "*a", "&a", "!a",
    "!!str a",
    "|", ">", "%a", "@a", "`a`", "'a'", "\"a\"", "a'b", "a\"b", "\\", "a\\b", "[a]", "{a}", "a, b", "a]", "---", "...",
    "--- a", " a", "a ", "\ta", "a\t", "a\tb", "\n", "\n\n", "a\n", "a\n\n", "a\nb", "\na", " \na", "a\n ", "a\n  b\n",
    "  a\nb\n",
    "\ta\nb\n", "a\r\nb", "a\rb", "a\u{0}b", "a\u{1}b", "a\u{7F}b", "a\u{85}b", "a\u{9F}b", "a\u{A0}b", "a\u{2028}b",
    "a\u{202E}b", "\u{FEFF}a", "a\u{FEFF}", "a\u{FFFE}b", "a\u{FFFF}b", "ä", "日本", "😀", "😀\n", "a\n---\nb\n",
    "a\n...\nb\n",
    "#!/bin/sh\necho hi\n", "trailing \nspaces  \n", "512Mi", "1Ki", "250m", "1E", "5k", "12", "a/b:c@d=e",
    "http://a/b#c", "//",
    "/", "key: |\n  x\n", "\"\n\"", "\n \n", " \n ", "\t\n", "a\n\t", "a\n\n\n b\n\n", "a\u{300}", "e\u{301}\n",
  ]

  private func read(_ text: String) throws -> ManifestNode {
    try #require(ManifestFile.parse(Array(text.utf8), name: "t").documents.first).root.node.manifestNode
  }

  private func roundTrip(_ value: ManifestNode) throws {
    let document = ManifestNode.map([
      ManifestMember("apiVersion", "v1"), ManifestMember("kind", "Test"), ManifestMember("data", value),
    ])
    let text = YAMLWriter.text(of: [document])
    let back = try read(text)
    #expect(back["data"] ?? .null == value.withoutComments, "\(text)")
  }

  @Test("keeps every string, in a map, in a list and as a name", arguments: hostile)
  func strings(text: String) throws {
    try roundTrip(.string(text))
    try roundTrip(.list([.string(text), .list([.string(text)]), .map([ManifestMember("a", .string(text))])]))
    try roundTrip(.map([ManifestMember(text, .map([ManifestMember("inner", .string(text))]))]))
  }

  @Test("keeps random trees of random text")
  func random() throws {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<3000 { try roundTrip(Self.node(depth: 4, &generator)) }
  }

  static func node(depth: Int, _ generator: inout SeededGenerator) -> ManifestNode {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
    case 0: return .integer(Int64.random(in: .min ... .max, using: &generator))
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .null
    case 3: return .string(hostile.randomElement(using: &generator) ?? "")
    case 4, 5: return .string(text(&generator))
    case 6:
      return .list((0..<Int.random(in: 0...4, using: &generator)).map { _ in node(depth: depth - 1, &generator) })
    default:
      var members: [ManifestMember] = []
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        let name = generator.oneIn(3) ? hostile.randomElement(using: &generator) ?? "" : text(&generator)
        guard !members.contains(where: { $0.name == name }) else { continue }
        let comment = generator.oneIn(4) ? "why: \"this\" # and that" : nil
        members.append(ManifestMember(name, node(depth: depth - 1, &generator), comment: comment))
      }
      return .map(members)
    }
  }

  /// Hostile strings one after the other, and random scalars.
  private static func text(_ generator: inout SeededGenerator) -> String {
    if generator.oneIn(2) { return generator.text(scalars: generator.size(below: 12)) }
    return (0..<Int.random(in: 1...3, using: &generator)).map { _ in hostile.randomElement(using: &generator) ?? "" }
      .joined(separator: generator.oneIn(2) ? "\n" : " ")
  }

  @Test("writes what a person would: bare words, blocks for scripts, comments behind scalars and above the rest")
  func form() {
    let document = ManifestNode.map {
      ManifestMember("image", "localhost/warder/python:0.1.0")
      ManifestMember("memory", "512Mi")
      ManifestMember("answer", "yes", comment: "a string")
      ManifestMember(
        "list", [.map { ManifestMember("name", "a b") }, "x", []], comment: "of three")
      ManifestMember("script.py", "print(1)\n\nprint(2)\n")
      ManifestMember("empty", .map([]))
    }
    #expect(
      YAMLWriter.text(of: [document], heading: ["Top", ""]) == """
        # Top
        #
        image: localhost/warder/python:0.1.0
        memory: 512Mi
        answer: "yes" # a string
        # of three
        list:
          - name: a b
          - x
          - []
        script.py: |
          print(1)

          print(2)
        empty: {}

        """)
  }

  @Test("keeps several documents apart, and makes a List of them in JSON")
  func documents() throws {
    let documents = ["a", "b"].map { name in
      ManifestNode.map {
        ManifestMember("apiVersion", "v1")
        ManifestMember("kind", "Test")
        ManifestMember("metadata", .map { ManifestMember("name", .string(name)) })
      }
    }
    for bytes in [Array(YAMLWriter.text(of: documents).utf8), ManifestNode.json(of: documents)] {
      #expect(try ManifestFile.parse(bytes, name: "t").documents.map(\.title) == ["Test a", "Test b"])
    }
  }
}

extension ManifestNode {
  fileprivate var withoutComments: ManifestNode {
    switch self {
    case .map(let members): .map(members.map { ManifestMember($0.name, $0.value.withoutComments) })
    case .list(let elements): .list(elements.map(\.withoutComments))
    case .null, .string, .integer, .number, .bool: self
    }
  }
}
