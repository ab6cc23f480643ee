import Foundation
import Testing

@testable import LocalEngine

@Suite struct ProcessIdentityTests {
  /// proc_pid_stat(5): the name stands in parentheses and may hold anything.
  private func stat(_ name: String, state: String = "S") -> String {
    "123 (\(name)) \(state) " + (4...21).map(String.init).joined(separator: " ") + " 987654 23 24"
  }

  @Test(arguments: ["warder", "a b", "x) S 1 2 3", "((", ")"])
  func theStartIsFoundBehindAnyName(name: String) {
    #expect(ProcessIdentity.startTime(inStat: stat(name)) == "987654")
  }

  @Test func aZombieHasEnded() {
    #expect(ProcessIdentity.startTime(inStat: stat("x", state: "Z")) == nil)
    #expect(ProcessIdentity.startTime(inStat: stat("x", state: "Z"), mayHaveEnded: true) == "987654")
    #expect(ProcessIdentity.startTime(inStat: "123 (x") == nil)
  }

  @Test func aNumberThatWentToAnotherIsNotIt() throws {
    let own = try #require(ProcessIdentity(id: getpid()))
    #expect(own.isAlive)
    #expect(!ProcessIdentity(id: own.id, startTime: "1").isAlive)
    #expect(ProcessIdentity(id: own.id, startTime: "1").open() == nil)
    let descriptor = try #require(own.open())
    close(descriptor)
  }
}
