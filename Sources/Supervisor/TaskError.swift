internal import TaskModel

/// A task that cannot be run as it is: a verdict of `invalid_task` and one clear sentence.
struct TaskError: Error {
  let message: String

  init(_ message: String) { self.message = message }

  @inline(never)
  init(words: Words) { message = words.text }
}
