internal import LinuxSystem

/// The C entry point, as `warder-init` has one.
@c(warder_integr8s_main)
public func entry(_ count: Int32, _ vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  unsafe ExecutorProgram.run(StartState.arguments(count: count, vector: vector))
}
