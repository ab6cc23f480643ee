import DispatcherModel
import Foundation
import TaskModel
import Testing

@Suite struct RequestTests {
  private let configuration = ServiceConfiguration()
  private let client = Client(name: "tests", trust: .limitedWrite)

  private func check(_ request: TaskRequest) throws(RequestProblem) -> CheckedRequest {
    try RequestCheck(configuration).check(request, of: client, id: "t-1")
  }

  /// Whatever names come: what is let through can lie in one directory beside the script, and nowhere else.
  @Test func noNameLeadsElsewhere() {
    let parts = [
      "a", "b", "script.py", "task.json", "..", ".", "", "/", "..data", "c\n", "script.sh", "ä", "script", "…",
    ]
    var numbers = Numbers(state: 7)
    var accepted = 0
    for _ in 0..<20_000 {
      var request = TaskRequest(code: "1", runtime: "python")
      for _ in 0...numbers.below(3) {
        let name = (0...numbers.below(3)).map { _ in parts[numbers.below(parts.count)] }.joined(separator: "/")
        request.files.append(TaskSpecification.File(path: name, bytes: []))
      }
      guard let checked = try? check(request) else { continue }
      accepted += 1
      let paths = checked.task.files.map(\.path)
      #expect(Set(paths).count == paths.count)
      for path in paths {
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        #expect(!components.contains { $0.isEmpty || $0 == "." || $0.hasPrefix("..") || $0.contains("\n") })
        #expect(!["script.py", "script.sh", "task.json"].contains(path) && components[0] != "script.py")
        #expect(!paths.contains { $0.hasPrefix(path + "/") })
      }
    }
    #expect(accepted > 1000)
  }

  /// What is let through is within the ceilings, and exactly what was asked for.
  @Test func nothingIsMovedBackToABound() {
    var numbers = Numbers(state: 8)
    for _ in 0..<5000 {
      var request = TaskRequest(code: "1", runtime: "python")
      let timeout = Int64(numbers.below(4_000_000))
      let memory = Int64(numbers.below(4 << 30))
      request.timeoutMilliseconds = timeout
      request.memoryBytes = memory
      let isWithin = timeout <= 1_800_000 && memory <= 2 << 30 && memory >= 1 << 20
      if let checked = try? check(request) {
        #expect(isWithin && checked.timeoutMilliseconds == timeout)
        let settings = Dictionary(uniqueKeysWithValues: checked.task.settings.map { ($0.key, $0.text) })
        #expect((try? WallDuration.parse(settings["timeout"] ?? ""))?.wholeMilliseconds == timeout)
        #expect((try? Quantity.parse(settings["memory"] ?? "")) == memory)
      } else {
        #expect(!isWithin)
      }
    }
  }

  @Test func noLevelIsAboveTheTokens() {
    for highest in TrustLevel.allCases {
      for asked in TrustLevel.allCases {
        var request = TaskRequest(code: "1", runtime: "python")
        request.trust = asked
        let found = try? RequestCheck(configuration).check(
          request, of: Client(name: "x", trust: highest), id: "t-1")
        #expect((found != nil) == (asked.rawValue <= highest.rawValue))
        if let found { #expect(found.trust == asked) }
      }
      let unasked = try? RequestCheck(configuration).check(
        TaskRequest(code: "1", runtime: "python"), of: Client(name: "x", trust: highest), id: "t-1")
      #expect(unasked.map { $0.trust.rawValue <= min(highest.rawValue, TrustLevel.limitedWrite.rawValue) } == true)
    }
  }

  @Test func sizesAreBounded() {
    var request = TaskRequest(code: String(repeating: "#", count: RequestCheck.mostBytes), runtime: "python")
    #expect(throws: Never.self) { try check(request) }
    request.standardInput = [0]
    #expect(throws: RequestProblem.self) { try check(request) }
    request = TaskRequest(code: "1", runtime: "python")
    request.arguments = Array(repeating: String(repeating: "x", count: RequestCheck.longestWord), count: 5)
    #expect(throws: Never.self) { try check(request) }
    request.arguments.append(request.arguments[0])
    #expect(throws: RequestProblem.self) { try check(request) }
  }

  /// No body makes the reader fail in another way than by saying what is wrong.
  @Test func noBodyIsTooMuch() {
    let body = Array(
      #"{"code":"1","runtime":"python","args":["a"],"env":{"A":"b"},"files":{"x":{"b64":"AA=="}},"timeout":"1s"}"#.utf8)
    var numbers = Numbers(state: 9)
    for _ in 0..<20_000 {
      var changed = body
      for _ in 0...numbers.below(3) {
        let place = numbers.below(changed.count)
        switch numbers.below(3) {
        case 0: changed[place] = UInt8(numbers.below(256))
        case 1: changed.remove(at: place)
        default: changed.insert(contentsOf: changed[..<numbers.below(changed.count)].suffix(9), at: place)
        }
      }
      do throws(RequestProblem) {
        _ = try check(try TaskRequest(body: changed, maximumBytes: 1 << 20))
      } catch {
        #expect([400, 403, 422].contains(error.status) && !error.detail.isEmpty)
      }
    }
  }

  @Test func aTaskOutlivesItsFile() throws {
    let task = TaskSpecification(
      id: "t-1", runtime: "python", script: .init(path: "script.py", bytes: [1, 2, 255]),
      files: [.init(path: "a/b", bytes: Array(0...255))], arguments: ["ä", ""], environment: ["A": "=\n"],
      standardInput: [0], settings: [.init(key: "timeout", text: "1s")])
    #expect(try JSONDecoder().decode(TaskSpecification.self, from: JSONEncoder().encode(task)) == task)
  }
}
