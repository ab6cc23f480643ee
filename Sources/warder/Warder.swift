import ArgumentParser
import ToolCommands

@main
struct Warder {
  /// On the main actor, so that what stands before the first `await` runs on the process's first thread.
  @MainActor
  static func main() async {
    WarderCommand.runOnThisThread()
    await WarderCommand.main()
  }
}
