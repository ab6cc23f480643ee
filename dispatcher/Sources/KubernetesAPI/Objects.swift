// Of each object what somebody here reads, under the names of the API (k8s.io/api, v1.34).

/// What every object has.
package struct ObjectMeta: Sendable, Hashable, Codable {
  package var name: String?
  package var namespace: String?
  package var uid: String?
  package var resourceVersion: String?
  package var creationTimestamp: String?
  package var deletionTimestamp: String?
  package var labels: [String: String]?
  package var annotations: [String: String]?
  package var ownerReferences: [OwnerReference]?
}

package struct OwnerReference: Sendable, Hashable, Codable {
  package var apiVersion: String
  package var kind: String
  package var name: String
  package var uid: String

  package init(apiVersion: String, kind: String, name: String, uid: String) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.name = name
    self.uid = uid
  }
}

/// Anything that has a name and a version.
package protocol KubernetesObject: Sendable, Decodable {
  var metadata: ObjectMeta { get }
}

/// An object of which nothing else is wanted (`PartialObjectMetadata` of meta.k8s.io/v1): a ConfigMap without its data.
package struct BareObject: KubernetesObject {
  package var metadata: ObjectMeta
}

/// `JobCondition` and `PodCondition`.
package struct Condition: Sendable, Hashable, Decodable {
  package var type: String
  package var status: String
  package var reason: String?
  package var message: String?

  package var holds: Bool { status == "True" }
}

package struct Job: KubernetesObject {
  package struct Spec: Sendable, Decodable {
    package var suspend: Bool?
  }
  package struct Status: Sendable, Decodable {
    package var conditions: [Condition]?
    package var startTime: String?
  }
  package var metadata: ObjectMeta
  package var spec: Spec?
  package var status: Status?
}

package struct Pod: KubernetesObject {
  package struct Spec: Sendable, Decodable {
    package var activeDeadlineSeconds: Int64?
    package var nodeName: String?
    package var terminationGracePeriodSeconds: Int64?
  }
  package struct Status: Sendable, Decodable {
    package var phase: String?
    package var reason: String?
    package var message: String?
    package var startTime: String?
    package var conditions: [Condition]?
    package var containerStatuses: [ContainerStatus]?
  }
  package struct ContainerStatus: Sendable, Hashable, Decodable {
    package var name: String
    package var state: ContainerState?
  }
  package struct ContainerState: Sendable, Hashable, Decodable {
    package struct Waiting: Sendable, Hashable, Decodable {
      package var reason: String?
      package var message: String?
    }
    package struct Running: Sendable, Hashable, Decodable {
      package var startedAt: String?
    }
    package struct Terminated: Sendable, Hashable, Decodable {
      package var exitCode: Int
      package var signal: Int?
      package var reason: String?
      package var message: String?
    }
    package var waiting: Waiting?
    package var running: Running?
    package var terminated: Terminated?
  }
  package var metadata: ObjectMeta
  package var spec: Spec?
  package var status: Status?
}

package struct Event: KubernetesObject {
  package struct Reference: Sendable, Decodable {
    package var kind: String?
    package var name: String?
    package var uid: String?
  }
  package var metadata: ObjectMeta
  package var involvedObject: Reference
  package var type: String?
  package var reason: String?
  package var message: String?
}

/// Of a list: what lies in it, its version, and where it goes on.
struct ObjectList<Object: KubernetesObject>: Decodable {
  struct Meta: Decodable {
    var resourceVersion: String?
    var `continue`: String?
  }
  var metadata: Meta
  /// An empty list of some servers is null.
  var items: [Object]?
}
