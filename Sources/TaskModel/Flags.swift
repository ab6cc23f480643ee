internal import JSON

/// What the command line asks for.
package enum Invocation: Sendable {
  case run(ParsedFlags)
  case help
  case version
  /// Show the effective configuration instead of running anything.
  case printConfiguration(ParsedFlags)
  /// Say what would hold here and now, instead of running anything.
  case check(ParsedFlags, asJSON: Bool)
  /// Copy the executable into a directory.
  case install(directory: String)
}

/// The fourth layer.
package struct ParsedFlags: Sendable {
  package let layer: ParsedLayer

  package init(layer: ParsedLayer) {
    self.layer = layer
  }

  /// The file that `--policy` names.
  package var policyPath: String? {
    guard case .text(let path)? = layer.setting(of: .policy)?.value else { return nil }
    return path
  }
}

/// The flags that do something else than set a key.
enum ActionFlag: CaseIterable {
  case help, version, printConfiguration, check, install

  var flag: String {
    switch self {
    case .help: "--help"
    case .version: "--version"
    case .printConfiguration: "--print-config"
    case .check: "--check"
    case .install: "--install"
    }
  }

  /// The word for the value, nil for a flag without one.
  var placeholder: String? {
    switch self {
    case .install: "DIR"
    case .help, .version, .printConfiguration, .check: nil
    }
  }

  /// The flag and its value as `--help` shows them.
  var usage: String {
    if self == .check { return flag + "[=json]" }
    return Text.joined([flag] + (placeholder.map { [$0] } ?? []), " ")
  }

  var help: String {
    switch self {
    case .help: "print this text"
    case .version: "print the version"
    case .printConfiguration: "print the effective configuration, with the layer of each value, as JSON"
    case .check:
      "try out what would hold here and now, and say what passes, what could be better and what fails; status 1 if anything does"
    case .install: "copy this executable into DIR, as warder-init"
    }
  }
}

/// Reads the arguments after the program's name: `[OPTIONS] [-- SCRIPT-ARGS…]`, GNU long options as `--key value` or
/// `--key=value`.
///
/// An empty value makes an empty list of a list key, which is how a flag takes back what a lower layer listed.
package func parseArguments(_ arguments: [[UInt8]]) throws(ConfigurationError) -> Invocation {
  var parser = FlagParser(arguments: arguments)
  return try parser.parse()
}

private struct FlagParser {
  let arguments: [[UInt8]]
  var position = 0
  var scalars: [ConfigurationSetting] = []
  var lists: [(key: ConfigurationKey, items: [[UInt8]])] = []
  var printsConfiguration = false
  var check: CheckForm?

  enum CheckForm { case table, json }

  init(arguments: [[UInt8]]) {
    self.arguments = arguments
  }

  mutating func parse() throws(ConfigurationError) -> Invocation {
    while position < arguments.count {
      let argument = arguments[position]
      position += 1
      guard argument.begin(with: "--") else { throw notAnOption(argument) }
      if argument.count == 2 {
        append(Array(arguments[position...]), to: .arguments)
        break
      }
      let split = argument.firstIndex(of: ASCII.equals)
      let name = String(repairing: argument.part(0, split ?? argument.count))
      let attached = split.map { argument.part($0 + 1, argument.count) }

      if let action = ActionFlag.allCases.first(where: { $0.flag.hasSameBytes(as: name) }) {
        if let invocation = try perform(action, attached) { return invocation }
      } else if let key = ConfigurationKey(flag: name) {
        try set(key, to: try value(of: name, attached))
      } else {
        throw unknown(name)
      }
    }
    let flags = ParsedFlags(layer: try finish())
    if let check { return .check(flags, asJSON: check == .json) }
    return printsConfiguration ? .printConfiguration(flags) : .run(flags)
  }

