import Foundation
import Testing

@testable import ToolCommands

@Suite("Which warder-init runs") struct SupervisorBinaryTests {
  @Test func places() {
    #expect(
      SupervisorBinary.candidates(executable: "/opt/warder/bin/warder", searchPath: "/usr/bin:/bin").prefix(4)
        == [
          "/opt/warder/bin/warder-init", "/opt/warder/libexec/warder/warder-init", "/opt/warder/bin/dist/warder-init",
          "/opt/warder/dist/warder-init",
        ])
    let all = SupervisorBinary.candidates(executable: "/w/.build/x86_64/debug/warder", searchPath: "/usr/bin:/bin")
    #expect(all.contains("/w/dist/warder-init"))
    #expect(all.suffix(2) == ["/usr/bin/warder-init", "/bin/warder-init"])
  }

  /// A head of an ELF file with one segment of a type.
  private func head(segment: UInt8) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 128)
    bytes.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
    bytes[32] = 64
    bytes[54] = 56
    bytes[56] = 1
    bytes[64] = segment
    return bytes
  }

  @Test func kindsOfFiles() {
    #expect(ELFHead(head(segment: 1)) == .staticExecutable)
    #expect(ELFHead(head(segment: 3)) == .dynamicExecutable)
    #expect(ELFHead(Array("#!/bin/sh\n".utf8)) == .notELF)
    #expect(ELFHead([]) == .notELF)
    for length in 0..<128 { _ = ELFHead(Array(head(segment: 3).prefix(length))) }
    var far = head(segment: 3)
    for index in 32..<40 { far[index] = 0xFF }
    #expect(ELFHead(far) == .staticExecutable, "a table beyond the file says nothing, and nothing is read there")
  }

  @Test("one that is named is used or refused, and no other is looked for")
  func named() {
    func message(_ path: String?, _ environment: [String: String] = [:]) -> String? {
      do throws(SupervisorBinary.Problem) {
        _ = try SupervisorBinary.find(named: path, environment: environment, executable: "/nowhere/warder")
        return nil
      } catch { return error.message }
    }
    #expect(message("/nowhere/warder-init") == "--init names /nowhere/warder-init, which is not there")
    #expect(message("/etc/passwd") == "--init names /etc/passwd, which is not executable")
    #expect(message("/usr/bin/env")?.contains("needs a dynamic linker") == true)
    #expect(message(nil, ["WARDER_INIT": "/nowhere"]) == "WARDER_INIT names /nowhere, which is not there")
    #expect(message(nil)?.contains("name it with --init or WARDER_INIT") == true)
  }
}
