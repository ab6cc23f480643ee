import Foundation
import TestSupport
import Testing
import WarderFrames

/// What the key `redact` names is seen nowhere: not in the output, however it is written, not in a name, not in a message,
/// not in the termination message.
@Suite("Redaction") struct RedactionTests {
  static let secret = "s3cr3t-t0ken-value"
  static let marker = "[redacted]"

  /// Runs a task with a secret in the variable TOKEN and in a directory laid out as a Secret volume.
  private func run(
    _ script: String, _ options: [String] = ["--redact", "TOKEN"], named name: String = "script.sh",
    expecting end: ProcessRun.End = .exited(0), secret: String = secret
  ) async throws -> (run: WarderRun, message: String) {
    let task = try TaskDirectory(script: script, named: name)
    let message = try TemporaryPath(file: [], permissions: 0o666)
    var warder = WarderInit(options + ["--termination-message", message.path])
    warder.environment["TOKEN"] = secret
    let run = try await warder.run(task)
    #expect(run.end == end, "\(run.logText)")
    return (run, String(decoding: try message.contents, as: UTF8.self))
  }

  /// Neither as it is, nor in the base64 of a frame.
  private func expectUnseen(_ secret: String, in run: WarderRun, _ message: String = "") throws {
    #expect(!run.logText.contains(secret))
    #expect(!message.contains(secret))
    let result = try run.result()
    #expect(!result.stdoutText.contains(secret))
    #expect(!result.stderrText.contains(secret))
  }

  @Test(arguments: [true, false]) func theScriptPrintsWhatItWasPassed(isRedacted: Bool) async throws {
    let script = """
      echo "the token is $TOKEN."
      echo "$TOKEN" >&2
      printf '\\xff\\xfe%s\\xff\\n' "$TOKEN"
      """
    let options = ["--pass-env", "TOKEN"] + (isRedacted ? ["--redact", "TOKEN"] : [])
    let (run, message) = try await run(script, options)
    let result = try run.result()
    if isRedacted {
      try expectUnseen(Self.secret, in: run, message)
      #expect(result.stdoutText.hasPrefix("the token is \(Self.marker).\n"))
      #expect(result.stdout.suffix(12).elementsEqual(Array(Self.marker.utf8) + [0xFF, 0x0A]))
      #expect(result.stderrText == Self.marker + "\n")
      #expect(result.exit?.stdout?.redactions == 2)
      #expect(result.exit?.stderr?.redactions == 1)
      #expect(message.contains("the token is \(Self.marker)"))
    } else {
      #expect(result.stdoutText.contains(Self.secret))
      #expect(message.contains(Self.secret))
    }
    #expect(result.isComplete)
  }

  @Test func whereverTheScriptCutsIt() async throws {
    let script = """
      import os, time
      token = os.environ["TOKEN"].encode()
      for cut in range(1, len(token)):
          os.write(1, token[:cut]); time.sleep(0.01); os.write(1, token[cut:] + b"\\n")
      for byte in token: os.write(2, bytes([byte])); time.sleep(0.001)
      """
    let (run, message) = try await run(script, ["--redact", "TOKEN", "--pass-env", "TOKEN"], named: "script.py")
    try expectUnseen(Self.secret, in: run, message)
    let result = try run.result()
    #expect(result.stdoutText == String(repeating: Self.marker + "\n", count: Self.secret.utf8.count - 1))
    #expect(result.stderrText == Self.marker)
  }

  @Test func aSecretAtTheEdgeOfWhatIsKept() async throws {
    // The limit cuts through the middle of one of them, wherever it lies.
    let script = "for i in $(seq 3000); do echo \"$i $TOKEN\"; done"
    for limit in [997, 1000, 1003] {
      let (run, message) = try await run(
        script, ["--redact", "TOKEN", "--pass-env", "TOKEN", "--stdout-limit", "\(limit)"])
      try expectUnseen("t0ken", in: run, message)
      #expect(try run.result().exit?.stdout?.redactions == 3000)
      #expect(try run.result().isTruncated)
    }
  }

  @Test func thePromptIsNotHeldUp() async throws {
    // The prompt's last letter is the secret's first.
    let (run, _) = try await run("printf 'enter s'; sleep 3; echo", ["--redact", "TOKEN"])
    let frames = run.log.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    let shown = try #require(frames.first { $0.contains(#""stdout":"s""#) })
    let time = try #require(Double(shown.split(separator: #""t":"#)[1].prefix { $0 != "," }))
    #expect(time < 2.9, "\(shown)")
    #expect(try run.result().stdoutText == "enter s\n")
  }

