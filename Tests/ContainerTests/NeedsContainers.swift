import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Skips where there is no podman, and says so; in CI the tests run all the same, and fail.
  static var needsContainers: Self {
    .enabled(if: ContainerEngine.isExpected, Comment(rawValue: ContainerEngine.whyNot))
  }
}
