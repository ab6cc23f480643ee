import JSON
import RandomInput
import WarderFrames

extension FuzzTarget {
  /// Results put together from damaged logs: they are JSON, and never claim more than there is.
  static let runResults = FuzzTarget(name: "run-results", share: 3) { generator in
    let log = generator.damagedLog() + (generator.oneIn(3) ? generator.damagedLog() : [])
    let room = generator.oneIn(3) ? generator.size(below: 5_000) : 1 << 20
    for result in RunAssembler.results(ofLog: log, maximumBytes: room) {
      let limits = JSONLimits(maximumBytes: 1 << 24, maximumDepth: 8, maximumMembers: 1024)
      guard (try? JSONParser.parse(result.json(indented: generator.oneIn(2)), limits: limits)) != nil else {
        return "the result is no JSON: \(quoted(log))"
      }
      if result.isComplete, result.exit == nil || result.missingFrames > 0 || !result.disagreements.isEmpty {
        return "complete without reason: \(quoted(log))"
      }
      if result.exit == nil, result.reason != .lost { return "a verdict out of nothing: \(quoted(log))" }
      if result.stdout.count + result.stderr.count > room { return "more is kept than there is room: \(quoted(log))" }
    }
    return nil
  }
}
