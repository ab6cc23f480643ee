import Foundation
import RandomInput
import Testing
import WarderFrames

@testable import Supervisor

@Suite struct ArtifactLedgerTests {
  private static func name(_ text: String) throws -> ArtifactName { try #require(ArtifactName(Array(text.utf8))) }

  private static func ledger(
    total: UInt64 = 1000, file: UInt64 = 600, charge: UInt64 = 100_000
  ) -> ArtifactLedger {
    ArtifactLedger(totalLimit: total, fileLimit: file, chargeLimit: charge, refusalChargeLimit: charge + 10_000)
  }

  @Test func limitsAreReachedAndNotPassed() throws {
    var ledger = Self.ledger()
    let name = try Self.name("a")
    #expect(ledger.refusal(of: name, bytes: 600, logCharge: 0) == nil)
    #expect(ledger.refusal(of: name, bytes: 601, logCharge: 0) == .fileLimit)
    #expect(ledger.refusal(of: name, bytes: .max, logCharge: 0) == .fileLimit)
    ledger.accept(bytes: 600)
    #expect(ledger.refusal(of: name, bytes: 400, logCharge: 0) == nil)
    #expect(ledger.refusal(of: name, bytes: 401, logCharge: 0) == .totalLimit)
    // What is too large for the rest does not keep a smaller one out.
    ledger.accept(bytes: 400)
    #expect(ledger.refusal(of: name, bytes: 0, logCharge: 0) == nil)
    #expect(ledger.totals == ArtifactTotals(files: 2, bytes: 1000))
  }

  @Test func theLogsRoomIsForWholeFiles() throws {
    let ledger = Self.ledger()
    let name = try Self.name("a")
    let charge = FrameEncoder.artifactCharge(name, bytes: 500)
    #expect(ledger.refusal(of: name, bytes: 500, logCharge: 100_000 - charge) == nil)
    #expect(ledger.refusal(of: name, bytes: 500, logCharge: 100_000 - charge + 1) == .logLimit)
    #expect(ledger.refusal(of: name, bytes: 500, logCharge: .max) == .logLimit)
    let endless = Self.ledger(total: 1 << 50, file: 1 << 50)
    #expect(endless.refusal(of: name, bytes: 1 << 40, logCharge: 0) == .logLimit)
  }

  @Test func refusalsAreCountedAndTheFirstAreNamed() {
    var ledger = Self.ledger()
    var named = 0
    for _ in 0..<1000 where ledger.refuse(1, logCharge: 0) { named += 1 }
    #expect(named == ArtifactLedger.mostNamed)
    #expect(ledger.totals.refused == 1000)
    _ = ledger.refuse(99_000, logCharge: 0)
    #expect(ledger.totals.refused == 100_000)
    // Without room in the log nothing is named, and the count goes on.
    var full = Self.ledger()
    let isNamed = full.refuse(1, logCharge: 109_000)
    #expect(!isNamed && full.totals.refused == 1)
  }

  @Test func theFirstNamesAreKeptWhateverTheirOrder() {
    for seed in 0..<50 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let names = (0..<generator.size(below: 600)).map { _ in generator.bytes(count: 1 + generator.size(below: 5)) }
      let most = generator.size(below: 100)
      let sorted = names.sorted { $0.lexicographicallyPrecedes($1) }
      for order in [names, names.reversed(), sorted] {
        var selection = NameSelection(most: most)
        for name in order { selection.add(name) }
        let kept = selection.finish()
        #expect(kept == Array(sorted.prefix(most)), "seed \(seed)")
        #expect(selection.others == max(0, names.count - most), "seed \(seed)")
      }
    }
  }

  @Test func everyRefusalHasAWordOfItsOwn() {
    let words = (ArtifactRefusal.allButFailed + [.failed(5)]).map(\.word)
    #expect(Set(words).count == words.count)
  }

  /// docs/artifacts.md explains each of them, and has the bounds of the code.
  @Test func theDocumentSaysTheSame() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../docs/artifacts.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    for refusal in ArtifactRefusal.allButFailed + [.failed(5)] {
      #expect(text.contains("`\(refusal.word)`"), "\(refusal.word)")
    }
    #expect(text.contains("| entries | 4,096 |") && ArtifactLedger.mostEntries == 4096)
    #expect(text.contains("| levels | \(ArtifactLedger.mostLevels) |"))
    #expect(text.contains("name the first \(ArtifactLedger.mostNamed) of them"))
  }
}
