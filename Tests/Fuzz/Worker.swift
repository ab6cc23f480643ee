import Foundation
import RandomInput

/// A process of its own that runs a target's cases and says which one it is at, so that somebody is left to tell when
/// one of them kills it or never ends.
enum Worker {
  /// Runs the cases; does not return where one did not hold.
  static func run(_ target: FuzzTarget, options: Options, progress descriptor: Int32) {
    for number in 0..<options.cases {
      withUnsafeBytes(of: number) { bytes in
        if pwrite(descriptor, bytes.baseAddress, bytes.count, 0) != bytes.count {
          FileHandle.standardError.write(Data("warder-fuzz: cannot say which case this is\n".utf8))
          exit(3)
        }
      }
      runCase(number, of: target, seed: options.seed)
    }
  }

  /// Runs one case and ends the process where it does not hold.
  static func runCase(_ number: UInt64, of target: FuzzTarget, seed: UInt64) {
    var generator = generator(seed: seed, case: number)
    guard let problem = target.run(&generator) else { return }
    say("\(target.name): \(problem)")
    exit(1)
  }
}

/// Prints a line at once: the process may be killed right after.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}
