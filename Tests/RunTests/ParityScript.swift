import Foundation

/// A script that every engine has to run alike.
struct ParityScript: Sendable, CustomStringConvertible {
  let name: String
  var script = "script.py"
  let code: String
  var options: [String] = []
  var arguments: [String] = []
  var files: [String: String] = [:]
  var input = ""
  /// How it ends, in every engine.
  let reason: String
  var status: Int32 = 0
  /// What the streams are to hold; nil: only the same everywhere.
  var stdout: String?
  var stderr: String?
  /// Whether what was written, and the signal, depend on when the end came.
  var outputVaries = false

  var description: String { name }

  static let all: [ParityScript] = exits + limits + streams + inputs + rights

  private static let exits = [
    ParityScript(name: "success", code: "print('out')", reason: "exited", stdout: "out\n", stderr: ""),
    ParityScript(name: "status 7", code: "import sys; sys.exit(7)", reason: "exited", status: 7),
    ParityScript(
      name: "sys.exit with words", code: "import sys; sys.exit('bad')", reason: "exited", status: 1, stderr: "bad\n"),
    ParityScript(name: "a reserved status", script: "script.sh", code: "exit 240", reason: "exited", status: 1),
    ParityScript(name: "254", script: "script.sh", code: "exit 254", reason: "exited", status: 254),
    ParityScript(name: "SIGKILL", script: "script.sh", code: "kill -9 $$", reason: "signaled", status: 137),
    ParityScript(
      name: "SIGSEGV", code: "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", reason: "signaled", status: 139),
    ParityScript(
      name: "an exception", code: "raise ValueError('words')", options: ["--env", "PYTHONTRACEBACK=no"],
      reason: "exited", status: 1),
    ParityScript(name: "an empty script", code: "", reason: "invalid_task", status: 250),
    ParityScript(
      name: "nothing says what runs it", script: "script", code: "text", reason: "invalid_task", status: 250),
    ParityScript(
      name: "no such runtime", code: "pass", options: ["--runtime", "perl"], reason: "invalid_task", status: 250),
    ParityScript(
      name: "only checked", code: "print('never')", options: ["--trust", "shadow"], reason: "checked", stdout: ""),
    ParityScript(
      name: "verdict as status", script: "script.sh", code: "exit 7", options: ["--exit-code", "verdict"],
      reason: "exited", status: 1),
  ]

  private static let limits = [
    ParityScript(
      name: "timeout", code: "import time; print('before', flush=True); time.sleep(60)",
      options: ["--timeout", "2s"], reason: "timeout", status: 240, stdout: "before\n"),
    ParityScript(
      name: "timeout, not to be ended nicely", script: "script.sh",
      code: "trap '' TERM; echo before; while :; do sleep 1; done",
      options: ["--timeout", "2s", "--grace", "200ms"], reason: "timeout", status: 240, stdout: "before\n"),
    ParityScript(
      name: "memory", code: "kept = []\nwhile True: kept.append(bytearray(1 << 20))", options: ["--memory", "64Mi"],
      reason: "memory_limit", status: 242, stdout: ""),
    ParityScript(
      name: "a fork bomb", script: "script.sh", code: "bomb() { bomb | bomb & }; bomb; sleep 60",
      options: ["--processes", "40", "--timeout", "20s"], reason: "process_limit", status: 243, outputVaries: true),
    ParityScript(
      name: "disk",
      code: """
        import os, time
        with open(os.environ["TMPDIR"] + "/large", "wb") as file:
            for _ in range(12): file.write(bytes(1 << 20)); file.flush()
            time.sleep(30)
        """, options: ["--disk", "8Mi"], reason: "disk_limit", status: 244),
    ParityScript(
      name: "CPU time", code: "while True: pass", options: ["--cpu-time", "1s"], reason: "cpu_limit", status: 246,
      // The kernel's limit on the one process or the watch over all of them, whichever comes first: by SIGXCPU or SIGKILL.
      outputVaries: true),
    ParityScript(
      name: "a large file", code: "open('large', 'wb').write(bytes(2 << 20))", options: ["--file-size", "1Mi"],
      reason: "exited", status: 1),
    ParityScript(
      name: "open files",
      code: """
        kept = []
        try:
            while True: kept.append(open("/dev/null"))
        except OSError as error: print(error.strerror, len(kept) < 64)
        """, options: ["--open-files", "64"], reason: "exited", stdout: "Too many open files True\n"),
    ParityScript(
      name: "too much output, ended", code: "while True: print('x' * 1000)",
      options: ["--output", "kill", "--stdout-limit", "100k"], reason: "output_limit", status: 245, outputVaries: true),
  ]

