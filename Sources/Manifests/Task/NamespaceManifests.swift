/// What a namespace for tasks has once, whatever runs in it.
package enum NamespaceManifests {
  package static func namespace(_ name: String) -> ManifestNode {
    .map {
      ManifestMember("apiVersion", "v1")
      ManifestMember("kind", "Namespace")
      ManifestMember(
        "metadata",
        .map {
          ManifestMember("name", .string(name))
          ManifestMember(
            "labels",
            .map {
              for mode in ["enforce", "audit", "warn"] {
                ManifestMember("pod-security.kubernetes.io/" + mode, "restricted")
              }
            })
        })
    }
  }

  /// No pod of the namespace is reached by anybody or reaches anybody.
  package static func denyAll(namespace: String?) -> ManifestNode {
    .map {
      ManifestMember("apiVersion", "networking.k8s.io/v1")
      ManifestMember("kind", "NetworkPolicy")
      ManifestMember("metadata", metadata("deny-all", namespace))
      ManifestMember(
        "spec",
        .map {
          ManifestMember("podSelector", .map([]), comment: "every pod of the namespace")
          ManifestMember("policyTypes", ["Ingress", "Egress"])
        })
    }
  }

  /// So many tasks of this size at once, and nothing that tasks do not need.
  package static func quota(namespace: String?, tasks: Int64, cpu: CPUQuantity, memoryBytes: Int64) -> ManifestNode {
    .map {
      ManifestMember("apiVersion", "v1")
      ManifestMember("kind", "ResourceQuota")
      ManifestMember("metadata", metadata("tasks", namespace))
      ManifestMember(
        "spec",
        .map {
          ManifestMember(
            "hard",
            .map {
              ManifestMember(
                "pods", .string(String(tasks)), comment: "tasks that run at once; others wait or are refused")
              ManifestMember("limits.cpu", .string("\(cpu.millis * tasks)m"))
              ManifestMember("limits.memory", .string("\((memoryBytes + (1 << 20) - 1) / (1 << 20) * tasks)Mi"))
              ManifestMember(
                "count/jobs.batch", .string(String(tasks * 10)), comment: "with those that are finished and kept")
              for nothing in ["services", "persistentvolumeclaims"] {
                ManifestMember("count/" + nothing, "0")
              }
            })
        })
    }
  }

  /// For pods that say nothing of their own; the tasks that are rendered here say everything.
  package static func limitRange(namespace: String?, cpu: CPUQuantity, memory: String) -> ManifestNode {
    let amounts = ManifestNode.map {
      ManifestMember("cpu", .string(cpu.text))
      ManifestMember("memory", .string(memory))
      ManifestMember("ephemeral-storage", "64Mi")
    }
    return .map {
      ManifestMember("apiVersion", "v1")
      ManifestMember("kind", "LimitRange")
      ManifestMember("metadata", metadata("tasks", namespace))
      ManifestMember(
        "spec",
        .map {
          ManifestMember(
            "limits",
            [
              .map {
                ManifestMember("type", "Container")
                ManifestMember("default", amounts)
                ManifestMember("defaultRequest", amounts)
              }
            ])
        })
    }
  }

  private static func metadata(_ name: String, _ namespace: String?) -> ManifestNode {
    .map {
      ManifestMember("name", .string(name))
      if let namespace { ManifestMember("namespace", .string(namespace)) }
    }
  }
}
