/// By what the dispatcher knows its own again.
enum TaskLabels {
  static let manager = (name: "app.kubernetes.io/managed-by", value: "warder-dispatcher")
  static let instance = "warder-dispatcher/instance"
  static let trust = "warder-dispatcher/trust"
  /// An annotation with a random value: an object that has it was created by that one call, whatever became of the answer.
  static let start = "warder-dispatcher/start"

  static func selector(instance: String) -> String {
    "\(manager.name)=\(manager.value),\(Self.instance)=\(instance)"
  }

  /// The pods of one task.
  static func selector(instance: String, task: String) -> String {
    "\(selector(instance: instance)),app.kubernetes.io/instance=\(task)"
  }
}
