/// How long to wait before the next attempt: doubling, with a random part so that clients that failed together do not come
/// again together, and never less than what the server asked for.
package struct Backoff: Sendable {
  private let first: Duration
  private let longest: Duration
  private var attempts = 0

  package init(first: Duration = .milliseconds(200), longest: Duration = .seconds(15)) {
    self.first = first
    self.longest = longest
  }

  /// - Parameter asked: by the server (Retry-After).
  package mutating func next(asked: Int? = nil) -> Duration {
    let doubled = first * (1 << min(attempts, 16))
    attempts += 1
    let own = min(doubled, longest) * Double.random(in: 0.5...1)
    // Somebody who asks for hours is asked again earlier.
    return max(own, .seconds(min(asked ?? 0, 120)))
  }

  package mutating func reset() { attempts = 0 }
}
