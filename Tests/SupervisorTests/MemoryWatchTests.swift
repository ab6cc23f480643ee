import RandomInput
import Supervisor
import Testing

@Suite struct MemoryWatchTests {
  private static let mebibyte: UInt64 = 1 << 20

  @Test func looksOftenNearTheLimitAndRarelyFarFromIt() {
    let watch = MemoryWatch(limit: 48 * Self.mebibyte, processors: 1)
    #expect(watch.interval(used: 47 * Self.mebibyte) == MemoryWatch.shortestInterval)
    #expect(watch.interval(used: 60 * Self.mebibyte) == MemoryWatch.shortestInterval)
    // 40 MiB at 5 GB/s.
    #expect(watch.interval(used: 8 * Self.mebibyte) == 8_388_608)
    #expect(MemoryWatch(limit: 1 << 40, processors: 1).interval(used: 0) == MemoryWatch.longestInterval)
    #expect(MemoryWatch(limit: .max, processors: 64).interval(used: 0) == MemoryWatch.longestInterval)
  }

  @Test func aLookComesBeforeTheRoomIsFilled() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<5_000 {
      let processors = Int.random(in: 1...256, using: &generator)
      let limit = UInt64.random(in: 0...1 << 40, using: &generator)
      let used = UInt64.random(in: 0...limit, using: &generator)
      let watch = MemoryWatch(limit: limit, processors: processors)
      let interval = watch.interval(used: used)
      #expect(MemoryWatch.shortestInterval...MemoryWatch.longestInterval ~= interval)
      if interval > MemoryWatch.shortestInterval {
        let filled = Double(interval) / 1e9 * 5e9 * Double(processors)
        #expect(filled <= Double(limit - used) * 1.001)
      }
      #expect(watch.isExceeded(by: used) == (used > limit))
    }
  }

  /// As read on Linux 6.1 in a container of 64 MiB, while 200 MiB were read beside 25 MiB of memory in use: usage, file pages,
  /// usage again.
  @Test(
    arguments: [
      (67_108_864, 2_138_112, 41_902_080), (67_088_384, 7_630_848, 53_202_944), (67_063_808, 4_153_344, 53_567_488),
      (67_055_616, 2_195_456, 7_389_184),
    ] as [(UInt64, UInt64, UInt64)])
  func pagesGivenUpBetweenTwoLooksAreNoMemoryInUse(_ before: UInt64, _ filePages: UInt64, _ after: UInt64) {
    let watch = MemoryWatch(limit: 48 * Self.mebibyte, processors: 1)
    // One look at each would end the script.
    #expect(watch.isExceeded(by: MemoryWatch.used(before, afterwards: before, filePages: filePages)))
    #expect(!watch.isExceeded(by: MemoryWatch.used(before, afterwards: after, filePages: filePages)))
  }

  @Test func theReserveLeavesMostOfTheLimit() {
    #expect(MemoryWatch.reserve(ofLimit: 64 * Self.mebibyte, processors: 2) == 16 * Self.mebibyte)
    #expect(MemoryWatch.reserve(ofLimit: 32 * Self.mebibyte, processors: 2) == 8 * Self.mebibyte)
    #expect(MemoryWatch.reserve(ofLimit: 1 << 30, processors: 2) == 20 * Self.mebibyte)
    #expect(MemoryWatch.reserve(ofLimit: 1 << 30, processors: 64) == 64 * Self.mebibyte)
    for power in 0..<60 {
      for processors in [0, 1, 7, 100_000] {
        #expect(MemoryWatch.reserve(ofLimit: 1 << UInt64(power), processors: processors) <= 1 << UInt64(power) / 4)
      }
    }
  }
}

@Suite struct MemoryPlanTests {
  private static let mebibyte: UInt64 = 1 << 20
  private let own = MemoryLevel(directory: "/own", limit: 64 * mebibyte, usage: mebibyte)
  private let unlimited = MemoryLevel(directory: "/own", limit: nil, usage: mebibyte)
  private let above = MemoryLevel(directory: "/above", limit: 512 * mebibyte, usage: 500 * mebibyte)

  private func plan(_ wanted: UInt64?, _ levels: [MemoryLevel], isAlone: Bool) -> MemoryPlan {
    MemoryPlan(wanted: wanted.map { $0 * Self.mebibyte }, levels: levels, isAlone: isAlone, processors: 1)
  }

  @Test func inAContainerTheCgroupSaysItAll() {
    let plan = plan(nil, [own], isAlone: true)
    #expect(plan.directory == "/own")
    #expect(plan.limit == 48 * Self.mebibyte)
    #expect(plan.isExclusive)
    #expect(plan.treeLimit == nil)
    #expect(plan.weakness == nil)
  }

  @Test func anExplicitLimitOnlyLowersTheCgroups() {
    #expect(plan(20, [own], isAlone: true).limit == 20 * Self.mebibyte)
    #expect(plan(60, [own], isAlone: true).limit == 48 * Self.mebibyte)
    let counted = plan(20, [unlimited], isAlone: true)
    #expect(counted.limit == 20 * Self.mebibyte)
    #expect(counted.isExclusive)
    #expect(counted.weakness == nil)
  }

  @Test func theLevelThatIsFullFirstCounts() {
    let plan = plan(nil, [own, above], isAlone: true)
    #expect(plan.directory == "/above")
    #expect(!plan.isExclusive)
    #expect(plan.weakness != nil)
  }

  @Test func amongOthersTheTreeIsSummedUp() {
    let plan = plan(20, [own], isAlone: false)
    #expect(plan.directory == "/own")
    #expect(plan.directoryLimit == 48 * Self.mebibyte)
    #expect(plan.treeLimit == 20 * Self.mebibyte)
    #expect(plan.limit == 20 * Self.mebibyte)
    #expect(!plan.isExclusive)
    #expect(plan.weakness != nil)
  }

  @Test func withoutAnyLimitThereIsNoWatch() {
    for levels in [[], [unlimited]] {
      let plan = plan(nil, levels, isAlone: true)
      #expect(plan.limit == nil)
      #expect(plan.weakness != nil)
    }
    #expect(plan(20, [], isAlone: false).treeLimit == 20 * Self.mebibyte)
  }
}
