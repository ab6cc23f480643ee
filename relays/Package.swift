// swift-tools-version: 6.2
//
// Relays that need libraries of their own: `warder-bakerst`, which tells Baker Street over NATS what becomes of a task. A package
// of its own, so that who builds `warder-init` or `warder` needs no NATS client.

import Foundation
import PackageDescription

/// As in dispatcher/Package.swift: what is `package` in the modules around this package may be used here.
let core = String(
  URL(fileURLWithPath: Context.packageDirectory).deletingLastPathComponent().lastPathComponent.lowercased()
    .map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })

let strictness: [SwiftSetting] = [
  .unsafeFlags(["-package-name", core]),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let frames = Target.Dependency.product(name: "WarderFrames", package: "warder")
let taskModel = Target.Dependency.product(name: "TaskModel", package: "warder")

let package = Package(
  name: "warder-relays",
  products: [.executable(name: "warder-bakerst", targets: ["warder-bakerst"])],
  dependencies: [.package(name: "warder", path: "..")],
  targets: [
    // The NATS client in C, https://github.com/nats-io/nats.c.
    .systemLibrary(name: "CNATS", pkgConfig: "libnats", providers: [.apt(["libnats-dev"])]),
    // From frames to messages; knows neither network nor processes.
    .target(name: "BakerStreet", dependencies: [frames, taskModel], packageAccess: false, swiftSettings: strictness),
    .executableTarget(
      name: "warder-bakerst", dependencies: ["BakerStreet", "CNATS", frames], packageAccess: false,
      swiftSettings: strictness,
      // What it needs of libraries lies beside it, and what those need too (DT_RPATH, ld.so(8)), so that it runs in images
      // that have none of them.
      linkerSettings: [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "$ORIGIN", "-Xlinker", "--disable-new-dtags"])]),
    .testTarget(
      name: "BakerStreetTests", dependencies: ["BakerStreet", frames], packageAccess: false,
      swiftSettings: strictness),
  ],
  swiftLanguageModes: [.v6]
)
