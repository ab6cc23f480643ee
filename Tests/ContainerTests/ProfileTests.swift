import Foundation
import LinuxSystem
import TaskModel
import TestSupport
import Testing
import WarderFrames

/// Profiles other than the default one.
@Suite("Seccomp profiles", .needsContainers)
struct ProfileTests {
  // MARK: - strict

  private static let strict = ["--seccomp", "strict"]

  @Test("under strict a Python script computes, reads, writes, starts threads and processes")
  func strictPython() async throws {
    let script = """
      import asyncio, concurrent.futures, gzip, hashlib, json, math, os, pathlib, shutil, sqlite3, subprocess, tempfile
      import multiprocessing, threading, zipfile
      assert math.fsum(i / 3 for i in range(1000)) > 0
      pathlib.Path("a.json").write_text(json.dumps({"n": [1, 2]}))
      with gzip.open("a.gz", "wb") as file: file.write(pathlib.Path("a.json").read_bytes())
      shutil.copy2("a.gz", "b.gz"); shutil.copytree(".", tempfile.mkdtemp() + "/copy"); os.rename("b.gz", "c.gz")
      with zipfile.ZipFile("a.zip", "w") as archive: archive.write("a.json")
      database = sqlite3.connect("a.db"); database.execute("create table t (n)"); database.commit()
      with concurrent.futures.ThreadPoolExecutor(8) as pool:
          assert sum(pool.map(lambda n: len(hashlib.sha256(bytes(n)).hexdigest()), range(50))) == 3200
      assert subprocess.run(["sh", "-c", "echo $((6 * 7))"], capture_output=True).stdout == b"42\\n"
      async def wait():
          await asyncio.gather(*(asyncio.sleep(0.01) for _ in range(10)))
          process = await asyncio.create_subprocess_exec("true"); return await process.wait()
      assert asyncio.run(wait()) == 0
      queue = multiprocessing.get_context("fork").SimpleQueue()
      process = multiprocessing.get_context("fork").Process(target=queue.put, args=(7,)); process.start()
      assert queue.get() == 7; process.join()
      print("done")
      """
    let result = try await Container(.test, Self.strict).run(TaskDirectory(script: script)).result()
    #expect(result.stdoutText == "done\n", "\(result.stderrText)")
    #expect(result.exitCode == 0)
    let layer = result.start?.isolation.first { $0.name == "seccomp" }
    #expect(layer?.state == .active && layer?.details.contains(Field("profile", "strict")) == true)
  }

  @Test("under strict a shell script has its pipelines and commands")
  func strictShell() async throws {
    let script = """
      set -euo pipefail
      seq 1000 | sort -rn | awk '{ s += $1 } END { print s }' | tee sum
      mkdir -p d/e && cp -a sum d/e/ && mv d/e/sum d/e/total && ln -s total d/e/link && cat d/e/link
      find d -type f | xargs -n1 wc -c | tr -s ' ' | cut -d' ' -f1
      mkfifo pipe && (echo through >pipe &) && cat pipe
      tar cf - d | gzip | tar xzf - -C "$(mktemp -d)" && diff <(echo same) <(echo same) && sleep 0.01 & wait
      while read -r line; do [[ $line == 5 ]] && break; done < <(seq 10); echo "$line" | sed s/5/five/
      touch -d 2026-01-01 d && chmod 700 d && rm -r d && timeout 5 true && trap 'echo bye' EXIT
      """
    let run = try await Container(.test, Self.strict).run(TaskDirectory(script: script, named: "script.sh"))
    let result = try run.result()
    #expect(result.stdoutText == "500500\n500500\n7\nthrough\nfive\nbye\n", "\(result.stderrText)")
    #expect(result.stderrText == "")
    #expect(result.exitCode == 0)
  }

