internal import ArgumentParser

/// What a script is run in on this machine.
enum EngineKind: String, CaseIterable, Sendable {
  case bubblewrap, podman, docker, process

  /// What a run in it has not, or has otherwise than a pod: one clause for the line that says which engine runs.
  var difference: String {
    switch self {
    case .bubblewrap: "own namespaces, this machine's interpreters"
    case .podman, .docker: "the settings of a restricted pod"
    case .process:
      "no namespaces: this machine's process list; no /tmp, no named sockets"
    }
  }

  /// The program that has to be there; nil for none.
  var program: String? {
    switch self {
    case .bubblewrap: "bwrap"
    case .podman: "podman"
    case .docker: "docker"
    case .process: nil
    }
  }

  /// What to do where it is not.
  var installation: String {
    switch self {
    case .bubblewrap: "install bubblewrap: apt-get install bubblewrap, dnf install bubblewrap"
    case .podman: "install podman: apt-get install podman, https://podman.io"
    case .docker: "install docker: https://docs.docker.com/engine/install"
    case .process: ""
    }
  }

  var isContainer: Bool { self == .podman || self == .docker }
}

/// What `--engine` says.
enum EngineChoice: String, CaseIterable, Sendable, ExpressibleByArgument {
  case auto, bubblewrap, podman, docker, process

  /// Nil for `auto`.
  var kind: EngineKind? { EngineKind(rawValue: rawValue) }
}
