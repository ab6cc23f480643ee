// swift-tools-version: 6.2
//
// Two ways to build this package, chosen in this one place:
//
//   swift build                     ordinary Swift: tests, `warder`, the WarderFrames library
//   SWIFT_EMBEDDED=1 swift build    Embedded Swift on musl: the static `warder-init` that ships
//
// `scripts/build` sets the second one up; nothing else needs to know how.

import PackageDescription

let embedded = Context.environment["SWIFT_EMBEDDED"] == "1"

#if arch(x86_64)
  let architecture = "x86_64"
#elseif arch(arm64)
  let architecture = "aarch64"
#endif

// MARK: - Settings

let strictness: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// What `warder-init` is made of is written in strictly memory-safe Swift: every use of a pointer is marked.
let coreSwift: [SwiftSetting] =
  strictness + [.strictMemorySafety()]
  + (embedded
    ? [
      .enableExperimentalFeature("Embedded"),
      .unsafeFlags([
        "-wmo", "-Osize", "-Xllvm", "-enable-machine-outliner=always",
        "-Xcc", "-isystem", "-Xcc", "/usr/include/\(architecture)-linux-musl",
        "-Xfrontend", "-function-sections",
        // Swift 6.3 gives constant arrays names that it counts anew in each module that inlines their function, as weak
        // symbols: the linker then keeps one of several different arrays of the same name, and `--output` had the words
        // of `--seccomp`. Without the pass there are no such symbols; scripts/build checks that.
        "-Xllvm", "-sil-disable-pass=object-outliner",
      ]),
    ] : [])

let coreC: [CSetting] =
  [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]
  + (embedded
    ? [
      .define("WARDER_MUSL"),
      .unsafeFlags([
        "-isystem", "/usr/include/\(architecture)-linux-musl",
        "-Os", "-fPIE", "-fstack-protector-strong", "-ffunction-sections", "-fdata-sections",
        "-fno-asynchronous-unwind-tables", "-fno-unwind-tables",
      ]),
    ] : [])

/// musl's start files and library instead of glibc's, and the toolchain's own linker.
let staticLink: [LinkerSetting] =
  embedded
  ? [
    .unsafeFlags([
      "-use-ld=lld",
      "-Xclang-linker", "-static-pie", "-Xclang-linker", "-nostdlib",
      "-Xclang-linker", "-Wno-unused-command-line-argument",
      "-L/usr/lib/\(architecture)-linux-musl",
      "/usr/lib/\(architecture)-linux-musl/rcrt1.o",
      "/usr/lib/\(architecture)-linux-musl/crti.o",
      "-Xlinker", "--gc-sections",
      // Functions that came out the same are kept once; nothing here compares their addresses.
      "-Xlinker", "--icf=all",
      "-Xlinker", "--script=\(Context.packageDirectory)/scripts/lib/left-out.ld",
      "-Xlinker", "--script=\(Context.packageDirectory)/scripts/lib/large-last.ld",
      "-Xlinker", "--no-eh-frame-hdr", "-Xlinker", "--build-id=none",
      // What the loop uses lies together, so that nothing else is resident while a script runs; see benchmarks/order.
      "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/benchmarks/order/loop-functions.txt",
      "-Xlinker", "--no-warn-symbol-ordering",
      "-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now",
      "-Xlinker", "-l:../embedded/\(architecture)-unknown-linux-gnu/libswiftUnicodeDataTables.a",
      "/usr/lib/\(architecture)-linux-musl/libc.a",
      "/usr/lib/\(architecture)-linux-musl/crtn.o",
    ])
  ] : []

// MARK: - The core: warder-init and what it is made of; and the relay for Integr8sCode, which is installed beside it

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

var products: [Product] = [
  .executable(name: "warder-init", targets: ["warder-init"]),
  .executable(name: "warder-integr8s", targets: ["warder-integr8s"]),
]

