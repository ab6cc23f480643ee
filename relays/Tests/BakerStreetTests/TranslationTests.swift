import Testing
import WarderFrames

@testable import BakerStreet

@Suite struct TaskIdentityTests {
  @Test(arguments: ["a", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "A_b-9", String(repeating: "x", count: 128)])
  func isAnyPlainName(_ id: String) throws {
    #expect(try TaskIdentity(id).progressSubject == "bakerst.tasks.\(id).progress")
    #expect(try TaskIdentity(id).resultSubject == "bakerst.tasks.\(id).result")
  }

  @Test(arguments: [
    "", "a.b", "*", ">", "a b", "a\tb", "ä", "a\nPUB x", "a\u{1B}[2J", String(repeating: "x", count: 129),
  ])
  func isNothingThatMeansAnotherSubject(_ id: String) throws {
    let refusal = #expect(throws: Refusal.self) { try TaskIdentity(id) }
    let message = try #require(refusal).message
    #expect(message.hasPrefix("TASK_ID: expected 1 to 128 letters"))
    #expect(message.utf8.allSatisfy { 0x20...0x7E ~= $0 || $0 >= 0x80 })
  }
}

@Suite struct TranslationTests {
  private func frame(_ sequence: UInt64, _ body: FrameBody) -> Frame {
    Frame(sequence: sequence, time: FrameTime(nanoseconds: 0), body: body)
  }

  private func exit(_ reason: Reason, code: Int64?) -> ExitFrame {
    ExitFrame(
      reason: reason, exitCode: code, signal: nil, durationMilliseconds: 1203, cpuUserMilliseconds: 0,
      cpuSystemMilliseconds: 0, maximumResidentBytes: 0, processesKilled: 0, stdout: StreamTotals(),
      stderr: StreamTotals(), denied: [], deniedOthers: 0, message: "what happened")
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func outputBecomesLogsAndTheResult() {
    var translation = Translation()
    let messages =
      translation.messages(for: frame(0, .output(.stdout, Array("hello\n".utf8))))
      + translation.messages(for: frame(1, .output(.stderr, Array("oops\n".utf8))))
      + translation.messages(for: frame(2, .event(EventFrame("heartbeat"))))
      + translation.messages(for: frame(3, .exit(exit(.exited, code: 3))))
    #expect(
      messages.map { text($0.json(task: "t", timestamp: "now")) } == [
        #"{"taskId":"t","timestamp":"now","type":"log","message":"hello\n","detail":"stdout","seq":0}"#,
        #"{"taskId":"t","timestamp":"now","type":"log","message":"oops\n","detail":"stderr","seq":1}"#,
        #"{"taskId":"t","timestamp":"now","type":"milestone","message":"exited","detail":"what happened","seq":3}"#,
      ])
    #expect(
      text(translation.result().json(task: "t"))
        == #"{"taskId":"t","status":"failed","result":"hello\n","error":"what happened\noops\n","durationMs":1203,"#
        + #""filesChanged":[],"reason":"exited","exitCode":3}"#)
  }

  @Test(arguments: [
    (Reason.exited, Int64?(0), ResultMessage.Status.completed), (.exited, 1, .failed), (.timeout, nil, .timeout),
    (.cancelled, nil, .failed), (.memoryLimit, nil, .failed), (.cpuLimit, nil, .failed), (.invalidTask, nil, .failed),
  ])
  func everyVerdictIsOneOfThree(_ reason: Reason, _ code: Int64?, _ status: ResultMessage.Status) {
    var translation = Translation()
    _ = translation.messages(for: frame(0, .exit(exit(reason, code: code))))
    #expect(translation.result().status == status)
    #expect(translation.result().reason == reason.text)
  }

  @Test func framesWithoutAVerdictAreAFailedTask() {
    var translation = Translation()
    _ = translation.messages(for: frame(0, .output(.stdout, Array("partial".utf8))))
    let result = translation.result()
    #expect(result.status == .failed && result.reason == "lost" && result.result == "partial")
  }

  @Test func whatIsLackingIsSaid() {
    var translation = Translation()
    _ = translation.messages(for: frame(0, .output(.stdout, [])))
    let messages = translation.messages(for: frame(5, .output(.stdout, [])))
    #expect(messages.last?.message == "[4 frames left out: the relay did not keep up]")
  }

