internal import LinuxSystem

/// `--install DIR`: an init container copies the executable into a volume, and any image can run it from there.
enum Installation {
  static let name = "warder-init"
  private static let largestExecutable = 64 << 20

  static func install(into directory: String) -> Int32 {
    let target = directory + "/" + name
    let temporary = directory + "/." + name + ".new"
    do {
      let content = try Files.read("/proc/self/exe", maximumBytes: largestExecutable)
      // A copy that was cut short by an earlier attempt must not be taken for a whole one: the name appears at the end.
      try? Files.removeFile(temporary)
      let file = try Files.open(temporary, [.write, .createNew], permissions: 0o755)
      try file.writeAll(content, subject: temporary)
      try Files.changeMode(temporary, 0o755)
      try Files.rename(temporary, to: target)
    } catch {
      return Program.fail("cannot install to \(target): \(error.message)")
    }
    return Program.print(Array("installed \(target)\n".utf8))
  }
}
