import Foundation
import TaskModel
import Testing

/// `docs/confinement.md` has the lists of the code, so that neither can change without the other.
///
/// `WARDER_WRITE_GENERATED=1 swift test --filter SeccompDocumentation` writes them anew.
@Suite("Seccomp in docs/confinement.md")
struct SeccompDocumentationTests {
  static let file = GeneratedSection.url("docs/confinement.md")

  @Test(
    "each list is the code's",
    arguments: [
      "allowed", "conditional", "guard", "unimplemented", "strict", "supervisor", "supervisor conditions",
      "supervisor attacks",
    ])
  func list(name: String) throws {
    try GeneratedSection("docs/confinement.md", "seccomp", name).check(is: "\n" + (Self.lists[name] ?? ""))
  }

  @Test("the newest call that the filter has a rule for is the one of the text")
  func newest() throws {
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    #expect(text.contains("any number above 452 (`fchmodat2`, Linux 6.6)"))
  }

  @Test("what the text calls refused is refused")
  func refused() throws {
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    let section = try #require(text.range(of: "### Refused, and not named anywhere above"))
    let end = try #require(text.range(of: "What this costs", range: section.upperBound..<text.endIndex))
    let names = text[section.upperBound..<end.lowerBound].split(separator: "`").enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    #expect(names.count > 15)
    let policy = SeccompPolicy.standard(
      network: .all, denial: .errno, protecting: SeccompProtection(processes: [], groups: []))
    for name in names {
      #expect(policy.action(for: name, arguments: [0, 0, 0, 0, 0, 0]) == .fail(.notPermitted), "\(name)")
    }
  }

  static var lists: [String: String] {
    [
      "allowed": table(
        ["to", "calls"], SeccompAllowedCalls.allCases.map { [$0.purpose, code($0.names.words)] }),
      "conditional": table(
        ["call", "when", "exactly"],
        SeccompConditionalCalls.allCases.map { calls in
          let everywhere = calls.alternatives(network: .none)
          let more = calls.alternatives(network: .all).dropFirst(everywhere.count)
          var exactly = alternatives(everywhere)
          if !more.isEmpty { exactly += "; with a network also " + alternatives(Array(more)) }
          return [code(calls.names.words), calls.meaning, exactly]
        }),
      "strict": table(
        ["refused besides", "why"],
        SeccompStrictProfile.allCases.map { [code($0.names(network: .none).words), $0.reason] }),
      "guard": table(["call", "refused when"], guardRows),
      "unimplemented": code(SeccompPolicy.unimplementedNames.words) + "\n",
      "supervisor": table(
        ["to", "calls"], SeccompSupervisorCalls.allCases.map { [$0.purpose, code($0.names.words)] }),
      "supervisor conditions": table(
        ["call", "when", "exactly"],
        SeccompSupervisorConditions.allCases.map { ["`\($0.name)`", $0.meaning, alternatives($0.alternatives)] }),
      "supervisor attacks": code(SeccompSupervisor.attackNames.words) + "\n",
    ]
  }

  /// The guard's rules for process 77 and group 88, with their numbers put into words.
  private static var guardRows: [[String]] {
    let rules = SeccompGuard.profile(
      protecting: SeccompProtection(processes: [77], groups: [88]), denial: .fail(.notPermitted)
    ).rules
    var calls: [String] = []
    for rule in rules where !calls.contains(rule.call) { calls.append(rule.call) }
    return calls.map { call in
      let values = rules.filter { $0.call == call }.flatMap(\.conditions).map { condition in
        let value = UInt32(truncatingIfNeeded: condition.value)
        let words =
          switch Int32(bitPattern: value) {
          case 77: "a protected process"
          case -88: "minus a protected group"
          case -1: "-1 (everyone)"
          default: requestNames[value].map { "`\($0)`" } ?? "unnamed request \(value)"
          }
        return "argument \(condition.argument) is \(words)"
      }
      return ["`\(call)`", values.joined(separator: "; or ")]
    }
  }

  private static let requestNames: [UInt32: String] = [
    8: "F_SETOWN", 15: "F_SETOWN_EX", 0x8901: "FIOSETOWN", 0x8902: "SIOCSPGRP", 0x5412: "TIOCSTI",
    0x541C: "TIOCLINUX",
  ]

  /// Values of one argument are put into one list, where nothing else is asked.
  private static func alternatives(_ alternatives: [[SeccompCondition]]) -> String {
    var pieces: [String] = []
    var previous: SeccompCondition?
    for conditions in alternatives {
      if let previous, conditions.count == 1, previous.argument == conditions[0].argument,
        previous.mask == conditions[0].mask
      {
        pieces[pieces.count - 1] += ", \(number(conditions[0].value))"
      } else {
        pieces.append(conditions.map(text).joined(separator: " and "))
      }
      previous = conditions.count == 1 ? conditions[0] : nil
    }
    return pieces.joined(separator: "; or ")
  }

  private static func text(_ condition: SeccompCondition) -> String {
    condition.mask == .max
      ? "argument \(condition.argument) = \(number(condition.value))"
      : "argument \(condition.argument) & \(number(condition.mask)) = \(number(condition.value))"
  }

  private static func number(_ value: UInt64) -> String {
    value < 100 ? "\(value)" : "0x" + String(value, radix: 16)
  }

  private static func code(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: " ") }

  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    return line(header) + line(header.map { _ in "---" }) + rows.map(line).joined()
  }
}
