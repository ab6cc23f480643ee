internal import LinuxSystem
internal import TaskModel

/// What `--check` runs behind the script's walls: this executable once more, with a list of things to try. It answers with a
/// line each, the error number or 0. A script that runs the executable itself learns no more than by trying itself.
enum TrialProgram {
  static let flag = "--try"

  enum Trial {
    /// Make a file in a directory.
    case write(String)
    /// Open an existing file for writing.
    case change(String)
    case read(String)
    case socket(family: Int32)
    case signal(process: Int32)
    case call(Trials.Call)

    var words: String {
      switch self {
      case .write(let path): "write:" + path
      case .change(let path): "change:" + path
      case .read(let path): "read:" + path
      case .socket(let family): ("socket:\(family)" as Words).text
      case .signal(let process): ("signal:\(process)" as Words).text
      case .call(let call): ("call:\(call.rawValue)" as Words).text
      }
    }
  }

  static func run(_ arguments: ArraySlice<[UInt8]>) -> Int32 {
    var text = ""
    for argument in arguments { text += ("\(answer(argument))\n" as Words).text }
    return Program.print(Array(text.utf8))
  }

  private static func answer(_ argument: [UInt8]) -> Int32 {
    guard let colon = argument.firstIndex(of: UInt8(ascii: ":")) else { return ErrorNumber.invalidArgument }
    let what = argument[..<colon]
    let object = String(decoding: argument[(colon + 1)...], as: UTF8.self)
    if what.elementsEqual("write".utf8) { return Trials.makeFile(in: object) }
    if what.elementsEqual("change".utf8) { return Trials.change(object) }
    if what.elementsEqual("read".utf8) { return Trials.read(object) }
    guard let number = CheckNumbers.parse(object) else { return ErrorNumber.invalidArgument }
    let small = Int32(truncatingIfNeeded: number)
    if what.elementsEqual("socket".utf8) { return Trials.socket(family: small) }
    if what.elementsEqual("signal".utf8) { return Trials.signal(small) }
    if what.elementsEqual("call".utf8), let call = Trials.Call(rawValue: small) { return Trials.call(call) }
    return ErrorNumber.invalidArgument
  }
}

/// Numbers in the kernel's files.
enum CheckNumbers {
  /// Digits, and white space after them; nil for everything else, `max` for example.
  static func parse(_ text: String) -> UInt64? {
    var value: UInt64 = 0
    var hasDigits = false
    for byte in text.utf8 {
      if byte == 0x0A || byte == 0x20 { break }
      guard byte >= 0x30, byte <= 0x39, value < 1 << 59 else { return nil }
      value = value * 10 + UInt64(byte - 0x30)
      hasDigits = true
    }
    return hasDigits ? value : nil
  }
}
