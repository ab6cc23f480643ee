/// What a document may cost its reader. Whatever a document says, parsing takes time linear in its bytes (times the
/// logarithm of the largest object) and a stack that `maximumDepth` bounds.
package struct JSONLimits: Sendable {
  /// Size of the whole document in bytes, white space included.
  package var maximumBytes: Int
  /// How many arrays and objects may be open at once; at most `deepestPossible` is honoured, whatever is asked for,
  /// because every level takes a stack frame.
  package var maximumDepth: Int
  /// Members of one object.
  package var maximumMembers: Int
  /// Values in the whole document: an array of a million zeros is small as text and large in memory.
  package var maximumValues: Int

  package init(maximumBytes: Int, maximumDepth: Int, maximumMembers: Int, maximumValues: Int = 16_384) {
    self.maximumBytes = maximumBytes
    self.maximumDepth = maximumDepth
    self.maximumMembers = maximumMembers
    self.maximumValues = maximumValues
  }

  /// 1 MiB, 32 levels, 1,024 members an object, 16,384 values: beyond any configuration that a person writes.
  package static let standard = JSONLimits(maximumBytes: 1 << 20, maximumDepth: 32, maximumMembers: 1024)

  /// The deepest nesting that any limits allow.
  package static let deepestPossible = 512
}
