import Testing

@testable import ToolCommands

@Suite struct ColorChoiceTests {
  /// Each row: what `--color` says, whether it is a terminal, the environment, and what comes of it.
  private static let rows: [(ColorChoice, Bool, [String: String], Bool)] = [
    (.auto, true, [:], true), (.auto, false, [:], false), (.auto, true, ["TERM": "xterm-256color"], true),
    (.auto, true, ["TERM": "dumb"], false), (.auto, true, ["NO_COLOR": "1"], false),
    (.auto, true, ["NO_COLOR": ""], true), (.auto, false, ["CLICOLOR_FORCE": "1"], true),
    (.auto, true, ["TERM": "dumb", "CLICOLOR_FORCE": "1"], true), (.auto, false, ["CLICOLOR_FORCE": "0"], false),
    (.auto, false, ["CLICOLOR_FORCE": ""], false), (.auto, true, ["CLICOLOR": "0"], false),
    (.auto, true, ["CLICOLOR": "1"], true), (.auto, true, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], false),
    (.always, false, ["NO_COLOR": "1", "TERM": "dumb"], true), (.never, true, ["CLICOLOR_FORCE": "1"], false),
  ]

  @Test func theFlagThenTheEnvironmentThenTheTerminal() {
    for (choice, isTerminal, environment, expected) in Self.rows {
      #expect(
        choice.isColored(isTerminal: isTerminal, environment: environment) == expected,
        "\(choice), terminal \(isTerminal), \(environment)")
    }
  }
}
