import RandomInput
import TaskModel

extension FuzzTarget {
  /// Durations as people write them: what is read is no less than zero, and what is written is read back.
  static let duration = FuzzTarget(name: "duration", share: 10) { generator in
    let text = generator.numericText(suffixes: ["h", "m", "s", "ms", "ms", "s", "", "d", "us", "M"])
    do throws(DurationError) {
      let duration = try WallDuration.parse(text)
      if duration < .zero { return "a negative duration: \(text.debugDescription)" }
      let written = WallDuration.format(duration)
      let back = try? WallDuration.parse(written)
      if back != duration { return "\(text.debugDescription) is written as \(written), which is not the same" }
    } catch {
      if error.message.isEmpty { return "no message: \(text.debugDescription)" }
    }
    return nil
  }
}
