import Foundation
import TestSupport
import Testing

/// `--job`: what a manifest says holds here too.
@Suite("The task of a manifest", .serialized) struct JobTests {
  private func run(_ manifest: String, _ options: [String] = [], engine: String = "process") async throws -> ProcessRun
  {
    let space = try Workspace(["job.yaml": manifest])
    let run = try await WarderTool(
      ["run", "--job", "\(space.path)/job.yaml"] + (try await Engines.options(engine)) + options
    ).run()
    withExtendedLifetime(space) {}
    return run
  }

  private func manifest(
    script: String, args: String = "[]", env: String = "[]", spec: String = "", container: String = ""
  ) -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: files}
    data:
      script.py: |
    \(script.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
      data.csv: "1,2"
    ---
    apiVersion: batch/v1
    kind: Job
    metadata: {name: sum}
    spec:
      template:
        spec:
          restartPolicy: Never
          \(spec)
          containers:
            - name: task
              image: localhost/warder/python
              args: \(args)
              env: \(env)
              volumeMounts: [{name: task, mountPath: /task}, {name: tmp, mountPath: /tmp}]
              \(container)
          volumes:
            - {name: task, configMap: {name: files}}
            - {name: tmp, emptyDir: {sizeLimit: 16Mi}}
    """
  }

  @Test("the examples run", arguments: ["job.yaml", "pod.yaml"], Engines.present)
  func examples(_ file: String, _ engine: String) async throws {
    let run = try await WarderTool(
      ["run", "--quiet", "--job", Repository.path("examples/\(file)")] + (try await Engines.options(engine))
    ).run()
    #expect(run.end == .exited(0), "\(run.errorText)")
    #expect(run.outputText == "total 7\n")
    #expect(run.errorText == "read 2 rows\n")
  }

  @Test("arguments, environment, files and limits are the pod's")
  func everything() async throws {
    let script = """
      import os, sys
      print(sys.argv[1:], open("data.csv").read(), os.environ.get("A"), os.environ.get("B"))
      """
    let text = manifest(
      script: script, args: #"["--timeout", "7s", "--pass-env=A", "--task=/task", "--", "--one", "two"]"#,
      env: #"[{name: A, value: "1"}, {name: B, value: "2"}, {name: WARDER_GRACE, value: 1s}]"#,
      container: "resources: {limits: {memory: 100Mi}}")
    let run = try await run(text, ["--json"])
    let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output)) as? [String: Any])
    #expect(json["stdout"] as? String == "['--one', 'two'] 1,2 1 None\n", "\(run.outputText) \(run.errorText)")
    let limits = try #require(json["limits"] as? [String: Any])
    #expect(limits["timeout_ms"] as? Int == 7_000)
    #expect(limits["grace_ms"] as? Int == 1_000)
    #expect(limits["memory_bytes"] as? Int == 100 << 20)
    #expect(limits["disk_bytes"] as? Int == 16 << 20)
  }

  @Test("what is said on the command line goes before what the manifest says")
  func overridden() async throws {
    let text = manifest(script: "import sys; print('old', sys.argv[1:])", args: #"["--timeout", "7s", "--", "x"]"#)
    let run = try await run(text, ["--json", "--timeout", "9s"])
    #expect(run.outputText.contains(#""timeout_ms":9000"#), "\(run.outputText) \(run.errorText)")
    #expect(run.outputText.contains(#""stdout":"old ['x']\n""#), "\(run.outputText)")
    let space = try Workspace(["other.py": "import sys; print('new', sys.argv[1:], open('data.csv').read())"])
    let other = try await self.run(text, ["--quiet", "\(space.path)/other.py", "y"])
    #expect(other.outputText == "new ['y'] 1,2\n", "\(other.errorText)")
  }

  @Test("the pod's deadline ends it as the kubelet would")
  func deadline() async throws {
    let text = manifest(
      script: "import time; print('before', flush=True); time.sleep(60)", spec: "activeDeadlineSeconds: 2")
    let run = try await run(text)
    #expect(run.end == .exited(241))
    #expect(run.outputText == "before\n")
    #expect(run.errorText.contains("the pod's activeDeadlineSeconds have passed"))
  }

  @Test("what only a cluster has is said, and what is missing is an error that names it")
  func leftOut() async throws {
    let env = "[{name: T, valueFrom: {secretKeyRef: {name: s, key: k}}}]"
    let run = try await run(
      manifest(script: "import os; print(os.environ.get('T'))", args: #"["--pass-env=T"]"#, env: env))
    #expect(run.outputText == "None\n")
    #expect(run.errorText.contains("the variable T is left out: it comes from the Secret s"), "\(run.errorText)")
    #expect(run.errorText.contains("the image localhost/warder/python is left out"), "\(run.errorText)")
    let other = try await self.run(
      manifest(script: "pass").replacing("{name: files}\ndata", with: "{name: others}\ndata"))
    #expect(other.end == .exited(250))
    #expect(other.errorText.contains("give the file that has it with --config-map"), "\(other.errorText)")
    let foreign = try await self.run(manifest(script: "pass", container: "command: [/bin/sh]"))
    #expect(foreign.end == .exited(250))
    #expect(foreign.errorText.contains("runs /bin/sh and not warder-init"), "\(foreign.errorText)")
  }
}
