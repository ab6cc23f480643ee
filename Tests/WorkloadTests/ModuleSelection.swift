import Foundation
import Testing

/// One of CPython's test modules, or a part of it.
struct ModuleSelection: CustomTestStringConvertible {
  let module: String
  /// Only tests with one of these in their id; all where there is none.
  var patterns: [String] = []
  /// Only these tests; all where it is nil.
  var tests: Set<String>?
  /// How often each is run.
  var repetitions = 1

  var testDescription: String { module }

  /// What `WARDER_WORKLOADS` asks for: all modules, some by their names, or without it what takes minutes.
  static let wished: [ModuleSelection] = {
    switch ProcessInfo.processInfo.environment["WARDER_WORKLOADS"] ?? "" {
    case "":
      modules.compactMap { module in
        let patterns = quickParts[module] ?? parts[module] ?? []
        return leftOut.contains(module) ? nil : ModuleSelection(module: module, patterns: patterns)
      }
    case "all": modules.map { ModuleSelection(module: $0, patterns: parts[$0] ?? []) }
    case let names:
      names.split(separator: ",").map { ModuleSelection(module: String($0), patterns: parts[String($0)] ?? []) }
    }
  }()

  /// The long ones first: the short ones fill the gaps at the end.
  private static let modules = [
    "test_asyncio", "test_multiprocessing_spawn", "test_multiprocessing_forkserver", "test_concurrent_futures",
    "test_multiprocessing_fork", "test_io", "test_subprocess", "test_signal", "test_threading", "test_json",
    "test_tempfile", "test_os", "test_socket", "test_selectors", "test_shutil", "test_posix", "test_fcntl",
    "test_resource", "test_select", "test_epoll", "test_thread", "test_mmap", "test_pty",
  ]

  /// What is run of a module at all: most of test_socket is about the sockets that are denied.
  private static let parts = ["test_socket": ["Unix", "SocketPair"]]

  /// What is run of a module where time is short.
  private static let quickParts = [
    "test_asyncio": [
      "test_asyncio.test_subprocess", "test_asyncio.test_unix_events", "test_asyncio.test_threads",
      "test_asyncio.test_runners",
    ],
    "test_multiprocessing_spawn": ["WithProcessesTestProcess", "WithProcessesTestSharedMemory"],
    "test_multiprocessing_fork": [
      "WithProcessesTestProcess", "WithProcessesTestQueue", "WithProcessesTestPool", "SharedMemory",
    ],
    "test_concurrent_futures": [
      "ProcessPoolForkWaitTest", "ProcessPoolForkProcessPoolExecutorTest", "ThreadPoolExecutor",
    ],
    "test_io": ["SignalsTest", "MiscIOTest", "CBufferedRandomTest"],
  ]

  /// What is not run at all where time is short.
  private static let leftOut: Set<String> = ["test_multiprocessing_forkserver"]
}
