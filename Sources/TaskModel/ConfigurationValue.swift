/// A value of the configuration, already checked against its key's grammar and range.
package enum ConfigurationValue: Sendable {
  /// Milliseconds, bytes or a count, as the key's unit says.
  case number(Int64)
  /// In place of a number: what the container's own limits allow.
  case automatic
  /// The index of one of the key's choices.
  case choice(Int)
  case text(String)
  /// Paths or names.
  case texts([String])
  /// The script's arguments, or `NAME=VALUE` assignments: bytes, because neither need be UTF-8.
  case byteStrings([[UInt8]])
  case layers(IsolationLayers)

  /// The value as `--print-config` and messages show a scalar; lists are joined with commas.
  package func text(for kind: ValueKind) -> String {
    switch (self, kind) {
    case (.number(let number), .number(let unit, _, _, let zero)): unit.format(number, zero: zero)
    case (.automatic, _): ZeroMeaning.automaticWord
    case (.choice(let index), .choice(let choices)), (.choice(let index), .choiceOrPath(let choices, _)): choices[index]
    case (.text(let text), _): text
    case (.texts(let words), .command): words.isEmpty ? RelayCommand.offWord : Text.joined(words, " ")
    case (.texts(let texts), _): Text.joined(texts)
    case (.byteStrings(let items), _): Text.joined(items.map { String(repairing: $0) })
    case (.layers(let layers), _): Text.joined(layers.names)
    case (.number(let number), _): ("\(number)" as Words).text
    case (.choice(let index), _): ("\(index)" as Words).text
    }
  }
}

/// What kind of value a key has; says its grammar, its range and the order of its values from tight to loose.
package enum ValueKind: Sendable {
  /// A number between two bounds, both allowed; where zero means `off` it is allowed besides.
  case number(NumberUnit, minimum: Int64, maximum: Int64, zero: ZeroMeaning)
  /// One of the names, which stand from tight to loose.
  case choice([String])
  /// A choice one of whose names, the one at the index, stands for files: the value is an absolute path in its place.
  case choiceOrPath([String], pathIndex: Int)
  case text(TextRule)
  /// A list of absolute paths, separated by commas in a variable or a flag.
  case paths
  /// A list of the names of environment variables, separated likewise.
  case names
  /// A list of names of environment variables and of absolute paths, separated likewise.
  case secretSources
  /// One or two of `fd:N` and absolute paths, separated likewise.
  case logTargets
  /// A program and its arguments, or `off`: words separated by blanks; in a file an array of them.
  case command
  /// The script's arguments: one for each flag; a JSON array in a variable.
  case arguments
  /// Environment variables: one `NAME=VALUE` for each flag; a JSON object in a variable.
  case assignments
  /// A set of isolation layers out of the given ones. It is looser with fewer members (`require`) or with more (`disable`).
  case layers(IsolationLayers, looser: LooserSet)
}

/// What a number counts, which decides how it is written.
package enum NumberUnit: UInt8, Sendable {
  /// Written as a duration.
  case milliseconds
  /// Written as a quantity.
  case bytes
  case count

  /// The number that a text says.
  func parse(_ text: String) throws(ValueError) -> Int64 {
    let problem: String
    switch self {
    case .milliseconds:
      do { return try WallDuration.parse(text).wholeMilliseconds } catch { problem = error.message }
    case .bytes:
      do { return try Quantity.parse(text) } catch { problem = error.message }
    case .count:
      do { return try Count.parse(text) } catch { problem = error.message }
    }
    throw ValueError(.malformed, text.utf8.isEmpty ? "\(problem)" : "\(problem) (in \(quoted: text))")
  }

  /// The text of a number, which must not be negative.
  func format(_ number: Int64, zero: ZeroMeaning = .literal) -> String {
    if number == 0, zero.isOff { return "off" }
    switch self {
    case .milliseconds: return WallDuration.format(.milliseconds(number))
    case .bytes: return Quantity.format(number)
    case .count: return ("\(number)" as Words).text
    }
  }

  /// What a file may have in place of a number of the unit, for messages.
  var expectation: String {
    switch self {
    case .milliseconds: "a string with a unit such as \"30s\""
    case .bytes: "a string such as \"64Mi\", or a number"
    case .count: "a number"
    }
  }
}

/// What zero means to a key of numbers.
package enum ZeroMeaning: UInt8, Sendable {
  /// Zero is a value like any other: nothing is allowed, or it happens at once.
  case literal
  /// Zero, also written `off`, switches the limit off: it is looser than every number.
  case off
  /// The same, and `auto` is allowed besides: what the container's own limits leave, or what a ceiling does if that is less.
  case offOrAutomatic

  var isOff: Bool { self != .literal }

  static let automaticWord = "auto"
}

/// Which way a set of layers gets looser.
package enum LooserSet: UInt8, Sendable {
  case withFewer, withMore
}

/// What a text value may look like.
package enum TextRule: UInt8, Sendable {
  /// In a file: a path inside the task directory. In a variable or a flag: any path, `-` being standard input.
  case script
  /// A path inside the task directory.
  case inputFile
  case runtimeName
  case identifier
  case variableName
  /// Any path.
  case path
  /// An absolute path.
  case directory
  /// `off`, a path inside the working directory, or one beneath the temporary directory.
  case artifactDirectory
  /// `auto`, `none` or an absolute path.
  case messageTarget
}
