import Foundation
import Testing

/// The table of what differs in `docs/workloads.md` is the list that the workload tests go by.
@Suite("Documentation of workloads") struct WorkloadDocumentationTests {
  private struct List: Decodable {
    struct Reason: Decodable {
      let name: String
      let denied: String
      let why: String
      let instead: String
    }
    let reasons: [Reason]
    let differences: [String: [String: [String]]]
  }

  private static func list() throws -> List {
    try JSONDecoder().decode(
      List.self, from: Data(contentsOf: GeneratedSection.url("Tests/WorkloadTests/CPython/differences.json")))
  }

  @Test func differences() throws {
    let list = try Self.list()
    var table = "\n| denied | why | instead | tests |\n| --- | --- | --- | --- |\n"
    for reason in list.reasons {
      let counts = list.differences.sorted { $0.key < $1.key }.compactMap { module, byReason in
        byReason[reason.name].map { "`\(module)` \($0.count)" }
      }
      table += "| \(reason.denied) | \(reason.why) | \(reason.instead) | \(counts.joined(separator: ", ")) |\n"
    }
    try GeneratedSection("docs/workloads.md", "workloads", "differences").check(is: table)
  }

  @Test("every reason has tests, and every test has one reason that exists")
  func isConsistent() throws {
    let list = try Self.list()
    let used = Set(list.differences.values.flatMap { $0.keys })
    #expect(used == Set(list.reasons.map(\.name)))
    let tests = list.differences.values.flatMap { $0.values.joined() }
    #expect(Set(tests).count == tests.count)
    for (module, byReason) in list.differences {
      #expect(byReason.values.joined().allSatisfy { $0.hasPrefix(module + ".") || $0.contains(module) }, "\(module)")
    }
  }
}
