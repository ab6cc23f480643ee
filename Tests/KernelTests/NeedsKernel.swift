import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Skips where there is no second kernel, and says so; in CI the tests run all the same, and fail.
  static var needsKernel: Self {
    .enabled(if: VirtualMachine.isExpected, Comment(rawValue: VirtualMachine.whyNot))
  }
}

/// The layers that a kernel without Landlock can have, for `--require`.
let requiredWithoutLandlock = ["--require", "capabilities,no_new_privs,seccomp,rlimits"]
