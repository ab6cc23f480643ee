/// What the Job around a task must say so that a script runs once and its verdict is not thrown away.
struct JobRules {
  let workload: Workload
  var report = LintReport()

  static func findings(_ workload: Workload) -> [LintFinding] {
    var rules = JobRules(workload: workload)
    if let job = workload.jobSpec {
      rules.checkRetries(job)
      rules.checkFailurePolicy(job)
      rules.checkLifetime(job)
    }
    if workload.pod["restartPolicy"]?.string != "Never" {
      rules.report.error(
        "warder/restart-policy", workload.pod, "restartPolicy",
        "a container that ends is started again, and its log before that is lost", fix: "write restartPolicy: Never")
    }
    return rules.report.findings
  }

  private mutating func checkRetries(_ job: Field) {
    if job["backoffLimit"]?.integer != 0 {
      let count = job["backoffLimit"]?.integer ?? 6
      report.error(
        "warder/backoff-limit", job, "backoffLimit", "a script that fails is run again up to \(count) times",
        fix: "write backoffLimit: 0")
    }
    for member in ["completions", "parallelism"] {
      guard let count = job[member]?.integer, count > 1 else { continue }
      report.warning(
        "warder/once", job, member, "the script runs \(count) times", fix: "make a Job for each task")
    }
    if job["podReplacementPolicy"]?.string == "TerminatingOrFailed" {
      report.warning(
        "warder/once", job, "podReplacementPolicy", "a second pod may start while the first one still runs",
        fix: "remove it, or write Failed")
    }
  }

  private mutating func checkFailurePolicy(_ job: Field) {
    let names = workload.containers.compactMap { $0["name"]?.string }
    for rule in job["podFailurePolicy", "rules"]?.elements ?? [] {
      guard let exitCodes = rule["onExitCodes"] else { continue }
      let action = rule["action"]?.string ?? ""
      if action == "Ignore" || action == "Count" && job["backoffLimit"]?.integer ?? 6 > 0 {
        report.error(
          "warder/failure-policy", rule, "action",
          "\(action) on exit codes: a script that exits so is run again, and without end where it is ignored",
          fix: "write action: FailJob, or decide by onPodConditions")
      }
      if let name = exitCodes["containerName"]?.string, !names.contains(name) {
        report.error(
          "warder/failure-policy", exitCodes, "containerName", "the pod has no container \(name)",
          fix: "write one of \(names.joined(separator: ", "))")
      }
    }
  }

  private mutating func checkLifetime(_ job: Field) {
    // A CronJob keeps as many as its history limits say.
    guard workload.document.kind == "Job" else { return }
    switch job["ttlSecondsAfterFinished"]?.integer {
    case nil:
      report.warning(
        "warder/ttl", job, "ttlSecondsAfterFinished", "the finished Job stays until somebody deletes it",
        fix: "write ttlSecondsAfterFinished: 3600")
    case let seconds? where seconds < 60:
      report.warning(
        "warder/ttl", job, "ttlSecondsAfterFinished",
        "\(seconds) s after its end the pod is deleted, and its log with it", fix: "leave time to read the log")
    default: break
    }
  }
}
