import TestSupport
import Testing
import WarderFrames

/// What programs do with files where they may write.
@Suite("Files") struct FileTests {
  /// The supervisor's domain for signals lies beneath the script's own, and every domain denies this one right unless it
  /// says otherwise.
  @Test(
    "files move and are linked between directories, with the supervisor's signal scope and without",
    arguments: [
      [], ["--disable", "signal_scope"],
    ])
  func moveBetweenDirectories(_ options: [String]) async throws {
    let task = try TaskDirectory(
      script: """
        import os, tempfile
        other = tempfile.mkdtemp()
        os.makedirs("a/b")
        os.mkdir("c")
        open("a/file", "w").write("text")
        os.rename("a/file", "c/file")
        os.link("c/file", "a/b/second")
        os.rename("a", "c/a")
        os.replace("c/a/b/second", other + "/third")
        print(open(other + "/third").read(), os.stat("c/file").st_nlink)
        try:
            os.rename("c/file", "/usr/file")
        except OSError as error:
            print(error.strerror)
        """)
    let result = try await WarderInit(options).run(task).result()
    #expect(result.stderrText == "")
    // A move out of what may be written is refused as every move between file systems is: programs then try to copy.
    #expect(
      result.stdoutText == "text 2\nInvalid cross-device link\n" || result.stdoutText == "text 2\nPermission denied\n")
  }

  /// A device is of use only to who may control it, by ioctl(2).
  @Test("terminals are closed, and whoever names them among the writable paths has them whole")
  func terminals() async throws {
    let task = try TaskDirectory(
      script: """
        import os
        try:
            controller, terminal = os.openpty()
            os.write(terminal, b"text")
            print(os.read(controller, 10).decode())
        except OSError as error:
            print(error.strerror)
        """)
    let closed = try await WarderInit().run(task).result()
    #expect(closed.stdoutText == "Permission denied\n" || closed.stdoutText == "out of pty devices\n")
    let opened = try await WarderInit(["--write", "/dev/ptmx,/dev/pts"]).run(task).result()
    #expect(opened.stdoutText == "text\n")
  }
}
