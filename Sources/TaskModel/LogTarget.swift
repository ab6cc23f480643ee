/// One of the places that the frames go to.
package enum LogTarget: Sendable {
  case descriptor(Int32)
  case path(String)

  /// The same frames go to this many places at most.
  static let most = 2

  /// `fd:N` or an absolute path, nil for anything else. 0 is not allowed: it is the standard input.
  package init?(_ text: String) {
    let bytes = text.bytes
    if bytes.first == ASCII.slash {
      self = .path(text)
      return
    }
    guard bytes.begin(with: "fd:"), let number = try? Count.parse(String(repairing: bytes.part(3, bytes.count))),
      1...255 ~= number
    else { return nil }
    self = .descriptor(Int32(number))
  }

  /// As the configuration spells it.
  package var text: String {
    switch self {
    case .descriptor(let number): ("fd:\(number)" as Words).text
    case .path(let path): path
    }
  }
}
