import Foundation
import TestSupport
import Testing

/// What a person at a terminal sees, byte by byte.
@Suite("On a terminal", .serialized) struct TerminalTests {
  private let engine = ["run", "--engine", "process"]

  private static let slow = """
    import sys, time
    print("first", flush=True)
    print("careful", file=sys.stderr, flush=True)
    time.sleep(1.5)
    """

  @Test("a status line is there while it runs, and the verdict in its place at the end")
  func statusAndVerdict() async throws {
    let space = try Workspace(["script.py": Self.slow])
    let run = try await Terminal.run(engine + ["--timeout", "20s", "\(space.path)/script.py"])
    #expect(run.status == 0)
    #expect(
      run.text.firstMatch(
        of: /\r\u{1B}\[2mrunning [1-9] s of 20 s · [0-9.]+ MB of 537 MB · 1 process · 14 B written\u{1B}\[0m\u{1B}\[K/)
        != nil,
      "\(run.text)")
    #expect(run.text.contains("\u{1B}[91mcareful\u{1B}[0m\r\n"))
    let lines = run.lines
    #expect(lines.count == 3, "\(lines)")
    #expect(lines.first == "first")
    #expect(lines.last?.firstMatch(of: /^✓ exited 0 in [1-9]/) != nil, "\(lines)")
    #expect(run.text.contains("\u{1B}[32m✓ exited 0 in "))
    #expect(run.text.hasSuffix("\r\n"), "the shell's next line begins at a line's beginning")
  }

  @Test("it is never wider than the terminal, from the first drawing after a change on", arguments: [20, 40, 200])
  func width(_ columns: Int) async throws {
    let space = try Workspace(["script.py": "import time; time.sleep(2.5)"])
    let run = try await Terminal.run(
      engine + ["\(space.path)/script.py"], columns: 120,
      steps: [Terminal.Step(until: "running", columns: columns), Terminal.Step(until: "running 1 s", columns: columns)])
    let drawn = run.text.matches(of: /\r(?:\u{1B}\[2m)?(running 1 s[^\u{1B}\r]*)/).map { $0.output.1.count }
    #expect(!drawn.isEmpty)
    #expect(drawn.allSatisfy { $0 < columns }, "\(drawn)")
  }

  @Test("what is written does not flicker: a line is erased only where something else comes")
  func noFlicker() async throws {
    let space = try Workspace(["script.py": "import time; time.sleep(2)"])
    let run = try await Terminal.run(engine + ["\(space.path)/script.py"])
    // One for the verdict.
    #expect(run.text.matches(of: /\r\u{1B}\[K/).count == 1, "\(run.text)")
    #expect(run.text.matches(of: /running/).count <= 12, "the same text is not drawn twice")
  }

  @Test("control characters of the script are shown and not obeyed; progress bars get lines of their own")
  func neutralized() async throws {
    let space = try Workspace([
      "script.py": #"print("\033]0;title\a\033[2J\u009b2J", flush=True); print("10%\r20%\r")"#
    ])
    let run = try await Terminal.run(engine + ["\(space.path)/script.py"], environment: ["NO_COLOR": "1"])
    #expect(run.text.contains(#"\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}2J"#))
    #expect(run.text.contains("10%\r\n20%\r\n"))
    #expect(run.text.matches(of: /\u{1B}(?!\[K)/).isEmpty, "\(run.text)")
  }

  @Test("bytes in a pipe are the script's own, with the status line still on the terminal")
  func pipe() async throws {
    let space = try Workspace(["script.py": #"import time; print("\033[2J", flush=True); time.sleep(1)"#])
    let run = try await Terminal.run(engine + ["\(space.path)/script.py"], outputIsPipe: true)
    #expect(run.pipe == "\u{1B}[2J\n")
    #expect(run.text.contains("running 0 s of 5 min"))
    #expect(run.lines.count == 1, "\(run.lines)")
  }

  @Test(
    "colours are a matter of the flag, then of the environment",
    arguments: [
      ([], [:], true), (["--color", "never"], [:], false), ([], ["NO_COLOR": "1"], false),
      ([], ["TERM": "dumb"], false),
      (["--color", "always"], ["NO_COLOR": "1"], true),
    ] as [([String], [String: String], Bool)])
  func colours(_ options: [String], _ environment: [String: String], _ isColored: Bool) async throws {
    let space = try Workspace(["script.py": "import sys; print('err', file=sys.stderr)"])
    let run = try await Terminal.run(engine + options + ["\(space.path)/script.py"], environment: environment)
    #expect(run.text.contains("\u{1B}[91merr") == isColored, "\(run.text)")
    #expect(run.text.contains("\u{1B}[32m✓") == isColored, "\(run.text)")
  }

  @Test("a dumb terminal has no status line, and --quiet nothing but the script", arguments: [true, false])
  func plain(_ isDumb: Bool) async throws {
    let space = try Workspace(["script.py": Self.slow])
    let run = try await Terminal.run(
      engine + (isDumb ? [] : ["--quiet"]) + ["\(space.path)/script.py"], environment: isDumb ? ["TERM": "dumb"] : [:])
    #expect(!run.text.contains("running"))
    #expect(!run.text.contains("\u{1B}[K"))
    #expect(run.text.contains("✓") == isDumb)
  }

  @Test(
    "Ctrl-C cancels with grace: the script may say goodbye, and the verdict is cancelled", arguments: Engines.present)
  func interrupt(_ engine: String) async throws {
    let space = try Workspace([
      "script.py": """
      import signal, sys, time
      def end(*_): print("goodbye", flush=True); sys.exit(0)
      signal.signal(signal.SIGTERM, end)
      print("ready", flush=True)
      time.sleep(60)
      """
    ])
    let others = try await processes(with: "warder-run-")
    let run = try await Terminal.run(
      ["run"] + (try await Engines.options(engine)) + ["\(space.path)/script.py"],
      steps: [Terminal.Step(until: "ready", send: "\u{3}")])
    #expect(run.status == 241, "\(run.text)")
    #expect(run.text.contains("goodbye"), "\(run.text)")
    #expect(run.text.contains("✗ cancelled after"), "\(run.text)")
    try await expectNothingLeft(of: "warder-run-", besides: others)
  }

  @Test("a second Ctrl-C kills everything, and nothing stays behind", arguments: Engines.present)
  func interruptTwice(_ engine: String) async throws {
    let mark = "7\(UInt32.random(in: 100_000...999_999))"
    let space = try Workspace([
      "script.sh": "trap '' TERM; sleep \(mark) & setsid sleep \(mark) & echo ready; while :; do sleep 1; done"
    ])
    let run = try await Terminal.run(
      ["run", "--grace", "50s"] + (try await Engines.options(engine)) + ["\(space.path)/script.sh"],
      steps: [
        Terminal.Step(until: "ready", send: "\u{3}"), Terminal.Step(until: "once more kills", send: "\u{3}"),
      ])
    #expect(run.status == 249, "\(run.text)")
    #expect(run.text.contains("killed, as asked for twice"), "\(run.text)")
    try await expectNothingLeft(of: mark)
  }

  @Test("Ctrl-Z stops the tool and not the script; fg shows what was written meanwhile")
  func suspend() async throws {
    let space = try Workspace(["script.py": "import time\nprint('ready', flush=True); time.sleep(1.5); print('later')"])
    let run = try await Terminal.run(
      engine + ["\(space.path)/script.py"],
      steps: [
        Terminal.Step(until: "ready", send: "\u{1A}"), Terminal.Step(until: "the script goes on"),
        Terminal.Step(after: 1, signal: SIGCONT),
      ])
    #expect(run.status == 0)
    #expect(run.lines.contains("later"), "\(run.lines)")
  }

  /// No process has the text in its command line that was not there before.
  private func expectNothingLeft(of text: String, besides others: Set<Substring> = []) async throws {
    var left: Set<Substring> = []
    for _ in 0..<600 {
      left = try await processes(with: text).subtracting(others)
      if left.isEmpty { break }
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(left.isEmpty)
  }

  /// Number and command line of the processes that have the text in theirs.
  private func processes(with text: String) async throws -> Set<Substring> {
    let run = try await ProcessCommand("/bin/ps", ["-eo", "pid,args"]).runSuccessfully()
    return Set(run.outputText.split(separator: "\n").filter { $0.contains(text) && !$0.contains("/bin/ps") })
  }
}
