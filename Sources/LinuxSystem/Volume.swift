internal import CLinux

/// A mounted file system as statfs(2) tells of it.
package struct VolumeStatus: Sendable {
  package let isTmpfs: Bool
  package let usedBytes: UInt64
  /// 0 where a tmpfs has no size.
  package let sizeBytes: UInt64
}

extension Descriptor {
  /// The corresponding system call is fstatfs(2). It sees files that have no name any more but are open.
  package func volumeStatus() throws(SystemCallError) -> VolumeStatus {
    var native = cl_volume()
    try checked(unsafe cl_volume_status(raw, &native), "fstatfs")
    return VolumeStatus(
      isTmpfs: native.is_tmpfs != 0, usedBytes: native.used_bytes, sizeBytes: native.size_bytes)
  }
}