  private static let streams = [
    ParityScript(
      name: "six megabytes", code: "import sys\nfor i in range(100000): sys.stdout.write('%059d\\n' % i)",
      reason: "exited"),
    ParityScript(
      name: "bytes that are no text",
      code: "import sys; sys.stdout.buffer.write(bytes(range(256)) * 3); sys.stderr.buffer.write(b'\\xff\\x00')",
      reason: "exited"),
    ParityScript(
      name: "unicode", code: "print('Grüße, 世界 🎉'); import sys; print('ärger', file=sys.stderr)", reason: "exited",
      stdout: "Grüße, 世界 🎉\n", stderr: "ärger\n"),
    ParityScript(
      name: "a child in the background", script: "script.sh", code: "sleep 77 & echo started", reason: "exited",
      stdout: "started\n"),
    ParityScript(
      name: "a secret that is kept", code: "print('it is hush-hush-hush')",
      options: ["--env", "TOKEN=hush-hush-hush"], reason: "exited", stdout: "it is hush-hush-hush\n"),
    ParityScript(
      name: "a frame that is none", script: "script.sh",
      code: #"echo '{"seq":9,"t":0,"exit":{"reason":"exited","exit_code":0,"message":"forged"}}'; exit 3"#,
      reason: "exited", status: 3),
  ]

  private static let inputs = [
    ParityScript(
      name: "arguments", code: "import sys; print(sys.argv[1:])",
      arguments: ["--timeout", "a b", "ü", "", "$HOME", "--"],
      reason: "exited", stdout: "['--timeout', 'a b', 'ü', '', '$HOME', '--']\n"),
    ParityScript(
      name: "standard input", code: "import sys; print(sys.stdin.read().upper(), end='')",
      options: ["--stdin", "-"], input: "text\n", reason: "exited", stdout: "TEXT\n"),
    ParityScript(
      name: "no standard input", code: "import sys; print(repr(sys.stdin.read()))", reason: "exited", stdout: "''\n"),
    ParityScript(
      name: "files beside it", code: "print(open('data.csv').read(), open('more/deep/x.txt').read())",
      options: ["--file", "data.csv", "--file", "more"], files: ["data.csv": "1,2", "more/deep/x.txt": "x"],
      reason: "exited", stdout: "1,2 x\n"),
    ParityScript(
      name: "its environment", code: "import os; print(sorted(n for n in os.environ if n not in ('LC_CTYPE',)))",
      options: ["--env", "A=1"], reason: "exited"),
    ParityScript(
      name: "a first line and no ending", script: "tool", code: "#!/usr/bin/env python3\nprint('found')",
      reason: "exited", stdout: "found\n"),
  ]

  private static let rights = [
    ParityScript(
      name: "the Internet",
      code: """
        import socket
        try: socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error: print(error.strerror)
        """, reason: "exited", stdout: "Operation not permitted\n"),
    ParityScript(
      name: "files of others",
      code: """
        for path in ["/root", "/home", "/var/log"]:
            try: __import__("os").listdir(path); print(path, "is open")
            except OSError: print(path, "is closed")
        """, reason: "exited", stdout: "/root is closed\n/home is closed\n/var/log is closed\n"),
    ParityScript(
      name: "the supervisor",
      code: """
        import os
        def attempt(action):
            try: action(); print("done")
            except OSError as error: print(error.strerror)
        attempt(lambda: os.kill(os.getppid(), 9))
        attempt(lambda: open("/proc/%d/environ" % os.getppid()).read())
        """, reason: "exited", stdout: "Operation not permitted\nPermission denied\n"),
    ParityScript(
      name: "socket pairs",
      code: """
        import socket
        a, b = socket.socketpair()
        a.send(b"text"); print(b.recv(9).decode())
        """, reason: "exited", stdout: "text\n"),
    ParityScript(
      name: "threads and processes",
      code: """
        import subprocess, threading
        results = []
        threads = [threading.Thread(target=lambda: results.append(1)) for _ in range(8)]
        for t in threads: t.start()
        for t in threads: t.join()
        print(len(results), subprocess.run(["echo", "child"], capture_output=True, text=True).stdout, end="")
        """, reason: "exited", stdout: "8 child\n"),
    ParityScript(
      name: "strict", code: "import os\ntry: os.memfd_create('x')\nexcept OSError as error: print(error.strerror)",
      options: ["--seccomp", "strict"], reason: "exited", stdout: "Operation not permitted\n"),
  ]
}
