import RandomInput
import TaskModel
import Testing

@testable import LinuxSystem

/// A policy in one of the ways in which it is used.
struct SeccompVariant: Sendable, CustomTestStringConvertible {
  var isStrict = false
  let network: NetworkAccess
  let denial: SeccompDenial
  let processes: [Int32]
  let groups: [Int32]
  let architecture: SeccompArchitecture

  var protection: SeccompProtection { SeccompProtection(processes: processes, groups: groups) }

  var policy: SeccompPolicy {
    isStrict
      ? .strict(network: network, denial: denial, protecting: protection)
      : .standard(network: network, denial: denial, protecting: protection)
  }

  var testDescription: String {
    "\(isStrict ? "strict " : "")\(architecture) network \(network) denial \(denial) protecting \(processes)"
  }

  static let strict = all.map { variant in
    SeccompVariant(
      isStrict: true, network: variant.network, denial: variant.denial, processes: variant.processes,
      groups: variant.groups, architecture: variant.architecture)
  }

  static let all: [SeccompVariant] = SeccompArchitecture.allCases.flatMap { architecture in
    NetworkAccess.allCases.flatMap { network in
      SeccompDenial.allCases.flatMap { denial in
        [([1], [1]), ([1, 4711, 2_147_483_647], [4700])].map { processes, groups in
          SeccompVariant(
            network: network, denial: denial, processes: processes, groups: groups,
            architecture: architecture)
        }
      }
    }
  }
}

extension SeccompProgram {
  func run(_ number: UInt32, _ arguments: [UInt64], on architecture: SeccompArchitecture) throws
    -> UInt32
  {
    let call = FilteredCall(
      number: number, architecture: architecture.auditToken,
      arguments: arguments + Array(repeating: 0, count: 6 - arguments.count))
    return try SeccompInterpreter.run(words, on: call).value
  }
}

@Suite("The compiled filter")
struct SeccompCompilerTests {
  /// The last call of Linux 6.18 is 469; fchmodat2 is the newest one that the policy names.
  static let lastNumber: UInt32 = 470
  static let newestNamed: UInt32 = 452

  @Test("decides every number, with any arguments, as the model does", arguments: SeccompVariant.all)
  func compiledAgreesWithModel(variant: SeccompVariant) throws {
    try expect(try SeccompCompiler.compile(variant.policy, for: variant.architecture), decidesAs: variant)
  }

  @Test(
    "compiled ahead of time, it still does", .disabled(if: SeccompTemplateTests.isWriting),
    arguments: SeccompVariant.all + SeccompVariant.strict)
  func templateAgreesWithModel(variant: SeccompVariant) throws {
    let make = variant.isStrict ? SeccompProgram.strict : SeccompProgram.standard
    let program = try make(variant.network, variant.denial, variant.protection, variant.architecture)
    try expect(program, decidesAs: variant)
  }

  @Test(
    "a program of somebody else's making answers where the enclosure lets it",
    .disabled(if: SeccompTemplateTests.isWriting),
    arguments: SeccompVariant.all)
  func enclosed(variant: SeccompVariant) throws {
    // It allows everything but mkdir; what it says of the calls of the start does not count.
    var lax = SeccompProfile(defaultAction: .allow)
    for call in ["mkdirat", "rt_sigprocmask", "execve", "exit_group"] {
      lax.add(SeccompRule(call, .fail(.notPermitted)))
    }
    let inner = try SeccompCompiler.compile(
      SeccompPolicy(profiles: [lax]), for: variant.architecture, isWhole: false)
    let program = try SeccompProgram.enclosing(
      inner.words, network: variant.network, denial: variant.denial, protecting: variant.protection,
      for: variant.architecture)

    var answer = SeccompProfile(defaultAction: .allow)
    answer.add(SeccompRule("mkdirat", variant.denial.action))
    let policy = SeccompPolicy(profiles: [
      SeccompGuard.enclosure(
        network: variant.network, protecting: variant.protection, denial: variant.denial.action), answer,
    ])
    try expect(program, on: variant.architecture, decidesAs: policy, isWhole: false)
    #expect(program.words.count < inner.words.count + SeccompProgram.maximumCount - SeccompProgramCheck.longest)
  }

