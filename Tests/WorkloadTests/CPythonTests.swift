import Foundation
import TestSupport
import Testing

/// CPython's own test modules end under the default confinement as without it, test by test, but for those that need what
/// is denied on purpose, each of which is listed with its reason.
///
/// `WARDER_WORKLOADS=all` runs every module whole, which takes the better part of an hour; without it the long ones are
/// left out or run in part. `WARDER_WORKLOADS=test_os,test_json` runs these, whole.
/// `WARDER_WORKLOADS_OBSERVED=DIR` has what was observed written there, a file of lines for each module.
@Suite("CPython's tests", .enabled(if: ContainerEngine.isExpected, Comment(rawValue: ContainerEngine.whyNot)))
struct CPythonTests {
  @Test(arguments: ModuleSelection.wished)
  func endAsWithout(_ selection: ModuleSelection) async throws {
    let expected = try ExpectedDifferences.read()
    let listed = expected.tests(of: selection.module)
    var comparison = try await ModuleComparison(selection)
    try await comparison.repeatDoubtful(listed)
    print(comparison.summary)
    try Self.write(comparison, of: selection.module)

    let differing = comparison.differing
    let run = Set(comparison.plain.outcomes.keys)
    for test in differing.subtracting(listed).sorted() {
      Issue.record("not in the list: \(comparison.description(of: test))")
    }
    for test in listed.intersection(run).subtracting(differing).sorted() {
      Issue.record("in the list, and does not differ: \(comparison.description(of: test))")
    }
    if selection.patterns.isEmpty {
      for test in listed.subtracting(run).sorted() { Issue.record("in the list, and there is no such test: \(test)") }
    }
    for reason in expected.reasons {
      let tests = Set(expected.differences[selection.module]?[reason.name] ?? []).intersection(differing)
      guard !tests.isEmpty else { continue }
      for test in try await comparison.differing(tests, with: reason.lift).sorted() {
        Issue.record("\(reason.lift) should make it end as without Warder: \(comparison.description(of: test))")
      }
    }
  }

  private static func write(_ comparison: ModuleComparison, of module: String) throws {
    guard let directory = ProcessInfo.processInfo.environment["WARDER_WORKLOADS_OBSERVED"] else { return }
    let lines = [comparison.summary] + comparison.differing.sorted().map { comparison.description(of: $0) }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(
      to: URL(fileURLWithPath: directory + "/" + module + ".txt"))
  }
}
