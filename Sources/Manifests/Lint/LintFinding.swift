/// One thing that is wrong with a manifest, or could be better.
package struct LintFinding: Sendable {
  package enum Severity: Sendable {
    /// The API server refuses it, the script cannot run, or it runs less safely than it should.
    case error
    /// It works, and could be better.
    case warning
  }

  package let severity: Severity
  /// `restricted/privileged`, `warder/deadlines`, `schema/unknown-field`, `yaml`.
  package let rule: String
  package let place: ManifestPlace
  /// The field, from the object's root.
  package let path: String
  package let reason: String
  package let fix: String
}
