internal import LinuxSystem

/// `--install DIR`: an init container copies the executable into a volume, and any image can run it from there.
enum Installation {
  static let name = "warder-init"

  static func install(into directory: String) -> Int32 {
    let target = directory + "/" + name
    do { try Files.install("/proc/self/exe", into: directory, as: name) } catch {
      return Program.fail("cannot install to \(target): \(error.message)")
    }
    return Program.print(Array("installed \(target)\n".utf8))
  }
}
