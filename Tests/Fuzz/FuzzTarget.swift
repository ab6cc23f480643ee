import RandomInput

/// Something that hostile input reaches, and what must hold of it.
struct FuzzTarget: Sendable {
  let name: String
  /// How many of a hundred cases are this target's when all are run.
  let share: Int
  /// Runs a case and says what did not hold. The generator is the case: the same one gives the same input again.
  let run: @Sendable (inout SeededGenerator) -> String?

  /// In the order in which they run. The shares make a hundred.
  static let all: [FuzzTarget] = [
    json, utf8, frameDecoder, outputFramer, runResults, quantity, count, duration, seccompProfile,
  ]
}

/// The number of a case and the seed of all, mixed so that neighbours have nothing in common.
func generator(seed: UInt64, case number: UInt64) -> SeededGenerator {
  var mixer = SeededGenerator(seed: seed)
  var other = SeededGenerator(seed: mixer.next() ^ number)
  return SeededGenerator(seed: other.next())
}

/// A short account of bytes, for reports.
func quoted(_ bytes: [UInt8]) -> String {
  let shown = bytes.prefix(400)
  return String(decoding: shown, as: UTF8.self).debugDescription + (shown.count < bytes.count ? "…" : "")
}
