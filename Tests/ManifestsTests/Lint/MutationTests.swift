import Manifests
import Testing

/// Every member of the rendered Job is taken out, one after the other. Something must be missed, but for a few that say what is
/// the default, or are a matter of taste: those are named here.
@Suite("What is taken out of a rendered Job")
struct MutationTests {
  /// By the end of the path.
  private static let harmless: [String: String] = [
    "metadata.labels": "for people and policies", "labels.app.kubernetes.io/name": "for people",
    "labels.app.kubernetes.io/instance": "for policies",
    "spec.activeDeadlineSeconds": "the Job's own deadline only limits the queue",
    "spec.podFailurePolicy":
      "at backoffLimit 0 every failure is final", "podFailurePolicy.rules[0]": "likewise",
    "podFailurePolicy.rules[1]": "likewise", "rules[0].onPodConditions": "likewise",
    "onPodConditions[0]": "a rule without conditions never matches", "onExitCodes.containerName": "any container then",
    "values[0]": "the API server refuses an empty list; the task runs as before",
    "rules[1].onExitCodes": "a rule that says nothing; refused by the API server",
    "template.metadata": "labels only", "spec.terminationGracePeriodSeconds": "the default of 30 s is longer",
    "securityContext.runAsUser": "the image's, which must not be root", "securityContext.runAsGroup": "likewise",
    "resources.requests": "as large as the limits then", "requests.cpu": "likewise", "requests.memory": "likewise",
    "requests.ephemeral-storage": "likewise", "containers[0].args": "the defaults hold",
    "args[0]": "found by its name", "args[1]": "the default of 5m", "emptyDir.medium": "on disk then",
    "configMap.items": "the keys are paths then",
    "items[1]": "a file of data less: the script's own matter",
  ]

  @Test("is missed, wherever it is")
  func deletion() throws {
    let job = try GoodTask.manifest().job
    var deleted = 0
    var unmissed: [String] = []
    for path in Self.paths(job) {
      guard let mutant = Self.deleting(path, from: job) else { continue }
      deleted += 1
      let findings = try GoodTask.findings(mutant)
      if findings.isEmpty { unmissed.append(Self.shown(path)) }
    }
    let unexplained = unmissed.filter { path in
      !Self.harmless.keys.contains { path == $0 || path.hasSuffix("." + $0) }
    }
    #expect(unexplained == [])
    #expect(deleted > 70)
  }

  @Test("is missed where it is turned round: every boolean and every number that guards something")
  func weakened() throws {
    let job = try GoodTask.manifest().job
    var turned = 0
    for path in Self.paths(job) {
      guard let value = Self.value(path, in: job), case .bool(let flag) = value else { continue }
      turned += 1
      let mutant = try #require(Self.replacing(path, by: .bool(!flag), in: job))
      #expect(try !GoodTask.findings(mutant).isEmpty, "\(Self.shown(path))")
    }
    #expect(turned == 6)
  }

  enum Step: Equatable {
    case member(String)
    case element(Int)
  }

  static func paths(_ node: ManifestNode) -> [[Step]] {
    switch node {
    case .map(let members):
      members.flatMap { member in
        [[.member(member.name)]] + paths(member.value).map { [.member(member.name)] + $0 }
      }
    case .list(let elements):
      elements.enumerated().flatMap { index, element in
        [[.element(index)]] + paths(element).map { [.element(index)] + $0 }
      }
    default: []
    }
  }

  static func shown(_ path: [Step]) -> String {
    path.reduce("") { text, step in
      switch step {
      case .member(let name): text.isEmpty ? name : text + "." + name
      case .element(let index): text + "[\(index)]"
      }
    }
  }

  static func value(_ path: [Step], in node: ManifestNode) -> ManifestNode? {
    guard let first = path.first else { return node }
    switch (first, node) {
    case (.member(let name), .map(let members)):
      return members.first { $0.name == name }.flatMap { value(Array(path.dropFirst()), in: $0.value) }
    case (.element(let index), .list(let elements)):
      return elements.indices.contains(index) ? value(Array(path.dropFirst()), in: elements[index]) : nil
    default: return nil
    }
  }

  static func deleting(_ path: [Step], from node: ManifestNode) -> ManifestNode? {
    guard let last = path.last else { return nil }
    let parent = Array(path.dropLast())
    switch (last, value(parent, in: node)) {
    case (.member(let name), .map(let members)?):
      return replacing(parent, by: .map(members.filter { $0.name != name }), in: node)
    case (.element(let index), .list(var elements)?):
      elements.remove(at: index)
      return replacing(parent, by: .list(elements), in: node)
    default: return nil
    }
  }

  static func replacing(_ path: [Step], by value: ManifestNode, in node: ManifestNode) -> ManifestNode? {
    guard let first = path.first else { return value }
    let rest = Array(path.dropFirst())
    switch (first, node) {
    case (.member(let name), .map(var members)):
      guard let index = members.firstIndex(where: { $0.name == name }),
        let inner = replacing(rest, by: value, in: members[index].value)
      else { return nil }
      members[index].value = inner
      return .map(members)
    case (.element(let index), .list(var elements)):
      guard let inner = replacing(rest, by: value, in: elements[index]) else { return nil }
      elements[index] = inner
      return .list(elements)
    default: return nil
    }
  }
}
