internal import CLinux

/// Adds up what the files beneath a directory occupy, a few entries at a time: what a script makes of a directory must not
/// hold the supervisor up.
///
/// One descriptor is open however deep it goes: on its way back the walk opens `..` and checks that this is where it came
/// from. Links are not followed, other file systems not entered. Blocks are counted and not sizes, so that a sparse file
/// weighs what it holds; a file with several names weighs its share at each.
package struct DiskWalk: ~Copyable {
  private let root: Descriptor
  private let device: UInt64
  /// The directory that is being listed; closed between two passes.
  private var current = Descriptor.none
  private var above: [Level] = []
  private var here = Level(device: 0, inode: 0, position: 0)
  private var batch = [UInt8](roomFor: 4 * 1024)
  private var filled = 0
  private var next = 0
  /// Bytes found by the present pass, so far.
  private var found: UInt64 = 0
  /// Bytes found by the last pass that came to its end.
  package private(set) var lastTotal: UInt64 = 0
  /// Whether there were directories deeper than the walk goes.
  package private(set) var isIncomplete = false

  package static let deepest = 512

  private struct Level {
    let device: UInt64
    let inode: UInt64
    /// Where its listing goes on.
    var position: Int64
  }

  /// No walk.
  package init() {
    root = .none
    device = 0
  }

  package var isOpen: Bool { root.isOpen }

  package init(_ path: String) throws(SystemCallError) {
    let directory = try Files.open(path, [.directory, .noFollow])
    device = try directory.status().device
    root = directory
  }

  /// The most that is known to be occupied: what the last pass found, or this one already.
  package var bytes: UInt64 { max(found, lastTotal) }

  /// Looks at that many entries.
  /// - Returns: whether a pass came to its end.
  package mutating func step(entries: Int) -> Bool {
    if !current.isOpen {
      guard begin() else { return true }
    }
    for _ in 0..<entries {
      if next >= filled {
        guard fill() else {
          // The end of a directory: back to the one above, or the end of the pass.
          if leave() { continue }
          end()
          return true
        }
      }
      look()
    }
    return false
  }

  private mutating func begin() -> Bool {
    found = 0
    isIncomplete = false
    above.removeAll(keepingCapacity: true)
    return enter(cl_open_directory(root.raw, 0))
  }

  private mutating func end() {
    lastTotal = found
    found = 0
    current.close()
  }

  /// Goes on with a directory that was just opened.
  private mutating func enter(_ raw: Int32) -> Bool {
    let directory = Descriptor(owning: raw)
    guard raw >= 0, let status = try? directory.status() else { return false }
    here = Level(device: status.device, inode: status.inode, position: 0)
    current = directory
    filled = 0
    next = 0
    return true
  }

  private mutating func fill() -> Bool {
    let raw = current.raw
    let count = unsafe batch.withUnsafeMutableBytes { unsafe cl_read_records(raw, $0.baseAddress, $0.count) }
    filled = max(0, Int(count))
    next = 0
    return filled > 0
  }

  private mutating func leave() -> Bool {
    guard let parent = above.popLast() else { return false }
    let raw = cl_open_directory(current.raw, 1)
    // A directory that was moved meanwhile leads elsewhere: what is left of this pass is given up.
    guard enter(raw), here.device == parent.device, here.inode == parent.inode,
      cl_seek(current.raw, parent.position) >= 0
    else {
      above.removeAll(keepingCapacity: true)
      return false
    }
    here.position = parent.position
    return true
  }

  /// Counts the next entry of the batch, and goes into it where it is a directory.
  private mutating func look() {
    var record = cl_record()
    var status = cl_file_status()
    let (raw, start, end) = (current.raw, Int64(next), Int64(filled))
    let answer = unsafe batch.withUnsafeBytes {
      unsafe cl_record_status(raw, $0.baseAddress, start, end, &record, &status)
    }
    // What has no length is the end of what can be read here.
    next = record.length > 0 ? next + Int(record.length) : filled
    here.position = record.position
    guard answer >= 0, status.device == device else { return }
    guard status.kind == FileKind.directory.rawValue else {
      found += status.allocated / UInt64(max(1, status.links))
      return
    }
    found += status.allocated
    guard above.count < Self.deepest else {
      isIncomplete = true
      return
    }
    let inner = unsafe batch.withUnsafeBytes { unsafe cl_record_open(raw, $0.baseAddress, start, end) }
    let parent = here
    if inner >= 0, enter(inner) { above.append(parent) }
  }
}
