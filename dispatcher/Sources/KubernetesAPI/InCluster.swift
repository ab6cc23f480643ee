internal import Foundation

extension ClusterAccess {
  /// What the kubelet mounts for a pod's service account.
  package static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// As the service account of the pod that this process runs in.
  ///
  /// - Parameter environment: of the process: the kubelet sets the address of the API server in every container.
  package static func inCluster(
    folder: String = serviceAccountFolder, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(KubernetesError) -> ClusterAccess {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
      !host.isEmpty, !port.isEmpty
    else {
      throw .configuration(
        "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside of a pod name a "
          + "kubeconfig")
    }
    guard let token = FileManager.default.contents(atPath: folder + "/token"), !token.isEmpty else {
      throw .configuration(
        "no token of a service account in \(folder): the pod needs serviceAccountName, and automountServiceAccountToken "
          + "must not be false")
    }
    guard let authorities = FileManager.default.contents(atPath: folder + "/ca.crt"), !authorities.isEmpty else {
      throw .configuration("\(folder)/ca.crt cannot be read: the API server's certificate could not be checked")
    }
    // An IPv6 address has brackets in a URL.
    var access = ClusterAccess(server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)")
    access.authorities = Array(authorities)
    access.credential = .tokenFile(folder + "/token")
    if let namespace = FileManager.default.contents(atPath: folder + "/namespace") {
      access.namespace = String(decoding: namespace, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return access
  }
}
