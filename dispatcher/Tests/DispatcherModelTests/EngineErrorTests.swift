import DispatcherModel
import Testing

@Test func everyEngineErrorHasItsMessage() {
  #expect(EngineError.unavailable("later", retryAfterSeconds: 3).message == "later")
}
