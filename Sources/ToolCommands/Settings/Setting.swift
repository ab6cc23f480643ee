internal import TaskModel

/// A value for a key of the configuration, as a person wrote it.
struct Setting: Equatable, Sendable {
  let key: ConfigurationKey
  let text: String

  /// As a flag of `warder-init`: in one word, so that a value may begin with dashes.
  var flag: String { "\(key.flag)=\(text)" }
}

extension [Setting] {
  /// What was given: a list once for each time that it was.
  init(_ single: [(ConfigurationKey, String?)], _ lists: [(ConfigurationKey, [String])] = []) {
    self =
      single.compactMap { key, text in text.map { Setting(key: key, text: $0) } }
      + lists.flatMap { key, texts in texts.map { Setting(key: key, text: $0) } }
  }

  /// In the order of the table of keys; values of one key in the order in which they were given.
  var inTableOrder: [Setting] {
    enumerated().sorted { ($0.element.key.rawValue, $0.offset) < ($1.element.key.rawValue, $1.offset) }.map(\.element)
  }
}
