import Foundation
import TestSupport

/// How the tests of a module ended: for each id the outcomes of all of its runs.
struct ModuleRun {
  private(set) var outcomes: [String: Set<String>] = [:]
  private(set) var details: [String: String] = [:]
  private(set) var seconds = 0.0

  /// A line of what `outcomes.py` prints.
  private struct Record: Decodable {
    let test: String?
    let outcome: String?
    let detail: String?
    let end: String?
    let tests: Int?
    let seconds: Double?
  }

  /// - Parameter options: of Warder; nil runs the tests without it.
  init(_ selection: ModuleSelection, options: [String]?) async throws {
    let directory = "Tests/WorkloadTests/CPython/"
    var files = ["script.py": try Self.bytes(directory + "outcomes.py")]
    var arguments = ["--repeat", String(selection.repetitions)]
    for pattern in selection.patterns { arguments += ["--pattern", pattern] }
    if let tests = selection.tests {
      files["tests.txt"] = Array(tests.sorted().joined(separator: "\n").utf8)
      arguments += ["--only", "/task/tests.txt"]
    }
    var workload = Workload(task: try TaskDirectory(files), arguments: arguments + [selection.module])
    workload.timeLimit = .seconds(1800)
    let outcome = try await (options == nil ? workload.runPlain() : workload.runConfined(options ?? []))
    guard outcome.status == 0 else {
      throw TestSupportError("\(selection.module) ended with \(outcome.summary)\n\(outcome.errorText)")
    }
    try read(outcome.output, of: selection)
  }

  private mutating func read(_ output: [UInt8], of selection: ModuleSelection) throws {
    var ends = 0
    var count = 0
    for line in output.split(separator: UInt8(ascii: "\n")) {
      let record = try JSONDecoder().decode(Record.self, from: Data(line))
      if let test = record.test, let outcome = record.outcome {
        outcomes[test, default: []].insert(outcome)
        details[test] = record.detail
        count += 1
      } else if record.end == selection.module, record.tests == count {
        ends += 1
        count = 0
        seconds += record.seconds ?? 0
      }
    }
    guard ends == selection.repetitions, !outcomes.isEmpty || selection.tests != nil else {
      throw TestSupportError("\(selection.module) did not run whole: \(outcomes.count) outcomes, \(ends) ends")
    }
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: Repository.path(path))))
  }

  /// The tests that ended otherwise than in `other`, every time: no outcome of the one is one of the other.
  func differing(from other: ModuleRun) -> Set<String> {
    let tests = Set(outcomes.keys).union(other.outcomes.keys)
    return tests.filter { outcomes[$0, default: ["absent"]].isDisjoint(with: other.outcomes[$0, default: ["absent"]]) }
  }

  /// The tests of which not every run had the same outcome.
  var unstable: Set<String> { Set(outcomes.keys.filter { outcomes[$0]?.count != 1 }) }

  /// This and `other` taken together.
  func merged(with other: ModuleRun) -> ModuleRun {
    var merged = self
    for (test, outcomes) in other.outcomes { merged.outcomes[test, default: []].formUnion(outcomes) }
    merged.details.merge(other.details) { mine, _ in mine }
    merged.seconds += other.seconds
    return merged
  }
}
