import LinuxSystem
import RandomInput

extension FuzzTarget {
  /// Compiled seccomp profiles: whatever is accepted is what its contents are written as, and holds only good programs.
  static let seccompProfile = FuzzTarget(name: "seccomp-profile", share: 5) { generator in
    var bytes = generator.profileBytes()
    if generator.oneIn(2) { bytes = generator.mutate(bytes) }
    // Behind a digest that does not fit nothing else is reached.
    if !generator.oneIn(8) { bytes = sealed(bytes) }
    do throws(SeccompProfileFileError) {
      let file = try SeccompProfileFile(bytes)
      if file.encoded() != bytes { return "read and written anew it is different: \(bytes)" }
      for program in file.programs where SeccompProgramCheck.problem(in: program.words) != nil {
        return "a program that is not good: \(bytes)"
      }
    } catch {
      if error.message.isEmpty { return "no message: \(bytes)" }
    }
    return nil
  }

  /// Puts size and digest right.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 48 else { return bytes }
    var bytes = bytes
    for index in 0..<4 { bytes[12 + index] = UInt8(truncatingIfNeeded: bytes.count >> (8 * index)) }
    bytes.replaceSubrange(16..<48, with: SHA256.digest(of: Array(bytes[48...])))
    return bytes
  }
}

extension SeededGenerator {
  /// Something like a compiled profile: the parts in their order, each now and then with a value that it must not have.
  fileprivate mutating func profileBytes() -> [UInt8] {
    var bytes: [UInt8] = [0x89, 0x57, 0x53, 0x50, 0x0D, 0x0A, 0x1A, 0x0A, 1, 0, 0, 0] + Array(repeating: 0, count: 36)
    func append(_ number: UInt32) {
      for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    let programs = oneIn(10) ? size(below: 4) : 1 + size(below: 2)
    let name = oneIn(10) ? size(below: 80) : 1 + size(below: 20)
    append(UInt32(programs))
    append(UInt32(name))
    bytes += (0..<name).map { _ in oneIn(100) ? 0x20 : UInt8(0x61 + size(below: 26)) }
    while bytes.count % 8 != 0 { bytes.append(oneIn(200) ? 1 : 0) }
    let tokens: [UInt32] = oneIn(4) ? [0xC000_00B7, 0xC000_003E] : [0xC000_003E, 0xC000_00B7]
    for index in 0..<programs {
      append(oneIn(20) ? UInt32(truncatingIfNeeded: next()) : tokens[index % 2])
      let count = 1 + size(below: 8)
      append(oneIn(20) ? UInt32(truncatingIfNeeded: next()) : UInt32(count))
      for position in 0..<count {
        let isLast = position == count - 1 && !oneIn(20)
        let code: UInt32 =
          isLast ? 6 : ([0x20, 0x54, 0x05, 0x15, 0x25, 0x35, 0x45, 0x06, 0x16] as [UInt32])[size(below: 9)]
        let isConditional = [0x15, 0x25, 0x35, 0x45].contains(code)
        append(code | (isConditional ? UInt32(size(below: count - position)) << 16 : 0))
        switch code {
        case 6:
          append(([0x7FFF_0000, 0x0005_0001, 0x8000_0000, 0x7FFC_0000] as [UInt32])[oneIn(10) ? 3 : size(below: 3)])
        case 5: append(UInt32(size(below: count - position)))
        case 0x20: append(UInt32(size(below: 17)) * 4)
        default: append(UInt32(truncatingIfNeeded: next()))
        }
      }
    }
    return bytes
  }
}
