import Foundation
import RandomInput

/// Targets that go wrong on purpose: a run begins by making sure that each would be noticed, at the right case.
enum WatchCheck {
  private static let badCase: UInt64 = 100

  static let targets = [
    bad("check-crash") { fatalError("on purpose: the watch must notice") },
    bad("check-hang") { sleep(60) },
    bad("check-fault") {},
  ]

  /// The words that the watch has for them.
  private static let words = ["crashed with signal", "took more than", "did not hold"]

  /// - Returns: what the watch missed, if anything.
  static func run(seed: UInt64) throws -> String? {
    var options = try Options(["--cases", "\(badCase * 2)", "--seed", "\(seed)", "--seconds-per-case", "1"])
    options.isQuiet = true
    for (target, words) in zip(targets, words) {
      let result = try Watch(target: target, options: options).run()
      guard result.cases == badCase, let problem = result.problem, problem.contains("case \(badCase)"),
        problem.contains(words)
      else { return "the watch missed \(target.name): \(result)" }
    }
    return nil
  }

  /// A target whose cases hold until the bad one, which is told by the generator that it gets.
  private static func bad(_ name: String, _ act: @escaping @Sendable () -> Void) -> FuzzTarget {
    FuzzTarget(name: name, share: 0) { theirs in
      // The seed is not known here, but it is in the arguments.
      guard let options = try? Options(Array(CommandLine.arguments.dropFirst())) else { return "no options" }
      var bad = generator(seed: options.seed, case: badCase)
      guard bad.next() == theirs.next() else { return nil }
      act()
      return "on purpose"
    }
  }
}
