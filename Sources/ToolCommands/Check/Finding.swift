internal import JSON

/// One thing that `warder check` has to say, whatever it looked at: a manifest, an image, or this machine.
struct Finding: Sendable {
  enum Severity: String, Sendable, CaseIterable {
    /// In order. Shown where somebody asked for everything that was looked at.
    case pass
    /// Works, and could be better.
    case warning
    /// Will not work, or not as safely as it should.
    case error
  }

  let severity: Severity
  /// A stable name in lower case: `restricted/run-as-non-root`, `warder/deadlines`, `image/setuid`.
  let rule: String
  /// What was looked at: `job.yaml:12:5`, an image's name, an engine.
  let subject: String
  /// More about the place: a field's path, a file in an image.
  let detail: String?
  /// What is wrong, or what is in force.
  let reason: String
  /// What to do about it; nil where nothing is to be done.
  let fix: String?
  /// Line and column of a file, both from 1.
  let position: (line: Int, column: Int)?

  init(
    _ severity: Severity, rule: String, subject: String, detail: String? = nil, reason: String, fix: String? = nil,
    position: (line: Int, column: Int)? = nil
  ) {
    self.severity = severity
    self.rule = rule
    self.subject = subject
    self.detail = detail
    self.reason = reason
    self.fix = fix
    self.position = position
  }

  /// The subject with the position, as compilers write it and editors jump to it.
  var place: String {
    position.map { "\(subject):\($0.line):\($0.column)" } ?? subject
  }
}

extension Finding {
  /// The findings as one JSON object: `{"findings":[…],"errors":1,"warnings":0}` with a line feed at its end.
  static func json(_ findings: [Finding]) -> [UInt8] {
    var writer = JSONWriter(indented: true)
    writer.beginObject()
    writer.key("errors")
    writer.integer(Int64(findings.count { $0.severity == .error }))
    writer.key("warnings")
    writer.integer(Int64(findings.count { $0.severity == .warning }))
    writer.key("findings")
    writer.beginArray()
    for finding in findings {
      writer.beginObject()
      writer.key("severity")
      writer.string(finding.severity.rawValue)
      writer.key("rule")
      writer.string(finding.rule)
      writer.key("subject")
      writer.string(finding.subject)
      if let position = finding.position {
        writer.key("line")
        writer.integer(Int64(position.line))
        writer.key("column")
        writer.integer(Int64(position.column))
      }
      if let detail = finding.detail {
        writer.key("detail")
        writer.string(detail)
      }
      writer.key("reason")
      writer.string(finding.reason)
      if let fix = finding.fix {
        writer.key("fix")
        writer.string(fix)
      }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.takeBytes() + [UInt8(ascii: "\n")]
  }
}
