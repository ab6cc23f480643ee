import Foundation
import Testing

/// `docs/threats.md` names tests and attacks: each of them exists, and none of the attacks is missing.
@Suite struct ThreatsDocumentationTests {
  private static let page = try? String(contentsOf: GeneratedSection.url("docs/threats.md"), encoding: .utf8)
  private static let attacks = GeneratedSection.url("Tests/ContainerTests/Attacks")
  private static let table = GeneratedSection.url("Tests/TestSupport/AttackTable.swift")

  /// The functions of each test suite, by the suite's name.
  private static let tests: [String: Set<String>] = {
    var found: [String: Set<String>] = [:]
    let files = FileManager.default.enumerator(at: GeneratedSection.url("Tests"), includingPropertiesForKeys: nil)
    for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
      guard let source = try? String(contentsOf: file, encoding: .utf8) else { continue }
      var suite = ""
      for line in source.split(separator: "\n") {
        if let match = line.firstMatch(of: /^(?:@Suite.* )?(?:struct|extension) ([A-Z][A-Za-z]+)\b/) {
          suite = String(match.1)
        } else if let match = line.firstMatch(of: /^ *(?:@Test.* )?func ([A-Za-z]+)\(/) {
          found[suite, default: []].insert(String(match.1))
        }
      }
    }
    return found
  }()

  @Test func everyTestThatIsNamedExists() throws {
    let page = try #require(Self.page)
    var named = 0
    for match in page.matches(of: /`([A-Z][A-Za-z]+)\.([a-zA-Z]+)`/) {
      let functions = try #require(Self.tests[String(match.1)], "there is no suite \(match.1)")
      #expect(functions.contains(String(match.2)), "there is no \(match.1).\(match.2)")
      named += 1
    }
    #expect(named > 40)
  }

  @Test func everyFileThatIsNamedExists() throws {
    let page = try #require(Self.page)
    var named = 0
    for match in page.matches(of: /`([a-z_]+\.(?:py|sh))`/) {
      let file = Self.attacks.appendingPathComponent(String(match.1)).path
      #expect(FileManager.default.fileExists(atPath: file), "there is no attack \(match.1)")
      named += 1
    }
    #expect(named > 20)
    for match in page.matches(of: /\]\(([^)#]+)(?:#[^)]*)?\)/) {
      let file = GeneratedSection.url("docs").appendingPathComponent(String(match.1)).path
      #expect(FileManager.default.fileExists(atPath: file), "the page links to \(match.1)")
    }
  }

  /// Attacks of `AttackTable.swift`, by their scripts.
  @Test func everyAttackHasARow() throws {
    let page = try #require(Self.page)
    let table = try String(contentsOf: Self.table, encoding: .utf8)
    let scripts = table.matches(of: /script: "([a-z_]+\.[a-z]+)"/).map { String($0.1) }
    #expect(scripts.count > 20)
    for script in scripts { #expect(page.contains("`\(script)`"), "no row of the page has \(script)") }
  }

  /// An attack that nothing runs is worth nothing.
  @Test func everyScriptBelongsToATest() throws {
    let directory = GeneratedSection.url("Tests/ContainerTests")
    let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".swift") }
      .map { directory.appendingPathComponent($0) }
    let sources = try (files + [Self.table]).map { try String(contentsOf: $0, encoding: .utf8) }
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.attacks.path).sorted()
    where name != "attack.py" && (name.hasSuffix(".py") || name.hasSuffix(".sh")) {
      #expect(sources.contains { $0.contains("\"\(name)\"") }, "no test runs \(name)")
    }
  }
}
