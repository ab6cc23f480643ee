import Foundation
import RandomInput
import WarderFrames

/// Logs and what this reader makes of them, for another reader to compare with: a line for each case, the log and the lines
/// that `warder decode --json` would print of it, both in base64 with a space between.
enum Results {
  static func print(cases: UInt64, seed: UInt64) {
    for number in 0..<cases {
      var random = generator(seed: seed, case: number)
      let log = random.damagedLog()
      let results = RunAssembler.results(ofLog: log).map { $0.json() + [UInt8(ascii: "\n")] }
      let line = "\(Data(log).base64EncodedString()) \(Data(results.joined()).base64EncodedString())\n"
      FileHandle.standardOutput.write(Data(line.utf8))
    }
  }
}
