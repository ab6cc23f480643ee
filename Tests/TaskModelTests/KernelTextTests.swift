import RandomInput
import TaskModel
import Testing

@Suite("Numbers in the kernel's files") struct KernelTextTests {
  @Test func onlyDigitsAreNumbers() {
    #expect(number("0") == 0)
    #expect(number("18446744073709551615") == .max)
    for text in ["", "-1", "+1", " 1", "1 ", "0x10", "18446744073709551616", "99999999999999999999999", "1\n", "max"] {
      #expect(number(text) == nil, "\(text)")
    }
  }

  @Test func aFileOfOneNumberEndsWithItsNewline() {
    #expect(KernelText.onlyNumber(in: Array("4640768\n".utf8).span) == 4_640_768)
    for text in ["", "\n", "1", "1\n\n", "1\n2\n", "max\n"] {
      #expect(KernelText.onlyNumber(in: Array(text.utf8).span) == nil, "\(text)")
    }
  }

  @Test func linesAreFoundByTheWholeKey() {
    let text =
      "active_file 8\ninactive_file 1843200\ntotal_inactive_file 7\noom_kill 3\noom_kill_disable 0\nbad x\ncut 5"
    #expect(number(of: "inactive_file", in: text) == 1_843_200)
    #expect(number(of: "active_file", in: text) == 8)
    #expect(number(of: "oom_kill", in: text) == 3)
    for key in ["file", "oom", "bad", "absent", "cut", ""] { #expect(number(of: key, in: text) == nil, "\(key)") }
  }

  @Test func fieldsAreCountedFromZero() {
    let statm = Array("2541 1200 800 1 0 400 0\n".utf8)
    #expect(KernelText.number(inField: 1, of: statm.span) == 1_200)
    #expect(KernelText.number(inField: 6, of: statm.span) == 0)
    #expect(KernelText.number(inField: 7, of: statm.span) == nil)
    #expect(KernelText.number(inField: 0, of: [UInt8]().span) == nil)
  }

  @Test func everyNumberComesBack() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<2_000 {
      let value = UInt64.random(in: 0...UInt64.max >> UInt64.random(in: 0...63), using: &generator)
      #expect(number("\(value)") == value)
      #expect(number(of: "key", in: "other 1\nkey \(value)\n") == value)
    }
  }

  @Test(arguments: [
    ("max\n", CgroupLimit.none), ("9223372036854771712\n", .none), ("67108864\n", .bytes(67_108_864)),
  ])
  func limits(_ text: String, _ limit: CgroupLimit) {
    #expect(CgroupLimit(Array(text.utf8).span) == limit)
  }

  @Test func whatIsNoLimitIsNotTakenForOne() {
    for text in ["", "max", "maxi\n", "-1\n", "64M\n"] { #expect(CgroupLimit(Array(text.utf8).span) == nil, "\(text)") }
  }

  @Test func userMaps() {
    func isWhole(_ text: String) -> Bool { UserMap.isWhole(Array(text.utf8).span) }
    #expect(isWhole("         0          0 4294967295\n"))
    #expect(isWhole(""))
    #expect(!isWhole("         0       1000          1\n"))
    #expect(!isWhole("         0 1478885376      65536\n"))
    #expect(!isWhole("0 1000 1\n1 100000 65536\n"))
  }

  private func number(_ text: String) -> UInt64? { KernelText.number(Array(text.utf8).span) }

  private func number(of key: String, in text: String) -> UInt64? {
    KernelText.number(of: key, in: Array(text.utf8).span)
  }
}
