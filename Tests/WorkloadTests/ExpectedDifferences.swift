import Foundation
import TestSupport

/// Which of CPython's own tests end otherwise under Warder than without it, on purpose, and why: the file
/// `CPython/differences.json`, from which `docs/workloads.md` has its table too.
struct ExpectedDifferences: Decodable {
  struct Reason: Decodable {
    let name: String
    /// Options of Warder that take the reason away: with them a test has to end as without Warder, which shows that the
    /// reason is the true one.
    let lift: [String]
  }

  let reasons: [Reason]
  /// Test ids by module and by the name of the reason.
  let differences: [String: [String: [String]]]

  static func read() throws -> ExpectedDifferences {
    let file = URL(fileURLWithPath: Repository.path("Tests/WorkloadTests/CPython/differences.json"))
    let expected = try JSONDecoder().decode(ExpectedDifferences.self, from: Data(contentsOf: file))
    for (module, byReason) in expected.differences {
      for name in byReason.keys where !expected.reasons.contains(where: { $0.name == name }) {
        throw TestSupportError("\(module) has differences for '\(name)', which is no reason of the list")
      }
    }
    return expected
  }

  /// The tests of a module that are to differ.
  func tests(of module: String) -> Set<String> {
    Set((differences[module] ?? [:]).values.joined())
  }
}
