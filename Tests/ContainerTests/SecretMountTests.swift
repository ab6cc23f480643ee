import Foundation
import TestSupport
import Testing

/// A credential that was not passed to the script by name is not seen by it, wherever somebody mounted it; one that is, by
/// `read`, is seen and not logged.
@Suite("Secret mounts", .needsContainers)
struct SecretMountTests {
  private static let secret = "hunter2-hunter2"
  private static let directories = [
    "/task/sub", "/tmp/secret", "/usr/share/app", "/usr/lib/app/credentials", "/opt/app", "/dev/shm/app", "/etc/app",
    "/home/app", "/srv/app", "/var/lib/app", "/mnt",
  ]
  /// Single files, as `subPath` mounts them.
  private static let files = ["/etc/app-password", "/usr/bin/app.conf", "/opt/app.key", "/tmp/app.key"]
  private static let paths = directories.map { $0 + "/password" } + files

  private struct Prepared {
    var container: Container
    let task: TaskDirectory
    let secret: TemporaryPath
  }

  private func prepare(_ options: [String], _ paths: [String]) throws -> Prepared {
    let secret = try TemporaryPath(permissions: 0o755)
    try Data(Self.secret.utf8).write(to: URL(fileURLWithPath: secret.path + "/password"))
    let task = try TaskDirectory("read_secret.py", in: "Tests/ContainerTests/Attacks")
    try FileManager.default.createDirectory(atPath: task.path + "/sub", withIntermediateDirectories: false)
    var container = Container(.test, options, scriptArguments: paths)
    for directory in Self.directories { container.mounts[directory] = secret.path }
    for file in Self.files { container.mounts[file] = secret.path + "/password" }
    return Prepared(container: container, task: task, secret: secret)
  }

  @Test("are closed wherever they are", arguments: [true, false])
  func closed(defended: Bool) async throws {
    let prepared = try prepare(defended ? [] : ["--disable", "landlock,signal_scope"], Self.paths)
    let run = try await prepared.container.run(prepared.task)
    withExtendedLifetime(prepared.secret) {}
    let report = try DefenceTests.report(run.result())
    if defended {
      #expect(!report.succeeded, "\(report.ways)")
    } else {
      for path in Self.paths { #expect(report.ways[path] == "OK", "\(path): \(report.ways[path] ?? "untried")") }
    }
  }

  @Test("are closed and redacted where redact names them")
  func redacted() async throws {
    var prepared = try prepare(["--redact", "/opt/app,/etc/app-password"], Self.paths)
    let held = try DefenceTests.report(try await prepared.container.run(prepared.task).result())
    #expect(!held.succeeded, "\(held.ways)")

    let task = try TaskDirectory(script: "print(open('/opt/app/password').read(), open('/opt/app.key').read())\n")
    prepared.container.scriptArguments = []
    prepared.container.mounts["/task/sub"] = nil
    prepared.container.options += ["--read", "/opt/app,/opt/app.key"]
    let run = try await prepared.container.run(task)
    withExtendedLifetime(prepared.secret) {}
    #expect(try run.result().stdoutText == "[redacted] [redacted]\n")
    #expect(!run.logText.contains(Self.secret))
  }
}
