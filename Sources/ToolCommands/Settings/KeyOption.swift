internal import ArgumentParser
internal import TaskModel

extension Option where Value == String? {
  /// The option of a key: name, help and word for the value are those of the table of keys.
  /// - Parameter otherDefault: what holds where nobody says otherwise, if it is not what the table says.
  init(_ key: ConfigurationKey, default otherDefault: String? = nil) {
    self.init(name: .customLong(key.optionName), help: key.optionHelp(default: otherDefault))
  }
}

extension Option where Value == [String] {
  /// The option of a key that may be given several times.
  init(_ key: ConfigurationKey) {
    self.init(wrappedValue: [], name: .customLong(key.optionName), parsing: .singleValue, help: key.optionHelp())
  }
}

extension ConfigurationKey {
  fileprivate var optionName: String { String(flag.dropFirst(2)) }

  fileprivate func optionHelp(default otherDefault: String? = nil) -> ArgumentHelp {
    // A list of layers is one word in `warder-init --help`, and longer than a line here.
    let range = row.kind.rangeText.map { $0.replacing(",", with: ", ").replacing(",  ", with: ", ") + "; " } ?? ""
    let facts = "\(range)default \(otherDefault ?? row.defaultDescription)"
    let sentence = row.help.prefix(1).uppercased() + row.help.dropFirst()
    return ArgumentHelp("\(sentence) (\(facts)).", valueName: row.placeholder.lowercased())
  }
}
