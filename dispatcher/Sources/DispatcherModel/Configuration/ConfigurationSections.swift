internal import TaskModel

extension ServiceLimits {
  init(_ place: JSONPlace) throws(ShapeProblem) {
    var reader = try ObjectReader(place)
    if let value = reader.take("body") { bodyBytes = Int(clamping: try value.bytes()) }
    if let value = reader.take("concurrent_tasks") { concurrentTasks = Int(try value.integer(1...10_000)) }
    if let value = reader.take("queue") { queueLength = Int(try value.integer(0...1_000_000)) }
    if let value = reader.take("tasks_per_client") { tasksPerClient = Int(try value.integer(1...1_000_000)) }
    if let value = reader.take("start") { startMilliseconds = try value.milliseconds() }
    try reader.end()
  }
}

extension ArchiveSettings {
  init(_ place: JSONPlace) throws(ShapeProblem) {
    var reader = try ObjectReader(place)
    directory = try reader.take("directory")?.string()
    if let value = reader.take("age") { ageMilliseconds = try value.milliseconds() }
    if let value = reader.take("tasks") { tasks = Int(try value.integer(1...10_000_000)) }
    if let value = reader.take("bytes") { bytes = try value.bytes() }
    try reader.end()
  }
}

extension LocalSettings {
  init(_ place: JSONPlace) throws(ShapeProblem) {
    var reader = try ObjectReader(place)
    warder = try reader.take("warder")?.string()
    supervisor = try reader.take("init")?.string()
    if let place = reader.take("engine") {
      let engines = ["auto", "bubblewrap", "podman", "docker", "process"]
      engine = try place.string()
      if !engines.contains(engine) {
        throw place.problem("expected one of \(engines.joined(separator: ", ")), found \"\(engine)\"")
      }
    }
    policy = try reader.take("policy")?.string()
    try reader.end()
  }
}
