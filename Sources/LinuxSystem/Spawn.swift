internal import CLinux

/// A limit on what one process may use, see getrlimit(2).
package struct ResourceLimit: Sendable {
  package enum Resource: Sendable {
    case cpuSeconds, fileSize, data, stack, core, openFiles, lockedMemory, pendingSignals, messageQueues, nice,
      realtimePriority, processes

    var native: Int32 {
      let resource =
        switch self {
        case .cpuSeconds: CL_RESOURCE_CPU_SECONDS
        case .fileSize: CL_RESOURCE_FILE_SIZE
        case .data: CL_RESOURCE_DATA
        case .stack: CL_RESOURCE_STACK
        case .core: CL_RESOURCE_CORE
        case .openFiles: CL_RESOURCE_OPEN_FILES
        case .lockedMemory: CL_RESOURCE_LOCKED_MEMORY
        case .pendingSignals: CL_RESOURCE_PENDING_SIGNALS
        case .messageQueues: CL_RESOURCE_MESSAGE_QUEUES
        case .nice: CL_RESOURCE_NICE
        case .realtimePriority: CL_RESOURCE_REALTIME_PRIORITY
        case .processes: CL_RESOURCE_PROCESSES
        }
      return Int32(bitPattern: resource.rawValue)
    }
  }

  package let resource: Resource
  package let soft: UInt64
  package let hard: UInt64

  /// As asked for, but never above what this process has: an unprivileged process cannot raise a hard limit.
  package init(_ resource: Resource, soft: UInt64, hard: UInt64) throws(SystemCallError) {
    var currentSoft: UInt64 = 0
    var currentHard: UInt64 = 0
    try checked(unsafe cl_get_limit(resource.native, &currentSoft, &currentHard), "getrlimit")
    self.resource = resource
    self.hard = min(hard, currentHard)
    self.soft = min(soft, self.hard)
  }
}

/// Everything that the child needs, prepared before it is born: it shares this memory and must not allocate.
package struct SpawnPlan: ~Copyable {
  /// The program's path; it is not looked up again.
  package var path: String
  /// Any bytes but NUL; the first one names the program.
  package var arguments: [[UInt8]] = []
  /// "NAME=VALUE".
  package var environment: [[UInt8]] = []
  package var workingDirectory: String
  package var standardInput: Descriptor
  package var standardOutput: Descriptor
  package var standardError: Descriptor
  package var limits: [ResourceLimit] = []
  package var setsNoNewPrivileges = true
  package var landlock: Descriptor = .none
  /// seccomp programs in the order of their installation; an instruction (struct sock_filter) is one word.
  package var filters: [[UInt64]] = []
  /// Whether the first of them defers to a listener. Where none can be had it refuses by itself.
  package var wantsListener = false
  /// A descriptor with a low number, which the listener takes: the child's own limit on descriptors (`limits`) may be lower
  /// than the numbers that are still free. None: any number will do.
  package var listenerPlace: Descriptor = .none
  /// The layers without which the program must not run.
  package var required: Set = []

  /// Layers that the child puts in force.
  package struct Set: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let limits = Set(rawValue: 1)
    package static let noNewPrivileges = Set(rawValue: 2)
    package static let landlock = Set(rawValue: 4)
    package static let seccomp = Set(rawValue: 8)
  }

  package init(
    path: String, workingDirectory: String, standardInput: consuming Descriptor,
    standardOutput: consuming Descriptor, standardError: consuming Descriptor
  ) {
    self.path = path
    self.workingDirectory = workingDirectory
    self.standardInput = standardInput
    self.standardOutput = standardOutput
    self.standardError = standardError
  }
}

/// A step between the child's birth and its program's first instruction.
package enum SpawnStage: Int32, Sendable {
  case session = 1
  case workingDirectory, standardStreams, descriptors, limits, noNewPrivileges, landlock, seccomp, signals, execute

  /// For messages: what was being done.
  package var description: String {
    switch self {
    case .session: "starting a session"
    case .workingDirectory: "entering the working directory"
    case .standardStreams: "connecting the standard streams"
    case .descriptors: "closing descriptors"
    case .limits: "setting resource limits"
    case .noNewPrivileges: "setting no_new_privs"
    case .landlock: "entering the Landlock domain"
    case .seccomp: "installing the seccomp filter"
    case .signals: "restoring the signal mask"
    case .execute: "executing the program"
    }
  }
}

/// What came of a spawn.
package enum SpawnResult {
  /// The program runs; layers that were not required and could not be had are named with their errno (else 0).
  case running(process: Int32, layerErrors: LayerErrors)
  /// The child gave up before the program's first instruction; it is still to be reaped.
  /// An error of 0: it was killed from outside at that stage.
  case failed(stage: SpawnStage, error: Int32)

  package struct LayerErrors: Sendable {
    package let limits: Int32
    package let noNewPrivileges: Int32
    package let landlock: Int32
    package let seccomp: Int32
    /// Why the filter has no listener although one was wanted; the filter may be in force all the same.
    package let listener: Int32
  }
}

