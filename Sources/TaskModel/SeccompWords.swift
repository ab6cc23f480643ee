extension String {
  /// Calls `body` with each word of a text whose words are separated by spaces and line ends.
  ///
  /// Lists of names are kept as one text, which costs its bytes and nothing else; an array of strings would cost 16 bytes
  /// of data and some code for each of them.
  package func forEachWord(_ body: (String) -> Void) {
    var start = utf8.startIndex
    for index in utf8.indices where utf8[index] <= UInt8(ascii: " ") {
      if start < index { body(String(decoding: utf8[start..<index], as: UTF8.self)) }
      start = utf8.index(after: index)
    }
    if start < utf8.endIndex { body(String(decoding: utf8[start..<utf8.endIndex], as: UTF8.self)) }
  }
}
