import Testing

@testable import KubernetesEngine

struct QuotaRefusalTests {
  @Test(
    "whether waiting helps",
    arguments: [
      // As apiserver's resourcequota plug-in says it.
      (
        "pods \"a\" is forbidden: exceeded quota: q, requested: limits.cpu=2,limits.memory=1Gi, used: limits.cpu=2, limited: limits.cpu=2,limits.memory=1Gi",
        true
      ),
      ("pods \"a\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3", true),
      (
        "pods \"a\" is forbidden: exceeded quota: q, requested: limits.memory=4Gi, used: limits.memory=0, limited: limits.memory=2Gi",
        false
      ),
      ("exceeded quota: q, requested: limits.cpu=1500m, used: limits.cpu=0, limited: limits.cpu=1", false),
      ("exceeded quota: q, requested: limits.cpu=500m, used: limits.cpu=1, limited: limits.cpu=1", true),
      ("exceeded quota: q, requested: who knows", true),
      ("pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true", false),
      ("admission webhook \"policy\" denied the request: no", false),
      ("pods \"a\" is forbidden: failed quota: q: must specify limits.cpu for: task", false),
      ("Internal error occurred: failed calling webhook \"x\": context deadline exceeded", true),
    ])
  func mayPass(message: String, expected: Bool) {
    #expect(QuotaRefusal.mayPass(message) == expected)
  }
}
