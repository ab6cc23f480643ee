import ArgumentParser
import ToolCommands

@main
struct Warder {
  static func main() async {
    await WarderCommand.main()
  }
}
