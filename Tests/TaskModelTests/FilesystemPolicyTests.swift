import Testing

@testable import TaskModel

@Suite struct FilesystemPolicyTests {
  private func grants(
    policy: String? = nil, flags: [String] = [], task: String? = "/task"
  ) throws -> [PathGrant] {
    FilesystemPolicy.grants(
      script: "/task/script.py", taskDirectory: task, workDirectory: "/tmp/work-1",
      configuration: try configuration(policy: policy, flags: flags))
  }

  @Test func secretsAndOtherVolumesAreNotAmongThem() throws {
    let grants = try grants()
    for closed in [
      "/run", "/run/secrets/kubernetes.io/serviceaccount", "/var/run/secrets", "/var", "/home", "/root", "/", "/dev",
      "/dev/termination-log", "/sys", "/data", "/etc2", "/warder-init",
    ] {
      #expect(
        !grants.contains { PathName.lies(closed.bytes, within: $0.path.bytes) }, "\(closed) lies within a grant")
    }
  }

  @Test func onlyScratchIsWritable() throws {
    func writable(_ grants: [PathGrant]) -> [String] { grants.filter { $0.access == .readWrite }.map { $0.path } }
    #expect(writable(try grants()) == ["/tmp/work-1", "/tmp", "/dev/shm"])
    #expect(
      writable(try grants(flags: ["--scratch", "/tmp/own", "--write", "/out"])) == ["/tmp/work-1", "/tmp/own", "/out"])
    #expect(
      writable(try grants(policy: #"{"filesystem": {"write": ["/scratch"]}}"#, flags: ["--write=/out"]))
        == ["/tmp/work-1", "/tmp", "/dev/shm", "/scratch", "/out"])
  }

  @Test func namedPathsComeFromPolicyAndKeys() throws {
    let grants = try grants(policy: #"{"filesystem": {"read": ["/models"]}}"#, flags: ["--read=/data,/opt/x"])
    #expect(grants.filter { $0.isNamed }.map { $0.path } == ["/models", "/data", "/opt/x"])
    #expect(grants.filter { $0.isNamed }.allSatisfy { $0.access == .readExecute && $0.acceptsMount })
    #expect(grants.filter { $0.includesMountsBeneath }.map { $0.path } == ["/proc"])
    #expect(grants.filter { !$0.acceptsMount }.map { $0.path } == ["/opt"])
    #expect(try self.grants(task: nil).contains { $0.path == "/task/script.py" && $0.access == .readExecute })
  }

  @Test func aScriptInTheWorkDirectoryNeedsNoRuleOfItsOwn() throws {
    let grants = FilesystemPolicy.grants(
      script: "/tmp/work-1/script.py", taskDirectory: nil, workDirectory: "/tmp/work-1",
      configuration: try configuration(policy: nil, flags: []))
    #expect(!grants.contains { $0.path == "/tmp/work-1/script.py" })
    #expect(grants.contains { $0.path == "/tmp/work-1" && $0.access == .readWrite })
  }

  @Test func plainPathsAreThoseOfWholeComponents() {
    for path in ["/a", "/a/b", "/...", "/.a", "/a..", "/a/..b/c", "/" + String(repeating: "n", count: 255)] {
      #expect(PathName.isPlainAbsolute(path.bytes), "\(path)")
    }
    for path in [
      "", "/", "a", "a/b", "//", "/a/", "/a//b", "/.", "/..", "/a/.", "/a/../b", "/./a", "/a\0b",
      "/" + String(repeating: "n", count: 256), String(repeating: "/n", count: 2_049),
    ] { #expect(!PathName.isPlainAbsolute(path.bytes), "\(path)") }
    #expect(PathName.isPlainAbsolute(String(repeating: "/n", count: 2_048).bytes))
    #expect(PathName.isAtRoot("/bin".bytes) && !PathName.isAtRoot("/usr/bin".bytes))
    for path in ["/", "", "bin", "/..", "/bin/"] { #expect(!PathName.isAtRoot(path.bytes), "\(path)") }
  }

  @Test func aPathLiesWithinWholeComponents() {
    for (path, directory, lies) in [
      ("/a/b", "/a", true), ("/a", "/a", true), ("/ab", "/a", false), ("/a", "/a/b", false), ("/x", "/", true),
      ("/", "/", true), ("/", "/a", false),
    ] {
      #expect(PathName.lies(path.bytes, within: directory.bytes) == lies, "\(path) \(directory)")
    }
  }
}
