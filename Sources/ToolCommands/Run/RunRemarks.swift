internal import WarderFrames

/// What a person should know of a run besides its verdict.
enum RunRemarks {
  static func remarks(on result: RunResult, engine: EngineKind) -> [String] {
    var remarks: [String] = []
    if engine == .process, let exit = result.exit, exit.exitCode != 0,
      exit.denied.contains(where: { $0.family == "AF_UNIX" })
    {
      remarks.append("engine process lends no Unix sockets but connected pairs; the other engines do")
    }
    for layer in result.start?.isolation ?? [] where result.exit != nil && isWorthALine(layer) {
      remarks.append("isolation: \(layer.name) is \(layer.state.text)\(reason(of: layer))")
    }
    if result.missingFrames > 0 {
      remarks.append("\(HumanNumbers.count(result.missingFrames, "frame")) missing from the log")
    }
    if result.noiseLines > 0 {
      remarks.append(
        HumanNumbers.count(result.noiseLines, "line of the log is no frame", "lines of the log are no frames"))
    }
    if let refused = result.exit?.artifacts?.refused, refused > 0 {
      remarks.append("\(HumanNumbers.count(refused, "thing")) in the artifact directory did not come back")
    }
    return remarks + result.disagreements
  }

  /// A wall that is missing or lower than it should be. A watch is `disabled` where nobody asked for its limit, and what the
  /// sum over the tree is not told each time: docs/running-locally.md does.
  private static func isWorthALine(_ layer: IsolationLayer) -> Bool {
    switch layer.state {
    case .active: return false
    case .unavailable: return true
    case .degraded: return !layer.name.hasSuffix("_watch")
    case .disabled: return !layer.name.hasSuffix("_watch")
    }
  }

  private static func reason(of layer: IsolationLayer) -> String {
    for detail in layer.details where detail.name == "reason" {
      if case .string(let reason) = detail.value { return ": " + reason }
    }
    return ""
  }
}
