/// What the service counts, and how it says so.
package struct ServiceMetrics: Sendable {
  package var accepted = 0
  package var refused = 0
  package var engineErrors = 0
  package var logBytes = 0
  private var endsByReason: [String: Int] = [:]
  /// How many tasks took at most so many seconds.
  private var durations = [Int](repeating: 0, count: Self.bounds.count)
  private var durationCount = 0
  private var durationMilliseconds: Int64 = 0

  package static let bounds: [(milliseconds: Int64, text: String)] = [
    (50, "0.05"), (100, "0.1"), (250, "0.25"), (500, "0.5"), (1000, "1"), (2500, "2.5"), (5000, "5"), (10_000, "10"),
    (30_000, "30"), (60_000, "60"), (300_000, "300"), (1_800_000, "1800"),
  ]

  package init() {}

  package mutating func count(reason: String, milliseconds: Int64?) {
    endsByReason[reason, default: 0] += 1
    guard let milliseconds else { return }
    durationCount += 1
    durationMilliseconds += milliseconds
    for (index, bound) in Self.bounds.enumerated() where milliseconds <= bound.milliseconds { durations[index] += 1 }
  }

  /// Prometheus' text format, version 0.0.4.
  package func text(queued: Int, running: Int, kept: Int) -> String {
    var lines: [String] = []
    func add(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      lines.append("# HELP warder_dispatcher_\(name) \(help)")
      lines.append("# TYPE warder_dispatcher_\(name) \(type)")
      for sample in samples { lines.append("warder_dispatcher_\(name)\(sample.labels) \(sample.value)") }
    }
    add("queue_length", "gauge", "Tasks that wait.", [("", "\(queued)")])
    add("running_tasks", "gauge", "Tasks that the engine has.", [("", "\(running)")])
    add("archived_tasks", "gauge", "Tasks on record, of any state.", [("", "\(kept)")])
    add("accepted_tasks_total", "counter", "Tasks taken.", [("", "\(accepted)")])
    add("refused_tasks_total", "counter", "Requests for tasks that were told to come again.", [("", "\(refused)")])
    add(
      "tasks_total", "counter", "Tasks that have ended, by reason.",
      endsByReason.sorted { $0.key < $1.key }.map { ("{reason=\"\($0.key)\"}", "\($0.value)") })
    add(
      "engine_errors_total", "counter", "Times that the engine could not do what it was asked for.",
      [("", "\(engineErrors)")])
    add("log_bytes_total", "counter", "Bytes of logs taken into the archive.", [("", "\(logBytes)")])
    lines.append("# HELP warder_dispatcher_task_duration_seconds How long scripts ran.")
    lines.append("# TYPE warder_dispatcher_task_duration_seconds histogram")
    let name = "warder_dispatcher_task_duration_seconds"
    for (bound, count) in zip(Self.bounds, durations) { lines.append("\(name)_bucket{le=\"\(bound.text)\"} \(count)") }
    lines.append("\(name)_bucket{le=\"+Inf\"} \(durationCount)")
    let whole = durationMilliseconds / 1000
    let rest = "\(1000 + durationMilliseconds % 1000)".dropFirst()
    lines.append("\(name)_sum \(whole).\(rest)")
    lines.append("\(name)_count \(durationCount)")
    return lines.joined(separator: "\n") + "\n"
  }
}
