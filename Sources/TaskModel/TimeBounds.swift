/// How long each stage outside the script's own time may take. `worst_case`, the supervisor and whatever sets Kubernetes'
/// deadlines all read them here.
package enum TimeBounds {
  /// From the supervisor's first instruction to the child's: reading the task, launching.
  package static let startUp = Duration.seconds(30)
  /// After the main process ended by itself: how long pipes that its children still hold are waited for.
  package static let heldPipes = Duration.milliseconds(250)
  /// After SIGKILL: how long the tree is waited for, and what is left in the pipes read.
  package static let finalDrain = Duration.seconds(2)
  /// After the tree's end: how long files are collected, a slow reader of the log included, and their directory removed.
  package static let artifacts = artifactCollection + artifactRemoval
  package static let artifactCollection = Duration.seconds(4)
  package static let artifactRemoval = Duration.seconds(1)
  /// How long the last frames may wait for a reader of the log that is slow.
  package static let logFlush = Duration.seconds(5)

  /// Everything between the end of the script's time and of the process, the grace left out.
  package static let drain = heldPipes + finalDrain + logFlush
}
