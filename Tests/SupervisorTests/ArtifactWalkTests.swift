import Foundation
import LinuxSystem
import RandomInput
import TaskModel
import Testing
import WarderFrames

@testable import Supervisor

/// The walk over real directories: what a hostile script may have left, read by openat2 and by the way without it.
@Suite struct ArtifactWalkTests {
  /// A directory as the script's, and a secret beside it.
  final class Place {
    let path = "/tmp/warder-artifacts-\(UInt64.random(in: 0 ... .max))"
    var out: String { path + "/place/out" }
    let directory: ArtifactDirectory

    init(_ name: String = "out") throws {
      try FileManager.default.createDirectory(atPath: path + "/place", withIntermediateDirectories: true)
      try Data("secret".utf8).write(to: URL(fileURLWithPath: path + "/secret"))
      let configured = try #require(try Self.location(name))
      directory = try ArtifactDirectory(configured, in: path + "/place", temporaryDirectory: "/tmp")
    }

    static func location(_ name: String) throws -> ArtifactLocation? {
      guard case .run(let flags) = try parseArguments([Array("--artifacts".utf8), Array(name.utf8)]) else { return nil }
      return try EffectiveConfiguration.resolve(
        policy: .builtIn, taskFile: nil, environment: try EnvironmentLayer.parse([]), flags: flags
      ).artifacts
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
      let url = URL(fileURLWithPath: out + "/" + name)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }

    /// What a collector would get that just reads every path.
    func naive(_ name: String) -> [UInt8]? {
      try? Files.read(out + "/" + name, maximumBytes: 1 << 20)
    }

    deinit {
      try? ProcessRunner.run("/bin/chmod", "-R", "u+rwX", path)
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  enum ProcessRunner {
    static func run(_ program: String, _ arguments: String...) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      try process.run()
      process.waitUntilExit()
    }
  }

  struct Limits {
    var total: UInt64 = 1 << 20
    var file: UInt64 = 512 << 10
    var log: UInt64 = 9 << 20
    var seconds: Int64 = 30
  }

  /// Collects, and reads the log back.
  static func collect(
    _ place: Place, by pathGuard: PathGuard = .kernel, _ limits: Limits = Limits(),
    redaction: Redaction = Redaction([])
  ) throws -> RunResult {
    let file = place.path + "/log"
    _ = FileManager.default.createFile(atPath: file, contents: nil)
    let output = try Files.open(file, .write)
    var log = FrameLog(LogSinks(try LogSink.duplicating(output.raw)), redaction: redaction, start: .now)
    var walk = ArtifactWalk(
      ArtifactLedger(
        totalLimit: limits.total, fileLimit: limits.file, chargeLimit: limits.log,
        refusalChargeLimit: limits.log + 16_384),
      guardedBy: pathGuard, deadline: Instant.now.advanced(by: .seconds(limits.seconds)))
    walk.collect(place.directory, log: &log)
    var exit = ExitFrame(reason: .exited, exitCode: 0, durationMilliseconds: 1, message: "m")
    exit.artifacts = walk.ledger.totals
    log.write(exit)
    let isWritten = log.flush(until: Instant.now.advanced(by: .seconds(5)))
    #expect(isWritten)
    let results = RunAssembler.results(ofLog: try Array(Data(contentsOf: URL(fileURLWithPath: file))))
    #expect(results.count == 1 && results[0].isComplete, "\(results[0].disagreements)")
    return results[0]
  }

  static func names(_ result: RunResult) -> [String] { result.artifacts.map(\.name.text) }

  /// `name reason` of each refusal.
  static func refusals(_ result: RunResult) -> [String] {
    result.events.filter { $0.frame.type == "artifact_refused" }.map { event in
      event.frame.fields.prefix(2).map { field in
        if case .string(let text) = field.value { return text }
        return "?"
      }.joined(separator: " ")
    }
  }

  @Test(arguments: PathGuard.allCases) func filesComeBackByteForByte(_ pathGuard: PathGuard) throws {
    for seed in 0..<12 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let place = try Place()
      var expected: [String: [UInt8]] = [:]
      for number in 0..<generator.size(below: 12) {
        let folder = String(repeating: "d\(number % 3)/", count: number % 4)
        let bytes = generator.bytes(count: generator.size(below: 60_000))
        expected["\(folder)f\(number)"] = bytes
        try place.write("\(folder)f\(number)", bytes)
      }
      let result = try Self.collect(place, by: pathGuard)
      #expect(Set(Self.names(result)) == Set(expected.keys))
      for artifact in result.artifacts {
        #expect(artifact.isComplete && artifact.bytes == expected[artifact.name.text])
      }
      #expect(result.exit?.artifacts?.files == Int64(expected.count) && result.exit?.artifacts?.refused == 0)
      #expect(Self.names(result) == Self.names(try Self.collect(place, by: pathGuard)))
    }
  }

