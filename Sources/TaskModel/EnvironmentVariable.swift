/// One entry of an environment, in bytes: neither name nor value need be UTF-8, environ(7).
package struct EnvironmentVariable: Sendable {
  package let name: [UInt8]
  package let value: [UInt8]

  package init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }

  package init(_ name: String, _ value: String) {
    self.init(name: Array(name.utf8), value: Array(value.utf8))
  }

  /// Splits `NAME=VALUE` at its first `=`; nil where there is none or the name is empty.
  package init?(assignment: [UInt8]) {
    guard let split = assignment.firstIndex(of: ASCII.equals), split > 0 else { return nil }
    self.init(name: Array(assignment[..<split]), value: Array(assignment[(split + 1)...]))
  }

  /// `NAME=VALUE`, without a NUL at its end.
  package var assignment: [UInt8] { name + [ASCII.equals] + value }
}
