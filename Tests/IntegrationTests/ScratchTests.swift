import Foundation
import TestSupport
import Testing
import WarderFrames

/// `scratch`: a machine that the script shares with others.
@Suite("A directory of the script's own") struct ScratchTests {
  /// Tries everything that `scratch` closes and prints what came of it, a line each.
  private static let script = """
    import os, socket, sys, tempfile
    def attempt(name, action):
        try:
            print(name, action() or "done")
        except OSError as error:
            print(name, error.strerror)
    def write(path):
        with open(path, "w") as file: file.write("text")
        os.unlink(path)
    attempt("own", lambda: write("file"))
    attempt("temporary", lambda: tempfile.NamedTemporaryFile().close())
    attempt("tmp", lambda: write("/tmp/warder-scratch-" + str(os.getpid())))
    attempt("shm", lambda: write("/dev/shm/warder-scratch-" + str(os.getpid())))
    attempt("socket", lambda: socket.socket(socket.AF_UNIX).connect(sys.argv[1]))
    attempt("pair", lambda: [s.close() for s in socket.socketpair()] and None)
    attempt("datagrams", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", sys.argv[1]))
    attempt("datagrams by flags", lambda: socket.socketpair(
        socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)[0].sendto(b"x", sys.argv[1]))
    """

  /// A directory that the script's user owns: the supervisor gives root up.
  private func makeDirectory() throws -> TemporaryPath {
    let directory = try TemporaryPath(permissions: 0o700, named: "warder-scratch")
    if geteuid() == 0 { try #require(chown(directory.path, 1000, 1000) == 0) }
    return directory
  }

  @Test(
    "is the only one that is writable, and no socket but a connected pair can be had",
    arguments: [[], ["--network", "all"], ["--seccomp", "strict"]])
  func holds(_ options: [String]) async throws {
    let listener = try Listener()
    let directory = try makeDirectory()
    let task = try TaskDirectory(script: Self.script)
    let open = try await WarderInit([], scriptArguments: [listener.path]).run(task).result()
    // Without it everything succeeds but the datagram to a stream socket: the wrong type says that it was reached.
    #expect(open.stderrText == "")
    // Where somebody has mounted something beneath /tmp, nothing new can be made in /tmp itself (docs/confinement.md).
    #expect(
      open.stdoutText.replacing("tmp Permission denied\n", with: "tmp done\n") == """
        own done
        temporary done
        tmp done
        shm done
        socket done
        pair done
        datagrams Protocol wrong type for socket
        datagrams by flags Protocol wrong type for socket

        """)
    let held = try await WarderInit(["--scratch", directory.path] + options, scriptArguments: [listener.path])
      .run(task).result()
    #expect(held.stderrText == "")
    #expect(
      held.stdoutText == """
        own done
        temporary done
        tmp Permission denied
        shm Permission denied
        socket Operation not permitted
        pair done
        datagrams Operation not permitted
        datagrams by flags Operation not permitted

        """)
    #expect(held.layer("seccomp")?.detail("unix_sockets") == "pairs")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty, "the working directory stayed")
  }

  @Test("artifacts beneath /tmp lie in it")
  func artifacts() async throws {
    let directory = try makeDirectory()
    let task = try TaskDirectory(
      script:
        "import os; open(os.environ['WARDER_ARTIFACTS'] + '/a', 'w').write('text'); print(os.environ['WARDER_ARTIFACTS'])"
    )
    let result = try await WarderInit(["--scratch", directory.path, "--artifacts", "/tmp/out"]).run(task).result()
    #expect(result.stdoutText == "\(directory.path)/out\n")
    #expect(result.artifacts.map { $0.isComplete } == [true])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
  }

  @Test("disk counts what lies in it, outside of the working directory too")
  func disk() async throws {
    let directory = try makeDirectory()
    let task = try TaskDirectory(
      script: """
        import os, time
        with open(os.environ["TMPDIR"] + "/large", "wb") as file: file.write(bytes(8 << 20))
        time.sleep(30)
        """)
    let run = try await WarderInit(["--scratch", directory.path, "--disk", "4Mi"]).run(task)
    #expect(try run.result().reason == .diskLimit)
    #expect(run.end == .exited(244))
  }

  @Test(arguments: ["relative", "/tmp/../etc", "/"])
  func aDirectoryThatIsNoGoodPath(_ path: String) async throws {
    let run = try await WarderInit(["--scratch", path]).run(TaskDirectory(script: "pass"))
    #expect(run.end == .exited(250))
    #expect(try run.result().exit?.message.contains("--scratch: expected an absolute path") == true)
  }
}

/// A Unix socket that somebody listens on.
private final class Listener: Sendable {
  let path = "/tmp/warder-listener-\(randomName())"
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard bound == 0, listen(descriptor, 16) == 0, chmod(path, 0o666) == 0 else {
      throw TestSupportError("cannot listen at \(path): \(errno)")
    }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }
}