var targets: [Target] = [
  systemLibrary("CSeccomp", pkgConfig: "libseccomp", apt: "libseccomp-dev"),
  systemLibrary("CCapability", pkgConfig: "libcap", apt: "libcap-dev"),
  systemLibrary("CMessageDigest", pkgConfig: "libmd", apt: "libmd-dev"),
  .target(name: "CLinux", cSettings: coreC),
  // No flags in ordinary builds: a package that takes the library WarderFrames may not have a target with unsafe ones.
  .target(name: "CScan", cSettings: embedded ? coreC : []),
  .target(name: "JSON", dependencies: ["CScan"], swiftSettings: coreSwift),
  .target(name: "TaskModel", dependencies: ["JSON"], swiftSettings: coreSwift),
  .target(name: "WarderFrames", dependencies: ["CScan", "JSON"], swiftSettings: coreSwift),
  .target(
    name: "LinuxSystem", dependencies: ["CLinux", "CSeccomp", "CCapability", "CMessageDigest", "TaskModel"],
    swiftSettings: coreSwift),
  .target(
    name: "Supervisor", dependencies: ["LinuxSystem", "TaskModel", "WarderFrames", "JSON"],
    swiftSettings: coreSwift),
  .executableTarget(
    name: "warder-init", dependencies: ["Supervisor", "LinuxSystem"], swiftSettings: coreSwift,
    linkerSettings: staticLink),
  .target(name: "ExecutorOutput", dependencies: ["WarderFrames", "TaskModel", "JSON"], swiftSettings: coreSwift),
  .executableTarget(
    name: "warder-integr8s", dependencies: ["ExecutorOutput", "LinuxSystem", "TaskModel"], swiftSettings: coreSwift,
    linkerSettings: staticLink),
]

var dependencies: [Package.Dependency] = []

// MARK: - What is built in ordinary Swift only: the tool, the library product and the tests

if !embedded {
  dependencies += [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ]

  products += [
    .library(name: "WarderFrames", targets: ["WarderFrames"]),
    // What the dispatcher's package, which lies in this one, takes as well.
    .library(name: "TaskModel", targets: ["TaskModel", "JSON"]),
    .library(name: "Manifests", targets: ["Manifests"]),
    .executable(name: "warder", targets: ["warder"]),
  ]

  func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strictness)
  }

  targets += [
    .target(
      name: "Manifests",
      dependencies: ["TaskModel", "JSON", .product(name: "Yams", package: "Yams")],
      swiftSettings: strictness),
    .target(name: "CTool", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(
      name: "ToolCommands",
      dependencies: [
        "CTool", "TaskModel", "WarderFrames", "JSON", "LinuxSystem", "Manifests",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      swiftSettings: strictness),
    .executableTarget(name: "warder", dependencies: ["ToolCommands"], swiftSettings: strictness),
    .executableTarget(
      name: "warder-fuzz", dependencies: ["JSON", "TaskModel", "WarderFrames", "LinuxSystem", "RandomInput"],
      path: "Tests/Fuzz",
      swiftSettings: strictness),
    .target(
      name: "RandomInput", dependencies: ["JSON", "WarderFrames"], path: "Tests/RandomInput", swiftSettings: strictness),
    .target(
      name: "TestSupport",
      dependencies: ["TaskModel", "WarderFrames", .product(name: "Subprocess", package: "swift-subprocess")],
      path: "Tests/TestSupport", swiftSettings: strictness),
    tests("JSONTests", ["JSON", "CScan", "RandomInput"]),
    tests("TaskModelTests", ["TaskModel", "JSON", "RandomInput"]),
    tests("WarderFramesTests", ["WarderFrames", "JSON", "RandomInput"]),
    tests("LinuxSystemTests", ["LinuxSystem", "TaskModel", "RandomInput"], exclude: ["Recorded"]),
    tests("SupervisorTests", ["Supervisor", "LinuxSystem", "TaskModel", "WarderFrames", "RandomInput"]),
    tests("ExecutorOutputTests", ["ExecutorOutput", "WarderFrames", "RandomInput"]),
    tests("ManifestsTests", ["Manifests", "TaskModel", "JSON", "RandomInput"], exclude: ["Recorded"]),
    tests(
      "ToolCommandsTests",
      [
        "ToolCommands", "Manifests", "LinuxSystem", "TaskModel", "WarderFrames", "RandomInput",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["Support"]),
    tests("IntegrationTests", ["TestSupport", "WarderFrames", "RandomInput"], exclude: ["Support"]),
    tests("RunTests", ["TestSupport"], exclude: ["Support"]),
    tests(
      "ContainerTests", ["TestSupport", "WarderFrames", "LinuxSystem", "TaskModel", "RandomInput"],
      exclude: ["Attacks", "Endurance", "Support"]),
    tests("KernelTests", ["TestSupport", "WarderFrames"], exclude: ["Support"]),
    tests("WorkloadTests", ["TestSupport", "WarderFrames"], exclude: ["CPython", "Scripts", "Support"]),
  ]
}

let package = Package(
  name: "warder",
  products: products,
  dependencies: dependencies,
  targets: targets,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17
)