  @Test(arguments: PathGuard.allCases) func linksLeadNowhere(_ pathGuard: PathGuard) throws {
    let place = try Place()
    try place.write("good", [1])
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: place.out + "/absolute", withDestinationPath: "/etc/passwd")
    try manager.createSymbolicLink(atPath: place.out + "/up", withDestinationPath: "../../secret")
    try manager.createSymbolicLink(atPath: place.out + "/inside", withDestinationPath: "good")
    try manager.createSymbolicLink(atPath: place.out + "/folder", withDestinationPath: place.path)
    try manager.createSymbolicLink(atPath: place.out + "/magic", withDestinationPath: "/proc/self/environ")
    try manager.linkItem(atPath: place.path + "/secret", toPath: place.out + "/hard")
    // What just reads every path gets the secret by each of them.
    for name in ["up", "folder/secret", "hard"] { #expect(place.naive(name) == Array("secret".utf8)) }
    #expect(place.naive("absolute") != nil && place.naive("magic") != nil)

    let result = try Self.collect(place, by: pathGuard)
    #expect(Self.names(result) == ["good"])
    #expect(
      Self.refusals(result) == [
        "absolute symlink", "folder symlink", "hard hard_link", "inside symlink", "magic symlink", "up symlink",
      ])
    #expect(result.exit?.artifacts?.refused == 6)
  }

  /// The guards themselves: the status of an entry is looked at first, so that a link never gets as far as the open.
  @Test(arguments: PathGuard.allCases) func theOpenItselfRefusesLinksAndWaysOut(_ pathGuard: PathGuard) throws {
    let place = try Place()
    try place.write("a/b", [1])
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: place.out + "/link", withDestinationPath: "a/b")
    try manager.createSymbolicLink(atPath: place.out + "/folder", withDestinationPath: "a")
    let root = try Files.open(place.out, .directory)
    for path in ["link", "folder/b", "..", "../../secret", "a/../../../secret", "/etc/passwd"] {
      // Plain openat(2) takes every one of them.
      _ = try Files.open(path, in: root.raw, .nonblocking).raw
      #expect(throws: SystemCallError.self, "\(path)") {
        _ = try Files.openBeneath(Array(path.utf8), in: root, .nonblocking, guardedBy: pathGuard).raw
      }
    }
    _ = try Files.openBeneath(Array("a/b".utf8), in: root, .nonblocking, guardedBy: pathGuard).raw
  }

  @Test(arguments: PathGuard.allCases) func otherFileSystemsStayClosed(_ pathGuard: PathGuard) throws {
    let root = try Files.open("/", .directory)
    _ = try Files.open("proc/version", in: root.raw).raw
    #expect(throws: SystemCallError.self) {
      _ = try Files.openBeneath(Array("proc/version".utf8), in: root, .nonblocking, guardedBy: pathGuard).raw
    }
  }

  @Test(arguments: PathGuard.allCases) func specialFilesAreNamedAndNotOpened(_ pathGuard: PathGuard) throws {
    let place = try Place()
    #expect(mkfifo(place.out + "/fifo", 0o600) == 0)
    let socket = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (place.out + "/socket").utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    var expected = ["fifo pipe", "socket socket"]
    if mknod(place.out + "/device", S_IFCHR | 0o666, 0x105) == 0 { expected.insert("device device", at: 0) }
    let started = Instant.now
    let result = try Self.collect(place, by: pathGuard)
    #expect(Self.refusals(result) == expected)
    // Nobody writes to the FIFO: an open that waited would never end.
    #expect(Instant.now.nanoseconds(since: started) < 60_000_000_000)
  }

  @Test func sizesAreCappedPerFileAndInAll() throws {
    let place = try Place()
    try place.write("a", [UInt8](repeating: 1, count: 600))
    try place.write("b", [UInt8](repeating: 2, count: 601))
    try place.write("c", [UInt8](repeating: 3, count: 500))
    try place.write("d", [UInt8](repeating: 4, count: 400))
    try place.write("e", [])
    let result = try Self.collect(place, Limits(total: 1000, file: 600))
    #expect(Self.names(result) == ["a", "d", "e"])
    #expect(Self.refusals(result) == ["b artifact_file_limit", "c artifact_limit"])
    #expect(result.exit?.artifacts == ArtifactTotals(files: 3, bytes: 1000, refused: 2))
  }

  @Test func aSparseTerabyteIsNotRead() throws {
    let place = try Place()
    try place.write("sparse", [])
    let size: off_t = 1 << 40
    guard truncate(place.out + "/sparse", size) == 0 || truncate(place.out + "/sparse", 1 << 38) == 0 else {
      Issue.record("this file system has no sparse files")
      return
    }
    #expect(Self.refusals(try Self.collect(place)) == ["sparse artifact_file_limit"])
    // With limits that allow it, what the log has no room for is refused before it begins.
    let roomy = Limits(total: 1 << 50, file: 1 << 50)
    let result = try Self.collect(place, roomy)
    #expect(Self.refusals(result) == ["sparse log_limit"])
    #expect(result.artifacts.isEmpty)
  }

  @Test func theLogsRoomGoesToWholeFiles() throws {
    let place = try Place()
    for number in 0..<20 { try place.write("f\(number)", [UInt8](repeating: 7, count: 10_000)) }
    let result = try Self.collect(place, Limits(log: 100_000))
    let files = try #require(result.exit?.artifacts?.files)
    #expect(files >= 4 && files < 8)
    #expect(result.artifacts.allSatisfy { $0.isComplete })
    #expect(result.exit?.artifacts?.refused == 20 - files)
    let size = try #require(try FileManager.default.attributesOfItem(atPath: place.path + "/log")[.size] as? Int)
    #expect(size < 116_384)
  }

  @Test func countIsBoundedAndTheSameFilesComeBack() throws {
    let place = try Place()
    for number in 0..<6_000 {
      _ = FileManager.default.createFile(atPath: place.out + "/\(100_000 + number)", contents: nil)
    }
    let result = try Self.collect(place)
    #expect(Self.names(result) == (0..<ArtifactLedger.mostEntries).map { "\(100_000 + $0)" })
    #expect(Self.refusals(result) == [". count"])
    #expect(result.exit?.artifacts?.refused == Int64(6_000 - ArtifactLedger.mostEntries))
  }

  @Test func depthIsBounded() throws {
    let place = try Place()
    try place.write(String(repeating: "d/", count: 60) + "deep", [1])
    try place.write(String(repeating: "e/", count: ArtifactLedger.mostLevels - 1) + "deep", [1])
    let result = try Self.collect(place)
    #expect(Self.names(result) == [String(repeating: "e/", count: ArtifactLedger.mostLevels - 1) + "deep"])
    #expect(result.exit?.artifacts == ArtifactTotals(files: 1, bytes: 1, refused: 1))
    #expect(Self.refusals(result).allSatisfy { $0.hasSuffix(" depth") })
  }

  @Test func hostileNamesComeBackExactly() throws {
    let place = try Place()
    var names: [[UInt8]] = [
      Array("new\nline".utf8), Array("{\"seq\":0}".utf8), [0xFF, 0xFE], [0x1B, 0x5B, 0x32, 0x4A], Array("..x".utf8),
      Array("...".utf8), Array("ü\u{202E}".utf8), Array(repeating: UInt8(ascii: "n"), count: 255),
      Array(repeating: 0xC0, count: 255),
    ]
    names.sort { $0.lexicographicallyPrecedes($1) }
    for name in names {
      let path = Array(place.out.utf8) + [UInt8(ascii: "/")] + name + [0]
      let file = path.withUnsafeBytes {
        open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_WRONLY | O_CREAT, 0o600)
      }
      try #require(file >= 0)
      #expect(write(file, "x", 1) == 1)
      close(file)
    }
    let result = try Self.collect(place)
    #expect(result.artifacts.map(\.name.bytes) == names)
    #expect(result.artifacts.allSatisfy { $0.isComplete && $0.bytes == Array("x".utf8) })
  }

  @Test func pathsLongerThanAnyNameAreRefused() throws {
    let place = try Place()
    // 20 levels of 250 bytes: beyond PATH_MAX, so made step by step.
    let level = String(repeating: "l", count: 250)
    var directory = open(place.out, O_RDONLY | O_DIRECTORY)
    for _ in 0..<20 {
      #expect(mkdirat(directory, level, 0o700) == 0)
      let inner = openat(directory, level, O_RDONLY | O_DIRECTORY)
      close(directory)
      directory = inner
    }
    close(openat(directory, "end", O_WRONLY | O_CREAT, 0o600))
    close(directory)
    let result = try Self.collect(place)
    #expect(Self.refusals(result).count == 1 && Self.refusals(result)[0].hasSuffix("… name_too_long"))
  }

  @Test(.enabled("root may read everything") { geteuid() != 0 })
  func whatCannotBeReadIsRefused() throws {
    let place = try Place()
    try place.write("closed", [1])
    try place.write("folder/inner", [1])
    try place.write("open", [1])
    #expect(chmod(place.out + "/closed", 0) == 0 && chmod(place.out + "/folder", 0) == 0)
    let result = try Self.collect(place)
    #expect(Self.names(result) == ["open"])
    #expect(Self.refusals(result) == ["closed unreadable", "folder unreadable"])
  }

  @Test(arguments: PathGuard.allCases) func theDirectoryItselfMayHaveBeenReplaced(_ pathGuard: PathGuard) throws {
    let manager = FileManager.default
    let linked = try Place()
    try manager.removeItem(atPath: linked.out)
    try manager.createSymbolicLink(atPath: linked.out, withDestinationPath: linked.path)
    #expect(linked.naive("secret") == Array("secret".utf8))
    let result = try Self.collect(linked, by: pathGuard)
    #expect(result.artifacts.isEmpty)
    #expect(Self.refusals(result).count == 1)
    #expect([". symlink", ". not_a_directory"].contains(Self.refusals(result)[0]))

    let removed = try Place()
    try manager.removeItem(atPath: removed.out)
    #expect(Self.refusals(try Self.collect(removed, by: pathGuard)) == [". missing"])

    // Made anew it is the script's own again.
    let anew = try Place()
    try manager.removeItem(atPath: anew.out)
    try anew.write("a", [1])
    #expect(Self.names(try Self.collect(anew, by: pathGuard)) == ["a"])

    // On the way to it: the folder that holds it.
    let above = try Place("folder/out")
    try manager.removeItem(atPath: above.path + "/place/folder")
    try manager.createDirectory(atPath: above.path + "/elsewhere/out", withIntermediateDirectories: true)
    try Data("secret".utf8).write(to: URL(fileURLWithPath: above.path + "/elsewhere/out/secret"))
    try manager.createSymbolicLink(atPath: above.path + "/place/folder", withDestinationPath: "../elsewhere")
    #expect(try Files.read(above.path + "/place/folder/out/secret", maximumBytes: 100) == Array("secret".utf8))
    #expect(try Self.collect(above, by: pathGuard).artifacts.isEmpty)
  }

  @Test func anOverdueWalkSaysSo() throws {
    let place = try Place()
    try place.write("a", [1])
    try place.write("b", [1])
    let result = try Self.collect(place, Limits(seconds: 0))
    #expect(result.artifacts.isEmpty)
    #expect(Self.refusals(result) == [". time"])
  }

  @Test func aDirectoryThatIsNotEmptyIsRefused() throws {
    let path = "/tmp/warder-artifacts-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path + "/out", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let location = try #require(try Place.location("out"))
    _ = try ArtifactDirectory(location, in: path, temporaryDirectory: "/tmp").isWanted
    try Data("old".utf8).write(to: URL(fileURLWithPath: path + "/out/old"))
    do {
      _ = try ArtifactDirectory(location, in: path, temporaryDirectory: "/tmp").isWanted
      Issue.record("an old file would come back as the script's")
    } catch {
      #expect(error.message.contains("what lies there would come back as the script's"))
    }
    try FileManager.default.removeItem(atPath: path + "/out")
    try FileManager.default.createSymbolicLink(atPath: path + "/out", withDestinationPath: "/etc")
    #expect(throws: LaunchError.self) {
      _ = try ArtifactDirectory(location, in: path, temporaryDirectory: "/tmp").isWanted
    }
  }

  @Test func whatWasMadeBeneathTheTemporaryDirectoryIsRemoved() throws {
    let name = "warder-artifacts-\(UInt64.random(in: 0 ... .max))"
    let location = try #require(try Place.location("/tmp/\(name)/deep/out"))
    let directory = try ArtifactDirectory(location, in: "/nonexistent-is-not-used", temporaryDirectory: "/tmp")
    try Data("x".utf8).write(to: URL(fileURLWithPath: "/tmp/\(name)/deep/out/file"))
    directory.remove(until: Instant.now.advanced(by: .seconds(5)))
    #expect(!FileManager.default.fileExists(atPath: "/tmp/\(name)"))
  }

  /// What is secret in a file or in its name does not come back; size and digest are of what does.
  @Test func secretsAreReplaced() throws {
    let secret = SecretValue(name: "the variable TOKEN", content: Array("hunter2-hunter2".utf8))
    let place = try Place()
    try place.write("a-hunter2-hunter2", Array(("x" + String(repeating: "y", count: 32_760) + "hunter2-hunter2z").utf8))
    let result = try Self.collect(place, redaction: Redaction([secret]))
    #expect(result.artifacts.count == 1 && result.artifacts[0].isComplete)
    let text = String(decoding: result.artifacts.first?.bytes ?? [], as: UTF8.self)
    #expect(!text.contains("hunter2") && text.hasSuffix("y[redacted]z"))
    #expect(result.artifacts.first?.name.text == "a-[redacted]")
    #expect(result.exit?.artifacts?.bytes == Int64(text.utf8.count))
  }
}
