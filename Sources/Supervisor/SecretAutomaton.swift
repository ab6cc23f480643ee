/// Finds patterns in a stream of bytes, all of them in one pass and in time that grows with the stream alone, whatever
/// the stream and the patterns are: a script chooses the stream, and may know the patterns.
///
/// Two algorithms work together. Where no pattern has begun, the one of Wu and Manber ("A fast algorithm for
/// multi-pattern searching", 1994) leaps ahead: it looks at the last three bytes of a window as long as the shortest
/// pattern, and they say how far on a pattern can begin at the earliest. From a place where one can begin, the one of
/// Aho and Corasick ("Efficient string matching", 1975) goes byte by byte: its state is the longest beginning of a
/// pattern that the stream ends with, so no byte is looked at twice, and what must be held back is known exactly.
package struct SecretAutomaton: Sendable {
  /// A beginning of a pattern. 0 is the empty one, with which all begin.
  package typealias State = Int32

  /// By state: the last byte, the first longer beginning by one byte, and the next one as long with the same first bytes.
  /// 0 stands for none: the empty beginning is longer than no other.
  private var lastByte: [UInt8] = [0]
  private var firstLonger: [State] = [0]
  private var sibling: [State] = [0]
  /// By state: the longest other beginning that it ends with.
  private var fallback: [State] = [0]
  private var lengths: [Int32] = [0]
  /// By state: the length of the longest pattern that it ends with, 0 for none.
  private var ends: [Int32] = [0]
  /// The states of one byte.
  private var first = [State](repeating: 0, count: 256)

  /// How far the window may leap, by the hash of its last three bytes.
  private var leaps: [UInt8] = []
  private let window: Int

  private static let block = 3
  private static let hashBits: UInt32 = 12
  /// Longer leaps are hardly longer in fact, and must fit into a byte.
  private static let widestWindow = 64

  /// - Parameter patterns: at least one, none shorter than three bytes.
  package init(_ patterns: [[UInt8]]) {
    var shortest = Self.widestWindow
    for pattern in patterns { shortest = min(shortest, pattern.count) }
    window = shortest
    leaps = [UInt8](repeating: UInt8(window - Self.block + 1), count: 1 << Int(Self.hashBits))
    for pattern in patterns {
      insert(pattern)
      for end in Self.block...window {
        let hash = Self.hash(pattern[end - 3], pattern[end - 2], pattern[end - 1])
        leaps[hash] = min(leaps[hash], UInt8(window - end))
      }
    }
    link()
  }

  private mutating func insert(_ pattern: [UInt8]) {
    var state: State = 0
    for byte in pattern {
      let next = longer(state, byte)
      state = next != 0 ? next : add(byte, after: state)
    }
    ends[Int(state)] = Int32(pattern.count)
  }

  private mutating func add(_ byte: UInt8, after state: State) -> State {
    let new = State(lastByte.count)
    lastByte.append(byte)
    firstLonger.append(0)
    sibling.append(firstLonger[Int(state)])
    firstLonger[Int(state)] = new
    fallback.append(0)
    lengths.append(lengths[Int(state)] + 1)
    ends.append(0)
    if state == 0 { first[Int(byte)] = new }
    return new
  }

  /// Sets the fallbacks, the short states' first: a state's own follows from that of the beginning before it.
  private mutating func link() {
    var queue: [State] = [0]
    var index = 0
    while index < queue.count {
      let state = queue[index]
      index += 1
      var next = firstLonger[Int(state)]
      while next != 0 {
        queue.append(next)
        if state != 0 {
          let other = self.next(fallback[Int(state)], lastByte[Int(next)])
          fallback[Int(next)] = other
          ends[Int(next)] = max(ends[Int(next)], ends[Int(other)])
        }
        next = sibling[Int(next)]
      }
    }
  }

  /// The beginning that is longer by `byte`, or 0.
  @inline(__always)
  private func longer(_ state: State, _ byte: UInt8) -> State {
    if state == 0 { return first[Int(byte)] }
    var next = firstLonger[Int(state)]
    while next != 0, lastByte[Int(next)] != byte { next = sibling[Int(next)] }
    return next
  }

  /// The state after one more byte.
  @inline(__always)
  package func next(_ state: State, _ byte: UInt8) -> State {
    var state = state
    while true {
      let next = longer(state, byte)
      if next != 0 || state == 0 { return next }
      state = fallback[Int(state)]
    }
  }

  /// The same state without what can become no more than it is: where no pattern goes on, the next shorter beginning counts.
  package func reduced(_ state: State) -> State {
    var state = state
    while state != 0, firstLonger[Int(state)] == 0 { state = fallback[Int(state)] }
    return state
  }

  /// How many bytes the state stands for.
  package func length(_ state: State) -> Int { Int(lengths[Int(state)]) }

  /// The length of the longest pattern that ends where the state is, 0 for none.
  package func longestEnd(_ state: State) -> Int { Int(ends[Int(state)]) }

  /// The next place from `start` on at which a pattern can begin, given that none has begun before; where the bytes end
  /// within a window, the first place that was not looked at.
  @_optimize(speed)
  package func candidate(in bytes: Span<UInt8>, from start: Int) -> Int {
    var end = start + window
    while end <= bytes.count {
      let leap = leaps[Self.hash(bytes[end - 3], bytes[end - 2], bytes[end - 1])]
      if leap == 0 { break }
      end += Int(leap)
    }
    return end - window
  }

  @inline(__always)
  private static func hash(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
    let block = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
    return Int((block &* 0x9E37_79B1) >> (32 - hashBits))
  }
}
