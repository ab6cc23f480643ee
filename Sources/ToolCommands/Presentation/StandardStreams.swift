internal import ArgumentParser
internal import Foundation
internal import WarderFrames

/// This process's output streams, unbuffered: what was written has left the process.
enum StandardStreams {
  /// Writes all of it.
  ///
  /// A reader that has gone away ends the process by SIGPIPE, as it does with other tools of a pipeline. Anything else that
  /// is wrong (a full disk) is said, and ends the command with status 74.
  static func write(_ bytes: [UInt8], to stream: WarderFrames.OutputStream) throws {
    let descriptor = stream == .stdout ? STDOUT_FILENO : STDERR_FILENO
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Somebody made the pipe non-blocking, as shells and terminals do for others that share it.
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&polled, 1, -1)
      } else if errno != EINTR {
        let problem = "warder: cannot write to \(stream == .stdout ? "standard output" : "standard error")"
        FileHandle.standardError.write(Data("\(problem): \(String(cString: strerror(errno)))\n".utf8))
        throw ExitCode(74)
      }
    }
  }
}
