internal import Foundation
internal import WarderFrames

/// Writes the files of a log into a directory, and nowhere else.
///
/// The names come from an untrusted script, or from whoever wrote the log. So a name is used only where it is a safe path,
/// every directory on the way is opened through the one before it without following links, and no file is opened that is
/// there already.
struct ArtifactExtraction {
  /// Why a file was not written.
  struct Problem: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    init(_ action: String, _ number: Int32) {
      reason = "\(action): \(String(cString: strerror(number)))"
    }
  }

  private let root: Int32
  private let path: String

  /// Opens the directory, which is made where it is missing; a link that leads to one is followed, because its path comes from
  /// the person at the command line.
  init(into path: String) throws(Problem) {
    if mkdir(path, 0o777) != 0, errno != EEXIST { throw Problem("cannot make the directory \(path)", errno) }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Problem("cannot open the directory \(path)", errno) }
    root = descriptor
    self.path = path
  }

  func close() {
    _ = Foundation.close(root)
  }

  /// Writes the files of a run.
  ///
  /// - Parameter folder: a directory of their own, where a log has several runs.
  /// - Returns: a sentence for each file that was not written.
  func write(_ artifacts: [Artifact], folder: String? = nil) -> [String] {
    artifacts.compactMap { artifact in
      do throws(Problem) {
        try write(artifact, folder: folder)
        return nil
      } catch {
        return "artifact \(artifact.name.text) was not written to \(path): \(error.reason)"
      }
    }
  }

  private func write(_ artifact: Artifact, folder: String?) throws(Problem) {
    guard artifact.name.isSafePath else { throw Problem("its name is no safe path") }
    guard artifact.isComplete else {
      throw Problem(
        artifact.end == nil || artifact.hasGap
          ? "parts of it are missing from the log" : "its contents do not have the recorded digest")
    }
    var components = artifact.name.text.split(separator: "/").map(String.init)
    if let folder { components.insert(folder, at: 0) }
    let name = components.removeLast()

    var directory = root
    defer { if directory != root { _ = Foundation.close(directory) } }
    for component in components {
      if mkdirat(directory, component, 0o777) != 0, errno != EEXIST {
        throw Problem("cannot make the directory \(component)", errno)
      }
      let inner = openat(directory, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard inner >= 0 else { throw Problem("cannot open the directory \(component)", errno) }
      if directory != root { _ = Foundation.close(directory) }
      directory = inner
    }
    let file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw Problem("cannot make the file", errno) }
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: Data(artifact.bytes))
    } catch {
      // Half a file under the name of a whole one is worse than none.
      _ = unlinkat(directory, name, 0)
      throw Problem("cannot write the file: \(error.localizedDescription)")
    }
  }
}
