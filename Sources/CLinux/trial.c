#define _GNU_SOURCE
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "result.h"

#ifndef SYS_clone3
#define SYS_clone3 435
#endif

int32_t cl_try_socket(int32_t family) {
  int32_t result = (int32_t)CL_RESULT(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (result >= 0) close(result);
  return result < 0 ? result : 0;
}

int32_t cl_try_call(int32_t trial) {
  switch (trial) {
    case CL_TRIAL_UNSHARE: return (int32_t)CL_RESULT(syscall(SYS_unshare, 0));
    case CL_TRIAL_KEYCTL: return (int32_t)CL_RESULT(syscall(SYS_keyctl, 9999, 0, 0, 0, 0));
    case CL_TRIAL_SETNS: return (int32_t)CL_RESULT(syscall(SYS_setns, -1, 0));
    case CL_TRIAL_CLONE3: return (int32_t)CL_RESULT(syscall(SYS_clone3, NULL, 0));
    default: return -EINVAL;
  }
}

int32_t cl_may_write(const char *path) { return (int32_t)CL_RESULT(faccessat(AT_FDCWD, path, W_OK, AT_EACCESS)); }

int32_t cl_file_system_of(const char *path, struct cl_file_system *system) {
  struct statfs found;
  int32_t result = (int32_t)CL_RESULT(statfs(path, &found));
  if (result < 0) return result;
  system->type = (uint64_t)found.f_type;
  system->size_bytes = (uint64_t)found.f_blocks * (uint64_t)found.f_bsize;
  system->is_read_only = (found.f_flags & ST_RDONLY) != 0;
  system->is_noexec = (found.f_flags & ST_NOEXEC) != 0;
  return 0;
}

int32_t cl_kernel_release(char *text, uint32_t capacity) {
  struct utsname name;
  int32_t result = (int32_t)CL_RESULT(uname(&name));
  if (result < 0) return result;
  if (capacity == 0) return -EINVAL;
  strncpy(text, name.release, capacity - 1);
  text[capacity - 1] = 0;
  return 0;
}

void cl_pause(int32_t milliseconds) { poll(NULL, 0, milliseconds); }
