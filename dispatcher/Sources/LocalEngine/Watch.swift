internal import CProcess
internal import Foundation
internal import Synchronization

/// Tells of files that grow and of processes that end: one thread that sleeps in poll(2), whatever their number.
final class Watch: Sendable {
  typealias Notice = @Sendable () -> Void

  private struct State {
    /// By inotify's number of the watch.
    var files: [Int32: Notice] = [:]
    /// By descriptor, pidfd_open(2). Each tells once.
    var processes: [Int32: Notice] = [:]
  }

  private let inotify: Int32
  /// Written to when the list of processes has changed, eventfd(2).
  private let bell: Int32
  private let state = Mutex(State())

  /// - Returns: nil where the kernel has no more inotify instances for this user.
  init?() {
    inotify = cp_open_inotify()
    guard inotify >= 0 else { return nil }
    bell = cp_open_bell()
    guard bell >= 0 else {
      close(inotify)
      return nil
    }
    let thread = Thread { [self] in run() }
    thread.name = "watch"
    thread.start()
  }

  /// Calls `notice` whenever the file was written to.
  /// - Returns: what `forget(file:)` takes; nil where it cannot be watched.
  func file(_ path: String, _ notice: @escaping Notice) -> Int32? {
    state.withLock { state in
      let number = inotify_add_watch(inotify, path, UInt32(IN_MODIFY) | UInt32(IN_CLOSE_WRITE))
      guard number >= 0 else { return nil }
      state.files[number] = notice
      return number
    }
  }

  func forget(file number: Int32) {
    state.withLock { state in
      state.files[number] = nil
      _ = inotify_rm_watch(inotify, number)
    }
  }

  /// Calls `notice` once, when the process has ended.
  ///
  /// - Parameter descriptor: taken over, and closed then.
  func process(_ descriptor: Int32, _ notice: @escaping Notice) {
    state.withLock { $0.processes[descriptor] = notice }
    var one: UInt64 = 1
    _ = write(bell, &one, 8)
  }

  // MARK: - The thread

  private func run() {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let descriptors = state.withLock { Array($0.processes.keys) }
      var entries = ([inotify, bell] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
      if entries[0].revents != 0 { readFileEvents(&buffer) }
      if entries[1].revents != 0 { _ = read(bell, &buffer, 8) }
      for entry in entries[2...] where entry.revents != 0 {
        let notice = state.withLock { $0.processes.removeValue(forKey: entry.fd) }
        close(entry.fd)
        notice?()
      }
    }
  }

  /// struct inotify_event of inotify(7): the watch, a mask, a cookie, the length of a name that follows.
  private func readFileEvents(_ buffer: inout [UInt8]) {
    let count = read(inotify, &buffer, buffer.count)
    guard count > 0 else { return }
    var numbers: Set<Int32> = []
    var hasOverflown = false
    var position = 0
    while position + 16 <= count {
      let (number, mask, length) = buffer.withUnsafeBytes {
        (
          $0.loadUnaligned(fromByteOffset: position, as: Int32.self),
          $0.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self),
          $0.loadUnaligned(fromByteOffset: position + 12, as: UInt32.self)
        )
      }
      if mask & UInt32(IN_Q_OVERFLOW) != 0 { hasOverflown = true }
      numbers.insert(number)
      position += 16 + Int(length)
    }
    // Events that the kernel had no room for may have been anybody's.
    let notices = state.withLock { state in
      hasOverflown ? Array(state.files.values) : numbers.compactMap { state.files[$0] }
    }
    for notice in notices { notice() }
  }
}
