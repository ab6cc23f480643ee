import TaskModel
import Testing

@Suite("Seccomp profiles")
struct SeccompProfileTests {
  @Test("conditions of one rule are all needed, rules of one call are alternatives, the rest is the default")
  func combination() {
    var profile = SeccompProfile(defaultAction: .fail(.notPermitted))
    profile.add(SeccompRule("a", .allow, when: [.argument(0, is: 1), .argument(5, is: 2)]))
    profile.add(SeccompRule("a", .allow, when: [.argument(1, under: 0xF0, is: 0x30)]))
    profile.add(SeccompRule("b", .killProcess))

    #expect(profile.action(for: "a", arguments: [1, 0, 0, 0, 0, 2]) == .allow)
    #expect(profile.action(for: "a", arguments: [1, 0, 0, 0, 0, 3]) == .fail(.notPermitted))
    #expect(profile.action(for: "a", arguments: [2, 0, 0, 0, 0, 2]) == .fail(.notPermitted))
    #expect(profile.action(for: "a", arguments: [2, 0xFF3F, 0, 0, 0, 2]) == .allow)
    #expect(profile.action(for: "b", arguments: [9, 9, 9, 9, 9, 9]) == .killProcess)
    #expect(profile.action(for: "ab", arguments: [1, 0, 0, 0, 0, 2]) == .fail(.notPermitted))
    #expect(profile.action(for: "", arguments: [1, 0, 0, 0, 0, 2]) == .fail(.notPermitted))
  }

  @Test("a condition holds exactly when the masked bits are equal")
  func conditions() {
    let values: [UInt64] = [0, .max, 0xFFFF_FFFF, 0x0123_4567_89AB_CDEF, 0xAAAA_AAAA_5555_5555, 1 << 32 | 1]
    for (index, value) in values.enumerated() {
      for bit in 0..<64 as Range<UInt64> {
        check(value, differingFrom: value ^ (1 << bit), mask: values[(index + 1) % values.count])
      }
    }

    func check(_ value: UInt64, differingFrom other: UInt64, mask: UInt64) {
      func decide(_ condition: SeccompCondition, _ argument: UInt64) -> Bool {
        var profile = SeccompProfile(defaultAction: .killProcess)
        profile.add(SeccompRule("a", .allow, when: [condition]))
        return profile.action(for: "a", arguments: [0, 0, argument, 0, 0, 0]) == .allow
      }
      #expect(decide(.argument(2, is: value), value))
      #expect(!decide(.argument(2, is: value), other))
      let low = UInt32(truncatingIfNeeded: value)
      #expect(decide(.argument(2, truncatedIs: low), value))
      #expect(decide(.argument(2, truncatedIs: low), other) == (other & 0xFFFF_FFFF == UInt64(low)))
      #expect(decide(.argument(2, under: mask, is: value), value))
      #expect(decide(.argument(2, under: mask, is: value), other) == (value & mask == other & mask))
    }
  }

  @Test("the first profile that does not allow has the last word")
  func stacking() {
    var first = SeccompProfile(defaultAction: .allow)
    first.add(SeccompRule("a", .fail(.notImplemented)))
    var second = SeccompProfile(defaultAction: .fail(.notPermitted))
    second.add(SeccompRule("a", .allow))
    second.add(SeccompRule("b", .allow))
    let policy = SeccompPolicy(profiles: [first, second])
    let arguments: [UInt64] = [0, 0, 0, 0, 0, 0]
    #expect(policy.action(for: "a", arguments: arguments) == .fail(.notImplemented))
    #expect(policy.action(for: "b", arguments: arguments) == .allow)
    #expect(policy.action(for: "c", arguments: arguments) == .fail(.notPermitted))
  }

  @Test("actions are the kernel's numbers (<linux/seccomp.h>)")
  func kernelValues() {
    #expect(SeccompAction.allow.kernelValue == 0x7FFF_0000)
    #expect(SeccompAction.notify.kernelValue == 0x7FC0_0000)
    #expect(SeccompAction.killProcess.kernelValue == 0x8000_0000)
    #expect(SeccompAction.fail(.notPermitted).kernelValue == 0x0005_0001)
    #expect(SeccompAction.fail(.notImplemented).kernelValue == 0x0005_0026)
  }

  @Test("words are what stands between spaces and line ends")
  func wordSplitting() {
    for (text, expected) in [
      ("", []), ("  \n ", []), ("a", ["a"]), ("a b", ["a", "b"]), (" a\n  bc\n", ["a", "bc"]), ("é ü", ["é", "ü"]),
    ] {
      #expect(text.words == expected)
    }
  }
}
