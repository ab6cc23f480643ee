internal import CLinux

/// A file descriptor that is closed when its owner goes.
///
/// Empty where `raw` is -1: an Optional of a type that cannot be copied could not be read without being consumed.
/// Public only because Swift 6.3's Embedded mode finds the deinit of a type in another module no other way
/// ("deinit of non-copyable type not visible in the current module").
public struct Descriptor: ~Copyable {
  /// The descriptor's number, or -1.
  package private(set) var raw: Int32

  /// Takes over an open descriptor.
  package init(owning raw: Int32) { self.raw = raw }

  /// No descriptor.
  package static var none: Descriptor { Descriptor(owning: -1) }

  package var isOpen: Bool { raw >= 0 }

  deinit {
    if raw >= 0 { _ = cl_close(raw) }
  }

  /// Closes it now; the owner is empty afterwards.
  package mutating func close() {
    guard raw >= 0 else { return }
    _ = cl_close(raw)
    raw = -1
  }

  /// Gives up the ownership; the owner is empty afterwards and the descriptor stays open.
  package mutating func release() -> Int32 {
    let number = raw
    raw = -1
    return number
  }
}

extension [UInt8] {
  /// Room for what the kernel writes. Nothing is stored in it before, so that no page of it is touched until then; whoever
  /// reads more of it than the kernel has written finds anything.
  package init(roomFor count: Int) {
    self = []
    append(addingCapacity: count) { free in
      // Safe: bytes have no invalid pattern.
      unsafe free.withUnsafeMutableBufferPointer { _, initializedCount in initializedCount = count }
    }
  }
}

/// What a read or a write without waiting came to.
package enum TransferResult {
  /// This many bytes; 0 from a read is the end.
  case bytes(Int)
  /// Nothing now.
  case wouldBlock
  /// The error number.
  case failed(Int32)

  init(_ result: Int64) {
    self =
      result >= 0
      ? .bytes(Int(result))
      : result == -Int64(ErrorNumber.wouldBlock) ? .wouldBlock : .failed(Int32(truncatingIfNeeded: -result))
  }
}

extension Descriptor {
  /// A copy with a number of 3 or more, so that it never stands in the place of a standard stream.
  package static func duplicate(_ raw: Int32) throws(SystemCallError) -> Descriptor {
    Descriptor(owning: try checked(cl_duplicate(raw, 3), "fcntl", "descriptor \(raw)"))
  }

  /// Fills as much of `buffer` as there is to read. The corresponding system call is read(2).
  package func read(into buffer: inout [UInt8]) -> TransferResult {
    TransferResult(unsafe buffer.withUnsafeMutableBytes { unsafe cl_read(raw, $0.baseAddress, $0.count) })
  }

  /// Appends what there is to read, up to `most` bytes, without a copy between. The corresponding system call is read(2).
  package func append(to content: inout [UInt8], atMost most: Int) -> TransferResult {
    var result: Int64 = 0
    content.append(addingCapacity: most) { free in
      // Safe: what the count takes in was stored by the kernel.
      unsafe free.withUnsafeMutableBufferPointer { buffer, initializedCount in
        result = unsafe cl_read(raw, buffer.baseAddress, most)
        initializedCount = Int(max(0, result))
      }
    }
    return TransferResult(result)
  }

  /// Writes a part of `bytes`. The corresponding system call is write(2).
  package func write(_ bytes: borrowing [UInt8], from start: Int) -> TransferResult {
    TransferResult(
      unsafe bytes.withUnsafeBytes { unsafe cl_write(raw, $0.baseAddress.map { unsafe $0 + start }, $0.count - start) })
  }

  /// Replaces the content of a file in place, whatever was there (pwrite(2), ftruncate(2)).
  package func overwrite(with bytes: [UInt8]) throws(SystemCallError) {
    var written = 0
    while written < bytes.count {
      let result = unsafe bytes.withUnsafeBytes {
        unsafe cl_write_at(raw, $0.baseAddress.map { unsafe $0 + written }, $0.count - written, UInt64(written))
      }
      written += Int(try checked(result, "pwrite"))
    }
    try checked(cl_truncate(raw, UInt64(bytes.count)), "ftruncate")
  }

  /// The last byte of a file that is not empty (pread(2)).
  package func lastByte(ofSize size: UInt64) throws(SystemCallError) -> UInt8 {
    UInt8(truncatingIfNeeded: try checked(cl_last_byte(raw, size), "pread"))
  }

  /// Reads and writes answer "would block" instead of waiting. It is the open file that is set: everyone who shares
  /// it sees the change.
  package func setNonblocking(_ on: Bool) throws(SystemCallError) {
    try checked(cl_set_nonblocking(raw, on ? 1 : 0), "fcntl")
  }

  package var isNonblocking: Bool { cl_is_nonblocking(raw) == 1 }

  /// Waits until there is something to read, or the time is over. The corresponding system call is poll(2).
  package func waitUntilReadable(milliseconds: Int32) -> Bool { cl_wait_ready(raw, 0, milliseconds) == 1 }

  /// Waits until something can be written, the other end is gone, or the time is over.
  @discardableResult
  package func waitUntilWritable(milliseconds: Int32) -> Bool { cl_wait_ready(raw, 1, milliseconds) == 1 }

  package func status() throws(SystemCallError) -> FileStatus {
    var native = cl_file_status()
    try checked(unsafe cl_descriptor_status(raw, &native), "fstat")
    return FileStatus(native)
  }
}

/// A pipe: what is written to one end is read from the other. Both ends close on exec (pipe2(2)).
package struct Pipe: ~Copyable {
  package var readEnd: Descriptor
  package var writeEnd: Descriptor

  package init() throws(SystemCallError) {
    var read: Int32 = -1
    var write: Int32 = -1
    try checked(unsafe cl_pipe(&read, &write), "pipe2")
    readEnd = Descriptor(owning: read)
    writeEnd = Descriptor(owning: write)
  }
}

extension Descriptor {
  /// Makes a pipe hold more bytes before its writer waits; the kernel may refuse above /proc/sys/fs/pipe-max-size.
  package func growPipe(toBytes bytes: Int32) -> Bool { cl_set_pipe_capacity(raw, bytes) >= 0 }
}
