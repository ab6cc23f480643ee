/// A cgroup in which memory is counted: the own one, or one that it lies in.
package struct MemoryLevel: Sendable {
  package let directory: String
  /// Nil where it has no limit of its own.
  package let limit: UInt64?
  /// Of interest only where there is a limit.
  package let usage: UInt64

  package init(directory: String, limit: UInt64?, usage: UInt64) {
    self.directory = directory
    self.limit = limit
    self.usage = usage
  }
}

/// By what the tree's memory is watched on this platform, and with which limits. Knows no kernel.
package struct MemoryPlan: Sendable {
  /// The cgroup to watch, and what must not be exceeded in it.
  package private(set) var directory: String?
  package private(set) var directoryLimit: UInt64?
  /// Whether that is the own cgroup and nobody else is in it: what is counted and killed there is the tree's.
  package private(set) var isExclusive = false
  /// What the sum over the tree's processes must not exceed.
  package private(set) var treeLimit: UInt64?
  /// Why it is not all that it could be; nil where it is.
  package private(set) var weakness: String?

  /// What holds, nil where nothing does.
  package var limit: UInt64? {
    guard let directoryLimit else { return treeLimit }
    return treeLimit.map { min($0, directoryLimit) } ?? directoryLimit
  }

  /// - Parameters:
  ///   - wanted: the limit that was asked for, or a ceiling.
  ///   - levels: the own cgroup and those above it; empty where none can be seen.
  ///   - isAlone: whether the own cgroup holds nobody but this process.
  package init(wanted: UInt64?, levels: [MemoryLevel], isAlone: Bool, processors: Int) {
    if let tightest = Self.tightest(levels), let limit = levels[tightest].limit {
      directory = levels[tightest].directory
      directoryLimit = limit - MemoryWatch.reserve(ofLimit: limit, processors: processors)
      isExclusive = isAlone && tightest == 0
      if !isExclusive { weakness = "the limit is shared with other processes, which may use it up" }
    }
    guard let wanted else {
      if directory == nil { weakness = "no cgroup limits the memory here; give memory a size" }
      return
    }
    if isAlone, let own = levels.first, directory == nil || isExclusive {
      directory = own.directory
      directoryLimit = min(directoryLimit ?? wanted, wanted)
      isExclusive = true
    } else {
      treeLimit = wanted
      weakness =
        "no cgroup counts the script alone: the sum over its processes is taken, without tmpfs, and pages that "
        + "forked processes share count for each"
    }
  }

  /// The level that will be full first, by what is free in each now.
  private static func tightest(_ levels: [MemoryLevel]) -> Int? {
    var tightest: Int?
    var least = UInt64.max
    for (index, level) in levels.enumerated() {
      guard let limit = level.limit else { continue }
      let room = limit - min(limit, level.usage)
      if room < least {
        tightest = index
        least = room
      }
    }
    return tightest
  }
}
