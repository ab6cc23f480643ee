internal import Foundation

/// Finds `warder-init` on this machine.
enum SupervisorLookup {
  static let advice =
    "warder-init is not here: build it with scripts/build, put it beside warder or into PATH, or name it in WARDER_INIT"

  /// `WARDER_INIT`, beside this program, in the checkout that it was built in, then in PATH.
  static var path: String? {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment["WARDER_INIT"] { return named }
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    var candidates = [own.appendingPathComponent("warder-init").path]
    var directory = own
    for _ in 0..<4 {
      directory.deleteLastPathComponent()
      candidates.append(directory.appendingPathComponent("dist/warder-init").path)
    }
    candidates += (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/warder-init" }
    // The debug build beside a debug tool is dynamic and cannot enter every image; dist/ comes first in a checkout.
    let inCheckout = candidates.first { $0.hasSuffix("/dist/warder-init") && FileManager.default.isExecutableFile(atPath: $0) }
    return inCheckout ?? candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
