internal import CLinux

/// What to wait for on a descriptor.
package struct Interest: OptionSet {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let readable = Interest(rawValue: CL_READABLE.rawValue)
  package static let writable = Interest(rawValue: CL_WRITABLE.rawValue)
  /// The other end is gone or an error is pending; reported whether asked for or not.
  package static let closed = Interest(rawValue: CL_CLOSED.rawValue)
}

/// Waits for several descriptors at once, see poll(2). A token is the caller's name for a descriptor.
///
/// Not epoll(7): what a descriptor costs there is counted by user, over all containers of a node
/// (`fs.epoll.max_user_watches`), so that a script could use the allowance up and leave none to the supervisor.
package struct Poller {
  private var watches = InlineArray<8, cl_watch>(repeating: cl_watch())
  private var count = 0
  private var ready = InlineArray<8, cl_watch>(repeating: cl_watch())

  package init() {}

  /// - Throws: EINVAL, as poll(2) does, where more descriptors are watched than there is room for.
  package mutating func add(
    _ watched: borrowing Descriptor, token: UInt32, _ interest: Interest
  ) throws(SystemCallError) {
    guard count < watches.count else { throw SystemCallError(call: "poll", number: ErrorNumber.invalidArgument) }
    watches[count] = cl_watch(descriptor: watched.raw, token: token, interest: interest.rawValue, ready: 0)
    count += 1
  }

  /// Must be called for a descriptor that was closed, too.
  package mutating func remove(token: UInt32) {
    for index in 0..<count where watches[index].token == token {
      count -= 1
      watches[index] = watches[count]
      return
    }
  }

  /// Waits until something is ready, and answers how many descriptors are: see `event(at:)`.
  package mutating func wait() throws(SystemCallError) -> Int {
    let watched = Int32(count)
    var entries = watches.mutableSpan
    let result = unsafe entries.withUnsafeMutableBufferPointer { unsafe cl_wait($0.baseAddress, watched) }
    try checked(result, "poll")
    var readyCount = 0
    for index in 0..<count where watches[index].ready != 0 {
      ready[readyCount] = watches[index]
      readyCount += 1
    }
    return readyCount
  }

  /// What the last `wait()` found.
  package func event(at index: Int) -> (token: UInt32, interest: Interest) {
    (ready[index].token, Interest(rawValue: ready[index].ready))
  }
}

/// A signal that reached this process, and who sent it as far as the kernel tells, see signalfd(2).
package struct ReceivedSignal: Equatable, Sendable {
  package let number: Int32
  package let origin: Origin

  package enum Origin: Equatable, Sendable {
    /// The kernel itself, for example a terminal's Ctrl-C.
    case kernel
    /// A process that called kill(2); 0 is one outside of this PID namespace.
    case process(Int32)
    /// Anything else (sigqueue, timers, F_SETOWN), which could name any sender it likes.
    case other
  }

  package init(number: Int32, origin: Origin) {
    self.number = number
    self.origin = origin
  }
}

/// Receives the blocked signals as data. See signalfd(2).
package struct SignalDescriptor: ~Copyable {
  package let descriptor: Descriptor

  package init() throws(SystemCallError) {
    descriptor = Descriptor(owning: try checked(cl_signal_descriptor(), "signalfd"))
  }

  /// Blocks every signal but those of a fault, so that they wait for `next()`. The child gets a clean mask of its own.
  package static func blockSignals() throws(SystemCallError) {
    try checked(cl_block_signals(), "sigprocmask")
  }

  /// The next pending signal.
  package func next() throws(SystemCallError) -> ReceivedSignal? {
    var native = cl_signal()
    guard try checked(unsafe cl_next_signal(descriptor.raw, &native), "read") == 1 else { return nil }
    let origin: ReceivedSignal.Origin =
      switch native.code {
      case Int32(CL_SENT_BY_KERNEL.rawValue): .kernel
      case Int32(CL_SENT_BY_USER.rawValue): .process(Int32(bitPattern: native.sender))
      default: .other
      }
    return ReceivedSignal(number: native.number, origin: origin)
  }
}

/// An instant of CLOCK_MONOTONIC, in nanoseconds.
package struct Instant: Comparable, Sendable {
  package var nanoseconds: UInt64

  package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  package static var now: Instant { Instant(nanoseconds: cl_monotonic_nanoseconds()) }

  package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Later by a span; an overflow stays at the last instant there is.
  package func advanced(byNanoseconds span: UInt64) -> Instant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(span)
    return Instant(nanoseconds: overflow ? .max : sum)
  }

  /// Nanoseconds since an earlier instant; 0 where it is not earlier.
  package func nanoseconds(since earlier: Instant) -> UInt64 {
    nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
  }
}

/// CLOCK_REALTIME, the kernel's random numbers, and what else belongs to no one subject.
package enum Machine {
  /// What is mounted where, proc_pid_mountinfo(5); nil where it cannot be read. It is long in containers: read it once.
  package static var mountInfo: [UInt8]? { try? Files.read("/proc/self/mountinfo", maximumBytes: 4 << 20) }

  package static var unixNanoseconds: Int64 { cl_realtime_nanoseconds() }

  /// From getrandom(2).
  package static func randomBytes(_ count: Int) throws(SystemCallError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try checked(unsafe bytes.withUnsafeMutableBytes { unsafe cl_random($0.baseAddress, $0.count) }, "getrandom")
    return bytes
  }

  /// The processors that this process may run on (sched_getaffinity(2)).
  package static var processorCount: Int { Int(cl_processor_count()) }
}

/// One timer that is due at an instant, see timerfd_create(2).
package struct Timer: ~Copyable {
  package let descriptor: Descriptor
  private var armed: Instant?

  package init() throws(SystemCallError) {
    descriptor = Descriptor(owning: try checked(cl_timer_create(), "timerfd_create"))
  }

  /// Due at `instant`, or never. An instant that has passed is due at once.
  package mutating func arm(at instant: Instant?) throws(SystemCallError) {
    guard instant != armed else { return }
    // A value of zero would disarm the timer instead of being due.
    try checked(cl_timer_arm(descriptor.raw, instant.map { max($0.nanoseconds, 1) } ?? 0), "timerfd_settime")
    armed = instant
  }

  /// Must be called once the timer was due, or it stays ready.
  package mutating func clear() throws(SystemCallError) {
    armed = nil
    try checked(cl_timer_clear(descriptor.raw), "read")
  }
}
