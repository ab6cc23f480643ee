internal import LinuxSystem
internal import TaskModel

/// A compiled profile that was read from a file and found good.
struct LoadedSeccompProfile {
  let name: String
  /// Of the whole file, in hexadecimal digits.
  let sha256: String
  /// The program for this machine.
  let words: [UInt64]

  /// Reads the file that the key `seccomp` names; nil where it names none.
  static func read(for configuration: EffectiveConfiguration) throws(TaskError) -> LoadedSeccompProfile? {
    guard let path = configuration.seccompFile, !configuration.disabled.contains(.seccomp) else { return nil }
    let bytes: [UInt8]
    do { bytes = try Files.read(path, maximumBytes: SeccompProfileFile.longest) } catch {
      throw Self.error(path, "cannot be read", error.reason)
    }
    let file: SeccompProfileFile
    do { file = try SeccompProfileFile(bytes) } catch {
      throw Self.error(path, "cannot be used", error.message)
    }
    guard let words = file.words() else {
      throw Self.error(
        path, "cannot be used", ("it has no program for \(SeccompArchitecture.native.name)" as Words).text)
    }
    return LoadedSeccompProfile(name: file.name, sha256: SHA256.hexadecimal(of: bytes), words: words)
  }

  private static func error(_ path: String, _ what: String, _ why: String) -> TaskError {
    TaskError(words: "seccomp names \(path), which \(what): \(why)")
  }
}
