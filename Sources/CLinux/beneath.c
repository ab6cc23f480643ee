#define _GNU_SOURCE
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptors.h"
#include "result.h"

// From linux/openat2.h, which is newer than some libcs' headers.
struct open_how_v0 {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

enum {
  NO_OTHER_MOUNT = 0x01,  // RESOLVE_NO_XDEV
  NO_MAGIC_LINKS = 0x02,  // RESOLVE_NO_MAGICLINKS
  NO_SYMLINKS = 0x04,     // RESOLVE_NO_SYMLINKS
  BENEATH = 0x08,         // RESOLVE_BENEATH
};

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

static int32_t open_restricted(int32_t directory, const char *path, int32_t flags, uint64_t resolve) {
  struct open_how_v0 how = {.flags = O_RDONLY | O_CLOEXEC};
  if (flags & CL_OPEN_PATH_ONLY) how.flags |= O_PATH;
  if (flags & CL_OPEN_DIRECTORY) how.flags |= O_DIRECTORY;
  if (flags & CL_OPEN_NO_FOLLOW) how.flags |= O_NOFOLLOW;
  if (flags & CL_OPEN_NONBLOCKING) how.flags |= O_NONBLOCK | O_NOCTTY;
  how.resolve = resolve;
  int32_t result = (int32_t)CL_RETRY(syscall(SYS_openat2, directory, path, &how, sizeof how));
  // The call itself never answers EPERM for these flags: a filter does (Docker's before 20.10).
  return result == -EPERM ? -ENOSYS : result;
}

int32_t cl_open_beneath(int32_t directory, const char *path, int32_t flags) {
  return open_restricted(directory, path, flags, BENEATH | NO_SYMLINKS | NO_MAGIC_LINKS | NO_OTHER_MOUNT);
}

int32_t cl_open_without_links(const char *path, int32_t flags) {
  return open_restricted(AT_FDCWD, path, flags, NO_SYMLINKS | NO_MAGIC_LINKS);
}
