import Foundation
import Testing

@testable import LinuxSystem

/// The table of names is what libseccomp and the table of recent calls say.
///
/// `WARDER_WRITE_GENERATED=1 swift test --filter SystemCallNames` writes `Sources/CLinux/system_call_names.c` anew.
@Suite("The names of system calls", .serialized)
struct SystemCallNamesTests {
  private static let file = SeccompTemplateTests.file.deletingLastPathComponent()
    .appendingPathComponent("system_call_names.c")

  /// The calls that every architecture has under one number begin here.
  private static let secondRun: Int32 = 424
  private static let newest: Int32 = 469

  @Test("the file is what this libseccomp makes of it, where the release is the same")
  func isCurrent() throws {
    let expected = Self.source()
    if SeccompTemplateTests.isWriting { try expected.write(to: Self.file, atomically: true, encoding: .utf8) }
    let programs = try String(contentsOf: SeccompTemplateTests.file, encoding: .utf8)
    guard programs.contains(SeccompTemplateTests.versionLine) else {
      try Test.cancel("made by another release than libseccomp \(SeccompCompiler.libraryVersion)")
    }
    #expect(try String(contentsOf: Self.file, encoding: .utf8) == expected, "run with WARDER_WRITE_GENERATED=1")
  }

  @Test("every number of this architecture has libseccomp's name, and what has none is a number")
  func names() {
    for number in 0...Self.newest {
      #expect(SystemCallName.name(of: number) == SeccompArchitecture.native.name(of: number) ?? "#\(number)")
    }
    for number in [470, 1000, .max, -1, -10_000, .min] as [Int32] {
      #expect(SystemCallName.name(of: number) == "#\(number)")
    }
    for call in ["socket", "socketpair", "connect", "ptrace"] {
      guard case .number(let number) = SeccompArchitecture.native.number(of: call) else { continue }
      #expect(SystemCallName.makesSockets(number) == call.hasPrefix("socket"))
    }
  }

  private static func source() -> String {
    var text = """
      // The names of system calls by their numbers. Written by Tests/LinuxSystemTests/SystemCallNamesTests.swift out of
      // libseccomp's tables and SeccompArchitecture.recentNames: have this file written anew, do not edit it.

      #include "system_call_names.h"

      #include <stddef.h>

      // One text for each run of numbers costs its letters and nothing else. A hyphen stands for a number without a call.

      """
    for (index, architecture) in SeccompArchitecture.allCases.enumerated() {
      let last = (0..<secondRun).last { architecture.name(of: $0) != nil } ?? 0
      text += """

        #\(index == 0 ? "if" : "elif") defined(__\(architecture)__)

        static const char first[] =
        \(rows(0...last, architecture));

        static const char second[] =
        \(rows(secondRun...newest, architecture));

        """
    }
    return text + """

      #endif

      enum { second_number = 424 };

      const char *cl_system_call_name(int32_t number, int32_t *length) {
        if (number < 0) return NULL;
        const char *text = number < second_number ? first : second;
        if (number >= second_number) number -= second_number;
        for (; *text; number--) {
          const char *start = text;
          while (*text != ' ') text++;
          if (number == 0) {
            *length = (int32_t)(text - start);
            return *start == '-' ? NULL : start;
          }
          text++;
        }
        return NULL;
      }

      """
  }

  /// The names as string literals of a readable length, each name with a space behind it.
  private static func rows(_ numbers: ClosedRange<Int32>, _ architecture: SeccompArchitecture) -> String {
    var rows = [""]
    for number in numbers {
      let name = architecture.name(of: number) ?? "-"
      if rows[rows.count - 1].count + name.count + 1 > 104 { rows.append("") }
      rows[rows.count - 1] += name + " "
    }
    return rows.map { "    \"\($0)\"" }.joined(separator: "\n")
  }
}
