internal import TaskModel

extension TaskManifest {
  /// The Job: one pod, at most once, with nothing that it does not need.
  package var job: ManifestNode {
    .map {
      ManifestMember("apiVersion", "batch/v1")
      ManifestMember("kind", "Job")
      ManifestMember("metadata", metadata(queue.map { [("kueue.x-k8s.io/queue-name", $0)] } ?? []))
      ManifestMember(
        "spec",
        .map {
          ManifestMember("backoffLimit", 0, comment: "a script that failed is not run again")
          ManifestMember(
            "ttlSecondsAfterFinished", .integer(secondsKept),
            comment: "the pod and its log go with the Job: read it before")
          // The Job's own deadline deletes the pod with its log, and runs while the pod is pending: it comes last.
          ManifestMember(
            "activeDeadlineSeconds", .integer(deadlines.jobSeconds),
            comment: "the pod's, and time to wait for a node; deletes the pod with its log")
          ManifestMember("podFailurePolicy", failurePolicy)
          ManifestMember(
            "template",
            .map {
              ManifestMember(
                "metadata",
                .map {
                  ManifestMember("labels", Self.labelMap(allLabels))
                  if !annotations.isEmpty { ManifestMember("annotations", Self.labelMap(annotations)) }
                })
              ManifestMember("spec", pod)
            })
        })
    }
  }

  private var failurePolicy: ManifestNode {
    let disruption = ManifestNode.map {
      ManifestMember("action", onDisruption == .rerun ? "Ignore" : "FailJob")
      ManifestMember(
        "onPodConditions",
        [
          .map {
            ManifestMember("type", "DisruptionTarget")
            ManifestMember("status", "True")
          }
        ])
    }
    let exitCodes = ManifestNode.map {
      ManifestMember("action", "FailJob")
      ManifestMember(
        "onExitCodes",
        .map {
          ManifestMember("containerName", .string(Self.container))
          ManifestMember("operator", "NotIn")
          ManifestMember("values", [0])
        })
    }
    return .map {
      ManifestMember(
        "rules", .list([disruption, exitCodes]),
        comment: onDisruption == .rerun
          ? "a pod that the cluster took away runs again; never ignore an exit code, a script could rerun itself for ever"
          : "never ignore an exit code: a script could have itself run again for ever")
    }
  }

  private var pod: ManifestNode {
    .map {
      ManifestMember("restartPolicy", "Never", comment: "nor is the container started again")
      ManifestMember(
        "activeDeadlineSeconds", .integer(deadlines.podSeconds),
        comment: "worst case of the task and time to start; leaves log and termination message")
      ManifestMember(
        "terminationGracePeriodSeconds", .integer(deadlines.terminationGraceSeconds),
        comment: "enough for grace, drain and verdict")
      ManifestMember("automountServiceAccountToken", false, comment: "no token of the Kubernetes API in the pod")
      ManifestMember("enableServiceLinks", false, comment: "no variables of other people's Services")
      if !usesHostUsers {
        ManifestMember("hostUsers", false, comment: "the pod's users are nobody on the node")
      }
      if let runtimeClass { ManifestMember("runtimeClassName", .string(runtimeClass)) }
      ManifestMember(
        "securityContext",
        .map {
          ManifestMember("runAsNonRoot", true)
          if let runAsUser {
            ManifestMember("runAsUser", .integer(runAsUser))
            ManifestMember("runAsGroup", .integer(runAsUser))
          }
          ManifestMember("seccompProfile", .map { ManifestMember("type", "RuntimeDefault") })
        })
      ManifestMember("containers", .list([containerNode]))
      ManifestMember("volumes", .list([taskVolume, temporaryVolume]))
    }
  }

  private var containerNode: ManifestNode {
    .map {
      ManifestMember("name", .string(Self.container))
      ManifestMember("image", .string(image))
      // The kubelet would ask a registry for an image called latest that is only on the node.
      if image.hasPrefix("localhost/") { ManifestMember("imagePullPolicy", "IfNotPresent") }
      if !arguments.isEmpty { ManifestMember("args", .list(arguments.map { .string($0) })) }
      ManifestMember(
        "terminationMessagePolicy", "FallbackToLogsOnError", comment: "should Warder die before it writes its message")
      ManifestMember(
        "securityContext",
        .map {
          ManifestMember("allowPrivilegeEscalation", false)
          ManifestMember("readOnlyRootFilesystem", true)
          ManifestMember("capabilities", .map { ManifestMember("drop", ["ALL"]) })
        })
      ManifestMember("resources", resources)
      ManifestMember(
        "volumeMounts",
        [
          .map {
            ManifestMember("name", "task")
            ManifestMember("mountPath", "/task")
            ManifestMember("readOnly", true)
          },
          .map {
            ManifestMember("name", "tmp")
            ManifestMember("mountPath", "/tmp")
          },
        ])
    }
  }

  /// Flags for what is the task's, after `--` what is the script's.
  var arguments: [String] {
    let flags = settings.map { "\($0.key.flag)=\($0.text)" }
    let words = scriptArguments.isEmpty ? flags : flags + ["--"] + scriptArguments
    return words.map { VariableExpansion.escape($0) }
  }

  /// Requests equal limits: what a task may use is kept for it, so that its verdict does not depend on its neighbours.
  private var resources: ManifestNode {
    let amounts = ManifestNode.map {
      ManifestMember("cpu", .string(cpu.text))
      ManifestMember("memory", .string(memory))
      ManifestMember("ephemeral-storage", .string(ephemeralStorage))
    }
    return .map {
      ManifestMember("requests", amounts)
      ManifestMember("limits", amounts)
    }
  }

  /// The log and, where it is on disk, `/tmp`.
  private var ephemeralStorage: String {
    let log: Int64 = 64 << 20
    switch temporary {
    case .memory: return Self.mebibytes(log)
    case .disk(let bytes): return Self.mebibytes(bytes + log)
    }
  }

  private static func mebibytes(_ bytes: Int64) -> String { "\((bytes + (1 << 20) - 1) >> 20)Mi" }

  private var taskVolume: ManifestNode {
    .map {
      ManifestMember("name", "task")
      ManifestMember(
        "configMap",
        .map {
          ManifestMember("name", .string(name))
          if !files.keysArePaths {
            ManifestMember(
              "items",
              .list(
                files.entries.map { entry in
                  .map {
                    ManifestMember("key", .string(entry.key))
                    ManifestMember("path", .string(entry.file.path))
                  }
                }))
          }
        })
    }
  }

  private var temporaryVolume: ManifestNode {
    .map {
      ManifestMember("name", "tmp")
      switch temporary {
      case .memory(let bytes):
        ManifestMember(
          "emptyDir",
          .map {
            ManifestMember("medium", "Memory")
            ManifestMember("sizeLimit", .string(Self.mebibytes(bytes)))
          }, comment: "in memory, and well below the memory limit that it counts against")
      case .disk(let bytes):
        ManifestMember(
          "emptyDir", .map { ManifestMember("sizeLimit", .string(Self.mebibytes(bytes))) },
          comment: "on the node's disk; the kubelet evicts the pod some time after it is larger")
      }
    }
  }
}
