import Foundation
import Manifests
import TaskModel
import Testing

@testable import ToolCommands

/// `warder render | warder check --job -` for every pair of values of two options.
@Suite("Every two options of render together")
struct RenderCombinationTests {
  /// What each option may be; nothing is a value too. An option that must not meet another says so in `conflicts`.
  static let parameters: [[[String]]] = [
    [["@/main.py"]],
    [[], ["@/rows.csv"], ["@/data"], ["in/other.csv=@/rows.csv", "@/data"]],
    [[], ["--name", "stable-name"]],
    [
      [], ["-n", "tasks"], ["-n", "tasks", "--with", "namespace,networkpolicy,quota,limitrange"],
      ["--with", "networkpolicy,quota"],
    ],
    [[], ["--image", "registry.example.org/team/python@sha256:abc"], ["--image", "localhost/x:latest"]],
    [[], ["--label", "team=blue"], ["--annotation", "example.org/note=yes: a # b"]],
    [[], ["--queue", "tasks"]],
    [[], ["--runtime-class", "gvisor"], ["--runtime-class", "kata"]],
    [[], ["--host-users=false"]],
    [[], ["--run-as-user", "none"], ["--run-as-user", "4711"]],
    [[], ["--on-disruption", "rerun"]],
    [[], ["--ttl", "10m"], ["--ttl", "24h"]],
    [[], ["--start-budget", "10m", "--queue-budget", "1h"]],
    [[], ["--template", "@/template.yaml"]],
    [[], ["--policy", "@/policy.json", "--timeout", "2h"], ["--timeout", "1s"], ["--timeout", "0"]],
    [[], ["--memory", "64Mi"], ["--memory", "1.5Gi"]],
    [[], ["--cpu", "250m"], ["--cpu", "2.5"]],
    [[], ["--tmp", "disk"], ["--tmp", "disk:3Gi"], ["--tmp", "16Mi"]],
    [[], ["--egress", "ns=bakerst,pod=app=nats:4222", "--dns", "kube"], ["--egress", "cidr=10.0.0.0/8:443+53/udp"]],
    [[], ["--trust", "shadow"], ["--trust", "read-only"], ["--trust", "autonomous"]],
    [[], ["--artifacts", "out"]],
    [[], ["--grace", "30s"], ["--grace", "0"]],
    [[], ["--env", "A=$(B) $$ 'x'", "--env", "C="]],
    [[], ["--log-limit", "1Mi", "--stdout-limit", "0"], ["--heartbeat", "off", "--exit-code", "verdict"]],
    [[], ["--", "--year", "2026", "$(HOME)", "", "no"]],
  ]

  /// Pairs that are refused, with the words of the reason.
  static let conflicts: [(String, String, String)] = [
    ("--egress", "--trust shadow", "is not allowed at trust"),
    ("--egress", "--trust read-only", "is not allowed at trust"),
    ("--runtime-class gvisor", "--trust shadow", "gVisor has no Landlock"),
    ("--runtime-class gvisor", "--trust read-only", "gVisor has no Landlock"),
    ("--artifacts", "--trust shadow", "is not allowed at trust"),
    ("--artifacts", "--trust read-only", "is not allowed at trust"),
  ]

  private static let pairwise = Pairwise(parameters.map(\.count)) { conflict(in: words($0)) == nil }
  static let combinations = pairwise.rows.map { words($0) }

  private static func words(_ row: [Int]) -> [String] {
    row.enumerated().flatMap { parameters[$0.offset][$0.element] }
  }

  private static func conflict(in words: [String]) -> String? {
    let line = words.joined(separator: " ")
    return conflicts.first { line.contains($0.0) && line.contains($0.1) }?.2
  }

  @Test("the rows cover every pair that may meet, and few may not")
  func coverage() {
    let all = Pairwise.allPairs(Self.parameters.map(\.count))
    let covered = Self.pairwise.rows.reduce(into: Set<Pairwise.Pair>()) { $0.formUnion(Pairwise.pairs(of: $1)) }
    #expect(covered.union(Self.pairwise.forbidden) == all)
    #expect(covered.isDisjoint(with: Self.pairwise.forbidden))
    #expect(Self.pairwise.forbidden.count == 8)
    #expect(covered.count > 1500)
    #expect(Self.pairwise.rows.count < 80)
  }

  @Test("is refused where they must not meet, with the reason")
  func refused() throws {
    let folder = try RenderFolder()
    for pair in Self.pairwise.forbidden.sorted() {
      let words = Self.words(Pairwise.row(of: pair, among: Self.parameters.map { _ in 0 }))
      let reason = try #require(Self.conflict(in: words))
      let error = try #require(throws: ManifestError.self) { try folder.render(words) }
      #expect(error.description.contains(reason), "\(words): \(error)")
    }
  }

  @Test("is clean, and reads the same as YAML and as JSON", arguments: combinations)
  func clean(words: [String]) throws {
    let folder = try RenderFolder()
    let rendering = try folder.render(words)
    #expect(rendering.warnings == [])
    let bytes = rendering.yaml
    let findings = ManifestLint(policy: .builtIn).findings(bytes, name: "-").filter { !isPolicys($0, words) }
    #expect(findings.map(\.reason) == [])
    let documents = try ManifestFile.parse(bytes, name: "y").documents
    let json = ManifestNode.json(of: rendering.documents)
    let fromJSON = try ManifestFile.parse(json, name: "j").documents.map { $0.root.node.manifestNode }
    #expect(documents.map { $0.root.node.manifestNode } == fromJSON)
    for document in documents {
      #expect(KubernetesSchema.current.check(document)?.map(\.problem) == [])
    }
  }

  /// A timeout that only the image's policy allows is one that a check without the policy must doubt.
  private func isPolicys(_ finding: LintFinding, _ words: [String]) -> Bool {
    words.contains("--policy") && finding.rule == "warder/settings" && finding.reason.contains("ceiling")
  }
}
