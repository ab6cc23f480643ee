internal import ArgumentParser
internal import Foundation
internal import TaskModel

/// Files that are named on the command line.
enum InputFile {
  /// - Parameter file: a path, or `-` for standard input.
  static func read(_ file: String) throws -> [UInt8] {
    let handle: FileHandle
    if file == "-" {
      handle = .standardInput
    } else {
      let descriptor = open(file, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw unreadable(file, errno) }
      handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
    do {
      return Array(try handle.readToEnd() ?? Data())
    } catch {
      throw unreadable(file, errno)
    }
  }

  /// The policy of an image, for its ceilings, defaults and runtimes.
  static func policy(_ file: String) throws -> Policy {
    do throws(ConfigurationError) {
      return try Policy.parse(try bytes(of: file), path: file)
    } catch {
      Notice.write(error.message)
      throw ExitCode(65)
    }
  }

  private static func bytes(of file: String) throws(ConfigurationError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw ConfigurationError(
        .missing, at: .file(path: file, position: nil), "the file cannot be read")
    }
    return Array(data)
  }

  private static func unreadable(_ file: String, _ number: Int32) -> ExitCode {
    Notice.write("cannot read \(file): \(String(cString: strerror(number)))")
    return ExitCode(66)
  }
}

/// A line on standard error that the tool itself has to say.
enum Notice {
  static func write(_ text: String) { FileHandle.standardError.write(Data(Presentation().notice(text))) }
}
