package import DispatcherModel
internal import Foundation
internal import KubernetesAPI
package import Logging
internal import TaskModel

extension KubernetesEngine {
  /// The engine that a configuration asks for.
  package convenience init(_ configuration: ServiceConfiguration, logger: Logger) throws(ServiceConfigurationError) {
    let section = try ConfigurationSection(configuration.kubernetes, at: "kubernetes")
    let access = try section.access()
    let settings = try KubernetesSettings(section, configuration.runtimes, namespace: access.namespace)
    do throws(KubernetesError) {
      self.init(settings, client: try KubernetesClient(access, logger: logger), logger: logger)
    } catch {
      throw ServiceConfigurationError("kubernetes: \(error.message)")
    }
  }
}

extension KubernetesSettings {
  /// - Parameter other: the namespace of the kubeconfig's context or of the service account, where the section has none.
  init(
    _ section: ConfigurationSection, _ configured: [RuntimeConfiguration], namespace other: String?
  ) throws(ServiceConfigurationError) {
    var section = section
    guard let namespace = try section.text("namespace") ?? other else {
      throw section.problem("namespace", "is missing: where do the tasks run?")
    }
    var runtimes: [String: Runtime] = [:]
    for runtime in configured {
      guard let image = runtime.image else {
        throw ServiceConfigurationError("runtimes: \(runtime.name): the engine kubernetes needs an image")
      }
      runtimes[runtime.name] = try Runtime(
        image: image, try ConfigurationSection(runtime.kubernetes, at: "runtimes: \(runtime.name): kubernetes"))
      runtimes[runtime.name]?.policyRuntime = runtime.policyRuntime
    }
    self.init(namespace: namespace, instance: try section.text("instance") ?? "default", runtimes: runtimes)
    if let budget = try section.duration("start_budget") { startBudget = budget }
    if let budget = try section.duration("queue_budget") { queueBudget = budget }
    if let kept = try section.duration("ttl") { secondsKept = kept.components.seconds }
    switch try section.text("on_disruption") {
    case nil, "fail"?: isRunAgainAfterDisruption = false
    case "rerun"?: isRunAgainAfterDisruption = true
    case let other?: throw section.problem("on_disruption", "expected fail or rerun, found \"\(other)\"")
    }
    try section.end(besides: ["kubeconfig", "context"])
  }
}

extension KubernetesSettings.Runtime {
  fileprivate init(image: String, _ section: ConfigurationSection) throws(ServiceConfigurationError) {
    var section = section
    self.init(image: image)
    if let text = try section.text("memory") { memory = text }
    if let text = try section.text("cpu") { cpu = text }
    temporary = try section.text("tmp")
    runtimeClass = try section.text("runtime_class")
    queue = try section.text("queue")
    template = section.object("template")
    policy = section.object("policy")
    switch section.take("host_users") {
    case nil: break
    case let value as Bool: usesHostUsers = value
    default: throw section.problem("host_users", "expected true or false")
    }
    switch section.take("run_as_user") {
    case nil: break
    case let text as String where text == "none": runAsUser = nil
    case let number as NSNumber where number.int64Value > 0: runAsUser = number.int64Value
    default: throw section.problem("run_as_user", "expected the number of a user that is not root, or \"none\"")
    }
    try section.end()
  }
}

/// A section of the configuration while it is read: what nobody takes is refused.
struct ConfigurationSection {
  private var members: [String: Any]
  private let place: String
  private var known: Set<String> = []

  /// - Parameter bytes: an object, as the configuration's reader has checked; nil for an empty one.
  init(_ bytes: [UInt8]?, at place: String) throws(ServiceConfigurationError) {
    self.place = place
    guard let bytes else {
      members = [:]
      return
    }
    guard let found = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
      throw ServiceConfigurationError("\(place): expected an object")
    }
    members = found
  }

  func problem(_ name: String, _ text: String) -> ServiceConfigurationError {
    ServiceConfigurationError("\(place).\(name): \(text)")
  }

  mutating func take(_ name: String) -> Any? {
    known.insert(name)
    let value = members.removeValue(forKey: name)
    return value is NSNull ? nil : value
  }

  mutating func text(_ name: String) throws(ServiceConfigurationError) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value as? String else { throw problem(name, "expected a string") }
    return text
  }

  mutating func duration(_ name: String) throws(ServiceConfigurationError) -> Duration? {
    guard let text = try text(name) else { return nil }
    do { return try WallDuration.parse(text) } catch { throw problem(name, "\(error.message), in \"\(text)\"") }
  }

  mutating func object(_ name: String) -> [UInt8]? {
    guard let value = take(name), let data = try? JSONSerialization.data(withJSONObject: value) else { return nil }
    return Array(data)
  }

  func end(besides others: Set<String> = []) throws(ServiceConfigurationError) {
    guard let name = members.keys.sorted().first(where: { !others.contains($0) }) else { return }
    throw problem(
      name, "there is no such field; there are \(known.union(others).sorted().joined(separator: ", "))")
  }

  /// How the API server is spoken to: by a kubeconfig where one is named, else as the pod's service account.
  func access() throws(ServiceConfigurationError) -> ClusterAccess {
    var section = self
    let file = try section.text("kubeconfig")
    let context = try section.text("context")
    do throws(KubernetesError) {
      if file == nil, context == nil { return try ClusterAccess.inCluster() }
      return try Kubeconfig(path: file ?? Kubeconfig.defaultPath()).access(context: context)
    } catch {
      throw ServiceConfigurationError("\(place): \(error.message)")
    }
  }
}
