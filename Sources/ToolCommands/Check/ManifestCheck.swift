internal import ArgumentParser
internal import Foundation
internal import Manifests
internal import TaskModel

/// `warder check --job`: reads the file and has it linted.
struct ManifestCheck {
  private let name: String
  private let bytes: [UInt8]
  private let policy: Policy

  init(_ file: String, policy: String?) throws {
    name = file == "-" ? "stdin" : file
    bytes = try InputFile.read(file)
    self.policy = try policy.map { try InputFile.policy($0) } ?? .builtIn
  }

  func findings() -> [Finding] {
    ManifestLint(policy: policy).findings(bytes, name: name).map { finding in
      Finding(
        finding.severity == .error ? .error : .warning, rule: finding.rule, subject: finding.place.file,
        detail: finding.path.isEmpty ? nil : finding.path, reason: finding.reason, fix: finding.fix,
        position: (finding.place.line, finding.place.column))
    }
  }
}
