import RandomInput
import TaskModel
import Testing

@testable import LinuxSystem

private let allow: UInt64 = 0x7FFF_0000_0000_0006
private let refuse: UInt64 = 0x0005_0001_0000_0006

private func profile(_ words: [UInt64], name: String = "own") throws -> SeccompProfileFile {
  try SeccompProfileFile(name: name, programs: [.init(architecture: .native, words: words)])
}

@Suite("Compiled profiles as files")
struct SeccompProfileFileTests {
  @Test("what was written is read", arguments: 0..<50)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let programs = try SeccompArchitecture.allCases.shuffled(using: &generator)
      .prefix(1 + generator.size(below: 2)).map { architecture in
        let network = NetworkAccess.allCases.randomElement(using: &generator)!
        return SeccompProfileFile.Program(
          architecture: architecture,
          words: try SeccompProgram.standard(
            network: network, denial: .errno, protecting: SeccompProtection(processes: [1], groups: []),
            for: architecture
          ).words)
      }
    let name = String(repeating: "n", count: 1 + generator.size(below: 64))
    let file = try SeccompProfileFile(name: name, programs: Array(programs))
    #expect(try SeccompProfileFile(file.encoded()) == file)
    #expect(file.encoded().count <= SeccompProfileFile.longest)
  }

  @Test("any bit that is changed, and any byte that is missing or too much, is noticed")
  func damage() throws {
    let good = try profile([0x20, allow]).encoded()
    for position in good.indices {
      for bit in 0..<8 as Range<UInt8> {
        var bad = good
        bad[position] ^= 1 << bit
        #expect(throws: SeccompProfileFileError.self, "byte \(position), bit \(bit)") { try SeccompProfileFile(bad) }
      }
      #expect(throws: SeccompProfileFileError.self) { try SeccompProfileFile(Array(good[..<position])) }
    }
    #expect(throws: SeccompProfileFileError.self) { try SeccompProfileFile(good + [0]) }
  }

  /// With a digest that fits, so that what lies behind it is reached.
  @Test("whatever is accepted is what would have been written", arguments: 0..<400)
  func sealedMutations(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var bytes = try profile([0x20, 0x0000_0001_0100_0015, allow, refuse], name: "abcdef").encoded()
    for _ in 0...generator.size(below: 3) {
      switch generator.size(below: 4) {
      case 0:
        bytes[48 + generator.size(below: bytes.count - 48)] ^= UInt8(truncatingIfNeeded: 1 << generator.size(below: 8))
      case 1: bytes[48 + generator.size(below: bytes.count - 48)] = UInt8(truncatingIfNeeded: generator.next())
      case 2: bytes.removeLast(generator.size(below: min(12, bytes.count - 56)))
      default: bytes += (0..<generator.size(below: 12)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      }
    }
    bytes = Self.sealed(bytes)
    guard let file = try? SeccompProfileFile(bytes) else { return }
    #expect(file.encoded() == bytes, "seed \(seed)")
  }

  /// Puts size and digest right.
  static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for index in 0..<4 { bytes[12 + index] = UInt8(truncatingIfNeeded: bytes.count >> (8 * index)) }
    bytes.replaceSubrange(16..<48, with: SHA256.digest(of: Array(bytes[48...])))
    return bytes
  }

  @Test("what is wrong is said")
  func messages() throws {
    func message(_ bytes: [UInt8]) -> String? {
      do throws(SeccompProfileFileError) {
        _ = try SeccompProfileFile(bytes)
        return nil
      } catch {
        return error.message
      }
    }
    let good = try profile([allow]).encoded()
    #expect(message([]) == "it is no compiled seccomp profile (it does not begin like one)")
    #expect(message(Array("{\"defaultAction\":…".utf8))?.hasPrefix("it is no compiled") == true)
    var newer = good
    newer[8] = 2
    #expect(message(newer) == "it has version 2 of the format; expected 1")
    #expect(message(good + [0]) == "it says that it has \(good.count) bytes, and has \(good.count + 1)")
    var changed = good
    changed[changed.count - 1] ^= 1
    #expect(message(changed) == "its SHA-256 does not fit its contents: it was damaged or changed")
    #expect(message(Self.sealed(good + [1, 2])) == "2 bytes follow its last program")
    var other = good
    other[64] = 8
    #expect(message(Self.sealed(other))?.contains("which is neither x86-64 nor aarch64") == true)
  }

  @Test("a program is taken only if it ends, stays inside, and answers what can be followed")
  func programs() {
    func problem(_ words: UInt64...) -> String? { SeccompProgramCheck.problem(in: words)?.text }
    func answer(_ value: UInt64) -> UInt64 { value << 32 | 6 }

    #expect(problem(allow) == nil && problem(refuse) == nil && problem(answer(0x8000_0000)) == nil)
    #expect(problem(answer(0x0005_0FFF)) == nil)
    #expect(problem() == "there is none")
    #expect(SeccompProgramCheck.problem(in: Array(repeating: allow, count: SeccompProgramCheck.longest)) == nil)
    #expect(SeccompProgramCheck.problem(in: Array(repeating: allow, count: SeccompProgramCheck.longest + 1)) != nil)
    #expect(problem(answer(0x0003_0000)) == nil && problem(answer(0x7FFC_0000)) == nil)
    // A false success, an error that is none, kill thread, trap with data, trace, the listener, and nonsense.
    for value in [
      0x0005_0000, 0x0005_1000, 0, 0x0003_0001, 0x7FF0_0000, 0x7FFC_0001, 0x7FC0_0000, 0x7FFF_0001, 0x1234,
    ] as [UInt64] {
      #expect(problem(answer(value))?.hasPrefix("it answers 0x") == true, "\(value)")
    }
    #expect(problem(0x16)?.hasPrefix("its code is") == true)  // the accumulator as the answer
    for code in [0x00, 0x01, 0x02, 0x04, 0x07, 0x28, 0x30, 0x34, 0x60, 0x61, 0x80, 0x87, 0x0C] as [UInt64] {
      #expect(problem(code, allow)?.hasPrefix("its code is") == true, "\(code)")
    }
    #expect(problem(0x20, allow) == nil && problem(60 << 32 | 0x20, allow) == nil)
    #expect(problem(64 << 32 | 0x20, allow) != nil && problem(2 << 32 | 0x20, allow) != nil)
    #expect(problem(0x20) == "the last one does not answer")
    #expect(problem(0x05, allow) == nil && problem(1 << 32 | 0x05, allow) == "it jumps out of the program")
    #expect(problem(0xFFFF_FFFF << 32 | 0x05, allow) == "it jumps out of the program")
    #expect(problem(0x15, allow) == nil && problem(0x0001_0015, allow) != nil && problem(0x0100_0015, allow) != nil)
    #expect(problem(0x0001_0006 | 0x7FFF << 48, allow) == "it has offsets of a jump and is none")
  }

  @Test("an accepted program always ends with an answer of its own", arguments: 0..<300)
  func acceptedProgramsEnd(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let codes: [UInt64] = [0x20, 0x54, 0x05, 0x15, 0x25, 0x35, 0x45, 0x06]
    let words = (0..<12).map { index -> UInt64 in
      let code = index == 11 ? 6 : codes[generator.size(below: codes.count)]
      let left = UInt64(11 - index)
      switch code {
      case 0x20: return UInt64(generator.size(below: 17)) * 4 << 32 | code
      case 0x05: return generator.next() % (left + 1) << 32 | code
      case 0x06:
        return [0x7FFF_0000, 0x0005_0001, 0x8000_0000, 0x7FFC_0000].randomElement(using: &generator)! << 32 | code
      case 0x54: return generator.next() << 32 | code
      default:
        return generator.next() << 32 | generator.next() % (left + 1) << 24 | generator.next() % (left + 1) << 16 | code
      }
    }
    guard SeccompProgramCheck.problem(in: words) == nil else { return }
    for number in 0..<50 as Range<UInt32> {
      let value = try SeccompProgram(words: words).run(number, [UInt64(number), 2], on: .native)
      #expect([0x7FFF_0000, 0x0005_0001, 0x8000_0000].contains(value), "seed \(seed)")
    }
  }
}