  @Test func filesAsVolumesHaveThem() async throws {
    let key =
      "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nAoGBAKNwapOQ6rQJHetPRlHCvT\n-----END PRIVATE KEY-----\n"
    let volume = try TaskDirectory([
      "password": Array("hunter2-hunter2\n".utf8), "tls.key": Array(key.utf8), "none": [],
    ])
    let script = """
      while read -r line; do echo "log: $line"; done < \(volume.path)/tls.key
      cat \(volume.path)/password \(volume.path)/tls.key
      """
    let (run, message) = try await run(script, ["--redact", volume.path, "--read", volume.path])
    for part in ["hunter2-", "MIIEvQ", "AoGBAK"] { try expectUnseen(part, in: run, message) }
    #expect(
      try run.result().stdoutText == """
        log: -----BEGIN PRIVATE KEY-----
        log: \(Self.marker)
        log: \(Self.marker)
        log: -----END PRIVATE KEY-----
        \(Self.marker)
        \(Self.marker)

        """)
    let (single, _) = try await self.run(
      "cat \(volume.path)/password",
      [
        "--redact", volume.path + "/password", "--read", volume.path,
      ])
    #expect(try single.result().stdoutText == Self.marker + "\n")
  }

  @Test func namesAndMessages() async throws {
    // The script's own name, the task's id, a variable's name, a missing path.
    let directory = try TaskDirectory(script: "true\n", named: "\(Self.secret).sh")
    var warder = WarderInit([
      "--redact", "TOKEN", "--id", "run of \(Self.secret)", "--read", "/nowhere/\(Self.secret)",
    ])
    warder.environment["TOKEN"] = Self.secret
    warder.environment["X_\(Self.secret)"] = "1"
    let message = try TemporaryPath(file: [], permissions: 0o666)
    warder.options += ["--termination-message", message.path]
    let run = try await warder.run(directory)
    #expect(run.end == .exited(0))
    #expect(!run.logText.contains(Self.secret))
    #expect(run.logText.contains(#""id":"run of [redacted]""#))
    #expect(run.logText.contains("/[redacted].sh"))
    #expect(run.logText.contains("/nowhere/[redacted]"))
    #expect(run.logText.contains("X_[redacted]"))
    #expect(!String(decoding: try message.contents, as: UTF8.self).contains(Self.secret))
  }

  /// A credential in the wrong place is not repeated by the error about it.
  @Test(arguments: [
    ["--timeout", "5\(secret)"], ["--env", secret], [secret], ["--\(secret)"], ["--id", "\u{7}\(secret)"],
    ["--script", "/nowhere/\(secret)"], ["--stdin", "../\(secret)"], ["--runtime", secret],
    ["--read", "relative/\(secret)"], ["--log", "/nowhere/\(secret)"],
  ])
  func errors(_ options: [String]) async throws {
    for isRedacted in [true, false] {
      let (run, message) = try await run(
        "true", (isRedacted ? ["--redact", "TOKEN"] : []) + options, expecting: .exited(250))
      #expect(run.logText.contains(Self.secret) == !isRedacted, "\(run.logText)")
      if isRedacted {
        #expect(run.logText.contains(Self.marker))
        #expect(!message.contains(Self.secret))
      }
    }
  }

  @Test func aLongOneThatIsCut() async throws {
    let long = (0..<40).map { "key\($0)\"\\" }.joined()
    let (run, _) = try await run("true", ["--redact=TOKEN", "--timeout", long], expecting: .exited(250), secret: long)
    #expect(!run.logText.contains("key0"), "\(run.logText)")
    #expect(run.logText.contains(Self.marker))
  }

  @Test func whatCannotBeRedactedIsRefused() async throws {
    let pipe = try TemporaryPath(permissions: 0o755)
    try await ProcessCommand("/usr/bin/env", ["mkfifo", pipe.path + "/fifo"]).runSuccessfully()
    let short = try TaskDirectory(["user": Array("admin\n".utf8), "password": Array("hunter2-hunter2".utf8)])
    let large = try TemporaryPath(file: Array(repeating: 65, count: 70_000), permissions: 0o644)
    let cases: [([String], String)] = [
      (["--redact", "MISSING"], "redact names the variable MISSING, which is not in the container's environment"),
      (["--redact", "/nowhere"], "redact names /nowhere, which cannot be read: No such file"),
      (["--redact", short.path], "redact: \(short.path)/user has 5 bytes; values of fewer than 8"),
      (["--redact", large.path], "redact: \(large.path) has more than 64 KiB"),
      (["--redact", pipe.path + "/fifo"], "which is a pipe; expected a file or a directory"),
    ]
    for (options, expected) in cases {
      let (run, _) = try await run("true", options, expecting: .exited(250))
      #expect(try run.result().exit?.message.contains(expected) == true, "\(run.logText)")
    }
  }

  @Test func redactionPassesNothingOn() async throws {
    let (run, _) = try await run("echo ${TOKEN-unset}")
    #expect(try run.result().stdoutText == "unset\n")
    #expect(try run.result().start?.withheldEnvironment.contains("TOKEN") == true)
  }
}
