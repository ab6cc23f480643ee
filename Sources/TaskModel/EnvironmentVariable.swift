/// One entry of an environment, in bytes: neither name nor value need be UTF-8, environ(7).
package struct EnvironmentVariable: Sendable {
  package let name: [UInt8]
  package let value: [UInt8]

  package init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }

  package init(_ name: String, _ value: String) {
    self.init(name: name.bytes, value: value.bytes)
  }

  /// Splits `NAME=VALUE` at its first `=`; nil where there is none or the name is empty.
  package init?(assignment: [UInt8]) {
    guard let split = assignment.firstIndex(of: ASCII.equals), split > 0 else { return nil }
    self.init(name: assignment.part(0, split), value: assignment.part(split + 1, assignment.count))
  }

  /// The variables of assignments that are known to be ones.
  static func list(_ assignments: [[UInt8]]) -> [EnvironmentVariable] {
    var variables: [EnvironmentVariable] = []
    for assignment in assignments {
      if let variable = EnvironmentVariable(assignment: assignment) { variables.append(variable) }
    }
    return variables
  }

  /// `NAME=VALUE`, without a NUL at its end.
  package var assignment: [UInt8] { name + [ASCII.equals] + value }
}