  private mutating func perform(_ action: ActionFlag, _ attached: [UInt8]?) throws(ConfigurationError) -> Invocation? {
    let origin = ConfigurationOrigin.flag(action.flag)
    if action.placeholder == nil, action != .check, attached != nil {
      throw ConfigurationError(.malformed, at: origin, "the flag takes no value")
    }
    switch action {
    case .help: return .help
    case .version: return .version
    case .printConfiguration:
      printsConfiguration = true
      return nil
    case .check:
      if let attached, !attached.areBytes(of: "json") {
        throw ConfigurationError(.malformed, at: origin, "expected nothing or json, found \(quoted: attached)")
      }
      check = attached == nil ? .table : .json
      return nil
    case .install:
      let directory = try value(of: action.flag, attached)
      guard position == arguments.count, scalars.isEmpty, lists.isEmpty, !printsConfiguration else {
        throw ConfigurationError(.conflict, at: origin, "the flag stands alone: it runs no script")
      }
      guard let path = String(exactly: directory), !path.utf8.isEmpty else {
        throw ConfigurationError(.malformed, at: origin, "expected a directory, found \(quoted: directory)")
      }
      return .install(directory: path)
    }
  }

  /// The value after `=`, or the next argument unless that is an option itself.
  private mutating func value(of flag: String, _ attached: [UInt8]?) throws(ConfigurationError) -> [UInt8] {
    if let attached { return attached }
    guard position < arguments.count else {
      throw ConfigurationError(.missing, at: .flag(flag), "expected a value, found the end of the command line")
    }
    let next = arguments[position]
    if next.begin(with: "--") {
      throw ConfigurationError(
        .missing, at: .flag(flag),
        "expected a value, found the option \(quoted: next); a value that begins with -- is written \(flag)=VALUE")
    }
    position += 1
    return next
  }

  private mutating func set(_ key: ConfigurationKey, to bytes: [UInt8]) throws(ConfigurationError) {
    let kind = key.row.kind
    switch kind {
    case .arguments, .assignments:
      // An empty argument is an argument; an empty assignment can only mean none.
      append(bytes.isEmpty && key == .environment ? [] : [bytes], to: key)
    case .paths, .names, .secretSources, .logTargets, .layers:
      append(ConfigurationValue.commaSeparated(bytes), to: key)
    case .number, .choice, .choiceOrPath, .text, .command:
      let origin = ConfigurationOrigin.flag(key.flag)
      guard !scalars.contains(where: { $0.key == key }) else {
        throw ConfigurationError(.duplicate, at: origin, "the flag is given twice")
      }
      do {
        let value = try ConfigurationValue.parse(try ConfigurationValue.utf8(bytes), as: kind, inFile: false)
        scalars.append(ConfigurationSetting(key: key, value: value, origin: origin))
      } catch {
        throw ConfigurationError(error, at: origin)
      }
    }
  }

  private mutating func append(_ items: [[UInt8]], to key: ConfigurationKey) {
    for index in lists.indices where lists[index].key == key {
      lists[index].items += items
      return
    }
    lists.append((key, items))
  }

  private func finish() throws(ConfigurationError) -> ParsedLayer {
    var layer = ParsedLayer(.flags, settings: scalars)
    for list in lists {
      let origin = ConfigurationOrigin.flag(list.key.flag)
      do {
        let value = try ConfigurationValue.list(of: list.items, as: list.key.row.kind)
        layer.append(ConfigurationSetting(key: list.key, value: value, origin: origin))
      } catch {
        throw ConfigurationError(error, at: origin)
      }
    }
    return layer
  }

  private func notAnOption(_ argument: [UInt8]) -> ConfigurationError {
    if argument.count > 1, argument[0] == ASCII.hyphen {
      return unknown(String(repairing: argument))
    }
    return ConfigurationError(
      .unknownName, at: .commandLine,
      "expected an option, found \(quoted: argument); arguments of the script stand after --")
  }

  private func unknown(_ name: String) -> ConfigurationError {
    let known = ActionFlag.allCases.map { $0.flag } + ConfigurationKey.names(for: .flags)
    let suggestion = Text.suggestion(for: name, among: known, common: 2, otherwise: "; --help lists the options")
    return ConfigurationError(.unknownName, at: .commandLine, "there is no option \(quoted: name)\(suggestion)")
  }
}
