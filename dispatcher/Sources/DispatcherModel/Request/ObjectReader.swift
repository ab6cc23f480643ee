internal import JSON
internal import TaskModel

/// What does not fit in a JSON document, and where.
struct ShapeProblem: Error {
  /// The value's place by names: `files.data.csv`, `runtimes[0].image`.
  var path: String
  /// Its first byte in the document.
  var offset: Int
  var message: String
}

/// A JSON value with its place.
struct JSONPlace {
  let node: JSONNode
  let path: String

  func problem(_ message: String) -> ShapeProblem {
    ShapeProblem(path: path, offset: node.offset, message: message)
  }

  private func expected(_ what: String) -> ShapeProblem { problem("expected \(what), found \(node.value.kind)") }

  func string() throws(ShapeProblem) -> String {
    guard case .string(let text) = node.value else { throw expected("a string") }
    return text
  }

  func bool() throws(ShapeProblem) -> Bool {
    guard case .bool(let value) = node.value else { throw expected("a boolean") }
    return value
  }

  func integer(_ range: ClosedRange<Int64>) throws(ShapeProblem) -> Int64 {
    guard case .number(let number) = node.value else { throw expected("a number") }
    guard let value = number.integer, range.contains(value) else {
      throw problem("expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(number.text)")
    }
    return value
  }

  func items() throws(ShapeProblem) -> [JSONPlace] {
    guard case .array(let nodes) = node.value else { throw expected("an array") }
    return nodes.enumerated().map { JSONPlace(node: $1, path: "\(path)[\($0)]") }
  }

  func strings() throws(ShapeProblem) -> [String] {
    var texts: [String] = []
    for item in try items() { texts.append(try item.string()) }
    return texts
  }

  func members() throws(ShapeProblem) -> [(name: String, place: JSONPlace)] {
    guard case .object(let members) = node.value else { throw expected("an object") }
    return members.map { ($0.name, JSONPlace(node: $0.node, path: path.isEmpty ? $0.name : "\(path).\($0.name)")) }
  }

  /// A duration as text with a unit, or as a number of seconds; in milliseconds.
  func milliseconds() throws(ShapeProblem) -> Int64 {
    switch node.value {
    case .string(let text):
      do { return try WallDuration.parse(text).wholeMilliseconds } catch {
        throw problem("\(error.message), in \"\(text)\"")
      }
    case .number:
      return try integer(0...604_800) * 1000
    default: throw expected("a duration such as \"30s\", or a number of seconds")
    }
  }

  /// A quantity as text, or a number of bytes.
  func bytes() throws(ShapeProblem) -> Int64 {
    switch node.value {
    case .string(let text):
      do { return try Quantity.parse(text) } catch { throw problem("\(error.message), in \"\(text)\"") }
    case .number: return try integer(0...(1 << 50))
    default: throw expected("a quantity such as \"256Mi\", or a number of bytes")
    }
  }
}

/// The members of an object while they are read: each is taken by its name, and what is left over in the end is refused. A
/// member that is null is as good as absent.
struct ObjectReader {
  let place: JSONPlace
  private let names: [String]
  private var left: [String: JSONPlace] = [:]
  private var known: [String] = []

  init(_ place: JSONPlace) throws(ShapeProblem) {
    self.place = place
    let members = try place.members()
    names = members.map(\.name)
    for member in members { left[member.name] = member.place }
  }

  mutating func take(_ name: String) -> JSONPlace? {
    known.append(name)
    guard let place = left.removeValue(forKey: name) else { return nil }
    if case .null = place.node.value { return nil }
    return place
  }

  mutating func need(_ name: String) throws(ShapeProblem) -> JSONPlace {
    guard let found = take(name) else {
      let path = place.path.isEmpty ? name : "\(place.path).\(name)"
      throw ShapeProblem(path: path, offset: place.node.offset, message: "is missing")
    }
    return found
  }

  /// Refuses what nobody took.
  func end() throws(ShapeProblem) {
    guard let name = names.first(where: { left[$0] != nil }), let place = left[name] else { return }
    throw place.problem("there is no such field; there are \(known.sorted().joined(separator: ", "))")
  }
}
