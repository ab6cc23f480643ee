import Foundation

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  let targets =
    options.target.map { name in (FuzzTarget.all + WatchCheck.targets).filter { $0.name == name } } ?? FuzzTarget.all
  if let number = options.onlyCase {
    Worker.runCase(number, of: targets[0], seed: options.seed)
    say("case \(number) of \(targets[0].name) holds")
  } else if options.printsResults {
    Results.print(cases: options.cases, seed: options.seed)
  } else if let descriptor = options.progressDescriptor {
    Worker.run(targets[0], options: options, progress: descriptor)
  } else if let missed = try WatchCheck.run(seed: options.seed) {
    throw UsageError(message: missed)
  } else {
    exit(try runAll(targets, options: options) ? 0 : 1)
  }
} catch let error as UsageError {
  FileHandle.standardError.write(Data("warder-fuzz: \(error.message)\n".utf8))
  exit(2)
}

/// Runs every target's share of the cases, one target after the other.
///
/// - Returns: whether everything held.
func runAll(_ targets: [FuzzTarget], options: Options) throws -> Bool {
  let started = Date()
  var cases: UInt64 = 0
  var problems = 0
  for target in targets {
    var options = options
    // Rounded up, so that there are never fewer than were asked for.
    if targets.count > 1 { options.cases = (options.cases * UInt64(target.share) + 99) / 100 }
    let began = Date()
    let result = try Watch(target: target, options: options).run()
    cases += result.cases
    say("\(target.name): \(result.cases) cases, \(seconds(since: began)) s")
    if let problem = result.problem {
      problems += 1
      say(problem)
    }
  }
  say("fuzz: \(cases) cases, \(problems) problems, seed \(options.seed), \(seconds(since: started)) s")
  return problems == 0
}

func seconds(since date: Date) -> String {
  String(format: "%.1f", Date().timeIntervalSince(date))
}
