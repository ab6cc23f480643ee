

/// The C entry point. SwiftPM renames `main` to `<module>_main` in executable targets, so that is its name.
@c(warder_init_main)
public func entry(_ count: Int32, _ vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  0
}
