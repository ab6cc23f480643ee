import Foundation
import TestSupport
import Testing

/// What engines do otherwise, as docs/running-locally.md says: each line here is a row there.
@Suite("What differs between the engines", .serialized) struct DifferenceTests {
  /// Prints a line for each difference.
  private static let script = """
    import ctypes, os, socket, tempfile
    def attempt(name, action):
        try: print(name, action() or "works")
        except OSError as error: print(name, error.strerror)
    def write(path):
        with open(path, "w") as file: file.write("text")
        os.unlink(path)
    def connect():
        path = os.environ["TMPDIR"] + "/own.socket"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path); listener.listen(); socket.socket(socket.AF_UNIX).connect(path)
    attempt("/tmp", lambda: write("/tmp/warder-difference-" + os.urandom(6).hex()))
    attempt("/dev/shm", lambda: write("/dev/shm/warder-difference-" + os.urandom(6).hex()))
    attempt("sockets", connect)
    attempt("locks", lambda: __import__("multiprocessing").Lock() and None)
    print("processes", "its own" if len([n for n in os.listdir("/proc") if n.isdigit()]) < 5 else "the machine's")
    print("supervisor", "process 1" if os.getppid() == 1 else "an ordinary process")
    """

  private static let own = """
    /tmp works
    /dev/shm works
    sockets works
    locks works
    processes its own
    supervisor process 1

    """

  private static let process = """
    /tmp Permission denied
    /dev/shm Permission denied
    sockets Operation not permitted
    locks Permission denied
    processes the machine's
    supervisor an ordinary process

    """

  @Test("is what is told", arguments: Engines.present)
  func differences(_ engine: String) async throws {
    let space = try Workspace(["script.py": Self.script])
    let run = try await WarderTool(
      ["run", "--quiet"] + (try await Engines.options(engine)) + ["\(space.path)/script.py"]
    ).run()
    #expect(run.errorText == "")
    #expect(run.outputText == (engine == "process" ? Self.process : Self.own))
  }

  @Test("an engine that was not chosen by hand says what it is, and nothing else is said in a pipe but the verdict")
  func automatic() async throws {
    let space = try Workspace(["script.py": "print(1)"])
    let run = try await WarderTool(["run", "\(space.path)/script.py"]).run()
    #expect(run.outputText == "1\n")
    let lines = run.errorText.split(separator: "\n")
    #expect(lines.first?.hasPrefix("warder: engine ") == true, "\(run.errorText)")
    #expect(lines.last?.hasPrefix("warder: ✓ exited 0 in ") == true, "\(run.errorText)")
    #expect(lines.count == 2, "\(run.errorText)")
    #expect(!run.errorText.contains("\u{1B}"))
  }

  @Test("where bubblewrap is not allowed its namespaces, auto takes another engine and says why")
  func fallback() async throws {
    let space = try Workspace([
      "script.py": "print(1)",
      "bin/bwrap": "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n",
    ])
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(space.path)/bin/bwrap")
    var tool = WarderTool(["run", "\(space.path)/script.py"])
    tool.environment = ["PATH": "\(space.path)/bin:/usr/bin:/bin", "HOME": space.path]
    let run = try await tool.run()
    #expect(run.outputText == "1\n")
    #expect(run.errorText.contains("bubblewrap: bwrap: setting up uid map: Permission denied: this machine allows"))
    tool.arguments = ["run", "--engine", "bubblewrap", "\(space.path)/script.py"]
    let refused = try await tool.run()
    #expect(refused.end == .exited(248))
    #expect(refused.outputText == "")
    #expect(refused.errorText.hasPrefix("warder: engine bubblewrap: bwrap: setting up uid map"))
  }
}
