import Foundation

/// The command line.
struct Options: Sendable {
  var cases: UInt64 = 1_000_000
  var seed = UInt64.random(in: .min ... .max)
  /// Only this target.
  var target: String?
  /// Only this case, in this process, so that a debugger sees it.
  var onlyCase: UInt64?
  /// How long one case may take.
  var secondsPerCase = 10.0
  /// Prints logs and results instead, see `Results`.
  var printsResults = false
  /// Workers print nothing: what goes wrong in them is on purpose.
  var isQuiet = false
  /// Set in a worker: the descriptor to which it writes the number of the case that it begins.
  var progressDescriptor: Int32?

  static let help = """
    Feeds hostile input to the parsers and encoders, and says what did not hold.

    usage: warder-fuzz [--cases N] [--seed S] [--target NAME] [--case K] [--seconds-per-case T]

      --cases N             how many in all (1000000)
      --seed S              the same seed, target and number give the same case (random)
      --target NAME         only one: \(FuzzTarget.all.map(\.name).joined(separator: ", "))
      --case K              run one case of one target in this process, to see it again
      --seconds-per-case T  a case that takes longer is a hang (10)
      --results             prints random logs and what the decoder makes of them, a line for each case, in base64:
                            scripts/check-python has the decoder in Python compare

    Exits 0 when everything held, 1 when something did not, 2 when the command line makes no sense.
    """

  init(_ arguments: [String]) throws(UsageError) {
    var rest = arguments[...]
    while let flag = rest.popFirst() {
      if flag == "--help" || flag == "-h" {
        print(Self.help)
        exit(0)
      }
      if flag == "--results" {
        printsResults = true
        continue
      }
      guard let value = rest.popFirst() else { throw UsageError(message: "\(flag) needs a value") }
      switch flag {
      case "--cases": cases = try Self.number(value, for: flag)
      case "--seed": seed = try Self.number(value, for: flag)
      case "--case": onlyCase = try Self.number(value, for: flag)
      case "--seconds-per-case": secondsPerCase = try Self.number(value, for: flag)
      case "--worker": progressDescriptor = try Self.number(value, for: flag)
      case "--target":
        guard (FuzzTarget.all + WatchCheck.targets).contains(where: { $0.name == value }) else {
          throw UsageError(message: "there is no target \(value)")
        }
        target = value
      default: throw UsageError(message: "unknown option \(flag); --help lists them")
      }
    }
    if onlyCase != nil || progressDescriptor != nil, target == nil {
      throw UsageError(message: "--case needs --target")
    }
  }

  private static func number<Number: LosslessStringConvertible>(_ text: String, for flag: String) throws(UsageError)
    -> Number
  {
    guard let number = Number(text) else { throw UsageError(message: "\(flag) needs a number, not \(text)") }
    return number
  }
}

/// What is wrong with the command line.
struct UsageError: Error {
  let message: String
}
