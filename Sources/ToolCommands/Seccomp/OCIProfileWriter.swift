internal import JSON
package import LinuxSystem

/// Writes rules as an OCI profile: calls with the same rules together, names in alphabetical order, so that two profiles can be
/// compared line by line.
package enum OCIProfileWriter {
  package static func json(_ rules: SeccompRuleSet, for architectures: [SeccompArchitecture]) -> [UInt8] {
    var writer = JSONWriter(indented: true)
    writer.beginObject()
    writer.key("defaultAction")
    writer.string(rules.defaultAnswer.ociAction.name)
    if case .fail(let number) = rules.defaultAnswer {
      writer.key("defaultErrnoRet")
      writer.integer(Int(number))
    }
    writer.key("architectures")
    writer.beginArray()
    for architecture in architectures { writer.string(architecture.ociName) }
    writer.endArray()
    writer.key("syscalls")
    writer.beginArray()
    for group in groups(of: rules) {
      for rule in group.rules { write(rule, names: group.names, to: &writer) }
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  /// Calls without conditions first: they are what most people look for.
  private static func groups(of rules: SeccompRuleSet) -> [(names: [String], rules: [SeccompCallRule])] {
    var order: [[SeccompCallRule]] = []
    var names: [[SeccompCallRule]: [String]] = [:]
    for name in rules.names {
      guard let own = rules.calls[name] else { continue }
      if names[own] == nil { order.append(own) }
      names[own, default: []].append(name)
    }
    let isSimple = { (own: [SeccompCallRule]) in own.allSatisfy { $0.comparisons.isEmpty } }
    return (order.filter(isSimple) + order.filter { !isSimple($0) }).map { (names[$0] ?? [], $0) }
  }

  private static func write(_ rule: SeccompCallRule, names: [String], to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("names")
    writer.beginArray()
    for name in names { writer.string(name) }
    writer.endArray()
    writer.key("action")
    writer.string(rule.answer.ociAction.name)
    if case .fail(let number) = rule.answer {
      writer.key("errnoRet")
      writer.integer(Int(number))
    }
    if !rule.comparisons.isEmpty {
      writer.key("args")
      writer.beginArray()
      for comparison in rule.comparisons {
        writer.beginObject()
        writer.key("index")
        writer.integer(Int(comparison.argument))
        writer.key("value")
        writer.unsigned(comparison.value)
        if comparison.operation == .maskedEqual {
          writer.key("valueTwo")
          writer.unsigned(comparison.second)
        }
        writer.key("op")
        writer.string(comparison.operation.ociName)
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endObject()
  }
}

extension SeccompAnswer {
  package var ociAction: OCISeccompProfile.Action {
    switch self {
    case .allow: .allow
    case .log: .log
    case .fail: .errno
    case .trap: .trap
    case .killProcess: .killProcess
    }
  }

  /// For people: what the caller notices.
  package var text: String {
    switch self {
    case .allow: "allowed"
    case .log: "allowed, and written to the kernel's audit log"
    case .fail(let number): "refused with \(ErrorName.name(of: number))"
    case .trap: "refused with SIGSYS"
    case .killProcess: "answered with the death of the process"
    }
  }
}
