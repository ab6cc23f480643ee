internal import JSON
internal import TaskModel

/// What the facts mean for somebody who wants to run untrusted scripts here.
package enum CheckJudgement {
  package static func findings(_ facts: CheckFacts) -> [CheckFinding] {
    identity(facts) + platform(facts) + files(facts) + limits(facts) + processes(facts) + network(facts)
      + layers(facts) + confined(facts) + task(facts)
  }

  // MARK: - Who

  private static func identity(_ facts: CheckFacts) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    let user: Words = "uid \(Int64(facts.userID)), gid \(Int64(facts.groupID))"
    findings.append(
      facts.userID == 0
        ? CheckFinding(
          "user", .fail, "the container was started as root (\(user.text))",
          "set runAsNonRoot: true and runAsUser, or USER in the image; Warder gives root up, but what ran before it did not"
        )
        : CheckFinding("user", .pass, user))

    let none = "0000000000000000"
    if !facts.effectiveCapabilities.hasSameBytes(as: none) {
      findings.append(
        CheckFinding(
          "capabilities", .fail, "the container was started with capabilities (\(facts.effectiveCapabilities))",
          "set capabilities: {drop: [ALL]}"))
    } else if !facts.boundingCapabilities.hasSameBytes(as: none) {
      findings.append(
        CheckFinding(
          "capabilities", facts.noNewPrivileges ? .warn : .fail,
          "none is held, but the bounding set has some (\(facts.boundingCapabilities))",
          "set capabilities: {drop: [ALL]}"))
    } else {
      findings.append(CheckFinding("capabilities", .pass, "none held, none to be gained"))
    }

    findings.append(
      facts.noNewPrivileges
        ? CheckFinding("privileges", .pass, "no_new_privs was set by the platform")
        : CheckFinding(
          "privileges", .warn, "no_new_privs was not set by the platform; Warder sets it",
          "set allowPrivilegeEscalation: false"))

    switch facts.hasUserNamespace {
    case true?: findings.append(CheckFinding("user namespace", .pass, "uids here are other ones on the node"))
    case false?:
      findings.append(CheckFinding("user namespace", .pass, "none: uids are the node's (hostUsers: false gives one)"))
    case nil: findings.append(CheckFinding("user namespace", .warn, "/proc/self/uid_map cannot be read"))
    }
    return findings
  }

  // MARK: - The platform

  private static func platform(_ facts: CheckFacts) -> [CheckFinding] {
    var findings = [CheckFinding("kernel", .pass, "Linux \(facts.kernel)")]
    if !facts.hasOuterFilter {
      findings.append(
        CheckFinding(
          "outer seccomp", .fail, "the container has no seccomp filter of the platform's",
          "set seccompProfile: {type: RuntimeDefault}"))
    } else if !facts.unfilteredCalls.isEmpty {
      findings.append(
        CheckFinding(
          "outer seccomp", .warn,
          "there is a filter, looser than RuntimeDefault: it lets \(list: (facts.unfilteredCalls)) through",
          "set seccompProfile: {type: RuntimeDefault}; podman's own default is looser"))
    } else {
      findings.append(CheckFinding("outer seccomp", .pass, "as strict as RuntimeDefault, by what was tried"))
    }
    // 2025-01-01: before that this program did not exist.
    if facts.unixSeconds < 1_735_689_600 {
      findings.append(
        CheckFinding("clock", .warn, "the node's clock is in the past", "times in the log will be wrong; set the clock")
      )
    } else {
      findings.append(CheckFinding("clock", .pass, "plausible"))
    }
    return findings
  }

  // MARK: - Files

  private static func files(_ facts: CheckFacts) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    findings.append(
      facts.rootIsReadOnly
        ? CheckFinding("root", .pass, "the root file system is read-only")
        : CheckFinding(
          "root", .warn, "the root file system is writable",
          "set readOnlyRootFilesystem: true, with an emptyDir at /tmp"))
    findings.append(temporary(facts))
    switch facts.terminationLog {
    case .writable: findings.append(CheckFinding("termination log", .pass, "/dev/termination-log can be written"))
    case .missing:
      findings.append(
        CheckFinding(
          "termination log", .warn,
          "/dev/termination-log is not there: the verdict is in the log and the exit code only",
          "Kubernetes mounts it; elsewhere mount a file, or name one with --termination-message"))
    case .readOnly:
      findings.append(
        CheckFinding(
          "termination log", .warn, "/dev/termination-log cannot be written by this user",
          "make it writable (mode 0666)"))
    }
    if facts.tokenIsMounted {
      findings.append(
        CheckFinding(
          "service account", facts.tokenIsReadable ? .fail : .warn,
          facts.tokenIsReadable
            ? "a service-account token is mounted, and the script can read it"
            : "a service-account token is mounted; the script cannot read it",
          "set automountServiceAccountToken: false"))
    } else {
      findings.append(CheckFinding("service account", .pass, "no token is mounted"))
    }
    return findings
  }

  private static func temporary(_ facts: CheckFacts) -> CheckFinding {
    guard let temporary = facts.temporary else {
      return CheckFinding(
        "/tmp", .fail, "/tmp is missing or cannot be written", "mount an emptyDir at /tmp; the script works there")
    }
    let noexec: String = temporary.isNoexec ? ", noexec: what a script compiles there does not run" : ""
    guard temporary.isInMemory else {
      return CheckFinding(
        "/tmp", .pass, "on a disk\(noexec)")
    }
    let total = size(temporary.sizeBytes)
    if let limit = facts.memoryLimitBytes, temporary.sizeBytes >= limit {
      return CheckFinding(
        "/tmp", .warn,
        "in memory, \(total), not less than the memory limit (\(size(limit))): a script that fills it ends the container",
        "give the emptyDir a sizeLimit well below the memory limit")
    }
    return CheckFinding("/tmp", .pass, "in memory, \(total)\(noexec)")
  }

  /// "64 MiB"
  private static func size(_ bytes: UInt64) -> String {
    let mebibytes = Int64(bytes >> 20)
    let words: Words = mebibytes > 0 ? "\(mebibytes) MiB" : "\(Int64(bytes >> 10)) KiB"
    return words.text
  }

  // MARK: - Limits

  private static func limits(_ facts: CheckFacts) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    if let limit = facts.memoryLimitBytes {
      findings.append(CheckFinding("memory limit", .pass, "\(size(limit))"))
    } else {
      findings.append(
        CheckFinding(
          "memory limit", .warn, "none: a script can take the whole node's memory", "set resources.limits.memory"))
    }
    if let limit = facts.processLimit {
      findings.append(CheckFinding("process limit", .pass, "\(Int64(clamping: limit))"))
    } else {
      findings.append(
        CheckFinding(
          "process limit", .warn, "none: a script can make as many processes as the node has room for",
          "set podPidsLimit in the kubelet's configuration (--pids-limit with podman)"))
    }
    findings.append(
      facts.hasProcessorQuota
        ? CheckFinding("CPU limit", .pass, "there is a quota")
        : CheckFinding("CPU limit", .warn, "none: a script can use every processor", "set resources.limits.cpu"))
    return findings
  }

  // MARK: - Processes and network

  private static func processes(_ facts: CheckFacts) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    findings.append(
      facts.ownProcess == 1
        ? CheckFinding("process 1", .pass, "warder-init is process 1")
        : CheckFinding(
          "process 1", .warn, "warder-init is process \(Int64(facts.ownProcess))",
          "let it be the entry point, in exec form, without another init or a shared process namespace"))
    if facts.otherProcesses.isEmpty {
      findings.append(CheckFinding("processes", .pass, "no others can be seen"))
    } else {
      findings.append(
        CheckFinding(
          "processes", .warn, "processes of others can be seen: \(list: (Array(facts.otherProcesses.prefix(4))))",
          "share no process namespace (shareProcessNamespace, hostPID)"))
    }
    return findings
  }

  private static func network(_ facts: CheckFacts) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    let names = facts.interfaces.map { $0.name }
    let devices = facts.interfaces.filter { $0.isDevice }.map { $0.name }
    if !devices.isEmpty {
      findings.append(
        CheckFinding(
          "network", .fail, "the node's own network: \(list: (devices)) is hardware", "set hostNetwork: false"))
    } else {
      findings.append(CheckFinding("network", .pass, names.isEmpty ? "no interfaces" : "interfaces: \(list: (names))"))
    }
    let engines = facts.sockets.filter { isEngine($0) }
    if !engines.isEmpty {
      findings.append(
        CheckFinding(
          "unix sockets", .fail, "a container engine can be commanded: \(list: (engines))", "mount no such socket"))
    } else if !facts.sockets.isEmpty {
      findings.append(
        CheckFinding(
          "unix sockets", .warn, "the script can connect to \(list: (Array(facts.sockets.prefix(4))))",
          "mount no volume with a socket; Landlock does not cover them"))
    } else {
      findings.append(
        CheckFinding("unix sockets", .pass, "none with a path was found that the script could connect to"))
    }
    return findings
  }

  private static func isEngine(_ path: String) -> Bool {
    for name in ["docker.sock", "podman.sock", "containerd.sock", "crio.sock"] where path.bytes.end(with: name) {
      return true
    }
    return false
  }

  // MARK: - Warder's own walls

  private static func layers(_ facts: CheckFacts) -> [CheckFinding] {
    facts.layers.map { layer in
      // Some of them are named like what was found outside.
      let name = ("layer: \(layer.name)" as Words).text
      if layer.isActive { return CheckFinding(name, .pass, "\(layer.state)") }
      return CheckFinding(
        name, layer.isRequired ? .fail : .warn, layer.reason.map { "\(layer.state): \($0)" } ?? "\(layer.state)",
        layer.isRequired ? "a task would not start; --require can do without it where the platform cannot have it" : nil
      )
    }
  }

  /// What a process behind these walls got done.
  private static func confined(_ facts: CheckFacts) -> [CheckFinding] {
    if let problem = facts.confinedProblem {
      return [CheckFinding("confinement", .fail, "no confined process could be started: \(problem)")]
    }
    var findings: [CheckFinding] = []
    let advice: Words = "something is switched off or opened: see --print-config"
    if facts.networkIsWanted {
      findings.append(
        CheckFinding("script: sockets", .warn, "open, by network: all", "let a NetworkPolicy say whereto"))
    } else {
      findings.append(
        facts.socketFamilies.isEmpty
          ? CheckFinding("script: sockets", .pass, "no IP socket could be made")
          : CheckFinding(
            "script: sockets", .fail, "the script can make \(list: (facts.socketFamilies)) sockets", advice))
    }
    findings.append(
      facts.writablePlaces.isEmpty
        ? CheckFinding("script: writing", .pass, "nothing outside of its directories could be written")
        : CheckFinding("script: writing", .fail, "the script can write to \(list: (facts.writablePlaces))", advice))
    findings.append(
      facts.readableVolumes.isEmpty
        ? CheckFinding("script: volumes", .pass, "no volume but its own could be read")
        : CheckFinding(
          "script: volumes", .fail, "the script can read \(list: (facts.readableVolumes))", advice))
    findings.append(
      facts.refusalsAreCounted
        ? CheckFinding("refused calls", .pass, "can be counted and reported")
        : CheckFinding("refused calls", .warn, "are refused, and cannot be counted: no listener can be had here"))
    findings.append(
      facts.reachesSupervisor.isEmpty
        ? CheckFinding("script: supervisor", .pass, "could be neither signalled nor looked into")
        : CheckFinding("script: supervisor", .fail, "the script can \(list: (facts.reachesSupervisor))", advice))
    return findings
  }

  // MARK: - What is to be run

  private static func task(_ facts: CheckFacts) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    if let problem = facts.configurationProblem {
      findings.append(CheckFinding("configuration", .fail, "\(problem)"))
    } else {
      findings.append(CheckFinding("configuration", .pass, "valid"))
    }
    if let policy = facts.policy {
      findings.append(
        policy.isWritable
          ? CheckFinding("policy", .fail, "\(policy.path) can be changed by this user", "make it root's, mode 0644")
          : CheckFinding("policy", .pass, "\(policy.path)"))
    } else {
      findings.append(CheckFinding("policy", .pass, "built-in; the image has no \(Policy.imagePath)"))
    }
    for runtime in facts.runtimes {
      let name = ("runtime \(runtime.name)" as Words).text
      guard let problem = runtime.problem else {
        findings.append(CheckFinding(name, .pass, "starts, confined"))
        continue
      }
      // Nobody promised the built-in ones.
      findings.append(
        facts.policy == nil
          ? CheckFinding(name, .warn, "\(problem)")
          : CheckFinding(name, .fail, "\(problem)", "correct the policy's runtimes, or install it"))
    }
    if !facts.runtimes.isEmpty, facts.runtimes.allSatisfy({ $0.problem != nil }) {
      findings.append(CheckFinding("runtimes", .fail, "none of them starts: this image can run no script"))
    }
    return findings
  }
}
