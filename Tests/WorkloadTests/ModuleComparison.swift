import Foundation
import TestSupport

/// A module's tests without Warder and with it.
struct ModuleComparison {
  private(set) var plain: ModuleRun
  private(set) var confined: ModuleRun
  private let selection: ModuleSelection

  init(_ selection: ModuleSelection) async throws {
    self.selection = selection
    async let plainly = ModuleRun(selection, options: nil)
    confined = try await ModuleRun(selection, options: [])
    plain = try await plainly
  }

  /// The tests that end otherwise under Warder.
  var differing: Set<String> { confined.differing(from: plain) }

  /// Runs what does not agree with `expected` twice more on both sides: a test of time that failed on a busy machine, once,
  /// says nothing.
  mutating func repeatDoubtful(_ expected: Set<String>) async throws {
    let doubtful = differing.symmetricDifference(expected.intersection(plain.outcomes.keys))
    guard !doubtful.isEmpty else { return }
    var again = selection
    again.tests = doubtful
    again.repetitions = 2
    // One after the other: they are not to disturb each other this time.
    plain = plain.merged(with: try await ModuleRun(again, options: nil))
    confined = confined.merged(with: try await ModuleRun(again, options: []))
  }

  /// Those of `tests` that still do not end as without Warder when `options` take a reason away.
  func differing(_ tests: Set<String>, with options: [String]) async throws -> Set<String> {
    var again = selection
    again.tests = tests
    var lifted = try await ModuleRun(again, options: options)
    let left = lifted.differing(from: plain).intersection(tests)
    guard !left.isEmpty else { return [] }
    again.tests = left
    again.repetitions = 2
    lifted = lifted.merged(with: try await ModuleRun(again, options: options))
    return lifted.differing(from: plain).intersection(tests)
  }

  /// A line about one test, for messages.
  func description(of test: String) -> String {
    func words(_ run: ModuleRun) -> String {
      (run.outcomes[test] ?? ["absent"]).sorted().joined(separator: "/") + (run.details[test].map { " (\($0))" } ?? "")
    }
    return "\(test): without Warder \(words(plain)), with it \(words(confined))"
  }

  /// The module's figures in a line.
  var summary: String {
    let unstable = plain.unstable.union(confined.unstable)
    return "\(selection.module): \(plain.outcomes.count) tests, \(differing.count) differ, \(unstable.count) unstable"
      + (unstable.isEmpty ? "" : " (\(unstable.sorted().joined(separator: " ")))")
      + ", \(Int(plain.seconds)) s without Warder, \(Int(confined.seconds)) s with it"
  }
}
