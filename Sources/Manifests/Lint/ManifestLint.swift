package import TaskModel

/// Checks manifests against the types of Kubernetes, the PodSecurity standard "restricted" and what a task needs.
package struct ManifestLint: Sendable {
  let policy: Policy

  /// - Parameter policy: of the image that the manifest names, as far as it is known.
  package init(policy: Policy = .builtIn) { self.policy = policy }

  /// - Parameter name: the file's, for the places.
  /// - Returns: what is wrong, in the order of the file.
  package func findings(_ bytes: [UInt8], name: String) -> [LintFinding] {
    do throws(ManifestError) {
      return findings(try ManifestFile.parse(bytes, name: name))
    } catch {
      let place = error.place ?? ManifestPlace(file: name, line: 1, column: 1)
      return [
        LintFinding(
          severity: .error, rule: "yaml", place: place, path: "", reason: error.message,
          fix: "correct the file: nothing else in it was looked at")
      ]
    }
  }

  package func findings(_ file: ManifestFile) -> [LintFinding] {
    var findings: [LintFinding] = []
    for document in file.documents {
      findings += schemaFindings(document)
      if let workload = document.workload { findings += workloadFindings(workload, in: file) }
      findings += nameFindings(document)
      if document.runsForEver {
        findings.append(
          LintFinding(
            severity: .error, rule: "warder/kind", place: document.root.place, path: "",
            reason: "a \(document.kind) starts its pods again for ever, and a script runs once", fix: "write a Job"))
      }
      findings += ConfigMapRules.findings(document)
    }
    return findings.enumerated().sorted {
      ($0.element.place.line, $0.element.place.column, $0.offset)
        < ($1.element.place.line, $1.element.place.column, $1.offset)
    }.map(\.element)
  }

  /// What the types leave open and the API server asks for.
  private func nameFindings(_ document: ManifestDocument) -> [LintFinding] {
    var report = LintReport()
    guard KubernetesSchema.apiVersions[document.kind] != nil else { return [] }
    if document.name == nil, document.root["metadata", "generateName"] == nil {
      report.error(
        "schema/missing-field", document.root, "metadata", "the \(document.kind) has no name",
        fix: "write metadata.name")
    }
    if ["Job", "CronJob", "Pod"].contains(document.kind), document.workload == nil {
      report.error(
        "schema/missing-field", document.root, "spec", "the \(document.kind) has no pod", fix: "write the pod's spec")
    }
    for volume in document.workload?.volumes ?? [] {
      guard let source = volume["configMap"], source["name"] == nil else { continue }
      report.error("schema/missing-field", source, "name", "no ConfigMap is named", fix: "write its name")
    }
    return report.findings
  }

  private func workloadFindings(_ workload: Workload, in file: ManifestFile) -> [LintFinding] {
    var findings = RestrictedStandard.findings(workload)
    findings += JobRules.findings(workload)
    findings += PodRules.findings(workload, in: file)
    guard let container = workload.taskContainer else { return findings }
    var settings = SettingRules(workload: workload, container: container, file: file, policy: policy)
    let configuration = settings.configuration()
    findings += settings.report.findings
    findings += VolumeRules.findings(workload, container, configuration)
    if let configuration { findings += DeadlineRules.findings(workload, configuration) }
    return findings
  }

  private func schemaFindings(_ document: ManifestDocument) -> [LintFinding] {
    (KubernetesSchema.current.check(document) ?? []).map { problem in
      let rule =
        switch problem.kind {
        case .unknownField: "unknown-field"
        case .wrongType: "type"
        case .missingField: "missing-field"
        case .unknownValue: "value"
        }
      return LintFinding(
        severity: .error, rule: "schema/" + rule, place: problem.place, path: problem.path, reason: problem.problem,
        fix: problem.fix)
    }
  }
}
