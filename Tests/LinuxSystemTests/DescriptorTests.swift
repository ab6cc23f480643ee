import LinuxSystem
import Testing

/// Descriptors are closed by their owners, each exactly once. Where they are counted, in a process of its own: other tests
/// open some at the same time.
@Suite struct DescriptorTests {
  private static func openDescriptors() throws -> Int {
    let directory = try Files.open("/proc/self/fd", .directory)
    return try directory.listNames(maximumEntries: 10_000).count
  }

  @Test func theCountSeesALeak() async {
    await #expect(processExitsWith: .success) {
      let before = try Self.openDescriptors()
      var leaked = try Files.open("/dev/null")
      let raw = leaked.release()
      #expect(try Self.openDescriptors() == before + 1)
      _ = Descriptor(owning: raw)
      #expect(try Self.openDescriptors() == before)
    }
  }

  @Test func ownersCloseWhatTheyOwn() async {
    await #expect(processExitsWith: .success) {
      let before = try Self.openDescriptors()
      do {
        let pipe = try Pipe()
        let timer = try Timer()
        var poller = Poller()
        try poller.add(pipe.readEnd, token: 1, .readable)
        try poller.add(timer.descriptor, token: 2, .readable)
        #expect(try Self.openDescriptors() == before + 3)
      }
      #expect(try Self.openDescriptors() == before)
    }
  }

  @Test func aFailedOpenNamesTheFile() {
    do {
      _ = try Files.open("/nonexistent/file")
      Issue.record("there is no such file")
    } catch {
      #expect(error.number == ErrorNumber.noSuchFile)
      #expect(error.message == "openat /nonexistent/file: No such file or directory (ENOENT)")
    }
  }

  @Test func anEmptyPipeWouldBlockAndAClosedOneEnds() throws {
    var pipe = try Pipe()
    try pipe.readEnd.setNonblocking(true)
    var buffer = [UInt8](repeating: 0, count: 10)
    guard case .wouldBlock = pipe.readEnd.read(into: &buffer) else {
      Issue.record("nothing was written")
      return
    }
    guard case .bytes(3) = pipe.writeEnd.write([9, 8, 7, 6, 5], from: 2) else {
      Issue.record("three bytes are left from the third on")
      return
    }
    guard case .bytes(3) = pipe.readEnd.read(into: &buffer) else {
      Issue.record("three bytes were written")
      return
    }
    #expect(buffer[..<3] == [7, 6, 5])
    pipe.writeEnd.close()
    guard case .bytes(0) = pipe.readEnd.read(into: &buffer) else {
      Issue.record("the writer is gone")
      return
    }
  }

  @Test func aFileThatIsTooLargeIsRefusedAndNotCut() {
    #expect(throws: SystemCallError.self) { try Files.read("/proc/self/maps", maximumBytes: 10) }
  }
}

@Suite struct PollerTests {
  @Test func whatIsReadyIsNamedByItsToken() throws {
    var first = try Pipe()
    let second = try Pipe()
    var poller = Poller()
    try poller.add(first.readEnd, token: 1, .readable)
    try poller.add(second.readEnd, token: 2, .readable)
    try poller.add(second.writeEnd, token: 3, .writable)
    #expect(try poller.wait() == 1)
    #expect(poller.event(at: 0).token == 3)

    // A hang-up is reported whether asked for or not.
    first.writeEnd.close()
    #expect(try poller.wait() == 2)
    #expect(poller.event(at: 0) == (1, .closed))
    #expect(poller.event(at: 1) == (3, .writable))

    // What is taken out is not reported any more, and what came after it still is.
    poller.remove(token: 1)
    #expect(try poller.wait() == 1)
    #expect(poller.event(at: 0).token == 3)
  }

  @Test func thereIsRoomForEightAndNoMore() throws {
    let pipe = try Pipe()
    var poller = Poller()
    for token in 0..<8 as Range<UInt32> { try poller.add(pipe.writeEnd, token: token, .writable) }
    #expect(throws: SystemCallError.self) { try poller.add(pipe.writeEnd, token: 8, .writable) }
    poller.remove(token: 5)
    try poller.add(pipe.writeEnd, token: 8, .writable)
    #expect(try poller.wait() == 8)
  }
}

@Suite struct TimerTests {
  @Test func anInstantThatHasPassedIsDueAtOnce() throws {
    var poller = Poller()
    var timer = try Timer()
    try poller.add(timer.descriptor, token: 7, .readable)
    // Zero would disarm a timerfd instead of being due.
    for instant in [Instant(nanoseconds: 0), Instant(nanoseconds: 1), .now] {
      try timer.arm(at: instant)
      #expect(try poller.wait() == 1)
      #expect(poller.event(at: 0).token == 7)
      try timer.clear()
    }
  }
}

@Suite struct ProcessTableTests {
  @Test(arguments: [
    ("12 (sh) S 7 12 12 0 -1", 7), ("12 (a) b) (c) R 9 1", 9), ("3 () Z 0 0", 0), ("1 (x)) S 4194303 1", 4_194_303),
  ]) func parentIsTheFourthField(stat: String, parent: Int32) {
    #expect(ProcessTable.parent(inStat: Array(stat.utf8)) == parent)
  }

  @Test(arguments: ["", "12 sh S 7", "12 (sh)", "12 (sh) S", "12 (sh) S x"])
  func damagedLinesHaveNone(stat: String) {
    #expect(ProcessTable.parent(inStat: Array(stat.utf8)) == nil)
  }

  @Test func processOneIsAnAncestor() {
    #expect(ProcessTable.isDescendant(Processes.ownID, of: 1))
    #expect(!ProcessTable.isDescendant(1, of: Processes.ownID))
  }
}

@Suite struct DigestTests {
  /// From FIPS 180-4's examples.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func knownDigests(text: String, digest: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == digest)
  }
}
