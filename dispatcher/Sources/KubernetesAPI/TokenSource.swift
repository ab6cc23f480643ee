internal import Foundation

/// Gives out the bearer token of a credential, anew where it changes.
actor TokenSource {
  private let credential: ClusterAccess.Credential
  private var cached: (token: String, until: Date?)?

  /// How long a token from a file is taken for granted. The kubelet renews it at 80 % of its life, an hour mostly, so that the
  /// old one is good for minutes yet (client-go re-reads each minute).
  private static let fileLifetime: TimeInterval = 60

  init(_ credential: ClusterAccess.Credential) { self.credential = credential }

  /// - Parameter refused: a token that the server did not take (401).
  func token(refused: String? = nil) async throws(KubernetesError) -> String? {
    if let cached, cached.token != refused, cached.until.map({ $0 > Date() }) ?? true { return cached.token }
    switch credential {
    case .none: return nil
    case .token(let token): return token
    case .tokenFile(let path):
      guard let data = FileManager.default.contents(atPath: path) else {
        throw .configuration("\(path): the token cannot be read")
      }
      let token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      guard !token.isEmpty else { throw .configuration("\(path): holds no token") }
      cached = (token, Date() + Self.fileLifetime)
      return token
    case .program(let program):
      let given = try await program.run()
      cached = given
      return given.token
    }
  }
}

extension CredentialProgram {
  private struct Answer: Decodable {
    struct Status: Decodable {
      var token: String?
      var expirationTimestamp: String?
      var clientCertificateData: String?
    }
    var status: Status?
  }

  /// A program that talks to somebody over a network answers within this, or not at all.
  private static let patience = Duration.seconds(60)

  fileprivate func run() async throws(KubernetesError) -> (token: String, until: Date?) {
    let output = try await output()
    guard let answer = try? JSONDecoder().decode(Answer.self, from: output), let status = answer.status else {
      throw .configuration("\(command): printed no ExecCredential")
    }
    guard let token = status.token, !token.isEmpty else {
      let what =
        status.clientCertificateData == nil ? "no token" : "a client certificate, and only tokens are read here"
      throw .configuration("\(command): gave \(what)")
    }
    return (token, status.expirationTimestamp.flatMap { try? Date($0, strategy: .iso8601) })
  }

  private func output() async throws(KubernetesError) -> Data {
    let process = Process()
    let pipe = Pipe()
    // A bare name is looked for in PATH.
    process.executableURL = URL(fileURLWithPath: command.contains("/") ? command : "/usr/bin/env")
    process.arguments = (command.contains("/") ? [] : [command]) + arguments
    let info = #"{"apiVersion":"\#(apiVersion)","kind":"ExecCredential","spec":{"interactive":false}}"#
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      .merging(["KUBERNETES_EXEC_INFO": info]) { $1 }
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw .configuration("\(command): cannot be started: \(error.localizedDescription)")
    }
    let identifier = process.processIdentifier
    let watchdog = Task {
      try await Task.sleep(for: Self.patience)
      kill(identifier, SIGKILL)
    }
    defer { watchdog.cancel() }
    let reader = pipe.fileHandleForReading
    let data = await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: (try? reader.readToEnd()) ?? Data()) }
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0, process.terminationReason == .exit else {
      throw .configuration("\(command): failed (status \(process.terminationStatus))")
    }
    return data
  }
}
