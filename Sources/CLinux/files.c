#define _GNU_SOURCE
#include "files.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result.h"

int32_t cl_make_directory(int32_t directory, const char *path, uint32_t mode) {
  return (int32_t)CL_RESULT(mkdirat(directory, path, mode));
}

int32_t cl_symbolic_link(const char *target, int32_t directory, const char *path) {
  return (int32_t)CL_RESULT(symlinkat(target, directory, path));
}

int32_t cl_change_mode(int32_t directory, const char *path, uint32_t mode) {
  return (int32_t)CL_RESULT(fchmodat(directory, path, mode, 0));
}

int32_t cl_remove(int32_t directory, const char *path, int32_t is_directory) {
  return (int32_t)CL_RESULT(unlinkat(directory, path, is_directory ? AT_REMOVEDIR : 0));
}

int32_t cl_rename(const char *path, const char *target) { return (int32_t)CL_RESULT(rename(path, target)); }

int64_t cl_read_link(int32_t directory, const char *path, char *buffer, size_t capacity) {
  return CL_RESULT(readlinkat(directory, path, buffer, capacity));
}

int32_t cl_may_execute(const char *path) {
  return (int32_t)CL_RESULT(faccessat(AT_FDCWD, path, X_OK, AT_EACCESS));
}

// The kernel's own record (linux_dirent64): libc's DIR would allocate 32 KiB for each directory.
struct directory_record {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t kind;
  char name[];
};

int64_t cl_list_names(int32_t directory, char *names, size_t capacity) {
  // Names are moved to the front of the same buffer: a record is always longer than its name.
  int64_t filled = CL_RETRY(syscall(SYS_getdents64, directory, names, capacity));
  if (filled <= 0) return filled;
  int64_t used = 0;
  int64_t next = 0;
  while (next < filled) {
    struct directory_record record;
    memcpy(&record, names + next, sizeof record);
    const char *name = names + next + offsetof(struct directory_record, name);
    size_t length = strlen(name);
    next += record.length;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    memmove(names + used, name, length + 1);
    used += (int64_t)length + 1;
  }
  // A batch of nothing but "." and ".." is not the end.
  return used > 0 ? used : cl_list_names(directory, names, capacity);
}
