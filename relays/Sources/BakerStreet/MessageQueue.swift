/// Messages that wait for a server: a bounded amount, and the number of those that found no room.
package struct MessageQueue: Sendable {
  private var messages: [[UInt8]] = []
  private var head = 0
  private var bytes = 0
  private let capacity: Int
  /// Since the last time that it was asked for.
  private var leftOut = 0
  package private(set) var leftOutInAll = 0

  package init(capacity: Int) { self.capacity = capacity }

  package var isEmpty: Bool { head == messages.count }
  package var first: [UInt8]? { isEmpty ? nil : messages[head] }

  /// - Returns: false where it found no room.
  @discardableResult
  package mutating func append(_ message: [UInt8]) -> Bool {
    guard bytes + message.count <= capacity else {
      leftOut += 1
      leftOutInAll += 1
      return false
    }
    bytes += message.count
    messages.append(message)
    return true
  }

  package mutating func removeFirst() {
    bytes -= messages[head].count
    messages[head] = []
    head += 1
    if head == messages.count || head > 4096 {
      messages.removeFirst(head)
      head = 0
    }
  }

  /// How many were left out behind what the queue has, once there is room to say so.
  package mutating func takeLeftOut() -> Int? {
    guard leftOut > 0, isEmpty else { return nil }
    defer { leftOut = 0 }
    return leftOut
  }
}
