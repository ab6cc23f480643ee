internal import WarderFrames

extension TaskSpecification.File {
  private enum CodingKeys: String, CodingKey {
    case path
    case base64 = "b64"
  }

  /// Bytes as base64: an array of numbers would have four times their size.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    var text: [UInt8] = []
    Base64.append(bytes.span, to: &text)
    try container.encode(String(decoding: text, as: UTF8.self), forKey: .base64)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let text = try container.decode(String.self, forKey: .base64)
    guard let bytes = Base64.decode(Array(text.utf8).span) else {
      throw DecodingError.dataCorruptedError(forKey: .base64, in: container, debugDescription: "no base64")
    }
    self.init(path: try container.decode(String.self, forKey: .path), bytes: bytes)
  }
}
