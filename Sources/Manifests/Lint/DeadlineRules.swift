internal import TaskModel

/// The order of the deadlines: Warder's own, then the pod's, then the Job's.
struct DeadlineRules {
  let workload: Workload
  let configuration: EffectiveConfiguration
  var report = LintReport()

  static func findings(_ workload: Workload, _ configuration: EffectiveConfiguration) -> [LintFinding] {
    var rules = DeadlineRules(workload: workload, configuration: configuration)
    rules.check()
    return rules.report.findings
  }

  private mutating func check() {
    let worst = configuration.worstCase.secondsRoundedUp
    let start = TimeBounds.startUp.secondsRoundedUp
    let pod = workload.pod["activeDeadlineSeconds"]?.integer
    if let pod {
      if pod <= worst {
        report.error(
          "warder/deadlines", workload.pod, "activeDeadlineSeconds",
          "the pod is ended after \(pod) s, and the task may take \(worst) s (worst_case): the verdict would be Kubernetes'",
          fix: "write at least \(worst + TaskDeadlines.defaultStart.secondsRoundedUp)")
      } else if pod < worst + start {
        report.warning(
          "warder/deadlines", workload.pod, "activeDeadlineSeconds",
          "\(pod - worst) s are left to pull the image and start: \(worst) s are the task's (worst_case)",
          fix: "write \(worst + TaskDeadlines.defaultStart.secondsRoundedUp)")
      }
    } else {
      report.warning(
        "warder/deadlines", workload.pod, "activeDeadlineSeconds", "nothing ends a pod that does not start",
        fix: "write activeDeadlineSeconds: \(worst + TaskDeadlines.defaultStart.secondsRoundedUp)")
    }
    checkJob(pod, worst)

    let needed = (configuration.worstCase - configuration.timeout).secondsRoundedUp
    let grace = workload.pod["terminationGracePeriodSeconds"]?.integer ?? 30
    if grace < needed {
      report.error(
        "warder/termination-grace", workload.pod, "terminationGracePeriodSeconds",
        "\(grace) s after its SIGTERM Kubernetes kills the supervisor, which needs up to \(needed) s to end the script and "
          + "write the verdict", fix: "write \(needed + TaskDeadlines.graceReserve)")
    }
  }

  private mutating func checkJob(_ pod: Int64?, _ worst: Int64) {
    guard let jobSpec = workload.jobSpec, let job = jobSpec["activeDeadlineSeconds"]?.integer else { return }
    if job <= pod ?? worst {
      report.error(
        "warder/deadlines", jobSpec, "activeDeadlineSeconds",
        "the Job's deadline of \(job) s comes before the \(pod == nil ? "task's end" : "pod's") (\(pod ?? worst) s): it "
          + "deletes the pod with its log, and also runs while the pod is pending",
        fix: "write at least \((pod ?? worst) + TaskDeadlines.defaultQueue.secondsRoundedUp), or leave it out")
    }
  }
}
