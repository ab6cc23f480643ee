/// A value of the configuration, already checked against its key's grammar and range.
package enum ConfigurationValue: Sendable {
  case duration(Duration)
  /// Bytes or a count.
  case number(Int64)
  /// The index of one of the key's choices.
  case choice(Int)
  case text(String)
  /// Paths or names.
  case texts([String])
  /// The script's arguments, or `NAME=VALUE` assignments: bytes, because neither need be UTF-8.
  case byteStrings([[UInt8]])
  case layers(IsolationLayers)
}

/// What zero means to a key of durations or numbers.
package enum ZeroMeaning: Sendable {
  /// Zero is a value like any other: nothing is allowed, or it happens at once.
  case literal
  /// Zero, also written `off`, switches the limit off: it is looser than every number.
  case off
}

/// What kind of value a key has; says its grammar, its range and the order of its values from tight to loose.
package enum ValueKind: Sendable {
  /// Between two durations, both allowed; where zero means `off` it is allowed besides.
  case duration(minimum: Duration, maximum: Duration, zero: ZeroMeaning)
  /// A number of bytes between two bounds.
  case bytes(minimum: Int64, maximum: Int64, zero: ZeroMeaning)
  case count(minimum: Int64, maximum: Int64)
  /// One of the names, which stand from tight to loose.
  case choice([String])
  case text(TextRule)
  /// A list of absolute paths, separated by commas in a variable or a flag.
  case paths
  /// A list of the names of environment variables, separated likewise.
  case names
  /// The script's arguments: one for each flag; a JSON array in a variable.
  case arguments
  /// Environment variables: one `NAME=VALUE` for each flag; a JSON object in a variable.
  case assignments
  /// A set of isolation layers out of the given ones. It is looser with fewer members (`require`) or with more (`disable`).
  case layers(IsolationLayers, looser: LooserSet)

  /// Whether a flag of this kind may be given several times, each adding to the list.
  var isList: Bool {
    switch self {
    case .paths, .names, .arguments, .assignments, .layers: true
    case .duration, .bytes, .count, .choice, .text: false
    }
  }
}

/// Which way a set of layers gets looser.
package enum LooserSet: Sendable {
  case withFewer, withMore
}

/// What a text value may look like.
package enum TextRule: Sendable {
  /// In a file: a path inside the task directory. In a variable or a flag: any path, `-` being standard input.
  case script
  /// A path inside the task directory.
  case inputFile
  case runtimeName
  case identifier
  case variableName
  /// Any path.
  case path
  /// `fd:N`.
  case logTarget
  /// `auto`, `none` or an absolute path.
  case messageTarget
}

extension ConfigurationValue {
  /// The value as `--print-config` and messages show a scalar; lists are joined with commas.
  package func text(for kind: ValueKind) -> String {
    switch (self, kind) {
    case (.duration(let duration), .duration(_, _, let zero)):
      duration == .zero && zero == .off ? "off" : WallDuration.format(duration)
    case (.duration(let duration), _): WallDuration.format(duration)
    case (.number(let number), .bytes(_, _, let zero)):
      number == 0 && zero == .off ? "off" : Quantity.format(number)
    case (.number(let number), _): "\(number)"
    case (.choice(let index), .choice(let choices)): choices[index]
    case (.choice(let index), _): "\(index)"
    case (.text(let text), _): text
    case (.texts(let texts), _): Text.joined(texts)
    case (.byteStrings(let items), _): Text.joined(items.map { String(decoding: $0, as: UTF8.self) })
    case (.layers(let layers), _): Text.joined(layers.names)
    }
  }
}
