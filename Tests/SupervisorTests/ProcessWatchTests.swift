import RandomInput
import Supervisor
import Testing

@Suite struct ProcessWatchTests {
  private let watch = ProcessWatch(processes: 128, threads: 1_024)

  @Test func aCountIsNeededOnlyWhereThereCouldBeTooMany() {
    #expect(!watch.needsCount(atMost: 128))
    #expect(watch.needsCount(atMost: 129))
    #expect(!ProcessWatch(processes: nil, threads: 10).needsCount(atMost: 10))
    #expect(!ProcessWatch(processes: nil, threads: nil).needsCount(atMost: .max))
  }

  @Test func whatIsAllowedIsNotTooMuch() {
    #expect(watch.excess(processes: 128, threads: 1_024) == nil)
    #expect(watch.excess(processes: 129, threads: 129) == .processes)
    #expect(watch.excess(processes: 1, threads: 1_025) == .threads)
    #expect(ProcessWatch(processes: nil, threads: nil).excess(processes: .max, threads: .max) == nil)
  }

  @Test func looksMoreOftenWhereItGrows() {
    #expect(watch.interval(before: 3, now: 4) == ProcessWatch.calmInterval)
    #expect(watch.interval(before: 3, now: 30) == ProcessWatch.alertInterval)
    #expect(watch.interval(before: 100, now: 100) == ProcessWatch.alertInterval)
    #expect(watch.interval(before: 60, now: 10) == ProcessWatch.calmInterval)
  }

  @Test func birthsAreNeverUndercounted() {
    var counter = BirthCounter(last: 100)
    var asked = 0
    let greatest: () -> UInt64 = {
      asked += 1
      return 32_768
    }
    #expect(counter.births(last: 100, greatest: greatest) == 0)
    #expect(counter.births(last: 107, greatest: greatest) == 7)
    #expect(counter.births(last: 300, greatest: greatest) == 193)
    #expect(asked == 0)
    // The numbers began again.
    #expect(counter.births(last: 299, greatest: greatest) == 32_768 - 300 + 299)
    #expect(asked == 1)
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<2_000 {
      let start = UInt64.random(in: 1...32_768, using: &generator)
      let births = UInt64.random(in: 0...30_000, using: &generator)
      var counter = BirthCounter(last: start)
      #expect(counter.births(last: (start - 1 + births) % 32_768 + 1) { 32_768 } >= births)
    }
  }
}

@Suite struct DiskWatchTests {
  @Test func theEndComesBeforeTheVolumeIsFull() {
    #expect(DiskWatch.reserve(ofSize: 64 << 20) == 4 << 20)
    for power in 0..<63 { #expect(DiskWatch.reserve(ofSize: 1 << UInt64(power)) <= 1 << UInt64(power) / 16) }
  }

  @Test func looksRarelyWhereThereIsRoom() {
    #expect(DiskWatch.interval(room: 0) == 5_000_000)
    #expect(DiskWatch.interval(room: 100 << 20) == 104_857_600)
    #expect(DiskWatch.interval(room: .max) == 250_000_000)
  }
}
