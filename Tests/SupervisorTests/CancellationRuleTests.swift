import LinuxSystem
import Supervisor
import Testing

@Suite struct CancellationRuleTests {
  struct Case: CustomTestStringConvertible {
    let origin: ReceivedSignal.Origin
    let own: Int32
    let scoped: Bool
    let cancels: Bool
    let testDescription: String
  }

  static let cases = [
    Case(origin: .process(0), own: 1, scoped: false, cancels: true, testDescription: "from outside the PID namespace"),
    Case(origin: .kernel, own: 1, scoped: false, cancels: true, testDescription: "a terminal's Ctrl-C"),
    Case(origin: .process(7), own: 1, scoped: false, cancels: false, testDescription: "from the tree"),
    Case(origin: .process(7), own: 1, scoped: true, cancels: true, testDescription: "the tree cannot signal"),
    Case(origin: .process(1), own: 9, scoped: false, cancels: true, testDescription: "an init in between"),
    Case(origin: .process(8), own: 9, scoped: false, cancels: true, testDescription: "the parent"),
    Case(origin: .process(7), own: 9, scoped: false, cancels: false, testDescription: "somebody else"),
    Case(origin: .process(9), own: 9, scoped: true, cancels: false, testDescription: "itself"),
    Case(origin: .other, own: 1, scoped: true, cancels: false, testDescription: "sigqueue names any sender it likes"),
  ]

  @Test(arguments: cases) func originDecides(_ example: Case) {
    let rule = CancellationRule(ownProcess: example.own, parent: 8, treeIsScoped: example.scoped)
    for number in [SignalNumber.terminate, SignalNumber.interrupt, SignalNumber.hangup] {
      #expect(rule.isCancellation(ReceivedSignal(number: number, origin: example.origin)) == example.cancels)
    }
  }

  @Test func onlyThreeSignalsCancel() {
    let rule = CancellationRule(ownProcess: 1, parent: 0, treeIsScoped: true)
    let cancelling = (1...64).filter { rule.isCancellation(ReceivedSignal(number: Int32($0), origin: .kernel)) }
    #expect(cancelling == [1, 2, 15])
  }
}
