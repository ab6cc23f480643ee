internal import LinuxSystem
internal import TaskModel

/// The fresh directory that a script runs in: a copy of the script, and links to its input files.
///
/// The copy is made from the very bytes whose digest is recorded, so a ConfigMap that changes between reading and running
/// changes nothing.
struct WorkDirectory: ~Copyable {
  let path: String
  /// The script's path inside.
  let scriptPath: String
  private let scriptName: String
  private let directory: Descriptor

  /// Makes the directory, named anew for every start and readable by this user alone.
  ///
  /// - Parameter parent: where: `/tmp`, the one place that every pod of the restricted kind can write to, unless the
  ///   configuration names another.
  init(scriptName: String, in parent: String) throws(LaunchError) {
    let path = try Self.freshPath(in: parent)
    let directory = try Self.make(path, in: parent)
    self.path = path
    self.scriptName = scriptName
    scriptPath = path + "/" + scriptName
    self.directory = directory
  }

  private static func freshPath(in parent: String) throws(LaunchError) -> String {
    let random: [UInt8]
    do { random = try Machine.randomBytes(6) } catch {
      throw LaunchError("cannot get random bytes for the working directory's name", error)
    }
    var digits: [UInt8] = []
    for byte in random { appendHexadecimal(byte, to: &digits) }
    return parent + "/warder-" + String(decoding: digits, as: UTF8.self)
  }

  private static func make(_ path: String, in parent: String) throws(LaunchError) -> Descriptor {
    do {
      try Files.makeDirectory(path, permissions: 0o700)
      return try Files.open(path, [.directory, .noFollow])
    } catch {
      throw LaunchError(
        "cannot make a working directory in \(parent)", error,
        advice: "the script needs a writable \(parent), such as an emptyDir volume")
    }
  }

  /// Writes the script.
  func place(script: [UInt8], name: String) throws(LaunchError) {
    do {
      let file = try Files.open(name, in: directory.raw, [.write, .createNew], permissions: 0o700)
      try file.writeAll(script, subject: name)
    } catch {
      throw LaunchError("cannot copy the script to \(path)", error)
    }
  }

  /// Makes the files and folders of the task directory appear under their own names.
  func link(inputs: [String], of taskDirectory: String) throws(LaunchError) {
    for name in inputs {
      do { try Files.makeSymbolicLink(name, in: directory.raw, to: taskDirectory + "/" + name) } catch {
        throw LaunchError("cannot link the input file \(name) into \(path)", error)
      }
    }
  }

  /// Removes the directory and all that the script left in it, as far as that goes until `deadline`.
  /// - Returns: whether it is gone.
  func remove(until deadline: Instant) -> Bool {
    // Most scripts leave nothing behind: then the script itself is all that there is, and nothing need be listed.
    try? Files.removeFile(scriptName, in: directory.raw)
    if (try? Files.removeDirectory(path)) != nil { return true }
    guard (try? directory.rewindDirectory()) != nil,
      Files.removeContents(of: directory, mayContinue: { Instant.now < deadline })
    else { return false }
    return (try? Files.removeDirectory(path)) != nil
  }
}

/// Why a task could not be started though it is a good one: a verdict of `launch_failed`.
struct LaunchError: Error {
  let message: String

  @inline(never)
  init(_ words: Words) { message = words.text }

  @inline(never)
  init(_ action: Words, _ cause: SystemCallError, advice: Words? = nil) {
    message = action.text + ": " + cause.reason + (advice.map { "; " + $0.text } ?? "")
  }
}
