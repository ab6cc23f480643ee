// swift-tools-version: 6.2
//
// `warder-dispatcher`, the service that takes scripts over HTTP and has them run. A package of its own, so that who builds
// `warder-init` or `warder` never resolves or builds what a server needs.

import Foundation
import PackageDescription

/// What the compiler calls the package around this one, whose modules are for itself. The dispatcher is a part of it: under the
/// same name it may use what is `package` there. The name is the directory's, as SwiftPM makes it; `packageAccess: false`
/// keeps SwiftPM from giving the targets here another one.
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
let manifests = Target.Dependency.product(name: "Manifests", package: "warder")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func target(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, packageAccess: false, swiftSettings: strictness)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, packageAccess: false, swiftSettings: strictness)
}

let package = Package(
  name: "warder-dispatcher",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "warder-dispatcher", targets: ["warder-dispatcher"])],
  dependencies: [
    .package(name: "warder", path: ".."),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    // What a task, its request, its outcome and the configuration are; knows neither network nor file system.
    target("DispatcherModel", [frames, taskModel]),
    // `warder run` on this machine.
    target("LocalEngine", ["CProcess", "DispatcherModel", taskModel, logging]),
    .target(name: "CProcess", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    // The Kubernetes API over HTTP: credentials, requests, watches, logs.
    target("KubernetesAPI", [httpClient, nio, nioHTTP, nioTLS, yams, logging]),
    target("KubernetesEngine", ["DispatcherModel", "KubernetesAPI", frames, manifests, taskModel, logging]),
    // The page for people and the description of the interface, compiled in.
    .target(
      name: "DispatcherPage", dependencies: [frames],
      resources: [.embedInCode("Resources/index.html"), .embedInCode("Resources/openapi.json")],
      packageAccess: false, swiftSettings: strictness),
    // Queue, archive, routes, metrics: the service around an engine.
    target(
      "DispatcherService",
      ["DispatcherModel", "DispatcherPage", frames, taskModel, hummingbird, lifecycle, logging]),
    .executableTarget(
      name: "warder-dispatcher",
      dependencies: [
        "DispatcherModel", "DispatcherService", "LocalEngine", "KubernetesEngine", arguments, logging, manifests,
        taskModel,
      ],
      packageAccess: false, swiftSettings: strictness),
    tests("DispatcherModelTests", ["DispatcherModel", frames, taskModel]),
    tests("DispatcherServiceTests", ["DispatcherService", "DispatcherModel", frames, taskModel, logging]),
    tests("LocalEngineTests", ["LocalEngine", "DispatcherModel", taskModel]),
    target(
      "KubernetesTestSupport", [httpClient, nio, nioHTTP, logging, "KubernetesAPI"], path: "Tests/KubernetesTestSupport"
    ),
    tests("KubernetesAPITests", ["KubernetesAPI", "KubernetesTestSupport", logging]),
    tests(
      "KubernetesEngineTests",
      ["KubernetesEngine", "KubernetesAPI", "DispatcherModel", "KubernetesTestSupport", frames, manifests, logging]),
    tests("DispatcherPageTests", ["DispatcherPage"]),
  ],
  swiftLanguageModes: [.v6]
)
