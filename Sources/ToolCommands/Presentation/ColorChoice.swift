internal import ArgumentParser

/// Whether to use colours: what `--color` says.
enum ColorChoice: String, CaseIterable, Sendable, ExpressibleByArgument {
  /// On a terminal, unless the environment says otherwise.
  case auto
  /// Also into a pipe or a file.
  case always
  /// Nowhere.
  case never

  /// Whether text for a stream is coloured.
  ///
  /// The flag outranks the environment. There NO_COLOR (no-color.org: set, and not empty) outranks CLICOLOR_FORCE (set, and
  /// not 0), and both outrank what the stream is; CLICOLOR=0 and TERM=dumb speak for terminals only (bixense.com/clicolors).
  func isColored(isTerminal: Bool, environment: [String: String]) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto: break
    }
    if environment["NO_COLOR"]?.isEmpty == false { return false }
    if let forced = environment["CLICOLOR_FORCE"], !forced.isEmpty, forced != "0" { return true }
    return isTerminal && environment["CLICOLOR"] != "0" && environment["TERM"] != "dumb"
  }
}

/// What a piece of text is, for its colour.
enum Ink: String, Sendable {
  case success = "32"
  case failure = "31"
  case warning = "33"
  /// What a script wrote to its standard error.
  case errorStream = "91"
  /// What need not catch the eye.
  case faint = "2"
  case strong = "1"

  /// The text in its colour, by an escape sequence of ECMA-48 (SGR) and the one that ends it.
  func paint(_ text: String) -> String {
    text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
  }
}
