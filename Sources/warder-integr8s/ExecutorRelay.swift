internal import ExecutorOutput
internal import LinuxSystem
internal import TaskModel

/// From the frames to the log and the termination message.
enum ExecutorRelay {
  private static let bufferBytes = 64 << 10

  /// - Parameter target: where the five lines go.
  /// - Returns: the process's exit code.
  static func run(terminationMessage target: TerminationMessageTarget) throws(SystemCallError) -> Int32 {
    Processes.ignoreBrokenPipes()
    let message = try open(target)
    var run = ExecutorRun()
    try read(into: &run)
    let output = run.finish()
    // The message first: the log's reader may be the one that is stuck.
    if message.isOpen { try message.overwrite(with: output.terminationMessage) }
    let log = try Descriptor.duplicate(1)
    for piece in output.log { try write(piece, to: log) }
    return run.exit == nil ? 1 : 0
  }

  private static func open(_ target: TerminationMessageTarget) throws(SystemCallError) -> Descriptor {
    switch target {
    case .none: return .none
    // Missing outside of Kubernetes, where nobody would read it.
    case .automatic: return (try? Files.open(TerminationMessageTarget.kubernetesPath, [.write, .nonblocking])) ?? .none
    case .path(let path): return try Files.open(path, [.write, .nonblocking])
    }
  }

  private static func read(into run: inout ExecutorRun) throws(SystemCallError) {
    let frames = try Descriptor.duplicate(0)
    var buffer = [UInt8](repeating: 0, count: bufferBytes)
    while true {
      switch frames.read(into: &buffer) {
      case .bytes(0): return
      case .bytes(let count): run.feed(buffer.span.extracting(0..<count))
      case .wouldBlock: _ = frames.waitUntilReadable(milliseconds: 60_000)
      case .failed(let number): throw SystemCallError(call: "read", number: number, subject: "standard input")
      }
    }
  }

  /// The open file is shared with the supervisor, which may have made it non-blocking.
  private static func write(_ bytes: [UInt8], to log: borrowing Descriptor) throws(SystemCallError) {
    var written = 0
    while written < bytes.count {
      switch log.write(bytes, from: written) {
      case .bytes(let count): written += count
      case .wouldBlock: log.waitUntilWritable(milliseconds: 60_000)
      case .failed(let number): throw SystemCallError(call: "write", number: number, subject: "standard output")
      }
    }
  }
}
