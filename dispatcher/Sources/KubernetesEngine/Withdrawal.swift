internal import DispatcherModel
internal import WarderFrames

/// A Job that is deleted before its script has run, and what that means for the task.
struct Withdrawal: Sendable, Hashable {
  var reason: Reason
  var message: String
}

/// The budgets of a task that does not start.
struct Budgets: Sendable {
  var start: Duration
  var queue: Duration
  var logPatience: Duration
  var isRunAgain: Bool
}
