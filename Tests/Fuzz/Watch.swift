import Foundation

/// Watches a worker: it has to come forward, and to end well.
struct Watch {
  let target: FuzzTarget
  let options: Options

  /// Runs a target's cases in a worker.
  ///
  /// - Returns: how many were run, and what went wrong, if anything did.
  func run() throws -> (cases: UInt64, problem: String?) {
    // A file without a name that both processes have open.
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("warder-fuzz-\(UUID().uuidString)")
    let descriptor = open(file.path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { throw UsageError(message: "cannot create \(file.path)") }
    unlink(file.path)
    defer { close(descriptor) }

    let worker = Process()
    worker.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    worker.arguments = [
      "--target", target.name, "--cases", "\(options.cases)", "--seed", "\(options.seed)", "--worker", "0",
    ]
    // Its standard input is the file: whatever the way of starting it, that descriptor arrives.
    worker.standardInput = FileHandle(fileDescriptor: descriptor)
    if options.isQuiet {
      worker.standardOutput = FileHandle.nullDevice
      worker.standardError = FileHandle.nullDevice
    }
    try worker.run()

    var last = UInt64.max
    var since = Date()
    while worker.isRunning {
      usleep(50_000)
      let current = progress(descriptor)
      if current != last {
        last = current
        since = Date()
      } else if Date().timeIntervalSince(since) > options.secondsPerCase {
        kill(worker.processIdentifier, SIGKILL)
        worker.waitUntilExit()
        return (current, report(current, "took more than \(options.secondsPerCase) seconds"))
      }
    }
    worker.waitUntilExit()
    let current = progress(descriptor)
    switch (worker.terminationReason, worker.terminationStatus) {
    case (.exit, 0): return (options.cases, nil)
    case (.exit, 1): return (current, report(current, "did not hold"))
    case (.uncaughtSignal, let signal): return (current, report(current, "crashed with signal \(signal)"))
    case (_, let status): return (current, report(current, "ended with status \(status)"))
    }
  }

  private func progress(_ descriptor: Int32) -> UInt64 {
    var number: UInt64 = 0
    return withUnsafeMutableBytes(of: &number) { pread(descriptor, $0.baseAddress, $0.count, 0) } == 8 ? number : 0
  }

  private func report(_ number: UInt64, _ what: String) -> String {
    """
    \(target.name): case \(number) of seed \(options.seed) \(what); see it again with
      warder-fuzz --target \(target.name) --seed \(options.seed) --case \(number)
    """
  }
}
