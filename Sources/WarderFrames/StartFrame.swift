/// What is about to run, under which limits and behind which walls: written once, before the script's first
/// instruction.
public struct StartFrame: Sendable, Hashable {
  /// The protocol's number that this library writes, and reads.
  public static let currentProtocol: Int64 = 1

  /// Number of the log's protocol. A reader that knows only lower ones must not trust what it reads.
  public var protocolNumber: Int64 = currentProtocol
  /// Version of the program that wrote the log.
  public var version: String
  /// What the dispatcher calls the task; absent if it gave it no name.
  public var id: String?
  /// A random name of this start of the container: a rerun has another.
  public var run: String
  /// Whether the script is only checked and does not run: what follows is the words of its runtime's check, and the verdict
  /// is on them. In the frame `"mode":"check"`.
  public var isCheck = false
  /// The trust level that the task runs at; absent without one.
  public var trust: String?
  /// Name of the runtime, as the policy calls it.
  public var runtime: String
  /// What was read, and will run.
  public var script: Script
  /// The effective limits: integers in the unit that the name ends with, or null where a limit is off.
  public var limits: [Field]
  /// Every wall, with its state.
  public var isolation: [IsolationLayer]
  /// Names of the environment variables that the container had and the script was not given. In a frame at most
  /// `StartFrame.mostNames` are listed.
  public var withheldEnvironment: [String]
  /// How many more were withheld than are listed.
  public var withheldOthers: Int64
  /// Wall-clock time of the start, RFC 3339 in UTC, milliseconds.
  public var startedAt: String

  /// A frame of the current protocol.
  public init(
    version: String, id: String? = nil, run: String, runtime: String, script: Script, limits: [Field],
    isolation: [IsolationLayer], withheldEnvironment: [String] = [], withheldOthers: Int64 = 0, startedAt: String
  ) {
    self.version = version
    self.id = id
    self.run = run
    self.runtime = runtime
    self.script = script
    self.limits = limits
    self.isolation = isolation
    self.withheldEnvironment = withheldEnvironment
    self.withheldOthers = withheldOthers
    self.startedAt = startedAt
  }

  /// The script as it was read, once.
  public struct Script: Sendable, Hashable {
    /// Where it was found: a path, or how else it came.
    public var path: String
    /// Size in bytes.
    public var bytes: Int64
    /// SHA-256 in lower-case hexadecimal.
    public var sha256: String

    /// A script by path, size and digest.
    public init(path: String, bytes: Int64, sha256: String) {
      self.path = path
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// The word for `isCheck` in frames.
  static let checkMode = "check"

  /// The most withheld names that a frame lists; more are counted as others.
  public static let mostNames = 40
  /// The most limits that a frame lists; more are left out.
  public static let mostLimits = 24
  /// The most layers that a frame lists; more are left out.
  public static let mostLayers = 14
  /// The most details of a layer that a frame lists; more are left out.
  public static let mostDetails = 5
}

/// One wall between the script and the rest.
public struct IsolationLayer: Sendable, Hashable {
  /// Which wall: `seccomp`, `landlock` and so on.
  public var name: String
  /// Whether it stands.
  public var state: State
  /// What else is to be said: a profile's name, an interface's version, the reason why the state is not `active`.
  public var details: [Field]

  /// A layer and its state.
  public init(_ name: String, _ state: State, details: [Field] = []) {
    self.name = name
    self.state = state
    self.details = details
  }

  /// Whether a wall stands.
  public enum State: Sendable, Hashable, CaseIterable {
    /// In force as promised.
    case active
    /// In force, but less than promised.
    case degraded
    /// Wanted, and the platform does not have it.
    case unavailable
    /// Not wanted.
    case disabled

    /// The word that stands in frames.
    public var text: String {
      switch self {
      case .active: "active"
      case .degraded: "degraded"
      case .unavailable: "unavailable"
      case .disabled: "disabled"
      }
    }

    /// The state with this word, if there is one.
    public init?(text: String) {
      guard let state = State.allCases.first(where: { $0.text.utf8.elementsEqual(text.utf8) }) else { return nil }
      self = state
    }
  }
}
