import Foundation
import TestSupport
import Testing
import WarderFrames

/// Input that is meant to break whoever reads it, or to change once it has been read.
@Suite("Hostile input", .needsContainers)
struct HostileInputTests {
  private static let attacks = "Tests/ContainerTests/Attacks"
  private static let layout = "python3 /task/hostile_tasks.py /tmp/hostile"

  /// Kinds of task files, and a word of what has to be said about each.
  private static let taskFiles = [
    "deep-arrays": "deep", "deep-objects": "deep", "deep-value": "deep", "huge-number": "open_files",
    "huge-exponent": "open_files", "overflowing-duration": "timeout", "duplicate-keys": "twice",
    "duplicate-by-escape": "twice", "long-string": "large", "long-key": "large", "many-keys": "members",
    "broken-text": "UTF-8", "surrogate": "surrogate", "nul": "id",
    "byte-order-mark": "task.json:1:1", "trailing": "1:19", "authority": "network", "authority-by-escape": "network",
    "path": "script", "absolute-path": "stdin",
    "escapes-in-error": "\\u001b",
  ]

  @Test("hostile task files are refused with one bounded sentence, and a good one is not")
  func hostileTaskFile() async throws {
    let kinds = ["good"] + Self.taskFiles.keys.sorted()
    let runs = try await SupervisorLoop.run(
      TaskDirectory("hostile_tasks.py", in: Self.attacks), kinds.map { ["--task", "/tmp/hostile/\($0)"] },
      preparation: Self.layout)
    #expect(try runs[0].result().stdoutText == "ran\n")
    for (kind, run) in zip(kinds, runs).dropFirst() {
      let result = try run.result()
      #expect(result.reason == .invalidTask, "\(kind)")
      #expect(result.stdout.isEmpty, "\(kind)")
      #expect(run.end == .exited(250), "\(kind)")
      #expect(run.log.count < 8_000, "\(kind)")
      let message = try #require(result.exit).message
      #expect(message.contains(Self.taskFiles[kind] ?? ""), "\(kind): \(message)")
      #expect(message.contains("task.json"), "\(kind): \(message)")
      #expect(!message.utf8.contains { $0 < 0x20 }, "\(kind)")
    }
  }

  @Test("files with strange names are linked, and what cannot be linked is said")
  func strangeNames() async throws {
    let run = try await SupervisorLoop.run(
      TaskDirectory("hostile_tasks.py", in: Self.attacks),
      [["--task", "/tmp/hostile/names", "--script", "/tmp/hostile/names/script.py"]], preparation: Self.layout)[0]
    let result = try run.result()
    #expect(result.reason == .exited, "\(result.exit?.message ?? "") \(result.stderrText)")
    let found = Set(result.stdoutText.split(separator: "\n").map(String.init))
    let names = [
      "line\nend", "--flag", "\u{1B}[31mred", "quote\"'`$(id)", " \u{2028}\u{202E}.txt", "plain.txt",
      String(repeating: "x", count: 255),
    ]
    #expect(found == Set(names.map(Self.hexadecimal)))
    // Two names are no text.
    #expect(run.logText.contains(#""event":{"type":"inputs_left_out","count":2}"#))
  }

  private static func hexadecimal(_ text: String) -> String {
    text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  @Test("without Warder, printed lines that look like frames are taken for a verdict")
  func forgedFrames() async throws {
    var container = Container(.python, ["/task/script.py", "forged"])
    container.entryPoint = "/usr/bin/python3"
    let run = try await container.run(TaskDirectory("output.py", in: "Tests/ContainerTests/Endurance"))
    let results = RunAssembler.results(ofLog: run.log)
    #expect(results.contains { $0.reason == .exited && $0.exitCode == 0 })
  }

  // MARK: A script that changes

  /// Prints the digest of what runs, waits until the file that was mounted has changed, and prints the digest again.
  private static let patient = """
    import hashlib, sys, time
    def digest(path):
        return hashlib.sha256(open(path, "rb").read()).hexdigest()
    mounted = digest("/task/script.py")
    print(digest(sys.argv[0]), flush=True)
    while digest("/task/script.py") == mounted:
        time.sleep(0.02)
    print(digest(sys.argv[0]), flush=True)

    """

  @Test("a script that is changed once it runs stays what it was", arguments: [true, false])
  func changedAfterTheStart(defended: Bool) async throws {
    let task = try TaskDirectory(script: Self.patient)
    var container = Container(.python)
    if !defended {
      container.options = ["/task/script.py"]
      container.entryPoint = "/usr/bin/python3"
    }
    let run = try await container.run(task) { running in
      try await running.waitUntilRunning()
      try await Task.sleep(for: .seconds(2))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: task.path + "/..data/script.py"))
      try file.seekToEnd()
      try file.write(contentsOf: Data("# changed\n".utf8))
      try file.close()
    }
    let output = defended ? try run.result().stdoutText : run.logText
    let digests = output.split(separator: "\n")
    try #require(digests.count == 2)
    #expect((digests[0] == digests[1]) == defended)
    if defended { #expect(try run.result().start?.script.sha256 == String(digests[0])) }
  }

  @Test("a script that is changed while it is read: what is recorded is what runs")
  func changedWhileItIsRead() async throws {
    let lines = "import hashlib, sys\nprint(hashlib.sha256(open(sys.argv[0], 'rb').read()).hexdigest())\n#"
    let versions = ["a", "b"].map { Array((lines + String(repeating: $0, count: 400_000)).utf8) }
    let task = try TaskDirectory(["script.py": versions[0]])
    let runs = try await SupervisorLoop.run(task, Array(repeating: [], count: 12)) { running in
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: task.path + "/..data/script.py"))
      let end = ContinuousClock.now + .seconds(8)
      var turn = 0
      while ContinuousClock.now < end {
        turn += 1
        // In place: never shorter, so that there is always a script.
        try file.seek(toOffset: 0)
        try file.write(contentsOf: Data(versions[turn % 2]))
        await Task.yield()
      }
    }
    for run in runs {
      let result = try run.result()
      #expect(result.stdoutText == (result.start?.script.sha256 ?? "") + "\n")
    }
    // It did change between runs.
    #expect(Set(try runs.map { try $0.result().start?.script.sha256 }).count > 1)
  }
}
