import Foundation
import TestSupport
import Testing
import WarderFrames

/// The images that a third party would copy: a base that is none of ours, the supervisor, and a policy that knows the language.
@Suite("Example images", .needsContainers)
struct ExampleImageTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let image: ContainerEngine.Image
    let runtime: String
    let file: String
    /// Writes `6*7=42` to standard output and `trouble` to standard error, and exits with status 3.
    let script: String
    /// Runs into a mistake of syntax in its second line, after a first one that would write.
    let broken: String
    /// Whether its policy has a command that only checks a script.
    var hasCheck = true

    var testDescription: String { "\(image.rawValue): \(runtime)" }
  }

  static let examples = [
    Example(
      image: .node, runtime: "node", file: "script.js",
      script: """
        import("node:os").then((os) => {
          require("node:fs").writeFileSync("note.txt", `6*7=${6 * 7}`);
          console.log(require("node:fs").readFileSync("note.txt", "utf8"));
          console.error("trouble");
          process.exitCode = os.platform() === "linux" ? 3 : 4;
        });
        """, broken: "console.log('ran');\nlet = ;\n"),
    Example(
      image: .ruby, runtime: "ruby", file: "script.rb",
      script: """
        require "json"
        File.write("note.txt", "6*7=#{JSON.parse("[6,7]").reduce(:*)}")
        puts File.read("note.txt")
        warn "trouble"
        exit 3
        """, broken: "BEGIN { puts 'ran' }\nputs 'unfinished\n"),
    Example(
      image: .alpine, runtime: "sh", file: "script.sh",
      script: "echo \"6*7=$((6 * 7))\" >note.txt; sed 's/x/y/' note.txt; echo trouble >&2; exit 3\n",
      broken: "echo ran\nif true; done\n"),
    Example(
      image: .distroless, runtime: "python", file: "script.py",
      script: """
        import ctypes, json, sqlite3, ssl, sys, zoneinfo
        zoneinfo.ZoneInfo("Europe/Berlin")
        open("note.txt", "w").write("6*7=%d" % sqlite3.connect(":memory:").execute("select 6 * 7").fetchone())
        print(open("note.txt").read())
        print("trouble", file=sys.stderr)
        sys.exit(3)
        """, broken: "print('ran')\nif True\n"),
    Example(
      image: .template, runtime: "perl", file: "script.pl",
      script: "printf \"6*7=%d\\n\", 6 * 7; print STDERR \"trouble\\n\"; exit 3;\n",
      broken: "print 'ran';\n1 +* 2;\n", hasCheck: false),
    Example(
      image: .template, runtime: "bash", file: "script.sh",
      script: "printf '6*7=%d\\n' $((6 * 7)); echo trouble >&2; exit 3\n", broken: "echo ran\nif true; done\n"),
  ]

  @Test("runs a script, confined, under a uid that the image does not know", arguments: examples)
  func runsAScript(_ example: Example) async throws {
    var container = Container(example.image)
    container.user = .random()
    let run = try await container.run(TaskDirectory(script: example.script, named: example.file))
    let result = try run.result()
    #expect(result.stdoutText == "6*7=42\n")
    #expect(result.stderrText == "trouble\n")
    #expect(result.reason == .exited && result.exitCode == 3, "\(result.exit?.message ?? run.logText)")
    #expect(run.end == .exited(3))
    #expect(result.start?.runtime == example.runtime)
    for layer in ["capabilities", "no_new_privs", "seccomp", "landlock", "rlimits", "supervisor"] {
      #expect(result.isActive(layer), "\(layer)")
    }
  }

  @Test("its policy checks a script without running it", arguments: examples.filter(\.hasCheck))
  func checksAScript(_ example: Example) async throws {
    for (script, passes) in [(example.script, true), (example.broken, false)] {
      let run = try await Container(example.image, ["--trust", "shadow"])
        .run(TaskDirectory(script: script, named: example.file))
      let result = try run.result()
      #expect(result.reason == (passes ? .checked : .invalidTask), "\(result.exit?.message ?? run.logText)")
      #expect(result.isCheck && result.exitCode == nil)
      #expect(run.end == .exited(passes ? 0 : 250))
      #expect(!result.stdoutText.contains("ran") && !result.stdoutText.contains("42"))
      if !passes { #expect(result.stderrText.contains(/(:|line )2\b/), "no line is named: \(result.stderrText)") }
    }
    // The broken script is broken for the interpreter itself too, and not for the check alone.
    let run = try await Container(example.image)
      .run(TaskDirectory(script: example.broken, named: example.file))
    #expect(try run.result().exitCode != 0)
  }

  @Test("a runtime without a check cannot be asked for one")
  func withoutACheck() async throws {
    let run = try await Container(.template, ["--trust", "shadow"])
      .run(TaskDirectory(script: "BEGIN { print 'ran' }\n", named: "script.pl"))
    let result = try run.result()
    #expect(result.reason == .invalidTask && result.stdout.isEmpty)
    #expect(result.exit?.message.contains("perl") == true)
  }

  @Test(
    "warder-init --check finds no fault",
    arguments: [.node, .ruby, .alpine, .distroless, .template] as [ContainerEngine.Image])
  func hasNoFault(_ image: ContainerEngine.Image) async throws {
    let run = try await Container(image, ["--check"]).run(nil)
    #expect(run.end == .exited(0), "\(run.logText)")
    let runtimes = Self.examples.filter { $0.image == image }.map(\.runtime)
    for runtime in runtimes { #expect(run.logText.contains("pass  runtime \(runtime)"), "\(run.logText)") }
  }

  @Test("alpine's C library is musl, and there is no other") func muslUserland() async throws {
    // musl's loader says which libraries a program is linked with.
    let script = "ls /lib /lib64 2>/dev/null; /lib/ld-musl-*.so.1 --list /bin/busybox\n"
    let run = try await Container(.alpine).run(TaskDirectory(script: script, named: "script.sh"))
    let output = try run.result().stdoutText
    #expect(output.contains("ld-musl-") && output.contains("=> /lib/ld-musl-"), "\(output)")
    #expect(!output.contains("ld-linux") && !output.contains("libc.so.6"), "\(output)")
  }

  @Test("distroless has no program but Python") func noOtherProgram() async throws {
    let script = """
      import os, sys
      def is_program(path):
          with open(path, "rb") as file:
              return os.access(path, os.X_OK) and (file.read(2) == b"#!" or ".so" not in os.path.basename(path))
      found = set()
      for folder in ["/bin", "/sbin", "/usr", "/lib", "/opt"]:
          for directory, _, names in os.walk(folder):
              found |= {os.path.join(directory, name) for name in names
                        if os.path.isfile(os.path.join(directory, name)) and is_program(os.path.join(directory, name))}
      print(*sorted(os.path.basename(path) for path in found if not path.endswith(".py")))
      print([name for name in ("sh", "bash", "dash", "busybox", "dpkg", "apt", "perl")
             for path in os.environ["PATH"].split(":") if os.path.exists(path + "/" + name)])
      print(os.path.basename(os.path.realpath(sys.executable)))
      """
    let run = try await Container(.distroless).run(TaskDirectory(script: script))
    let lines = try run.result().stdoutText.split(separator: "\n").map(String.init)
    try #require(lines.count == 3, "\(run.logText)")
    #expect(lines[0] == "python3 " + lines[2])
    #expect(lines[1] == "[]")
  }

  @Test("an init container brings the supervisor into an image that knows nothing of it")
  func installsItself() async throws {
    try await ContainerEngine.prepare()
    let name = "warder-test-" + randomName()
    // The user's own example; names that podman has for the whole machine are made unique.
    var text = try String(contentsOfFile: Repository.path("examples/install.yaml"), encoding: .utf8)
    let stock = "docker.io/library/python:3.13-slim-bookworm"
    try #require(text.contains(stock) && text.contains("localhost/warder/warder-init:latest"))
    for (place, value) in [
      (stock, ContainerEngine.stockImage),
      ("localhost/warder/warder-init", ContainerEngine.imagePrefix + "/warder-init"),
      ("warder-install", name),
    ] { text = text.replacingOccurrences(of: place, with: value) }
    let manifest = try TemporaryPath(file: Array(text.utf8), permissions: 0o644)

    func podman(_ words: [String]) async throws -> ProcessRun { try await ContainerEngine.podman(words).run() }
    let played = try await podman([
      "kube", "play", "--quiet", "--network", "none", "--no-hosts", "--seccomp-profile-root", OuterFilter.directory,
      manifest.path,
    ])
    let status = try await podman(["wait", name + "-script"])
    let logs = try await podman(["logs", name + "-script"])
    _ = try await podman(["pod", "rm", "--force", "--ignore", "--time", "0", name])
    _ = try await podman(["volume", "rm", "--force"] + ["bin", "policy", "task", "tmp"].map { "\(name)-\($0)" })

    #expect(played.succeeded, "\(played.errorText)")
    #expect(status.outputText.hasPrefix("0"))
    let result = try WarderRun(logs).result()
    #expect(result.stdoutText == "hello\n")
    #expect(result.reason == .exited && result.exitCode == 0)
    #expect(result.isActive("landlock") && result.isActive("seccomp") && result.isActive("capabilities"))
    #expect(result.start?.script.path == "/task/script.py")
  }
}
