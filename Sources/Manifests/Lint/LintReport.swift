/// Collects findings about one object.
struct LintReport {
  private(set) var findings: [LintFinding] = []

  /// - Parameter member: of the field, where the finding is about it; a member that is not there is pointed at by its parent.
  mutating func add(
    _ severity: LintFinding.Severity, _ rule: String, _ field: Field, _ member: String? = nil, _ reason: String,
    fix: String
  ) {
    let place = member.flatMap { field[$0]?.place } ?? field.place
    let path = [field.path, member ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
    findings.append(
      LintFinding(severity: severity, rule: rule, place: place, path: path, reason: reason, fix: fix))
  }

  mutating func error(_ rule: String, _ field: Field, _ member: String? = nil, _ reason: String, fix: String) {
    add(.error, rule, field, member, reason, fix: fix)
  }

  mutating func warning(_ rule: String, _ field: Field, _ member: String? = nil, _ reason: String, fix: String) {
    add(.warning, rule, field, member, reason, fix: fix)
  }
}