  @Test(
    "on a shared machine there are socket pairs and no other sockets of AF_UNIX",
    .disabled(if: SeccompTemplateTests.isWriting), arguments: SeccompVariant.all + SeccompVariant.strict)
  func socketPairs(variant: SeccompVariant) throws {
    let make = variant.isStrict ? SeccompProgram.strict : SeccompProgram.standard
    let program = try make(variant.network, variant.denial, variant.protection, variant.architecture)
      .leavingSocketPairsOnly(denial: variant.denial, for: variant.architecture)
    let pairs = SeccompSocketPairs.profile(denial: variant.denial.action)
    try expect(
      program, on: variant.architecture, decidesAs: SeccompPolicy(profiles: [pairs] + variant.policy.profiles),
      isWhole: true)
    let (stream, datagram, raw, sequenced): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 5)
    let flags: UInt64 = 0o2_004_000  // SOCK_CLOEXEC | SOCK_NONBLOCK
    for (type, isAllowed) in [(stream, true), (datagram, false), (raw, false), (sequenced, true)] {
      for register in [type, type | flags] {
        #expect(
          (pairs.action(for: "socketpair", arguments: [1, register, 0, 0, 0, 0]) == .allow) == isAllowed, "\(register)")
      }
    }
    #expect(pairs.action(for: "socket", arguments: [1 << 32 | 1, 1, 0, 0, 0, 0]) != .allow)
  }

  @Test("strict refuses what default refuses, and more", .disabled(if: SeccompTemplateTests.isWriting))
  func strictIsTighter() throws {
    for (standard, strict) in zip(SeccompVariant.all, SeccompVariant.strict) where standard.denial == .errno {
      let loose = try SeccompProgram.standard(
        network: standard.network, denial: .errno, protecting: standard.protection, for: standard.architecture)
      let tight = try SeccompProgram.strict(
        network: strict.network, denial: .errno, protecting: strict.protection, for: strict.architecture)
      var taken = 0
      for number in 0...Self.lastNumber {
        for arguments in [[0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], [2, 1, 0, 0, 0, 0]] as [[UInt64]] {
          let (before, after) = try (
            loose.run(number, arguments, on: standard.architecture),
            tight.run(number, arguments, on: strict.architecture)
          )
          if before != after {
            #expect(before == SeccompAction.allow.kernelValue && after == SeccompAction.fail(.notPermitted).kernelValue)
            taken += 1
          }
        }
      }
      #expect(taken > 60)
    }
  }

  private func expect(_ program: SeccompProgram, decidesAs variant: SeccompVariant) throws {
    try expect(program, on: variant.architecture, decidesAs: variant.policy, isWhole: true)
  }

  private func expect(
    _ program: SeccompProgram, on architecture: SeccompArchitecture, decidesAs policy: SeccompPolicy, isWhole: Bool
  ) throws {
    var generator = SeededGenerator(seed: 1)
    let interesting = interestingArguments(of: policy)
    for number in 0...Self.lastNumber {
      let name = architecture.name(of: Int32(number)) ?? ""
      let values = interesting[name]
      for _ in 0..<sampleCount(values) {
        let arguments = (0..<6).map { argument(near: values?[$0] ?? [], &generator) }
        let expected: SeccompAction =
          isWhole && number > Self.newestNamed ? .fail(.notImplemented) : policy.action(for: name, arguments: arguments)
        let value = try program.run(number, arguments, on: architecture)
        #expect(value == expected.kernelValue, "\(number) \(name) \(arguments)")
      }
    }
  }

  /// Argument lists to try for a call that has these values in its rules.
  private func sampleCount(_ values: [[UInt64]]?) -> Int {
    guard let values else { return 4 }
    return 60 + 30 * (values.map(\.count).max() ?? 0)
  }

  /// The values that the rules of each call compare with, by argument.
  private func interestingArguments(of policy: SeccompPolicy) -> [String: [[UInt64]]] {
    var interesting: [String: [[UInt64]]] = [:]
    for rule in policy.profiles.flatMap(\.rules) {
      for condition in rule.conditions {
        interesting[rule.call, default: Array(repeating: [], count: 6)][Int(condition.argument)]
          .append(
            condition.value)
      }
    }
    return interesting
  }

  /// Something that a rule may be about, or nearly: a value of a rule, with a bit changed, with garbage in the half that
  /// the kernel drops, or anything.
  private func argument(near values: [UInt64], _ generator: inout SeededGenerator) -> UInt64 {
    let base = values.randomElement(using: &generator) ?? UInt64(generator.next() % 20)
    switch generator.next() % 8 {
    case 0, 1, 2, 3: return base
    case 4: return base ^ (1 << (generator.next() % 64))
    case 5: return base ^ (generator.next() << 32)
    case 6: return 0
    default: return generator.next()
    }
  }

  @Test("a filter that lacks any one of the conditional rules is found out by the same arguments")
  func samplingIsSharp() throws {
    let policy = SeccompVariant.all[0].policy
    let interesting = interestingArguments(of: policy)
    var generator = SeededGenerator(seed: 2)
    for (layer, profile) in policy.profiles.enumerated() {
      for (position, rule) in profile.rules.enumerated() where !rule.conditions.isEmpty {
        var lacking = SeccompProfile(defaultAction: profile.defaultAction)
        for (other, kept) in profile.rules.enumerated() where other != position {
          lacking.add(kept)
        }
        var profiles = policy.profiles
        profiles[layer] = lacking
        let mutant = SeccompPolicy(profiles: profiles)

        let isFound = (0..<sampleCount(interesting[rule.call])).contains { _ in
          let arguments = (0..<6).map {
            argument(near: interesting[rule.call]?[$0] ?? [], &generator)
          }
          return mutant.action(for: rule.call, arguments: arguments)
            != policy.action(for: rule.call, arguments: arguments)
        }
        #expect(isFound, "\(rule)")
      }
    }
  }

  @Test("numbers of system calls are the ones of the kernel's headers")
  func numbers() {
    for (call, x86, arm) in [
      ("read", 0, 63), ("kill", 62, 129), ("clone", 56, 220), ("socket", 41, 198),
      ("prlimit64", 302, 261),
      ("seccomp", 317, 277), ("clone3", 435, 435), ("fchmodat2", 452, 452), ("mseal", 462, 462),
      ("file_setattr", 469, 469),
    ] as [(String, Int32, Int32)] {
      #expect(SeccompArchitecture.x86_64.number(of: call) == .number(x86))
      #expect(SeccompArchitecture.aarch64.number(of: call) == .number(arm))
      #expect(SeccompArchitecture.x86_64.name(of: x86) == call)
      #expect(SeccompArchitecture.aarch64.name(of: arm) == call)
    }
    #expect(SeccompArchitecture.x86_64.number(of: "open") == .number(2))
    #expect(SeccompArchitecture.aarch64.number(of: "open") == .notOnThisArchitecture)
    #expect(SeccompArchitecture.x86_64.number(of: "no_such_call") == .unknown)
    #expect(SeccompArchitecture.x86_64.number(of: "") == .unknown)
    for unused in [-1, 400, 470, 5_000, .max, .min] as [Int32] {
      #expect(SeccompArchitecture.x86_64.name(of: unused) == nil, "\(unused)")
    }
  }

  @Test("the table of recent calls agrees with libseccomp about all that libseccomp knows")
  func recentNumbers() {
    for number in 451...469 as ClosedRange<Int32> {
      let name = SeccompArchitecture.recentName(of: number)
      #expect(name.flatMap { SeccompArchitecture.recentNumber(of: $0) } == number)
      #expect(name.flatMap { SeccompArchitecture.x86_64.name(of: number) == $0 } == true)
      let known = name.map { SeccompArchitecture.x86_64.libraryNumber(of: $0) }
      #expect(known == number || known == -1)
    }
    #expect(SeccompArchitecture.recentName(of: 450) == nil)
    #expect(SeccompArchitecture.recentName(of: 470) == nil)
  }

  @Test(
    "every name of the policy is a call of x86-64, and those that aarch64 lacks have been there for long"
  )
  func namesAreKnown() {
    var missing: Set<String> = []
    for rule in SeccompVariant.all[0].policy.profiles.flatMap(\.rules) {
      let number = SeccompArchitecture.x86_64.number(of: rule.call)
      guard case .number = number else {
        Issue.record("\(rule.call) is \(number)")
        continue
      }
      let other = SeccompArchitecture.aarch64.number(of: rule.call)
      #expect(other != .unknown, "\(rule.call)")
      if other == .notOnThisArchitecture { missing.insert(rule.call) }
    }
    #expect(
      missing.sorted()
        == """
        access alarm arch_prctl chmod chown creat dup2 epoll_create epoll_wait eventfd fork futimesat getdents getpgrp
        inotify_init lchown link lstat mkdir mknod open pause pipe poll readlink rename rmdir select signalfd stat
        symlink time unlink utime utimes vfork
        """.words)
  }

  @Test("a call that libseccomp does not know goes by its number")
  func rawNumber() throws {
    var profile = SeccompProfile(defaultAction: .fail(.notPermitted))
    profile.add(SeccompRule("mseal", .allow))
    profile.add(SeccompRule("file_getattr", .allow, when: [.argument(4, is: 0)]))
    let program = try SeccompCompiler.compile(SeccompPolicy(profiles: [profile]))
    let allow = SeccompAction.allow.kernelValue
    let refuse = SeccompAction.fail(.notPermitted).kernelValue
    #expect(try program.run(462, [], on: .native) == allow)
    #expect(try program.run(461, [], on: .native) == refuse)
    #expect(try program.run(468, [0, 0, 0, 0, 0], on: .native) == allow)
    #expect(try program.run(468, [0, 0, 0, 0, 1], on: .native) == refuse)
    #expect(
      try program.run(469, [], on: .native) == SeccompAction.fail(.notImplemented).kernelValue)
  }

  @Test("what cannot be compiled is named")
  func errors() {
    func failure(_ rules: [SeccompRule]) -> String? {
      var profile = SeccompProfile(defaultAction: .allow)
      for rule in rules { profile.add(rule) }
      do throws(SeccompError) {
        _ = try SeccompCompiler.compile(SeccompPolicy(profiles: [profile]))
        return nil
      } catch {
        return error.message
      }
    }
    #expect(
      failure([SeccompRule("no_such_call", .killProcess)])
        == "the seccomp policy names the system call no_such_call, which neither libseccomp nor this program knows"
    )
    #expect(
      failure([SeccompRule("read", .allow)])
        == "libseccomp refused a rule for read: Permission denied (EACCES)")  // the action is the default one
    #expect(failure([SeccompRule("read", .killProcess)]) == nil)

    let many = (0..<2_000).map { SeccompRule("read", .killProcess, when: [.argument(0, is: 0x1_0000_0001 * $0)]) }
    #expect(failure(many)?.hasPrefix("the seccomp filter has ") == true)
  }

  @Test("the filter is small", arguments: SeccompVariant.all)
  func size(variant: SeccompVariant) throws {
    let program = try SeccompCompiler.compile(variant.policy, for: variant.architecture)
    #expect(program.words.count < 650)
    // A call without conditions is looked up in a tree: a number of tests that grows with the logarithm.
    guard case .number(let getpid) = variant.architecture.number(of: "getpid") else {
      Issue.record("getpid has no number")
      return
    }
    let call = FilteredCall(
      number: UInt32(getpid), architecture: variant.architecture.auditToken,
      arguments: [0, 0, 0, 0, 0, 0])
    #expect(try SeccompInterpreter.run(program.words, on: call).steps < 45)
  }
}
