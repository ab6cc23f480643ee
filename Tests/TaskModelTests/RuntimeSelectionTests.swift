import Testing

@testable import TaskModel

@Suite struct RuntimeSelectionTests {
  private let policy: Policy

  init() throws {
    policy = try Policy.parse(
      #"""
      {"runtimes": {
        "python": {"argv": ["/usr/bin/python3", "{script}"], "aliases": ["py"], "extensions": [".py"]},
        "bash": {"argv": ["bash", "{script}"], "extensions": [".sh"]},
        "tests": {"argv": ["/usr/bin/pytest", "{script}"], "extensions": [".test.py"]},
        "sh": {"argv": ["sh", "{script}"]}
      }}
      """#.bytes, path: "p")
  }

  private func select(_ named: String?, _ name: String, _ code: String) throws(RuntimeSelectionError) -> String {
    try policy.runtime(named: named, scriptName: name, firstBytes: code.bytes).name
  }

  @Test(
    arguments: [
      (nil, "script.py", "", "python"), (nil, "a/b/script.sh", "#!/usr/bin/python3\n", "bash"),
      (nil, "x.test.py", "", "tests"), ("bash", "script.py", "#!/usr/bin/python3", "bash"), ("py", "x", "", "python"),
      (nil, "main", "#!/usr/bin/python3\nprint(1)", "python"), (nil, "main", "#!/usr/bin/env python3\n", "python"),
      (nil, "main", "#! /usr/bin/env -S  python3 -u\n", "python"),
      (nil, "main", "#!/usr/bin/env A=1 python3.11\n", "python"),
      (nil, "main", "#!/opt/python3.12/bin/python3.12\r\n", "python"), (nil, "main", "#!/bin/sh -e", "sh"),
      (nil, "main", "#!\t/bin/bash", "bash"), (nil, ".py", "#!/bin/sh", "sh"),
      (nil, "script.txt", "#!/bin/bash\n", "bash"),
      (nil, "main", "#!/usr/bin/pytest", "tests"),
    ] as [(String?, String, String, String)])
  func chooses(_ named: String?, _ name: String, _ code: String, _ runtime: String) throws {
    #expect(try select(named, name, code) == runtime)
  }

  @Test(
    arguments: [
      ("perl", "x.py", "", #"there is no runtime "perl"; this image has python, bash, tests, sh"#),
      (
        nil, "main", "print(1)",
        #"nothing says what runs the script "main": give it an ending, a first line such as #!/usr/bin/env python3, or set runtime "#
          + "to one of python, bash, tests, sh"
      ),
      (
        nil, "script.PY", "",
        #"nothing says what runs the script "script.PY": give it an ending, a first line such as #!/usr/bin/env python3, or set "#
          + "runtime to one of python, bash, tests, sh"
      ),
      (
        nil, "main", "#!/usr/bin/perl -w\n",
        #"the script's first line names "perl", which no runtime of this image is; it has python, bash, tests, sh"#
      ),
    ] as [(String?, String, String, String)])
  func refuses(_ named: String?, _ name: String, _ code: String, _ message: String) {
    do throws(RuntimeSelectionError) {
      Issue.record("\(try select(named, name, code)) was chosen")
    } catch {
      #expect(error.message == message)
    }
  }

  @Test(arguments: [
    "#!", "#!\n", "#! \n", "#!/usr/bin/env\n", "#!/usr/bin/env -S -i\n", "#!/\n", " #!/bin/sh", "#", "",
  ])
  func aFirstLineWithoutInterpreterSaysNothing(_ code: String) {
    #expect(Shebang.interpreter(in: code.bytes) == nil)
  }

  @Test func onlyTheFirst256BytesCount() {
    let long = "#!/" + String(repeating: "x", count: 300) + "/sh\n"
    #expect(Shebang.interpreter(in: long.bytes) == String(repeating: "x", count: 253))
  }

  @Test func theCeilingHoldsHoweverTheRuntimeIsChosen() throws {
    let policy = try Policy.parse(#"{"ceilings": {"runtime": ["python3"]}}"#.bytes, path: "p")
    #expect(try policy.runtime(named: nil, scriptName: "a.py", firstBytes: []).name == "python")
    #expect(try policy.runtime(named: "python", scriptName: "a", firstBytes: []).name == "python")
    for (named, name) in [("bash", "a.py"), (nil, "a.sh")] {
      do throws(RuntimeSelectionError) {
        _ = try policy.runtime(named: named, scriptName: name, firstBytes: [])
        Issue.record("bash was chosen")
      } catch {
        #expect(error.message == #"runtime "bash" lies outside this image's ceiling: python3"#)
      }
    }
  }

  @Test func builtInRuntimes() throws {
    let policy = Policy.builtIn
    #expect(try policy.runtime(named: nil, scriptName: "script.py", firstBytes: []).name == "python")
    #expect(try policy.runtime(named: nil, scriptName: "script.sh", firstBytes: []).name == "bash")
    #expect(try policy.runtime(named: "sh", scriptName: "script.sh", firstBytes: []).name == "sh")
    #expect(try policy.runtime(named: nil, scriptName: "x", firstBytes: "#!/bin/sh".bytes).name == "sh")
    for runtime in Runtime.builtIn { #expect(runtime.command.contains(Runtime.placeholder)) }
  }
}
