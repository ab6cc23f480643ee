// What `--check` tries, to see what the kernel answers here. Nothing of it changes anything.
#pragma once
#include <stdint.h>

/// Opens a socket of an address family and closes it again: 0 or -errno.
int32_t cl_try_socket(int32_t family);

/// Calls that container runtimes' default seccomp profiles refuse and that do no harm where they are let through.
enum cl_trial {
  CL_TRIAL_UNSHARE,  // of nothing
  CL_TRIAL_KEYCTL,   // an operation that does not exist
  CL_TRIAL_SETNS,    // into a descriptor that is none
  CL_TRIAL_CLONE3,   // without arguments
};
/// 0 or -errno.
int32_t cl_try_call(int32_t trial);

/// Whether the calling process may write to an existing path, by its effective ids (faccessat(2)): 0 or -errno.
int32_t cl_may_write(const char *_Nonnull path);

/// A mounted file system, see statfs(2).
struct cl_file_system {
  uint64_t type;  // TMPFS_MAGIC and the like
  uint64_t size_bytes;
  int32_t is_read_only;
  int32_t is_noexec;
};
int32_t cl_file_system_of(const char *_Nonnull path, struct cl_file_system *_Nonnull system);

/// The kernel's release, for example "6.12.0", ended by a NUL.
int32_t cl_kernel_release(char *_Nullable text, uint32_t capacity);
/// Waits.
void cl_pause(int32_t milliseconds);
