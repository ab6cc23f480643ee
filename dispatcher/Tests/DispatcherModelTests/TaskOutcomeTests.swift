import DispatcherModel
import Foundation
import Testing
import WarderFrames

@Suite struct TaskOutcomeTests {
  private let whole = TestLog.lines("run", output: ["a"]).flatMap { $0 }
  private var cut: [UInt8] { TestLog.lines("run", output: ["a"]).dropLast().flatMap { $0 } }

  private func outcome(_ log: [UInt8], _ end: EngineEnd) -> TaskOutcome {
    TaskOutcome(log: RunAssembler.results(ofLog: log)[0], end: end)
  }

  private func message(_ reason: String) -> [UInt8] {
    Array("{\"reason\":\"\(reason)\",\"exit_code\":0,\"duration_ms\":7,\"run\":\"r\",\"message\":\"m\"}\n{}\n".utf8)
  }

  @Test func aVerdictInTheLogCounts() {
    let found = outcome(whole, EngineEnd(platformReason: .oomKilled, terminationMessage: message("timeout")))
    #expect(found.reason == "exited" && found.exitCode == 3 && found.source == .log && found.isComplete)
  }

  @Test func thePlatformOutranksAMessageThatContradictsIt() {
    let found = outcome(
      cut, EngineEnd(platformReason: .oomKilled, message: "OOMKilled", terminationMessage: message("exited")))
    #expect(found.reason == "oom_killed" && found.exitCode == nil && found.message == "OOMKilled")
    #expect(found.source == .platform && !found.isComplete)
  }

  @Test func aMessageCountsWhereTheLogIsGone() {
    let found = outcome([], EngineEnd(terminationMessage: message("timeout")))
    #expect(found.reason == "timeout" && found.durationMilliseconds == 7 && found.source == .terminationMessage)
    #expect(!found.isComplete)
  }

  @Test func theProvisionalMessageSaysNothing() {
    for left in [message("lost"), [], Array("{\"reason\":".utf8), Array("null".utf8)] {
      let found = outcome(cut, EngineEnd(message: "gone", terminationMessage: left))
      #expect(found.reason == "lost" && found.source == .nobody && found.message.hasSuffix("gone"))
    }
  }

  @Test func theResultHasTheMergedVerdict() throws {
    let found = outcome(cut, EngineEnd(platformReason: .evicted, message: "evicted: disk pressure"))
    let result = try #require(
      JSONSerialization.jsonObject(with: Data(found.json(taskID: "t-1"))) as? [String: Any])
    #expect(result["reason"] as? String == "evicted")
    #expect(result["exit_code"] is NSNull && result["complete"] as? Bool == false)
    #expect(result["job_id"] as? String == "t-1" && result["verdict_from"] as? String == "platform")
  }
}
