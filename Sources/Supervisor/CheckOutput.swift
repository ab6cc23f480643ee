internal import JSON
internal import TaskModel

/// The two forms of what `--check` says.
package enum CheckOutput {
  private static let nameColumn = 6
  private static let foundColumn = 26
  private static let width = 80

  /// A table for people: status, name, what was found; below it what to do.
  package static func table(_ findings: [CheckFinding]) -> String {
    var text = ""
    for finding in findings {
      var line = padded(finding.status.text, to: nameColumn)
      line = padded(line + finding.name, to: foundColumn)
      append(finding.found, after: line, to: &text)
      if let advice = finding.advice { append("-> " + advice, after: padded("", to: foundColumn), to: &text) }
    }
    let counts = counts(findings)
    return text + ("\n\(counts.pass) passed, \(counts.warn) warned, \(counts.fail) failed\n" as Words).text
  }

  /// For programs, see docs/check.schema.json.
  package static func json(_ findings: [CheckFinding]) -> [UInt8] {
    var writer = JSONWriter(indented: true)
    writer.beginObject()
    member("version", WarderVersion.text, &writer)
    writer.key("checks")
    writer.beginArray()
    for finding in findings {
      writer.beginObject()
      member("name", finding.name, &writer)
      member("status", finding.status.text, &writer)
      member("found", finding.found, &writer)
      if let advice = finding.advice { member("advice", advice, &writer) }
      writer.endObject()
    }
    writer.endArray()
    let counts = counts(findings)
    writer.key("passed")
    writer.integer(counts.pass)
    writer.key("warned")
    writer.integer(counts.warn)
    writer.key("failed")
    writer.integer(counts.fail)
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  @inline(never)
  private static func member(_ name: String, _ value: String, _ writer: inout JSONWriter) {
    writer.key(name)
    writer.string(value)
  }

  private static func counts(_ findings: [CheckFinding]) -> (pass: Int, warn: Int, fail: Int) {
    var counts = (pass: 0, warn: 0, fail: 0)
    for finding in findings {
      switch finding.status {
      case .pass: counts.pass += 1
      case .warn: counts.warn += 1
      case .fail: counts.fail += 1
      }
    }
    return counts
  }

  private static func padded(_ text: String, to column: Int) -> String {
    var text = text
    repeat { text += " " } while text.utf8.count < column
    return text
  }

  /// Words at the column where `start` ends, in as many lines as they take.
  private static func append(_ sentence: String, after start: String, to text: inout String) {
    var line = start
    var isEmpty = true
    for word in sentence.words {
      if !isEmpty, line.utf8.count + 1 + word.utf8.count > width {
        text += line + "\n"
        line = padded("", to: foundColumn)
        isEmpty = true
      }
      line += isEmpty ? word : " " + word
      isEmpty = false
    }
    text += line + "\n"
  }
}
