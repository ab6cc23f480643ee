#define _GNU_SOURCE
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "result.h"

_Static_assert(CL_CURRENT_DIRECTORY == AT_FDCWD, "the working directory has one name");

int32_t cl_open(int32_t directory, const char *path, int32_t flags, uint32_t mode) {
  int native = O_CLOEXEC | (flags & CL_OPEN_READ_AND_WRITE ? O_RDWR : flags & CL_OPEN_WRITE ? O_WRONLY : O_RDONLY);
  if (flags & CL_OPEN_CREATE_NEW) native |= O_CREAT | O_EXCL;
  if (flags & CL_OPEN_APPEND) native |= O_CREAT | O_APPEND;
  if (flags & CL_OPEN_PATH_ONLY) native |= O_PATH;
  if (flags & CL_OPEN_DIRECTORY) native |= O_DIRECTORY;
  if (flags & CL_OPEN_NO_FOLLOW) native |= O_NOFOLLOW;
  if (flags & CL_OPEN_NONBLOCKING) native |= O_NONBLOCK | O_NOCTTY;
  return (int32_t)CL_RETRY(openat(directory, path, native, mode));
}

// Never repeated after EINTR: on Linux the descriptor is gone either way, see close(2).
int32_t cl_close(int32_t descriptor) { return (int32_t)CL_RESULT(close(descriptor)); }

int64_t cl_read(int32_t descriptor, void *buffer, size_t count) { return CL_RETRY(read(descriptor, buffer, count)); }

int64_t cl_read_at_start(int32_t descriptor, void *buffer, size_t count) {
  return CL_RETRY(pread(descriptor, buffer, count, 0));
}

int64_t cl_write(int32_t descriptor, const void *buffer, size_t count) {
  return CL_RETRY(write(descriptor, buffer, count));
}

int64_t cl_write_at(int32_t descriptor, const void *buffer, size_t count, uint64_t offset) {
  return CL_RETRY(pwrite(descriptor, buffer, count, (off_t)offset));
}

int32_t cl_last_byte(int32_t descriptor, uint64_t size) {
  unsigned char byte = 0;
  int64_t result = CL_RETRY(pread(descriptor, &byte, 1, (off_t)size - 1));
  return result == 1 ? byte : (int32_t)(result < 0 ? result : -EIO);
}

int32_t cl_rewind(int32_t descriptor) { return (int32_t)CL_RESULT(lseek(descriptor, 0, SEEK_SET)); }

int32_t cl_truncate(int32_t descriptor, uint64_t size) { return (int32_t)CL_RETRY(ftruncate(descriptor, (off_t)size)); }

int32_t cl_pipe(int32_t *read_end, int32_t *write_end) {
  int ends[2];
  int result = (int)CL_RESULT(pipe2(ends, O_CLOEXEC));
  if (result < 0) return result;
  *read_end = ends[0];
  *write_end = ends[1];
  return 0;
}

int32_t cl_set_pipe_capacity(int32_t descriptor, int32_t bytes) {
  return (int32_t)CL_RESULT(fcntl(descriptor, F_SETPIPE_SZ, bytes));
}

int32_t cl_kill_when_left(int32_t descriptor, int32_t group) {
  int64_t result = CL_RESULT(fcntl(descriptor, F_SETOWN, -group));
  if (result >= 0) result = CL_RESULT(fcntl(descriptor, F_SETSIG, SIGKILL));
  if (result >= 0) result = CL_RESULT(fcntl(descriptor, F_SETFL, O_ASYNC | O_NONBLOCK));
  return (int32_t)result;
}

int32_t cl_set_nonblocking(int32_t descriptor, int32_t on) {
  int flags = (int)CL_RESULT(fcntl(descriptor, F_GETFL));
  if (flags < 0) return flags;
  return (int32_t)CL_RESULT(fcntl(descriptor, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

int32_t cl_is_nonblocking(int32_t descriptor) {
  int flags = (int)CL_RESULT(fcntl(descriptor, F_GETFL));
  return flags < 0 ? flags : (flags & O_NONBLOCK) != 0;
}

int32_t cl_duplicate(int32_t descriptor, int32_t minimum) {
  return (int32_t)CL_RESULT(fcntl(descriptor, F_DUPFD_CLOEXEC, minimum));
}

static void summarize(const struct stat *native, struct cl_file_status *status) {
  status->mode = native->st_mode & 07777;
  status->user = native->st_uid;
  status->size = (uint64_t)native->st_size;
  status->device = native->st_dev;
  status->inode = native->st_ino;
  status->links = (uint32_t)native->st_nlink;
  status->allocated = (uint64_t)native->st_blocks * 512;  // whatever the file system's block is, stat(2)
  switch (native->st_mode & S_IFMT) {
    case S_IFREG: status->kind = CL_KIND_REGULAR; break;
    case S_IFDIR: status->kind = CL_KIND_DIRECTORY; break;
    case S_IFLNK: status->kind = CL_KIND_SYMLINK; break;
    case S_IFIFO: status->kind = CL_KIND_PIPE; break;
    case S_IFSOCK: status->kind = CL_KIND_SOCKET; break;
    case S_IFBLK: status->kind = CL_KIND_BLOCK_DEVICE; break;
    default: status->kind = CL_KIND_CHARACTER_DEVICE; break;
  }
}

int32_t cl_status(int32_t directory, const char *path, int32_t follow, struct cl_file_status *status) {
  struct stat native;
  int result = (int)CL_RESULT(fstatat(directory, path, &native, follow ? 0 : AT_SYMLINK_NOFOLLOW));
  if (result < 0) return result;
  summarize(&native, status);
  return 0;
}

int32_t cl_descriptor_status(int32_t descriptor, struct cl_file_status *status) {
  struct stat native;
  int result = (int)CL_RESULT(fstat(descriptor, &native));
  if (result < 0) return result;
  summarize(&native, status);
  if (status->kind == CL_KIND_CHARACTER_DEVICE && isatty(descriptor)) status->kind = CL_KIND_TERMINAL;
  return 0;
}

int32_t cl_wait_ready(int32_t descriptor, int32_t for_writing, int32_t timeout_milliseconds) {
  struct pollfd entry = {.fd = descriptor, .events = for_writing ? POLLOUT : POLLIN};
  return (int32_t)CL_RETRY(poll(&entry, 1, timeout_milliseconds));
}
