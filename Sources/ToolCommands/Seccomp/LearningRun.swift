internal import Foundation
internal import LinuxSystem

/// Runs `warder-init` under a filter that tells of every call and refuses none.
///
/// The filter is around the supervisor, so that everything else is as in any run: Landlock, limits, capabilities, Warder's own
/// guard. A task can have only one listener, and this one is there first; the script's own filter, which lets everything
/// through, does without (`denied_calls: not counted`).
struct LearningRun: ~Copyable {
  private var listener: SeccompListener
  private var output: Descriptor
  private let supervisor: Int32
  /// The script's program has been started: from here on, whatever is not the supervisor is the script's.
  private var hasBegun = false
  private let executable: String

  private static let outputToken: UInt32 = 1
  private static let listenerToken: UInt32 = 2

  /// - Parameter words: the program and its arguments.
  /// - Throws: where the filter or its listener cannot be had, with the reason.
  init(_ words: [String], environment: [String: String]) throws(SeccompProfileError) {
    let started = try Self.started(words, environment)
    self.init(started)
  }

  private init(_ given: consuming Started) {
    var started = given
    supervisor = started.process
    executable = started.executable
    listener = started.listener.handOver()
    output = Descriptor(owning: started.output.release())
  }

  private static func started(
    _ words: [String], _ environment: [String: String]
  ) throws(SeccompProfileError) -> Started {
    let started: Started
    do throws(SystemCallError) { started = try Started(words, environment) } catch {
      throw Self.problem(words[0], error.message)
    }
    if let stage = started.failedStage { throw problem(words[0], "\(stage): \(reason(started.error))") }
    guard started.listener.isOpen else {
      try? Processes.kill(started.process, SignalNumber.kill)
      throw problem(words[0], "no listener for its filter: \(reason(started.error))")
    }
    started.listener.wakeSynchronously()
    return started
  }

  /// What a start gives, before it is known whether it is any good.
  private struct Started: ~Copyable {
    var listener: SeccompListener
    var output: Descriptor
    let process: Int32
    let failedStage: String?
    let error: Int32
    let executable: String

    init(_ words: [String], _ environment: [String: String]) throws(SystemCallError) {
      var pipe = try LinuxSystem.Pipe()
      try pipe.readEnd.setNonblocking(true)
      var plan = SpawnPlan(
        path: words[0], workingDirectory: FileManager.default.currentDirectoryPath,
        standardInput: try Files.open("/dev/null"), standardOutput: Descriptor(owning: pipe.writeEnd.release()),
        standardError: try Descriptor.duplicate(2))
      plan.arguments = words.map { Array($0.utf8) }
      plan.environment = environment.map { Array("\($0.key)=\($0.value)".utf8) }
      plan.filters = [SeccompProgram.observing.words]
      plan.wantsListener = true
      plan.required = [.noNewPrivileges, .seccomp]
      var listener = SeccompListener.none
      let path = try Files.open(words[0], .pathOnly).realPath()
      let result = try plan.start(timeoutMilliseconds: 10_000, listener: &listener)
      executable = String(decoding: path, as: UTF8.self)
      switch result {
      case .running(let process, let errors): (self.process, failedStage, error) = (process, nil, errors.listener)
      case .failed(let stage, let number): (process, failedStage, error) = (-1, stage.description, number)
      }
      self.listener = listener
      output = Descriptor(owning: pipe.readEnd.release())
    }
  }

  private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }

  private static func problem(_ program: String, _ why: String) -> SeccompProfileError {
    SeccompProfileError(
      "\(program) cannot be watched: \(why). Learning needs Linux 5.5 or later and no other listener around it")
  }

  /// Has it end as a task that is cancelled.
  var process: Int32 { supervisor }

  /// Until everything that it started has ended.
  ///
  /// - Parameters:
  ///   - onCall: is told of every call of the script's.
  ///   - onOutput: gets the log, a piece at a time.
  mutating func finish(
    onCall: (ObservedCall) -> Void, onOutput: ([UInt8]) -> Void
  ) throws(SeccompProfileError) {
    var poller = Poller()
    do throws(SystemCallError) {
      try poller.add(output, token: Self.outputToken, .readable)
      try poller.add(listener.descriptor, token: Self.listenerToken, .readable)
      var isReading = true
      while isReading || listener.isOpen {
        for index in 0..<(try poller.wait()) {
          let event = poller.event(at: index)
          if event.token == Self.listenerToken {
            if !observe(event.interest, onCall) { poller.remove(token: Self.listenerToken) }
          } else if !read(onOutput) {
            isReading = false
            poller.remove(token: Self.outputToken)
          }
        }
      }
      while case .reaped = try Processes.reap() {}
    } catch { throw SeccompProfileError("watching failed: \(error.message)") }
  }

  /// - Returns: whether there may be more.
  private mutating func observe(_ interest: Interest, _ onCall: (ObservedCall) -> Void) -> Bool {
    for _ in 0..<64 {
      // Asked while the process waits for its answer: afterwards it may be gone.
      var begun = hasBegun
      let (supervisor, executable) = (supervisor, executable)
      let observed = listener.observe { call in
        guard call.thread != supervisor else { return }
        begun = begun || Self.runsOtherProgram(call.thread, than: executable)
        if begun { onCall(call) }
      }
      hasBegun = begun
      switch observed {
      case .call, .vanished: continue
      case .nothing:
        guard interest.contains(.closed) else { return true }
        listener.close()
        return false
      case .failed:
        listener.close()
        return false
      }
    }
    return true
  }

  /// The supervisor's one child is the script as soon as it runs another program: before, it prepares itself.
  private static func runsOtherProgram(_ thread: Int32, than executable: String) -> Bool {
    var buffer = [CChar](repeating: 0, count: 4096)
    // Not to be read by everybody while it is the supervisor's, which is not dumpable.
    let length = readlink("/proc/\(thread)/exe", &buffer, buffer.count)
    guard length > 0 else { return false }
    return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) != executable
  }

  private func read(_ onOutput: ([UInt8]) -> Void) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      switch output.read(into: &buffer) {
      case .bytes(0), .failed: return false
      case .bytes(let count): onOutput(Array(buffer[..<count]))
      case .wouldBlock: return true
      }
    }
  }
}
