package import WarderFrames

/// How much may still come back, and what has. Pure bookkeeping: it is told sizes and answers.
package struct ArtifactLedger: Sendable {
  /// The most entries, directories included, that are looked at.
  package static let mostEntries = 4096
  /// The most levels of directories, the artifact directory itself being the first.
  package static let mostLevels = 32
  /// The most refusals that are named.
  package static let mostNamed = 16
  /// What the event of one refusal weighs at most.
  static let refusalCharge: UInt64 = 1600

  /// `artifact_limit` and `artifact_file_limit`.
  package let totalLimit: UInt64
  package let fileLimit: UInt64
  /// What the log may weigh with the files in it, and with the refusals besides.
  package let chargeLimit: UInt64
  package let refusalChargeLimit: UInt64

  package private(set) var totals = ArtifactTotals()
  package private(set) var entriesLeft = Self.mostEntries
  private var named = 0

  package init(totalLimit: UInt64, fileLimit: UInt64, chargeLimit: UInt64, refusalChargeLimit: UInt64) {
    self.totalLimit = totalLimit
    self.fileLimit = fileLimit
    self.chargeLimit = chargeLimit
    self.refusalChargeLimit = refusalChargeLimit
  }

  /// Counts an entry that is looked at.
  package mutating func look() { entriesLeft -= 1 }

  /// Why a regular file is too much, nil where there is room for the whole of it: half a file helps nobody.
  ///
  /// - Parameters:
  ///   - growth: how many times longer the contents may become on their way into the log.
  ///   - logCharge: what the log weighs so far.
  package func refusal(
    of name: ArtifactName, bytes: UInt64, growth: UInt64 = 1, logCharge: UInt64
  ) -> ArtifactRefusal? {
    if bytes > fileLimit { return .fileLimit }
    if bytes > totalLimit - min(totalLimit, UInt64(totals.bytes)) { return .totalLimit }
    let (charge, overflow) = logCharge.addingReportingOverflow(FrameEncoder.artifactCharge(name, bytes: bytes * growth))
    return overflow || charge > chargeLimit ? .logLimit : nil
  }

  /// Counts a file that came back whole.
  /// - Parameter bytes: what the log has of it.
  package mutating func accept(bytes: UInt64) {
    totals.files += 1
    totals.bytes += Int64(bytes)
  }

  /// Counts what does not come back.
  /// - Returns: whether there is room to name it.
  package mutating func refuse(_ count: Int, logCharge: UInt64) -> Bool {
    totals.refused += Int64(count)
    guard named < Self.mostNamed, logCharge + Self.refusalCharge <= refusalChargeLimit else { return false }
    named += 1
    return true
  }
}

/// The names of a directory that come first by their bytes, out of any number of names in any order, in bounded memory: so
/// the same files come back every time, however many there are.
package struct NameSelection: Sendable {
  private let most: Int
  private var kept: [[UInt8]] = []
  /// How many names were left out.
  package private(set) var others = 0

  /// - Parameter most: how many names to keep.
  package init(most: Int) {
    self.most = max(0, most)
  }

  package mutating func add(_ name: [UInt8]) {
    kept.append(name)
    if kept.count >= 2 * most + 64 { cut() }
  }

  /// The names kept, in their order.
  package mutating func finish() -> [[UInt8]] {
    cut()
    return kept
  }

  private mutating func cut() {
    kept.sort { $0.lexicographicallyPrecedes($1) }
    guard kept.count > most else { return }
    others += kept.count - most
    kept.removeLast(kept.count - most)
  }
}
