internal import Foundation
internal import WarderFrames

/// How text looks on this process's two output streams: colours where they are wanted, and nothing in it that a terminal
/// would obey where a person may be looking.
struct Presentation: Sendable {
  /// One of this process's output streams.
  struct Channel: Sendable {
    let isTerminal: Bool
    let isColored: Bool

    /// Whether what goes there is for eyes rather than for programs. Forced colours are: they end on a terminal, by a pager.
    var isForEyes: Bool { isTerminal || isColored }

    init(isTerminal: Bool, isColored: Bool) {
      self.isTerminal = isTerminal
      self.isColored = isColored
    }
  }

  let stdout: Channel
  let stderr: Channel

  init(stdout: Channel, stderr: Channel) {
    self.stdout = stdout
    self.stderr = stderr
  }

  /// The presentation that fits this process's streams and environment.
  init(color: ColorChoice = .auto) {
    let environment = ProcessInfo.processInfo.environment
    func channel(_ descriptor: Int32) -> Channel {
      let isTerminal = isatty(descriptor) == 1
      return Channel(
        isTerminal: isTerminal, isColored: color.isColored(isTerminal: isTerminal, environment: environment))
    }
    self.init(stdout: channel(STDOUT_FILENO), stderr: channel(STDERR_FILENO))
  }

  /// What a script wrote, as it is to be written to the stream of the same name: exactly, where a program reads it.
  func script(_ bytes: [UInt8], _ stream: WarderFrames.OutputStream) -> [UInt8] {
    let channel = stream == .stdout ? stdout : stderr
    guard channel.isForEyes else { return bytes }
    let shown = TerminalText.neutralized(bytes)
    guard channel.isColored, stream == .stderr else { return shown }
    return Self.painted(shown, .errorStream)
  }

  /// Every line by itself, so that a colour does not last where something comes between two lines.
  private static func painted(_ text: [UInt8], _ ink: Ink) -> [UInt8] {
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return Array(
      lines.map { Array(ink.paint(String(decoding: $0, as: UTF8.self)).utf8) }.joined(separator: [UInt8(ascii: "\n")]))
  }

  /// A line of the tool's own for standard error: `warder: …`. The text may hold what a script chose.
  func notice(_ text: String, _ ink: Ink? = nil) -> [UInt8] {
    let shown = TerminalText.oneLine(text)
    guard stderr.isColored else { return Array("warder: \(shown)\n".utf8) }
    return Array("\(Ink.faint.paint("warder:")) \(ink?.paint(shown) ?? shown)\n".utf8)
  }

  /// The verdict as a line for standard error; on a terminal it stands by itself, in a pipe behind the tool's name.
  func verdict(_ line: VerdictLine) -> [UInt8] {
    let text = line.text(isColored: stderr.isColored)
    return Array((stderr.isForEyes ? "\(text)\n" : "warder: \(text)\n").utf8)
  }
}