  @Test func piecesOfALineAreOneMessage() {
    var translation = Translation()
    func feed(_ sequence: UInt64, _ stream: OutputStream, _ text: String) -> [String] {
      translation.messages(for: frame(sequence, .output(stream, Array(text.utf8)))).map { $0.message }
    }
    #expect(feed(0, .stdout, "one").isEmpty)
    #expect(feed(1, .stdout, "\n") == ["one\n"])
    #expect(feed(2, .stdout, "prompt: ").isEmpty && translation.isHolding)
    #expect(feed(3, .stderr, "oops\n") == ["prompt: ", "oops\n"])
    #expect(feed(4, .stdout, String(repeating: "x", count: 7_000)).isEmpty)
    #expect(feed(5, .stdout, String(repeating: "y", count: 2_000)).map(\.count) == [7_000])
    #expect(translation.release().map(\.sequence) == [5])
    #expect(!translation.isHolding)
  }

  @Test func whatIsNoTextComesBackExactly() {
    var translation = Translation()
    #expect(translation.messages(for: frame(0, .output(.stdout, [0x61, 0xFF, 0xFE, 0x62]))).isEmpty)
    let message = translation.release()[0]
    #expect(message.message == "a\u{FFFD}\u{FFFD}b")
    #expect(text(message.json(task: "t", timestamp: "n")).hasSuffix(#""b64":"Yf/+Yg=="}"#))
    for (bytes, encoded) in [
      ([UInt8](), ""), ([0], "AA=="), ([0, 0], "AAA="), ([0, 0, 0], "AAAA"), ([255, 255, 255], "////"),
    ] {
      #expect(Base64Text.encode(bytes) == encoded)
    }
  }

  /// Whatever the output is, the message fits, and is what an honest reader makes of it.
  @Test(arguments: [1_000, 5_000, 60_000, 1 << 20]) func theResultFits(_ limit: Int) {
    var translation = Translation()
    for sequence in 0..<UInt64(200) {
      let bytes = (0..<4_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ Int(sequence)) }
      _ = translation.messages(for: frame(sequence, .output(.stdout, bytes)))
    }
    _ = translation.messages(for: frame(200, .exit(exit(.exited, code: 0))))
    let bytes = translation.result().json(task: "t", limit: limit)
    #expect(bytes.count <= limit)
    #expect(text(bytes).contains("bytes left out]"))
    #expect(text(bytes).contains(#""status":"completed""#))
  }
}

@Suite struct MessageQueueTests {
  @Test func isBoundedAndCounts() {
    var queue = MessageQueue(capacity: 10)
    for number in 0..<5 { queue.append([UInt8(number), 0, 0, 0]) }
    #expect(queue.leftOutInAll == 3)
    #expect(queue.takeLeftOut() == nil)
    #expect(queue.first == [0, 0, 0, 0])
    queue.removeFirst()
    queue.append([9, 0, 0, 0])
    queue.removeFirst()
    #expect(queue.first == [9, 0, 0, 0])
    queue.removeFirst()
    #expect(queue.isEmpty)
    #expect(queue.takeLeftOut() == 3)
    #expect(queue.takeLeftOut() == nil)
  }
}

@Suite struct SettingsTests {
  @Test(arguments: [
    ("nats://nats.bakerst.svc:4222", "nats.bakerst.svc"), ("tls://u:p@host:1", "host"), ("tls://[::1]:4222", "::1"),
    ("host", "host"), ("tls://host/", "host"),
  ])
  func hostOfAServer(_ server: String, _ host: String) {
    #expect(Settings.host(of: server) == host)
  }

  @Test func namesWhatItExpects() throws {
    #expect(try Settings(["NATS_URL": "nats://a:1, nats://b:2"]).servers == ["nats://a:1", "nats://b:2"])
    #expect(try !Settings(["NATS_URL": "nats://a:1"]).usesTLS)
    #expect(try Settings(["NATS_URL": "nats://a:1", "NATS_CA": "/ca"]).hostName == "a")
    #expect(throws: Refusal.self) { try Settings([:]) }
    #expect(throws: Refusal.self) { try Settings(["NATS_URL": "tls://a,tls://b"]) }
    #expect(try Settings(["NATS_URL": "tls://a,tls://b", "NATS_TLS_NAME": "n"]).hostName == "n")
    #expect(throws: Refusal.self) { try Settings(["NATS_URL": "tls://a", "NATS_CERT": "/c"]) }
  }
}
