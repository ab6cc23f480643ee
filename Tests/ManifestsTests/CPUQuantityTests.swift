import Manifests
import Testing

@Suite("Amounts of CPU")
struct CPUQuantityTests {
  @Test(
    "are thousandths of a processor",
    arguments: [
      ("2", 2000), ("0.5", 500), ("250m", 250), ("1.25", 1250), ("1m", 1), (".5", 500), ("1e3", 1_000_000), ("0.5m", 1),
      ("1.2345", 1235), ("1500u", 2),
    ])
  func value(text: String, millis: Int64) throws {
    let quantity = try CPUQuantity(text)
    #expect(quantity.millis == millis)
    #expect(quantity.text == text)
  }

  @Test("are refused otherwise", arguments: ["", "0", "-1", "m", "1Ki", "1e", "two", "1 m", "99999999999"])
  func refusal(text: String) {
    #expect(throws: ManifestError.self) { try CPUQuantity(text) }
  }
}