  @Test(
    "strict refuses what default allows, and the verdict says which option gives it back", arguments: [true, false])
  func strictRefuses(isStrict: Bool) async throws {
    let script = """
      import socket
      with socket.socket(socket.AF_UNIX) as endpoint: endpoint.bind("here")
      """
    let options = isStrict ? Self.strict : []
    let result = try await Container(.python, options).run(TaskDirectory(script: script)).result()
    #expect(result.exitCode == (isStrict ? 1 : 0))
    #expect(
      result.exit?.message
        == (isStrict
          ? "the script exited with status 1; socket(AF_UNIX) was denied once: --seccomp default allows it"
          : "the script exited with status 0"))
  }

  @Test("strict with a network has its sockets")
  func strictWithNetwork() async throws {
    let script = """
      import socket
      server = socket.create_server(("127.0.0.1", 0)); client = socket.create_connection(server.getsockname())
      client.send(b"x"); print(server.accept()[0].recv(1))
      """
    let options = Self.strict + ["--network", "all"]
    let result = try await Container(.python, options).run(TaskDirectory(script: script)).result()
    #expect(result.stdoutText == "b'x'\n", "\(result.stderrText)")
  }

  // MARK: - A compiled profile

  /// A profile that allows everything but what is named.
  static func lax(refusing calls: [String]) throws -> TemporaryPath {
    var profile = SeccompProfile(defaultAction: .allow)
    for call in calls { profile.add(SeccompRule(call, .fail(.notPermitted))) }
    let program = try SeccompCompiler.compile(SeccompPolicy(profiles: [profile]), isWhole: false)
    let file = try SeccompProfileFile(
      name: "lax", programs: [.init(architecture: .native, words: program.words)])
    return try TemporaryPath(file: file.encoded(), permissions: 0o644)
  }

  static func container(_ profile: TemporaryPath, _ options: [String] = []) -> Container {
    var container = Container(.test, ["--seccomp", "/etc/own.profile"] + options)
    container.mounts["/etc/own.profile"] = profile.path
    return container
  }

  @Test("its refusals hold, are counted, and are not everybody's")
  func fileRefuses() async throws {
    let profile = try Self.lax(refusing: ["mkdir", "mkdirat"])
    let script = """
      import ctypes, os
      print(ctypes.CDLL(None).syscall(126 if os.uname().machine == "x86_64" else 91, 0, 0))  # capset: EFAULT or EPERM
      os.mkdir("d")
      """
    let result = try await Self.container(profile).run(TaskDirectory(script: script)).result()
    #expect(result.exitCode == 1)
    #expect(result.exit?.denied.map(\.count) == [1])
    #expect(result.exit?.denied.first?.syscall.hasPrefix("mkdir") == true)
    let layer = try #require(result.start?.isolation.first { $0.name == "seccomp" })
    #expect(layer.state == .active)
    #expect(layer.details.contains(Field("profile", "file")) && layer.details.contains(Field("name", "lax")))
    #expect(layer.details.contains { $0.name == "sha256" })
  }

  @Test("one that refuses the calls of the start neither hangs nor fails it")
  func fileRefusesStart() async throws {
    let profile = try Self.lax(refusing: ["execve", "rt_sigprocmask", "exit_group"])
    let result = try await Self.container(profile).run(TaskDirectory(script: "print('runs')")).result()
    #expect(result.stdoutText == "runs\n")
    #expect(result.exitCode == 0)
  }

  /// With the layers off that hold the same, so that the profile's enclosure is what is tried.
  @Test(
    "one that allows everything opens no way to the supervisor",
    arguments: ["signal_supervisor.py", "reschedule_supervisor.py", "limit_supervisor.py", "terminal_input.py"])
  func fileIsEnclosed(_ attack: String) async throws {
    let profile = try Self.lax(refusing: ["mkdir"])
    var container = Self.container(profile, ["--disable", "landlock,signal_scope"])
    container.timeLimit = .seconds(60)
    let attacks = "Tests/ContainerTests/Attacks"
    let result = try await container.run(TaskDirectory(attack, in: attacks)).result()
    let report = try JSONDecoder().decode(AttackReport.self, from: Data(result.stdout))
    #expect(!report.succeeded, "\(report.ways)")
    #expect(result.reason == .exited)
  }

  @Test("whatever it allows, the network is the network's to allow", arguments: ["none", "all"])
  func fileAndNetwork(_ network: String) async throws {
    let profile = try Self.lax(refusing: ["mkdir"])
    let script = "import socket; socket.socket(); print('made')"
    let result = try await Self.container(profile, ["--network", network]).run(TaskDirectory(script: script)).result()
    #expect(result.stdoutText == (network == "all" ? "made\n" : ""))
    #expect(
      result.exit?.denied == (network == "all" ? [] : [DeniedCall(syscall: "socket", family: "AF_INET", count: 1)]))
  }

  #if arch(x86_64)
    @Test("whatever it allows, other entries to the kernel are death")
    func fileAndForeignCalls() async throws {
      let profile = try Self.lax(refusing: ["mkdir"])
      let script = "exec /usr/local/bin/probe foreign-calls\n"
      let run = try await Self.container(profile).run(TaskDirectory(script: script, named: "script.sh"))
      let report = try JSONDecoder().decode(AttackReport.self, from: Data(run.result().stdout))
      #expect(report.ways.count == 3 && report.ways.values.allSatisfy { $0 == "SIGSYS" }, "\(report.ways)")
    }
  #endif

  @Test("one that is damaged, missing or no profile is said to be so, and nothing runs")
  func badFile() async throws {
    let good = try Self.lax(refusing: ["mkdir"]).contents
    var damaged = good
    damaged[damaged.count - 1] ^= 1
    for (bytes, problem) in [
      (damaged, "seccomp names /etc/own.profile, which cannot be used: its SHA-256 does not fit its contents"),
      (Array("{}".utf8), "seccomp names /etc/own.profile, which cannot be used: it is no compiled seccomp profile"),
    ] {
      let file = try TemporaryPath(file: bytes, permissions: 0o644)
      let result = try await Self.container(file).run(TaskDirectory(script: "print(1)")).result()
      #expect(result.reason == .invalidTask && result.stdout.isEmpty)
      #expect(result.exit?.message.hasPrefix(problem) == true, "\(result.exit?.message ?? "")")
    }
    let missing = try await Container(.python, ["--seccomp", "/no/such"]).run(TaskDirectory(script: "print(1)"))
      .result()
    #expect(missing.exit?.message == "seccomp names /no/such, which cannot be read: No such file or directory (ENOENT)")
  }
}
