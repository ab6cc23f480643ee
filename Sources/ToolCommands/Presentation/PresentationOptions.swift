internal import ArgumentParser

/// The options of every command that shows something to a person.
struct PresentationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Use colours: auto, always or never.",
      discussion: "auto: on a terminal, unless NO_COLOR, CLICOLOR or TERM say otherwise; CLICOLOR_FORCE: everywhere.",
      valueName: "when"))
  var color = ColorChoice.auto

  var presentation: Presentation { Presentation(color: color) }
}
