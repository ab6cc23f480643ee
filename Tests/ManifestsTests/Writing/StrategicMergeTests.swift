import Manifests
import Testing

/// What kubectl makes of the same patches was recorded (`kubectl patch --local`, which needs no cluster).
@Suite("Strategic merge")
struct StrategicMergeTests {
  private static func recorded() throws -> ManifestNode {
    let bytes = try RepositoryFile.bytes("Tests/ManifestsTests/Recorded/strategic-merge.json")
    let wrapped = Array("{\"apiVersion\":\"v1\",\"kind\":\"Record\",\"all\":".utf8) + bytes + Array("}".utf8)
    let node = try #require(ManifestFile.parse(wrapped, name: "record").documents.first).root.node.manifestNode
    return try #require(node["all"])
  }

  @Test("is kubectl's")
  func recordedCases() throws {
    let record = try Self.recorded()
    let base = try #require(record["base"])
    guard case .list(let cases)? = record["cases"] else { throw Unexpected("no cases") }
    #expect(cases.count == 28)
    for entry in cases {
      let patch = try #require(entry["patch"])
      let expected = try #require(entry["result"])
      let result = try StrategicMergePatch().apply(patch, to: base, type: "Job")
      #expect(result.sorted == expected.sorted, "\(entry["name"] ?? .null)")
    }
  }

  @Test("keeps the order and the comments of what it does not change")
  func comments() throws {
    let job = ManifestNode.map {
      ManifestMember("b", 1, comment: "why")
      ManifestMember("a", 2)
    }
    let result = try StrategicMergePatch().apply(.map { ManifestMember("a", 3) }, to: job, type: nil)
    #expect(result.members?.map(\.name) == ["b", "a"])
    #expect(result.members?.first?.comment == "why")
  }

  @Test(
    "refuses what it does not know",
    arguments: [
      ("spec: {template: {spec: {containers: [{image: a}]}}}", "spec.template.spec.containers[0]: expected name"),
      ("spec: {$pach: delete}", "spec.$pach: expected a list"),
      ("spec: {$patch: remove}", "spec.$patch: expected replace, delete or merge"),
      ("spec: {$retain: []}", "spec.$retain: there is no directive of this name"),
    ])
  func refusals(text: String, expected: String) throws {
    let error = try #require(throws: ManifestError.self) {
      let patch = try ManifestFile.readPatch(Array(text.utf8), name: "t")
      _ = try StrategicMergePatch().apply(patch, to: .map([]), type: "Job")
    }
    #expect(error.description.hasPrefix(expected), "\(error.description)")
  }

  @Test("reads the patch of a Job only")
  func kinds() throws {
    #expect(try ManifestFile.readPatch(Array("kind: Job\nspec: {}\n".utf8), name: "t")["spec"] == .map([]))
    let error = try #require(throws: ManifestError.self) {
      try ManifestFile.readPatch(Array("spec: {}\nkind: Pod\n".utf8), name: "t")
    }
    #expect(error.description == "t:2:1: kind: expected Job, found Pod: the patch is for the Job")
  }
}

extension ManifestNode {
  /// Members and merged lists in one order: kubectl puts what a patch adds elsewhere.
  fileprivate var sorted: ManifestNode {
    switch self {
    case .map(let members):
      .map(members.map { ManifestMember($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
    case .list(let elements):
      .list(elements.map(\.sorted).sorted { "\($0)" < "\($1)" })
    case .null, .string, .integer, .number, .bool: self
    }
  }
}
