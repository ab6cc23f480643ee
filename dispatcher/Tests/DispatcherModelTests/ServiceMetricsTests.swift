import DispatcherModel
import Testing

@Test func theHistogramCountsUpwards() {
  var metrics = ServiceMetrics()
  for milliseconds in [0, 50, 51, 999, 1000, 2_000_000] as [Int64] {
    metrics.count(reason: "exited", milliseconds: milliseconds)
  }
  metrics.count(reason: "lost", milliseconds: nil)
  let lines = metrics.text(queued: 1, running: 2, kept: 3).split(separator: "\n")
  let name = "warder_dispatcher_task_duration_seconds"
  #expect(lines.contains("\(name)_bucket{le=\"0.05\"} 2"))
  #expect(lines.contains("\(name)_bucket{le=\"0.1\"} 3"))
  #expect(lines.contains("\(name)_bucket{le=\"1\"} 5"))
  #expect(lines.contains("\(name)_bucket{le=\"1800\"} 5"))
  #expect(lines.contains("\(name)_bucket{le=\"+Inf\"} 6"))
  #expect(lines.contains("\(name)_sum 2002.100"))
  #expect(lines.contains("warder_dispatcher_tasks_total{reason=\"lost\"} 1"))
  #expect(lines.contains("warder_dispatcher_queue_length 1"))
}
