import Testing

@testable import TaskModel

@Suite struct ChildEnvironmentTests {
  private func compose(
    _ container: [(String, String)], policy: String? = nil, flags: [String] = [], cpuCount: Int = 2
  ) throws -> ChildEnvironment {
    let configuration = try configuration(policy: policy, flags: flags)
    return ChildEnvironment.compose(
      container: variables(container), runtime: configuration.policy.runtimes[0], configuration: configuration,
      workDirectory: "/tmp/work-1", temporaryDirectory: "/tmp", cpuCount: cpuCount)
  }

  private func shown(_ environment: ChildEnvironment) -> [String] {
    environment.variables.map { String(decoding: $0.assignment, as: UTF8.self) }
  }

  private let clean = [
    "PATH=/image/bin", "HOME=/tmp/work-1", "TMPDIR=/tmp", "LANG=C.UTF-8", "PYTHONUNBUFFERED=1",
    "PYTHONDONTWRITEBYTECODE=1", "OMP_NUM_THREADS=2", "OPENBLAS_NUM_THREADS=2", "PYTHON_CPU_COUNT=2",
  ]

  @Test func nothingPassesUnasked() throws {
    let environment = try compose([
      ("PATH", "/image/bin"), ("HOME", "/root"), ("SECRET", "x"), ("LANG", "de_DE.UTF-8"), ("LD_PRELOAD", "/x.so"),
      ("WARDER_TIMEOUT", "5s"), ("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("SECRET", "y"),
    ])
    #expect(shown(environment) == clean)
    #expect(environment.withheldNames == ["SECRET", "LD_PRELOAD", "KUBERNETES_SERVICE_HOST"])
  }

  @Test func anImageWithoutPathGetsOne() throws {
    #expect(shown(try compose([])).first == "PATH=" + ChildEnvironment.defaultPath)
    #expect(try compose([]).withheldNames.isEmpty)
    #expect(shown(try compose([("PATH", "")])).first == "PATH=" + ChildEnvironment.defaultPath)
  }

  @Test func laterSourcesWin() throws {
    let policy = #"""
      {"runtimes": {"r": {"argv": ["r", "{script}"], "env": {"A": "runtime", "B": "runtime", "C": "runtime", "D": "runtime"}}},
       "env": {"B": "policy", "C": "policy", "D": "policy", "LANG": "de_DE.UTF-8"}, "pass_env": ["C", "MISSING"]}
      """#
    let environment = try compose(
      [("PATH", "/image/bin"), ("C", "container"), ("D", "container"), ("E", "container"), ("F", "container")],
      policy: policy, flags: ["--pass-env=D,E", "--env=D=flag"])
    #expect(
      shown(environment).suffix(5) == ["A=runtime", "B=policy", "C=container", "D=flag", "E=container"])
    #expect(shown(environment).contains("LANG=de_DE.UTF-8"))
    #expect(environment.withheldNames == ["F"])
  }

  @Test func theVariableWithTheScriptIsTakenOut() throws {
    let container = [("PATH", "/image/bin"), ("CODE", "print(1)")]
    let environment = try compose(container, flags: ["--script-env=CODE", "--pass-env=CODE"])
    #expect(shown(environment) == clean)
    #expect(environment.withheldNames.isEmpty)
    #expect(try compose(container).withheldNames == ["CODE"])
  }

  @Test func switchedOffForDiagnosisEverythingPassesButWarders() throws {
    let environment = try compose(
      [("X", "1"), ("X", "2"), ("HOME", "/root"), ("WARDER_GRACE", "1s")], flags: ["--disable=environment"])
    #expect(shown(environment).prefix(2) == ["X=1", "HOME=/tmp/work-1"])
    #expect(environment.withheldNames.isEmpty)
    #expect(!shown(environment).contains { $0.hasPrefix("WARDER_") })
  }

  @Test func bytesPassUnchanged() throws {
    let configuration = try configuration(flags: ["--pass-env=RAW"])
    let raw = EnvironmentVariable(name: "RAW".bytes, value: Array(1...255))
    let path = EnvironmentVariable(name: "PATH".bytes, value: [0x2F, 0xFF])
    let environment = ChildEnvironment.compose(
      container: [raw, path], runtime: Runtime.builtIn[0], configuration: configuration, workDirectory: "/w",
      temporaryDirectory: "/t", cpuCount: 0)
    #expect(environment.variables.first?.value == [0x2F, 0xFF])
    #expect(environment.variables.last?.value == Array(1...255))
    #expect(environment.variables.contains { $0.assignment == "OMP_NUM_THREADS=1".bytes })
  }

  @Test func assignmentsSplitAtTheFirstEqualsSign() {
    #expect(EnvironmentVariable(assignment: "A=b=c".bytes)?.value == "b=c".bytes)
    #expect(EnvironmentVariable(assignment: "A=".bytes)?.value == [])
    #expect(EnvironmentVariable(assignment: "A".bytes) == nil)
    #expect(EnvironmentVariable(assignment: "=A".bytes) == nil)
  }

  @Test(
    arguments: [
      (nil, 100_000, 8, 8), (200_000, 100_000, 8, 2), (250_000, 100_000, 8, 3), (50_000, 100_000, 8, 1),
      (1_600_000, 100_000, 8, 8), (100_000, 0, 8, 8), (0, 100_000, 8, 8), (1, 1_000_000, 0, 1),
      (Int64.max, 1, 4, 4),
    ] as [(Int64?, Int64, Int, Int)])
  func countsProcessors(_ quota: Int64?, _ period: Int64, _ available: Int, _ count: Int) {
    #expect(
      CPUQuota.count(quotaMicroseconds: quota, periodMicroseconds: period, available: available) == count)
  }
}
