import Foundation

/// One container in a virtual machine: a namespace of everything but users, a cgroup of its own that it sees as the only one,
/// a read-only root, `/tmp` and `/data` in memory, no network, an ordinary user without capabilities. There is no outer
/// seccomp filter.
package struct GuestRun: Sendable {
  package var task: TaskDirectory
  /// Options of `warder-init`.
  package var options: [String]
  package var scriptArguments: [String]
  package var environment: [String: String] = [:]
  /// What to write into which file of the container's cgroup.
  package var cgroup: [(file: String, value: String)] = []
  /// The same for the cgroup above it, which the container does not see.
  package var podCgroup: [(file: String, value: String)] = []
  package var temporarySize = "64m"
  /// Whether the supervisor is process 1, or the child of a shell that is.
  package var isProcessOne = true
  /// A shell script to run in its place.
  package var script: String?
  /// Ample: on a busy machine one attack of forty ways has taken half a minute.
  package var timeLimit: Duration = .seconds(120)

  package init(_ task: TaskDirectory, _ options: [String] = [], scriptArguments: [String] = []) {
    self.task = task
    self.options = options
    self.scriptArguments = scriptArguments
  }

  func write(to directory: String) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let settings =
      podCgroup.map { "pod \($0.file) \($0.value)" } + cgroup.map { "pod/container \($0.file) \($0.value)" }
    let files = [
      "start": start, "task": task.path, "temporary_size": temporarySize,
      "seconds": String(timeLimit.components.seconds), "cgroup": settings.joined(separator: "\n"),
    ]
    for (name, content) in files {
      let line = content.isEmpty ? "" : content + "\n"
      try Data(line.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
    }
  }

  private var start: String {
    let user = "setpriv --reuid 1000 --regid 1000 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs"
    let variables = (environment.map { "\($0.key)=\($0.value)" } + ["PATH=/usr/local/bin:/usr/bin:/bin"]).map(quote)
    let launch = "env -i \(variables.joined(separator: " ")) \(user)"
    if let script { return "exec \(launch) /bin/sh -c \(quote(script))" }
    var words = ["/warder-init"] + options
    if !scriptArguments.isEmpty { words += ["--"] + scriptArguments }
    let command = words.map(quote).joined(separator: " ")
    // A session of its own: an attack on a process group is to meet nobody else.
    return isProcessOne
      ? "exec \(launch) \(command)" : "exec \(launch) /bin/sh -c \(quote("setsid --wait " + command + "; exit $?"))"
  }

  private func quote(_ word: String) -> String {
    "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}

/// What came of it.
package struct GuestResult: Sendable {
  package let run: WarderRun
  /// The files of the container's cgroup after its last process had gone.
  package let cgroup: [String: String]

  init(of run: GuestRun, from directory: String, console: String) throws {
    func content(_ name: String) -> [UInt8]? {
      (try? Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))).map { Array($0) }
    }
    func text(_ name: String) -> String { String(decoding: content(name) ?? [], as: UTF8.self) }

    guard let status = Int32(text("status").trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw TestSupportError("the virtual machine did not get to the end of this run. Its console:\n\(console)")
    }
    // 124 and 137 are what timeout(1) answers; that a container ends with the second is also what some tests want to see.
    guard status != 124 else {
      throw TestSupportError("the container did not end within \(run.timeLimit):\n\(text("log"))\n\(text("errors"))")
    }
    var files: [String: String] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory + "/files")) ?? [] {
      files[name] = text("files/" + name)
    }
    cgroup = files
    self.run = WarderRun(
      log: content("log") ?? [], errors: content("errors") ?? [], end: .exited(status),
      terminationMessage: content("termination-log"))
  }

  /// One number of a flat keyed file, such as `oom_kill` of `memory.events`.
  package func number(_ key: String, of file: String) -> Int? {
    for line in (cgroup[file] ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == key { return Int(words[1]) }
    }
    return nil
  }
}
