internal import LinuxSystem
internal import Supervisor

/// The C entry point. SwiftPM renames `main` to `<module>_main` in executable targets, so that is its name; Embedded Swift
/// has no `CommandLine`, so the arguments are taken as C gives them.
@c(warder_init_main)
public func entry(_ count: Int32, _ vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  unsafe Program.run(arguments: StartState.arguments(count: count, vector: vector))
}
