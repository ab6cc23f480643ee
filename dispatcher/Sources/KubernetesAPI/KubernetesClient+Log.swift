internal import AsyncHTTPClient
internal import NIOCore

extension KubernetesClient {
  /// Hands out a container's log from the start of the file that the kubelet has now, and while it is written.
  ///
  /// The kubelet closes it when the container has ended. A log that has been rotated begins with its newest file: what is to
  /// be read as a whole has to be followed from when the container starts.
  ///
  /// - Parameters:
  ///   - handle: is given bytes as they come; no more are read until it returns.
  package func followLog(
    ofPod pod: String, container: String, in namespace: String,
    _ handle: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws(KubernetesError) {
    let query = Query.text([("container", container), ("follow", "true")])
    let call = Call.get(Resource.pods(in: namespace).path(of: pod) + "/log" + query, accept: "*/*")
    let response = try await open(call)
    do {
      for try await buffer in response.body {
        try await handle(Array(buffer.readableBytesView))
      }
    } catch {
      throw Self.failure(error)
    }
    if Task.isCancelled { throw .cancelled }
  }
}
