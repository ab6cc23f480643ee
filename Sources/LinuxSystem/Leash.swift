internal import CLinux

/// Kills a process group when it is let go of, or when this process ends, however it does.
///
/// A process whose Landlock domain keeps its signals to itself cannot kill what lies outside; nor does a parent-death signal
/// (prctl(2)) reach it, because the kernel has the dying parent send it. What counts for a signal that a pipe's owner gets is the
/// domain in which the owner was set (Linux 6.13, hook_file_set_fowner in security/landlock/fs.c): so it must be made before.
package struct Leash: ~Copyable {
  private var writer: Descriptor
  private var reader: Descriptor

  private init(_ writer: consuming Descriptor, _ reader: consuming Descriptor) {
    self.writer = writer
    self.reader = reader
  }

  package static var none: Leash { Leash(.none, .none) }

  package static func on(group: Int32) throws(SystemCallError) -> Leash {
    var pipe = try Pipe()
    // Both ends: in which order they are closed where this process ends is the kernel's business.
    try checked(cl_kill_when_left(pipe.readEnd.raw, group), "fcntl")
    try checked(cl_kill_when_left(pipe.writeEnd.raw, group), "fcntl")
    return Leash(Descriptor(owning: pipe.writeEnd.release()), Descriptor(owning: pipe.readEnd.release()))
  }

  /// Kills the group.
  package mutating func letGo() {
    writer.close()
    reader.close()
  }
}
