internal import TaskModel
internal import WarderFrames

/// The state of every layer of isolation, as the kernel answered: what is not in force is never called active.
struct IsolationReport {
  typealias State = WarderFrames.IsolationLayer.State

  struct Entry {
    let layer: TaskModel.IsolationLayer
    var state: State
    /// Why the state is not `active`.
    var reason: String?
    var details: [Field] = []
  }

  private(set) var entries: [Entry] = []

  mutating func set(
    _ layer: TaskModel.IsolationLayer, _ state: State, reason: String? = nil, details: [Field] = []
  ) {
    let entry = Entry(layer: layer, state: state, reason: reason, details: details)
    entries.removeAll { $0.layer == layer }
    entries.append(entry)
  }

  /// Adds to what is said of a layer.
  mutating func add(_ details: [Field], to layer: TaskModel.IsolationLayer) {
    for index in entries.indices where entries[index].layer == layer { entries[index].details += details }
  }

  func isActive(_ layer: TaskModel.IsolationLayer) -> Bool {
    entries.first { $0.layer == layer }?.state == .active
  }

  /// What the script's domain was made for: 0 where there is none. The kernel cannot be asked any more once the supervisor has
  /// confined itself.
  var landlockABI: Int64 {
    let details = entries.first { $0.layer == .landlock }?.details ?? []
    for detail in details where detail.name.utf8.elementsEqual("abi".utf8) {
      if case .integer(let abi) = detail.value { return abi }
    }
    return 0
  }

  /// The required layers that are not active, with the reason.
  func missing(of required: IsolationLayers) -> [(layer: TaskModel.IsolationLayer, reason: String)] {
    TaskModel.IsolationLayer.allCases.filter { required.contains($0) && !isActive($0) }.map { layer in
      (layer, entries.first { $0.layer == layer }?.reason ?? "not put in force")
    }
  }

  /// For the `start` frame, in the layers' own order.
  var frameLayers: [WarderFrames.IsolationLayer] {
    TaskModel.IsolationLayer.allCases.compactMap { layer in
      guard let entry = entries.first(where: { $0.layer == layer }) else { return nil }
      let reason = entry.reason.map { [Field("reason", $0)] } ?? []
      return WarderFrames.IsolationLayer(layer.name, entry.state, details: entry.details + reason)
    }
  }
}
