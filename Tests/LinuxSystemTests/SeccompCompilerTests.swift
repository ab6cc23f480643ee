import LinuxSystem
import TaskModel
import Testing

@Test func first() throws {
  let clock = ContinuousClock()
  for denial in SeccompDenial.allCases {
    for network in SeccompNetwork.allCases {
      let p = SeccompPolicy.standard(
        network: network, denial: denial, protecting: SeccompProtection(processes: [1, 77], groups: [77]))
      var prog: SeccompProgram?
      let d = try clock.measure { prog = try SeccompCompiler.compile(p) }
      print(denial, network, prog!.words.count, p.profiles.map(\.rules.count), d)
      let a = try SeccompCompiler.compile(p, for: .aarch64)
      print("aarch64", a.words.count)
    }
  }
}
