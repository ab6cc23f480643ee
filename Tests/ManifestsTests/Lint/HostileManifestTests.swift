import Manifests
import RandomInput
import Testing

/// Whatever a file says, there is an answer, within a bounded time, and every finding points into the file.
@Suite("Hostile manifests")
struct HostileManifestTests {
  @Test("of any bytes are judged and never crash the reader")
  func mutations() throws {
    let good = Array(YAMLWriter.text(of: [try GoodTask.manifest().configMap, try GoodTask.manifest().job]).utf8)
    let json = ManifestNode.json(of: [try GoodTask.manifest().configMap, try GoodTask.manifest().job])
    var generator = SeededGenerator(seed: 21)
    var withFindings = 0
    for round in 0..<1500 {
      var bytes = round % 3 == 2 ? json : good
      for _ in 0...Int.random(in: 0...2, using: &generator) { bytes = generator.mutate(bytes) }
      let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 2
      let findings = ManifestLint().findings(bytes, name: "t")
      if !findings.isEmpty { withFindings += 1 }
      for finding in findings {
        #expect(finding.place.line >= 1 && finding.place.line <= lines && finding.place.column >= 1)
        #expect(!finding.reason.isEmpty && !finding.fix.isEmpty)
      }
      // What can be read can be run, or there is a reason.
      if let file = try? ManifestFile.parse(bytes, name: "t") { _ = try? TaskPod(file) }
    }
    #expect(withFindings > 500)
  }

  @Test(
    "of no size grow in memory or time",
    arguments: [
      String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 50_000),
      String(repeating: "- ", count: 100_000),
      String(repeating: "a:\n", count: 1) + String(repeating: " ", count: 1 << 20),
      "&a " + String(repeating: "&", count: 100_000), String(repeating: "? ", count: 50_000),
    ])
  func size(text: String) {
    #expect(ManifestLint().findings(Array(text.utf8), name: "t").map(\.rule) == ["yaml"])
  }

  @Test("whose names are bombs of aliases are refused before they go off")
  func keys() {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    for bomb in [
      "? *a40\n: x\n", "{? *a40 : x}\n", "*a40 : x\n", "b: {*a40 : x}\n", "c:\n- ? *a40\n", "? {a: *a40}\n: x\n",
    ] {
      let findings = ManifestLint().findings(Array((text + bomb).utf8), name: "t")
      #expect(findings.map(\.rule) == ["yaml"])
    }
  }
}
