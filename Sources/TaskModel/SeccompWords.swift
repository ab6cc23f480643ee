internal import JSON

extension String {
  /// The words of a text that has spaces or line ends between them.
  ///
  /// Lists of names are kept as one text, which costs its bytes and nothing else; an array literal of strings would cost
  /// 16 bytes of data and some code for each of them.
  package var words: [String] {
    var words: [String] = []
    var word: [UInt8] = []
    for byte in utf8 {
      if byte > UInt8(ascii: " ") {
        word.append(byte)
      } else if !word.isEmpty {
        words.append(String(decoding: word, as: UTF8.self))
        word.removeAll(keepingCapacity: true)
      }
    }
    if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
    return words
  }

  /// Which of the words is `word`, counted from 0, or nil where none is.
  package func position(ofWord word: String) -> Int? {
    for (position, candidate) in words.enumerated() where candidate.hasSameBytes(as: word) { return position }
    return nil
  }
}
