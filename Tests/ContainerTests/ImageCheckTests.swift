import Foundation
import TestSupport
import Testing

/// `warder check --image` on images with one thing wrong each, made out of tar archives, and on those of this project.
@Suite("warder check --image", .needsContainers)
struct ImageCheckTests {
  /// What is different from a good image.
  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    /// Lines of the script that makes the archive: `files` maps a path to (mode, uid, content), `dirs` a path to its mode.
    var recipe = ""
    /// Of the import.
    var changes = ["USER 1000:1000", #"ENTRYPOINT ["/warder-init"]"#]
    var options: [String] = []
    /// The rules of all findings.
    let rules: [String]
    /// What one of them has to mention.
    var mention = ""
    var status: Int32 = 1

    var testDescription: String { name }
  }

  static let faults = [
    Fault(name: "nothing", rules: [], status: 0),
    Fault(name: "no user", changes: [#"ENTRYPOINT ["/warder-init"]"#], rules: ["image/user"], mention: "no USER"),
    Fault(
      name: "root by number", changes: ["USER 0:0", #"ENTRYPOINT ["/warder-init"]"#],
      rules: ["image/user"], mention: "its USER is root"),
    Fault(
      name: "another entry point", changes: ["USER 1000:1000", #"ENTRYPOINT ["/bin/busybox"]"#],
      rules: ["image/entrypoint"], mention: "/bin/busybox"),
    Fault(name: "no entry point", changes: ["USER 1000:1000"], rules: ["image/entrypoint"], mention: "no ENTRYPOINT"),
    Fault(
      name: "setuid", recipe: "files['usr/bin/su'] = (0o4755, 0, b'x')", rules: ["image/setuid"],
      mention: "/usr/bin/su", status: 0),
    Fault(
      name: "setgid in a deep place", recipe: "files['opt/' + 'long/' * 40 + 'tool'] = (0o2755, 0, b'x')",
      rules: ["image/setuid"], mention: "long/tool", status: 0),
    Fault(
      name: "file capabilities", recipe: "files['usr/bin/ping'] = (0o755, 0, b'x'); caps.add('usr/bin/ping')",
      rules: ["image/file-capabilities"], mention: "/usr/bin/ping", status: 0),
    Fault(
      name: "open to everybody", recipe: "dirs['srv/open'] = 0o777; files['etc/open'] = (0o666, 0, b'')",
      rules: ["image/world-writable", "image/world-writable"], mention: "/srv/open", status: 0),
    // Without one python, bash and sh are looked for, and none of them is there.
    Fault(
      name: "no policy", recipe: "del files['etc/warder/policy.json']",
      rules: ["image/policy", "image/runtime", "image/runtime", "image/runtime", "image/runtimes"]),
    Fault(
      name: "bad policy", recipe: "files['etc/warder/policy.json'] = (0o644, 0, b'{\"runtime\": {}}')",
      rules: ["image/configuration"], mention: "did you mean runtimes"),
    Fault(
      name: "interpreter missing",
      recipe: "files['etc/warder/policy.json'] = (0o644, 0, policy.replace(b'/bin/busybox', b'/bin/nothing'))",
      rules: ["image/runtime", "image/runtimes"], mention: "/bin/nothing"),
    Fault(
      name: "policy of the user", recipe: "files['etc/warder/policy.json'] = (0o644, 1000, policy)",
      rules: ["image/own-files"], mention: "/etc/warder/policy.json"),
    Fault(
      name: "secret", changes: ["USER 1000:1000", #"ENTRYPOINT ["/warder-init"]"#, "ENV DB_PASSWORD=hunter2"],
      rules: ["image/secret"], mention: "DB_PASSWORD", status: 0),
    Fault(name: "no supervisor", recipe: "del files['warder-init']", rules: ["image/warder-init"]),
    Fault(
      name: "old supervisor",
      recipe: """
        files['warder-init'] = (0o755, 0, b'''#!/bin/busybox sh
        case $1 in --version) echo warder-init 0.0.1 ;; *) echo '{"checks": []}' ;; esac
        ''')
        """, rules: ["image/version"], mention: "0.0.1", status: 0),
    Fault(
      name: "another machine", options: ["--arch", ProcessInfo.processInfo.machineIsX86 ? "arm64" : "amd64"],
      rules: ["image/architecture"]),
  ]

  /// Writes the archive, with what an image of busybox and warder-init has.
  private static let script = """
    import io, shutil, subprocess, sys, tarfile
    busybox = open(shutil.which('busybox'), 'rb').read()
    policy = open(sys.argv[2] + '/images/busybox/policy.json', 'rb').read()
    files = {'warder-init': (0o755, 0, open(sys.argv[3], 'rb').read()), 'bin/busybox': (0o755, 0, busybox),
             'etc/warder/policy.json': (0o644, 0, policy)}
    dirs = {'tmp': 0o1777, 'etc': 0o755}
    caps = set()
    RECIPE
    with tarfile.open(sys.argv[1], 'w', format=tarfile.PAX_FORMAT) as archive:
        for path, mode in dirs.items():
            info = tarfile.TarInfo(path); info.type = tarfile.DIRTYPE; info.mode = mode
            archive.addfile(info)
        for path, (mode, uid, content) in files.items():
            info = tarfile.TarInfo(path); info.mode = mode; info.uid = info.gid = uid; info.size = len(content)
            if path in caps:  # cap_net_raw, permitted and effective: struct vfs_cap_data, version 2
                value = bytes.fromhex('0100000200200000000000000000000000000000')
                info.pax_headers = {'SCHILY.xattr.security.capability': value.decode('utf-8')}
            archive.addfile(info, io.BytesIO(content))
    """

  private struct Report: Decodable {
    struct Finding: Decodable {
      let rule: String
      let severity: String
      let detail: String?
      let reason: String
      let fix: String?
    }
    let findings: [Finding]
  }

  private func check(_ image: String) async throws -> (report: Report, run: ProcessRun) {
    var tool = WarderTool(["check", "--image", image, "--engine", "podman", "--json"])
    tool.timeLimit = .seconds(180)
    let run = try await tool.run()
    do { return (try JSONDecoder().decode(Report.self, from: Data(run.output)), run) } catch {
      throw TestSupportError("\(image): \(run.outputText)\(run.errorText)")
    }
  }

  @Test("each planted fault is found, and nothing else", arguments: faults)
  func planted(_ fault: Fault) async throws {
    try await ContainerEngine.prepare(.busybox)
    let archive = try TemporaryPath(file: [], permissions: 0o600)
    let recipe = Self.script.replacingOccurrences(of: "RECIPE", with: fault.recipe)
    try await ProcessCommand(
      "/usr/bin/python3", ["-c", recipe, archive.path, Repository.path("."), WarderInit.binary]
    ).runSuccessfully()
    let image = "localhost/warder-test/\(randomName())"
    let changes = fault.changes.flatMap { ["--change", $0] }
    try await ContainerEngine.podman(["import", "--quiet"] + fault.options + changes + [archive.path, image])
      .runSuccessfully()
    let (report, run) = try await check(image)
    try await ContainerEngine.podman(["rmi", "--force", image]).runSuccessfully()

    #expect(report.findings.map(\.rule).sorted() == fault.rules.sorted(), "\(run.outputText)")
    #expect(run.end == .exited(fault.status))
    #expect(
      fault.mention.isEmpty
        || report.findings.contains { ($0.detail ?? "").contains(fault.mention) || $0.reason.contains(fault.mention) },
      "\(run.outputText)")
    #expect(report.findings.allSatisfy { $0.fix?.isEmpty == false })
  }

  @Test("the project's own images are good", arguments: [ContainerEngine.Image.busybox, .python, .bash])
  func good(_ image: ContainerEngine.Image) async throws {
    try await ContainerEngine.prepare(image)
    let (report, run) = try await check(image.reference)
    // Debian's su and newgrp are in the base of two of them.
    #expect(report.findings.allSatisfy { $0.rule == "image/setuid" && $0.severity == "warning" }, "\(run.outputText)")
    #expect(run.end == .exited(0))
    if image == .busybox { #expect(report.findings.isEmpty) }
  }

  @Test("an image that is not there")
  func missing() async throws {
    try await ContainerEngine.prepare(.busybox)
    let run = try await WarderTool(["check", "--image", "localhost/warder-test/none", "--engine", "podman"]).run()
    #expect(run.end == .exited(69) && run.errorText.contains("knows no image localhost/warder-test/none"))
  }
}

extension ProcessInfo {
  fileprivate var machineIsX86: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }
}
