import TaskModel
import Testing
import WarderFrames

/// The supervisor's reasons and the readers' are two lists, because neither module knows the other: they must agree.
@Suite struct ReasonTests {
  @Test(arguments: ExitReason.allCases) func everyReasonIsKnownToReaders(reason: ExitReason) {
    let read = Reason(text: reason.text)
    #expect(read != .unrecognized)
    #expect(read.text == reason.text)
  }

  @Test(arguments: ReaderReason.allCases) func soAreThoseOfReaders(reason: ReaderReason) {
    #expect(Reason(text: reason.text) != .unrecognized)
  }
}
