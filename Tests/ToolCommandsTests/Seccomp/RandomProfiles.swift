import LinuxSystem
import RandomInput

/// A profile as JSON, and what it means, evaluated by nothing but its own words.
struct RandomProfile {
  struct Argument {
    let index: Int
    let operation: String
    let value: UInt64
    let second: UInt64

    func holds(_ found: UInt64) -> Bool {
      switch operation {
      case "SCMP_CMP_NE": found != value
      case "SCMP_CMP_LT": found < value
      case "SCMP_CMP_LE": found <= value
      case "SCMP_CMP_EQ": found == value
      case "SCMP_CMP_GE": found >= value
      case "SCMP_CMP_GT": found > value
      default: found & value == second
      }
    }
  }

  struct Rule {
    let names: [String]
    let action: (name: String, errno: UInt16?, answer: UInt32)
    let arguments: [Argument]
  }

  let defaultAction: (name: String, errno: UInt16?, answer: UInt32)
  let rules: [Rule]

  static let actions: [(String, UInt16?, UInt32)] = [
    ("SCMP_ACT_ALLOW", nil, 0x7FFF_0000), ("SCMP_ACT_ERRNO", nil, 0x0005_0001), ("SCMP_ACT_ERRNO", 38, 0x0005_0026),
    ("SCMP_ACT_ERRNO", 4094, 0x0005_0FFE), ("SCMP_ACT_KILL_PROCESS", nil, 0x8000_0000),
    ("SCMP_ACT_KILL", nil, 0x8000_0000), ("SCMP_ACT_KILL_THREAD", nil, 0x8000_0000),
    ("SCMP_ACT_TRAP", nil, 0x0003_0000), ("SCMP_ACT_LOG", nil, 0x7FFC_0000),
  ]

  static let operations = [
    "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ",
  ]

  static let calls = [
    "read", "write", "close", "mmap", "ioctl", "socket", "clone", "personality", "prctl", "kill", "openat", "futex",
    "fcntl", "setpriority", "splice", "process_vm_readv",
  ]

  /// Values whose halves matter, and their neighbours.
  static func value(_ generator: inout SeededGenerator) -> UInt64 {
    let some: [UInt64] = [
      0, 1, 2, 10, 16, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001, 1 << 63, .max, 0x7E02_0000, 0xFF00,
    ]
    let value = generator.one(of: some)
    return generator.oneIn(3) ? value &+ 1 : generator.oneIn(4) ? value &- 1 : value
  }

  init(_ generator: inout SeededGenerator) {
    defaultAction = generator.one(of: Self.actions)
    rules = (0..<1 + generator.size(below: 6)).map { _ in
      let names = Self.calls.shuffled(using: &generator).prefix(1 + generator.size(below: 3))
      let arguments = (0..<generator.size(below: 4)).map { _ in
        let operation = generator.one(of: Self.operations)
        let value = Self.value(&generator)
        let isMasked = operation == "SCMP_CMP_MASKED_EQ"
        return Argument(
          index: Int.random(in: 0...5, using: &generator), operation: operation, value: value,
          second: isMasked ? Self.value(&generator) & value : 0)
      }
      return Rule(
        names: Array(names), action: generator.one(of: Self.actions), arguments: arguments)
    }
  }

  var json: String {
    func action(_ action: (name: String, errno: UInt16?, answer: UInt32), _ member: String, _ errno: String) -> String {
      "\"\(member)\":\"\(action.name)\"" + (action.errno.map { ",\"\(errno)\":\($0)" } ?? "")
    }
    let rules = rules.map { rule in
      let names = rule.names.map { "\"\($0)\"" }.joined(separator: ",")
      let arguments = rule.arguments.map {
        "{\"index\":\($0.index),\"value\":\($0.value),\"valueTwo\":\($0.second),\"op\":\"\($0.operation)\"}"
      }
      return
        "{\"names\":[\(names)],\(action(rule.action, "action", "errnoRet")),\"args\":[\(arguments.joined(separator: ","))]}"
    }
    return
      "{\(action(defaultAction, "defaultAction", "defaultErrnoRet")),\"syscalls\":[\(rules.joined(separator: ","))]}"
  }

  /// Every answer that a rule gives for these arguments, in the profile's order. An argument that is named twice in a rule makes
  /// its conditions alternatives, as in runc.
  func matches(_ call: String, _ arguments: [UInt64]) -> [UInt32] {
    rules.filter { rule in
      guard rule.names.contains(call), rule.action.answer != defaultAction.answer else { return false }
      if rule.arguments.isEmpty { return true }
      let held = rule.arguments.map { $0.holds(arguments[$0.index]) }
      let isRepeated = Set(rule.arguments.map(\.index)).count < rule.arguments.count
      return isRepeated ? held.contains(true) : !held.contains(false)
    }.map(\.action.answer)
  }
}

extension SeededGenerator {
  /// Out of a list that is not empty.
  mutating func one<Element>(of list: [Element]) -> Element { list[Int.random(in: list.indices, using: &self)] }
}
