import Foundation
import TestSupport
import Testing
import WarderFrames

/// Files that a script hands back through the log.
@Suite("Artifacts") struct ArtifactTests {
  private static let warder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("warder").path

  private static func refusals(_ result: RunResult) -> [String] {
    result.events.filter { $0.frame.type == "artifact_refused" }.map { event in
      event.frame.fields.prefix(2).map { if case .string(let text) = $0.value { text } else { "?" } }
        .joined(separator: " ")
    }
  }

  private func run(_ script: String, _ options: [String] = ["--artifacts", "out"]) async throws -> RunResult {
    try await WarderInit(options).run(TaskDirectory(script: script)).result()
  }

  @Test(arguments: ["out", "deep/er/out", "TEMPORARY"])
  func filesComeBack(_ place: String) async throws {
    let place = place == "TEMPORARY" ? "/tmp/warder-test-\(randomName())/out" : place
    let result = try await run(
      """
      import os
      out = os.environ["WARDER_ARTIFACTS"]
      os.makedirs(out + "/sub")
      open(out + "/b.txt", "w").write("hello\\n")
      open(out + "/sub/data", "wb").write(bytes(range(256)) * 400)
      open(out + "/a", "w")
      print(out)
      """, ["--artifacts", place])
    #expect(result.stdoutText.hasSuffix("/\(place.hasPrefix("/") ? String(place.dropFirst()) : place)\n"))
    try #require(result.artifacts.map(\.name.text) == ["a", "b.txt", "sub/data"], "\(Self.refusals(result))")
    #expect(result.artifacts.map(\.isComplete) == [true, true, true])
    #expect(result.artifacts[1].bytes == Array("hello\n".utf8))
    #expect(result.artifacts[2].bytes == (0..<400).flatMap { _ in Array(UInt8.min ... .max) })
    #expect(result.exit?.artifacts == ArtifactTotals(files: 3, bytes: 102_406, refused: 0))
    #expect(result.isComplete && result.reason == .exited)
    if place.hasPrefix("/") { #expect(!FileManager.default.fileExists(atPath: place)) }
  }

  @Test func withoutTheKeyNothingComesBack() async throws {
    let result = try await run(
      "import os; os.mkdir('out'); open('out/a', 'w'); print('WARDER_ARTIFACTS' in os.environ)", [])
    #expect(result.stdoutText == "False\n")
    #expect(result.artifacts.isEmpty && result.exit?.artifacts == nil)
  }

  /// What was written so far comes back, whatever ended the script.
  @Test(arguments: [
    (["--timeout", "3s", "--grace", "0s"], Reason.timeout),
    (["--stdout-limit", "64Ki", "--output", "kill"], .outputLimit),
  ])
  func filesComeBackAfterAnyEnd(_ options: [String], _ reason: Reason) async throws {
    let result = try await run(
      """
      open("out/early", "w").write("x" * 1000)
      while True: print("y" * 1000)
      """, ["--artifacts", "out", "--log-limit", "64Mi"] + options)
    #expect(result.reason == reason)
    #expect(result.artifacts.map(\.name.text) == ["early"] && result.artifacts.allSatisfy { $0.isComplete })
  }

  @Test func aSignalAndAnErrorToo() async throws {
    let killed = try await run("import os; open('out/a', 'w').write('1'); os.kill(os.getpid(), 9)")
    #expect(killed.reason == .signaled && killed.artifacts.count == 1)
    let failed = try await run("open('out/a', 'w').write('1'); raise SystemExit(3)")
    #expect(failed.exitCode == 3 && failed.artifacts.count == 1)
  }

  /// Processes that go on changing files are dead before the first one is read.
  @Test func nothingChangesWhileFilesAreRead() async throws {
    let result = try await run(
      """
      import os, time
      for n in range(8):
          if os.fork() == 0:
              os.setsid()
              while True:
                  with open("out/f%d.new" % n, "w") as f: f.write("ab" * 20000)
                  os.rename("out/f%d.new" % n, "out/f%d" % n)
                  os.symlink("/etc/passwd", "out/l%d" % n); os.rename("out/l%d" % n, "out/f%d" % n)
                  open("out/g%d" % n, "a").write("x" * 100)
      time.sleep(1)
      """)
    #expect(result.exit?.processesKilled ?? 0 >= 8)
    #expect(result.isComplete)
    #expect(result.artifacts.allSatisfy { $0.isComplete })
    // At the moment of death each name was a file or a link; none was something in between, and no link was followed.
    #expect(!Self.refusals(result).contains { $0.hasSuffix(" changed") })
    #expect(result.artifacts.allSatisfy { !String(decoding: $0.bytes, as: UTF8.self).contains("root:") })
  }

  @Test func theDirectoryItselfReplacedByALink() async throws {
    let result = try await run("import os; os.rmdir('out'); os.symlink('/etc', 'out')")
    #expect(result.artifacts.isEmpty && result.exit?.artifacts?.refused == 1)
    #expect([". symlink", ". not_a_directory"].contains(Self.refusals(result).first))
    #expect(result.reason == .exited && result.exitCode == 0)
  }

  @Test func theLogKeepsRoomForTheVerdict() async throws {
    let result = try await run(
      """
      import sys
      for n in range(40): open("out/%02d" % n, "wb").write(b"z" * 20000)
      sys.stdout.write("q" * 2000000)
      """, ["--artifacts", "out", "--log-limit", "256Ki"])
    #expect(result.isComplete)
    #expect(result.exit?.artifacts?.refused ?? 0 > 30)
    #expect(Self.refusals(result).contains { $0.hasSuffix(" log_limit") })
    #expect(Self.refusals(result).count <= 16)
  }

  @Test(arguments: [
    ("script.py", "the name of one of the task's own files"), ("data", "the name of one of the task's own files"),
  ])
  func aTasksOwnFileIsNoPlace(_ name: String, _ words: String) async throws {
    let task = try TaskDirectory(["script.py": Array("print(1)\n".utf8), "data": [1], "task.json": Array("{}".utf8)])
    let result = try await WarderInit(["--script", task.path + "/script.py", "--artifacts", name]).run(task).result()
    #expect(result.reason == .invalidTask)
    #expect(result.exit?.message.contains(words) == true)
  }

  @Test func oldFilesAreNotTheScripts() async throws {
    let old = try TemporaryPath(permissions: 0o777)
    try Data("old".utf8).write(to: URL(fileURLWithPath: old.path + "/secret"))
    let result = try await run("print(1)\n", ["--artifacts", old.path])
    #expect(result.reason == .launchFailed)
    #expect(result.exit?.message.contains("what lies there would come back as the script's") == true)
    #expect(FileManager.default.fileExists(atPath: old.path + "/secret"))
  }

  /// Signals from outside while files are collected do not break the verdict: they wait, and the time is bounded.
  @Test func cancellationMeanwhileKeepsTheVerdict() async throws {
    let mark = "/tmp/warder-test-mark-" + randomName()
    let task = try TaskDirectory(
      script: "for n in range(1500): open('out/%d' % n, 'wb').write(b'x' * 600)\nopen('\(mark)', 'w')\n")
    let run = try await WarderInit(["--artifacts", "out"]).run(task) { process in
      for _ in 0..<400 {
        if FileManager.default.fileExists(atPath: mark) { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      for _ in 0..<50 {
        kill(process, SIGTERM)
        try await Task.sleep(for: .milliseconds(2))
      }
    }
    try? FileManager.default.removeItem(atPath: mark)
    let result = try run.result()
    #expect(result.isComplete)
    #expect(result.reason == .exited || result.reason == .cancelled)
    #expect(result.exit?.artifacts?.files ?? 0 > 0)
  }

  @Test func aReaderThatDoesNotReadCostsBoundedTime() async throws {
    let task = try TaskDirectory(
      script: "for n in range(3): open('out/%d' % n, 'wb').write(b'x' * 400000)\n")
    let message = try TemporaryPath(file: [], permissions: 0o666)
    let run = try await ProcessCommand(
      "/bin/bash",
      [
        "-c",
        "(\"$0\" --task \"$1\" --artifacts out --artifact-limit 4Mi --termination-message \"$2\"; echo $? $SECONDS >&2) "
          + "| sleep 40", WarderInit.binary, task.path, message.path,
      ], environment: ["PATH": "/usr/bin:/bin"]
    ).run()
    withExtendedLifetime(task) {}
    let words = run.errorText.split(whereSeparator: \.isWhitespace)
    #expect(words.count == 2 && words.first == "0")
    // Five seconds for the files and five for the last frames; the rest is a busy machine's.
    #expect((Int(words.last ?? "") ?? 99) < 25)
    #expect(String(decoding: try message.contents, as: UTF8.self).hasPrefix(#"{"reason":"exited""#))
  }

  @Test func decodeWritesTheFiles() async throws {
    let task = try TaskDirectory(
      script: "open('out/a b', 'w').write('hello'); open('out/n\\nl', 'w').write('x')\n")
    let log = try await WarderInit(["--artifacts", "out"]).run(task).log
    let file = try TemporaryPath(file: log, permissions: 0o600)
    let directory = try TemporaryPath(permissions: 0o700)
    let decode = try await ProcessCommand(
      FileManager.default.isExecutableFile(atPath: Self.warder) ? Self.warder : Repository.path(".build/debug/warder"),
      ["decode", file.path, "--artifacts", directory.path]
    ).run()
    #expect(decode.end == .exited(1))
    #expect(decode.errorText.contains("artifact n\\nl was not written"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a b"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory.path + "/a b")) == Data("hello".utf8))
  }
}
