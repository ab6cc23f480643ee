internal import DispatcherModel
internal import Foundation

/// Reads a task's log as it grows, until its process has ended and everything is read.
struct LocalFollower: Sendable {
  let files: TaskFiles
  let identity: ProcessIdentity?
  let watch: Watch

  private static let portion = 256 << 10

  func run(_ updates: AsyncStream<EngineUpdate>.Continuation) async {
    let log = open(files.log, O_RDONLY | O_CLOEXEC)
    guard log >= 0 else {
      updates.yield(.ended(EngineEnd(message: "its log is gone: \(String(cString: strerror(errno)))")))
      return
    }
    defer { close(log) }
    // A notice that comes while one waits already says nothing new.
    let (notices, notice) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = watch.file(files.log) { notice.yield() }
    defer { if let number { watch.forget(file: number) } }
    let ending = Ending()
    if let descriptor = identity?.open() {
      watch.process(descriptor) {
        ending.set()
        notice.yield()
      }
    } else {
      ending.set()
    }
    notice.yield()

    var buffer = [UInt8](repeating: 0, count: Self.portion)
    for await _ in notices {
      // Asked before the last reading: what was written before the end is read then.
      let hasEnded = ending.isSet
      while !Task.isCancelled {
        let count = read(log, &buffer, buffer.count)
        guard count > 0 else { break }
        updates.yield(.log(Array(buffer[..<count])))
      }
      if hasEnded || Task.isCancelled { break }
    }
    guard !Task.isCancelled else { return }
    updates.yield(.ended(end()))
  }

  /// What `warder run` said and how it ended.
  private func end() -> EngineEnd {
    let complaint = files.complaint
    guard let identity else {
      return EngineEnd(
        message: "the dispatcher was killed while it started the task; whether the script ran is not known")
    }
    var status: Int32 = 0
    var message: String
    if waitpid(identity.id, &status, WNOHANG) == identity.id {
      let signal = status & 0x7F
      message = signal == 0 ? "warder run ended with status \(status >> 8 & 0xFF)" : "signal \(signal) ended warder run"
    } else {
      message = "warder run ended while no dispatcher watched it"
    }
    if let complaint { message += ": \(complaint)" }
    return EngineEnd(message: message)
  }
}
