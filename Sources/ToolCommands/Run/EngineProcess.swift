internal import CTool
internal import Foundation
internal import LinuxSystem

/// A program that an engine's plan started, with pipes to read its two streams from.
struct EngineProcess: ~Copyable {
  let process: Int32
  var standardOutput: Descriptor
  var standardError: Descriptor

  struct Problem: Error {
    let message: String
  }

  /// Starts the plan's program. It ends with this process: by SIGTERM, so that what it has started is ended in order.
  init(_ plan: EnginePlan) throws(Problem) {
    do {
      var output = try LinuxSystem.Pipe()
      var error = try LinuxSystem.Pipe()
      let input = try Files.open("/dev/null")
      try output.readEnd.setNonblocking(true)
      try error.readEnd.setNonblocking(true)
      process = try Self.launch(plan, input: input.raw, output: output.writeEnd.raw, error: error.writeEnd.raw)
      standardOutput = Descriptor(owning: output.readEnd.release())
      standardError = Descriptor(owning: error.readEnd.release())
    } catch {
      throw Problem(message: "cannot start \(plan.program): \(error.reason)")
    }
  }

  private static func launch(
    _ plan: EnginePlan, input: Int32, output: Int32, error: Int32
  ) throws(SystemCallError) -> Int32 {
    func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] { texts.map { strdup($0) } + [nil] }
    let arguments = strings([plan.program] + plan.arguments)
    let variables = strings(plan.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    defer { for string in arguments + variables { free(string) } }
    let user = plan.user.map { Int32(bitPattern: $0) } ?? -1
    let result = plan.program.withCString { path in
      arguments.withUnsafeBufferPointer { arguments in
        variables.withUnsafeBufferPointer { variables -> Int32 in
          // Neither is empty: each ends with a null pointer.
          guard let arguments = arguments.baseAddress, let variables = variables.baseAddress else { return -EINVAL }
          var native = ct_launch(
            path: path, arguments: arguments, environment: variables, standard_input: input, standard_output: output,
            standard_error: error, user: user, group: user, death_signal: SIGTERM)
          return ct_launch(&native)
        }
      }
    }
    guard result > 0 else { throw SystemCallError(call: "execve", number: -result, subject: plan.program) }
    return result
  }
}

/// A short run of a program, for questions to an engine.
enum BriefRun {
  struct Outcome: Sendable {
    /// 128 + the signal that ended it; nil where it had to be killed because time was over.
    let status: Int32?
    let output: String
    let error: String

    var succeeded: Bool { status == 0 }
    /// The last line of what it complained of, for a message.
    var complaint: String {
      guard let status else { return "it gave no answer in time" }
      let line = error.split(separator: "\n").last.map { $0.trimmingCharacters(in: .whitespaces) }
      return line ?? "it ended with status \(status)"
    }
  }

  static func run(_ plan: EnginePlan, seconds: Int = 20) throws(EngineProcess.Problem) -> Outcome {
    var started = try EngineProcess(plan)
    let deadline = Instant.now.advanced(byNanoseconds: UInt64(seconds) * 1_000_000_000)
    var output: [UInt8] = []
    var error: [UInt8] = []
    var status: Int32?
    // What the program leaves behind may hold the pipes: its own end is what counts.
    while Instant.now < deadline, status == nil {
      if started.standardOutput.isOpen {
        _ = started.standardOutput.waitUntilReadable(milliseconds: 20)
      } else {
        usleep(500)
      }
      status = ended(started.process)
      drain(&started.standardOutput, into: &output)
      drain(&started.standardError, into: &error)
    }
    if status == nil {
      try? Processes.kill(started.process, SignalNumber.kill)
      var ignored: Int32 = 0
      waitpid(started.process, &ignored, 0)
    }
    return Outcome(
      status: status, output: String(decoding: output, as: UTF8.self), error: String(decoding: error, as: UTF8.self))
  }

  private static func ended(_ process: Int32) -> Int32? {
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) == process else { return nil }
    return ProcessStatus(status).shellCode
  }

  private static func drain(_ descriptor: inout Descriptor, into bytes: inout [UInt8]) {
    guard descriptor.isOpen else { return }
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while bytes.count < 1 << 20, case .bytes(let count) = descriptor.read(into: &buffer) {
      guard count > 0 else { return descriptor.close() }
      bytes += buffer[..<count]
    }
  }
}

/// What wait(2) says of a process that has ended.
struct ProcessStatus: Equatable, Sendable {
  private let status: Int32
  init(_ status: Int32) { self.status = status }

  var signal: Int32? { status & 0x7F == 0 ? nil : status & 0x7F }
  var exitStatus: Int32 { status >> 8 & 0xFF }
  /// As a shell has it.
  var shellCode: Int32 { signal.map { 128 + $0 } ?? exitStatus }
}
