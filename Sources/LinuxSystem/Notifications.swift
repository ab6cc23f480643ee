internal import CLinux

/// A call that a filter deferred to its listener and that waits for the answer, see seccomp_unotify(2).
package struct DeferredCall: Sendable {
  /// What the answer must name.
  let identifier: UInt64
  /// The thread that made it, by its id.
  package let thread: Int32
  /// The call's number.
  package let number: Int32
  /// The first register; what it may point to is not looked at.
  package let firstArgument: UInt64
}

/// The listener of a child's filter: hears of every call that the filter defers, and answers it.
///
/// When it is closed, such calls answer ENOSYS; it keeps no process alive, and one that waits dies of SIGKILL like any
/// other. Public for the same reason as `Descriptor`.
public struct SeccompListener: ~Copyable {
  package private(set) var descriptor: Descriptor
  /// Whether a call that was taken can only be interrupted by a deadly signal (Linux 5.19). Otherwise a signal can make
  /// the kernel start the call anew, just after it was answered.
  package let countsAreExact: Bool

  /// No listener.
  package static var none: SeccompListener { SeccompListener(owning: -1, countsAreExact: false) }

  init(owning raw: Int32, countsAreExact: Bool) {
    descriptor = Descriptor(owning: raw)
    self.countsAreExact = countsAreExact
  }

  package var isOpen: Bool { descriptor.isOpen }

  package mutating func close() { descriptor.close() }

  /// Gives up the ownership; there is no listener here afterwards.
  package mutating func handOver() -> SeccompListener {
    SeccompListener(owning: descriptor.release(), countsAreExact: countsAreExact)
  }

  /// Makes an answer several times as fast, where the kernel can (Linux 6.6): asker and answerer take turns on one processor.
  @discardableResult
  package func wakeSynchronously() -> Bool { cl_wake_synchronously(descriptor.raw) == 0 }

  package enum Taken {
    case call(DeferredCall)
    /// There was one, and its thread was killed or interrupted before it could be taken.
    case vanished
    case nothing
    case failed(Int32)
  }

  /// The next call that waits; never waits itself.
  package func take() -> Taken {
    var native = cl_notification()
    switch unsafe cl_take_notification(descriptor.raw, &native) {
    case 1:
      return .call(
        DeferredCall(
          identifier: native.id, thread: native.thread, number: native.call, firstArgument: native.first_argument))
    case 0: return .nothing
    case -ErrorNumber.noSuchFile: return .vanished
    case let number: return .failed(-number)
    }
  }

  /// Has the call fail with EPERM.
  /// - Returns: false where its thread does not wait any more: it was killed, or interrupted and will call again.
  package func refuse(_ call: DeferredCall) -> Bool {
    cl_refuse_call(descriptor.raw, call.identifier, ErrorNumber.notPermitted) == 0
  }
}

/// Names of system calls, from a table of this program: libseccomp's own would weigh as much as half of it.
package enum SystemCallName {
  /// The name of a call's number on the running architecture; `#470` for a number without a name.
  package static func name(of number: Int32) -> String {
    var length: Int32 = 0
    guard let text = unsafe cl_system_call_name(number, &length) else { return "#\(number)" }
    let letters = unsafe UnsafeBufferPointer(start: text, count: Int(length))
    return unsafe String(decoding: letters.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether the first argument of a call is an address family.
  package static func makesSockets(_ number: Int32) -> Bool { cl_makes_sockets(number) == 1 }
}
