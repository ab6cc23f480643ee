/// What a task's ConfigMap should be.
enum ConfigMapRules {
  static func findings(_ document: ManifestDocument) -> [LintFinding] {
    guard document.kind == "ConfigMap" else { return [] }
    var report = LintReport()
    let root = document.root
    if root["immutable"]?.bool != true {
      report.warning(
        "warder/immutable", root, "immutable", "the files may change between creation and start",
        fix: "write immutable: true")
    }
    var size = 0
    for section in ["data", "binaryData"] {
      for (key, field) in root[section]?.members ?? [] {
        let text = field.string ?? ""
        size += key.utf8.count + (section == "data" ? text.utf8.count : text.utf8.count / 4 * 3)
        if !KubernetesName.isConfigMapKey(key) {
          report.error(
            "schema/value", field, nil, "\"\(key)\" is no key of a ConfigMap",
            fix: "use letters, digits, - _ and . only; a volume gives it any path by items")
        }
      }
    }
    if size > TaskFiles.mostBytes {
      report.error(
        "warder/size", root, nil, "the ConfigMap has \(size) bytes, and at most \(TaskFiles.mostBytes) are taken",
        fix: "put large data into the image or on a volume")
    }
    return report.findings
  }
}
