import ArgumentParser
import ToolCommands

@main
struct Warder {
  static func main() {
    WarderCommand.main()
  }
}
