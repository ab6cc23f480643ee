import RandomInput
import Testing

@testable import TaskModel

@Suite struct QuantityTests {
  private func error(_ text: String) -> QuantityError? {
    do {
      _ = try Quantity.parse(text)
      return nil
    } catch {
      return error
    }
  }

  /// Values that `resource.MustParse(text).Value()` of k8s.io/apimachinery gives.
  @Test(arguments: [
    ("0", 0), ("0Ki", 0), ("0e99", 0), ("1", 1), ("+1", 1), ("64Mi", 67_108_864), ("1Gi", 1_073_741_824),
    ("500k", 500_000), ("1.5Gi", 1_610_612_736), ("1e3", 1_000), ("1E3", 1_000), ("1e+3", 1_000), ("12E-1", 2),
    ("1E", 1_000_000_000_000_000_000), ("1Ei", 1 << 60), ("7.999Ei", 9_222_219_115_350_168_962),
    ("100m", 1), ("1500m", 2), ("1000m", 1), ("1n", 1), ("1u", 1), ("0.001", 1), ("1.0", 1), ("1.", 1), (".5Ki", 512),
    (".1", 1), ("0.1Ki", 103), ("1.1Ei", 1_268_213_655_067_531_674), ("5T", 5_000_000_000_000), ("2Pi", 2 << 50),
    ("9223372036854775807", Int64.max), ("000000000000000000000000000001", 1), ("9.223372036854775807E", Int64.max),
    ("1e-30", 1), ("0.00000000000000000000000000000000000001Gi", 1),
  ])
  func reads(_ text: String, _ value: Int64) throws {
    #expect(try Quantity.parse(text) == value)
  }

  @Test(arguments: [
    "", " ", "Ki", "-1", "-0", "+", ".", "1 Ki", " 1", "1K", "1ki", "1KI", "1kB", "1MB", "1B", "1b", "1mi", "0x10",
    "1e", "1E+", "1e3Ki", "1.2.3", "1,5", "1Zi", "1i", "1e3.5", "١", "1Ki ", "--1", "+-1", "1ee3", "1e1000x",
  ])
  func refuses(_ text: String) {
    #expect(throws: QuantityError.self) { try Quantity.parse(text) }
  }

  @Test(arguments: [
    "9223372036854775808", "8Ei", "9.3E", "1e19", "1e99999999999999999999", "9223372036854775807.1",
    "99999999999999999999Ei",
  ])
  func refusesWhatDoesNotFit(_ text: String) {
    guard case .tooLarge? = error(text) else {
      Issue.record("\(text): \(error(text)?.message ?? "accepted")")
      return
    }
  }

  @Test func namesTheSuffix() {
    #expect(error("5MB")?.message.contains("found \"MB\"") == true)
    #expect(throws: QuantityError.self) { try Quantity.parse(String(repeating: "0", count: 101)) }
  }

  /// Against arithmetic in 128 bits, which is wide enough for these.
  @Test func roundsUpExactly() throws {
    var random = SeededGenerator(seed: 3)
    let suffixes: [(String, UInt128)] = [
      ("", 1), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30),
      ("Ti", 1 << 40), ("Ei", 1 << 60), ("e2", 100),
    ]
    for _ in 0..<20_000 {
      let decimals = random.number(0...9)
      let mantissa = UInt64.random(in: 0...1_000_000_000_000, using: &random) >> UInt64(random.number(0...40))
      let (suffix, factor) = random.pick(suffixes)
      var digits = String(mantissa)
      while digits.count <= decimals { digits = "0" + digits }
      let text = digits.dropLast(decimals) + (decimals > 0 ? "." : "") + digits.suffix(decimals) + suffix
      let scale = (0..<decimals).reduce(UInt128(1)) { scale, _ in scale * 10 }
      let (quotient, remainder) = (UInt128(mantissa) * factor).quotientAndRemainder(dividingBy: scale)
      let expected = quotient + (remainder == 0 ? 0 : 1)
      if expected <= UInt128(Int64.max) {
        #expect(try Quantity.parse(String(text)) == Int64(expected), "\(text)")
      } else {
        #expect(throws: QuantityError.self, "\(text)") { try Quantity.parse(String(text)) }
      }
    }
  }

  @Test func whatIsWrittenIsReadBackAndIsShortest() throws {
    var random = SeededGenerator(seed: 4)
    let suffixes: [(String, Int64)] = [
      ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("Ki", 1 << 10), ("Mi", 1 << 20),
      ("Gi", 1 << 30), ("Ti", 1 << 40),
    ]
    for _ in 0..<20_000 {
      var value = Int64.random(in: 0...Int64.max, using: &random) >> Int64(random.number(0...62))
      if random.chance(60) {
        let (product, overflow) = value.multipliedReportingOverflow(by: random.pick(suffixes).1)
        if !overflow { value = product }
      }
      let text = Quantity.format(value)
      #expect(try Quantity.parse(text) == value, "\(text)")
      for (suffix, factor) in suffixes where value > 0 && value % factor == 0 {
        #expect("\(value / factor)\(suffix)".count >= text.count, "\(text)")
      }
    }
    #expect(Quantity.format(256 << 20) == "256Mi")
    #expect(Quantity.format(500_000) == "500k")
    #expect(Quantity.format(0) == "0")
  }

  @Test func survivesAnyText() {
    var random = SeededGenerator(seed: 5)
    let alphabet = "0123456789.+-eEinumkKMGTP \0é".map { String($0) }
    for _ in 0..<50_000 {
      let text = (0..<random.number(0...12)).map { _ in random.pick(alphabet) }.joined()
      if let value = try? Quantity.parse(text) { #expect(value >= 0, "\(text)") }
    }
  }

  @Test(arguments: [("0", 0), ("1024", 1_024), ("9223372036854775807", Int64.max), ("007", 7)])
  func readsCounts(_ text: String, _ value: Int64) throws {
    #expect(try Count.parse(text) == value)
  }

  @Test(arguments: ["", "-1", "+1", "1k", "1.0", " 1", "9223372036854775808", "１"])
  func refusesCounts(_ text: String) {
    #expect(throws: CountError.self) { try Count.parse(text) }
  }
}
