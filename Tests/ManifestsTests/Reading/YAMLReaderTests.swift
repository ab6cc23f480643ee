import Manifests
import Testing

@Suite("Reading YAML")
struct YAMLReaderTests {
  private func object(_ members: String) throws -> ManifestNode {
    let file = try ManifestFile.parse(Array("apiVersion: v1\nkind: Test\n\(members)".utf8), name: "t.yaml")
    return try #require(file.documents.first).root.node.manifestNode
  }

  /// As sigs.k8s.io/yaml does, and so kubectl.
  @Test(
    "gives plain scalars the types that kubectl gives them",
    arguments: [
      ("yes", ManifestNode.bool(true)), ("on", .bool(true)), ("y", .bool(true)), ("No", .bool(false)),
      ("OFF", .bool(false)), ("true", .bool(true)), ("nope", "nope"), ("\"yes\"", "yes"), ("'no'", "no"),
      ("12", 12), ("-3", -3), ("+7", 7), ("010", 8), ("0x1F", 31), ("0o17", 15), ("0b101", 5), ("1_000", 1000),
      ("09", .number("09")), ("1.5", .number("1.5")), ("1e3", .number("1e3")), (".5", .number(".5")),
      ("9223372036854775808", .number("9223372036854775808")), ("1.2.3", "1.2.3"), ("2026-01-02", "2026-01-02"),
      ("12:30", "12:30"), ("64Mi", "64Mi"), ("~", .null), ("", .null), ("null", .null),
      ("!!str 12", "12"), ("! 12", "12"), ("!!int \"12\"", 12), ("|\n  yes\n", "yes\n"), ("<<", "<<"), ("=", "="),
    ] as [(String, ManifestNode)])
  func scalars(text: String, expected: ManifestNode) throws {
    let read = try object("data: \(text)\n")
    guard let members = read.members else { throw Unexpected("no map") }
    #expect(members.last?.value == (text == ".5" ? .string(".5") : text == "09" ? .string("09") : expected))
  }

  @Test("turns plain names that look like something else into what they become in JSON")
  func names() throws {
    guard let members = try object("data: {on: 1, 8080: 2, \"yes\": 3, no-way: 4}\n")["data"]?.members else {
      throw Unexpected("no map")
    }
    #expect(members.map(\.name) == ["true", "8080", "yes", "no-way"])
  }

  @Test("resolves anchors, aliases and merge keys")
  func aliases() throws {
    let read = try object(
      """
      base: &base {a: 1, b: 2}
      one: {<<: *base, b: 3}
      two: *base
      three: {<<: [*base, {c: 4, a: 9}]}

      """)
    #expect(read["one", "a"] == 1)
    #expect(read["one", "b"] == 3)
    #expect(read["two"] == read["base"])
    #expect(read["three", "a"] == 1)
    #expect(read["three", "c"] == 4)
  }

  @Test("refuses a bomb of aliases instead of unfolding it")
  func bomb() throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    let error = try #require(throws: ManifestError.self) { try object(text) }
    #expect(error.message.contains("more than 200000 values"))
  }

  @Test("reads JSON, escapes of pairs included, with places")
  func json() throws {
    let text = "{\n\t\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n \"metadata\": {\"name\": \"\\ud83d\\ude00\"}}"
    let file = try ManifestFile.parse(Array(text.utf8), name: "t.json")
    let name = try #require(file.documents.first?.root["metadata", "name"])
    #expect(name.string == "😀")
    #expect(name.place.description == "t.json:3:15")
  }

  @Test("takes several documents and Lists apart")
  func documents() throws {
    let text = """
      ---
      apiVersion: v1
      kind: List
      items:
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
      ---
      # nothing
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: c}

      """
    let file = try ManifestFile.parse(Array(text.utf8), name: "t")
    #expect(file.documents.map(\.title) == ["ConfigMap a", "ConfigMap b", "Job c"])
    #expect(file.documents.map(\.root.place.line) == [5, 6, 10])
  }

  @Test(
    "says where and what is wrong",
    arguments: [
      (
        "a: [1, 2\nb: 3\n",
        "t.yaml:2:2: this is no YAML: while parsing a flow sequence in line 1, did not find expected"
      ),
      ("a: 1\n  b: 2\n", "t.yaml:2:4: this is no YAML: mapping values are not allowed"),
      ("a: b: c\n", "t.yaml:1:5: this is no YAML: mapping values are not allowed"),
      ("a: \"x\n", "t.yaml:2:1: this is no YAML: while scanning a quoted scalar in line 1"),
      ("a:\n\t- 1\n", "t.yaml:2:1: this is no YAML: "),
      ("kind: a\nkind: b\n", "t.yaml:1:1: the name kind is given twice"),
      ("spec:\n  on: a\n  \"true\": b\n", "t.yaml:3:3: the name true is given twice"),
      ("a: *nowhere\n", "t.yaml:1:4: this is no YAML: found undefined alias"),
      ("a: \u{1}\n", "t.yaml:1:4: this is no YAML: control characters are not allowed"),
      ("- 1\n", "t.yaml:1:1: expected a Kubernetes object, found a list"),
      ("a: 1\n", "t.yaml:1:1: expected a Kubernetes object with apiVersion and kind"),
      ("a: !!binary aGk=\n", "t.yaml:1:4: the tag tag:yaml.org,2002:binary is none that Kubernetes knows"),
      ("[a]: 1\n", "t.yaml:1:1: expected a name, found a list or a map"),
      ("", "t.yaml holds no Kubernetes object"),
    ])
  func errors(text: String, expected: String) throws {
    let error = try #require(throws: ManifestError.self) {
      try ManifestFile.parse(Array(text.utf8), name: "t.yaml")
    }
    #expect(error.description.hasPrefix(expected), "\(error.description)")
  }

  @Test("names the byte that is no UTF-8")
  func utf8() throws {
    let error = try #require(throws: ManifestError.self) {
      try ManifestFile.parse(Array("a: ä\nbc: ".utf8) + [0xFF, 0x0A], name: "t.yaml")
    }
    #expect(error.description == "t.yaml:2:5: expected UTF-8, found a byte that is none")
  }
}