extension SpawnPlan {
  /// Starts the child and waits until its program runs or it gave up, at most `timeoutMilliseconds`.
  /// - Parameter listener: set to the listener of the child's filter, where one was wanted and could be had.
  /// - Throws: where no child could be made (clone(2)), or ETIMEDOUT.
  package consuming func start(
    timeoutMilliseconds: Int32, listener: inout SeccompListener
  ) throws(SystemCallError) -> SpawnResult {
    let argumentVector = StringVector(arguments)
    let environmentVector = StringVector(environment)
    let pathText = StringVector([Array(path.utf8), Array(workingDirectory.utf8)])

    var native = unsafe cl_spawn_plan()
    unsafe native.path = unsafe pathText.string(at: 0)
    unsafe native.working_directory = unsafe pathText.string(at: 1)
    unsafe native.arguments = unsafe UnsafePointer(argumentVector.vector)
    unsafe native.environment = unsafe UnsafePointer(environmentVector.vector)
    unsafe native.standard_input = standardInput.raw
    unsafe native.standard_output = standardOutput.raw
    unsafe native.standard_error = standardError.raw
    unsafe native.umask = 0o077
    unsafe native.no_new_privileges = setsNoNewPrivileges ? 1 : 0
    unsafe native.landlock_ruleset = landlock.raw
    unsafe native.limits_required = required.contains(.limits) ? 1 : 0
    unsafe native.no_new_privileges_required = required.contains(.noNewPrivileges) ? 1 : 0
    unsafe native.landlock_required = required.contains(.landlock) ? 1 : 0
    unsafe native.seccomp_required = required.contains(.seccomp) ? 1 : 0

    precondition(limits.count <= CL_MAXIMUM_LIMITS && filters.count <= CL_MAXIMUM_FILTERS)
    unsafe native.limit_count = UInt32(limits.count)
    unsafe withUnsafeMutableBytes(of: &native.limits) {
      let slots = unsafe $0.assumingMemoryBound(to: cl_limit.self)
      for (index, limit) in limits.enumerated() {
        unsafe slots[index] = cl_limit(resource: limit.resource.native, soft: limit.soft, hard: limit.hard)
      }
    }
    let programs = FilterVector(filters)
    unsafe native.filter_count = UInt32(filters.count)
    unsafe withUnsafeMutableBytes(of: &native.filters) {
      let slots = unsafe $0.assumingMemoryBound(to: cl_filter.self)
      for index in filters.indices { unsafe slots[index] = unsafe programs.filter(at: index) }
    }

    unsafe native.wants_listener = wantsListener && !filters.isEmpty ? 1 : 0
    unsafe native.listener_place = listenerPlace.release()

    let result = unsafe cl_spawn(&native, timeoutMilliseconds)
    if unsafe native.listener >= 0 {
      listener = unsafe SeccompListener(
        owning: native.listener, countsAreExact: native.listener_waits_killable != 0)
    }
    // The plan holds plain pointers into these.
    extendLifetime(argumentVector)
    extendLifetime(environmentVector)
    extendLifetime(pathText)
    extendLifetime(programs)
    let child = try checked(result, "clone")
    guard let stage = unsafe SpawnStage(rawValue: native.failed_stage) else {
      let errors = unsafe native.layer_errors
      return unsafe .running(
        process: child,
        layerErrors: .init(
          limits: errors.limits, noNewPrivileges: errors.no_new_privileges, landlock: errors.landlock,
          seccomp: errors.seccomp, listener: native.listener_error))
    }
    return unsafe .failed(stage: stage, error: native.error)
  }
}

/// A NULL-terminated array of C strings in memory of its own, as execve(2) takes it.
@safe private struct StringVector: ~Copyable {
  let vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [[UInt8]]) {
    count = strings.count
    unsafe vector = .allocate(capacity: strings.count + 1)
    for (index, bytes) in strings.enumerated() {
      let text = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
      for (offset, byte) in bytes.enumerated() { unsafe text[offset] = CChar(bitPattern: byte) }
      unsafe text[bytes.count] = 0
      unsafe vector[index] = unsafe text
    }
    unsafe vector[strings.count] = nil
  }

  func string(at index: Int) -> UnsafePointer<CChar>? {
    unsafe vector[index].map { unsafe UnsafePointer($0) }
  }

  deinit {
    for index in 0..<count { unsafe vector[index]?.deallocate() }
    unsafe vector.deallocate()
  }
}

/// seccomp programs in memory that does not move.
@safe private struct FilterVector: ~Copyable {
  private let programs: UnsafeMutablePointer<UnsafeMutableBufferPointer<UInt64>>
  private let count: Int

  init(_ filters: [[UInt64]]) {
    count = filters.count
    unsafe programs = .allocate(capacity: max(filters.count, 1))
    for (index, filter) in filters.enumerated() {
      let program = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: filter.count)
      _ = unsafe program.initialize(from: filter)
      unsafe (programs + index).initialize(to: program)
    }
  }

  func filter(at index: Int) -> cl_filter {
    unsafe cl_filter(instructions: programs[index].baseAddress, count: UInt16(programs[index].count))
  }

  deinit {
    for index in 0..<count { unsafe programs[index].deallocate() }
    unsafe programs.deallocate()
  }
}
