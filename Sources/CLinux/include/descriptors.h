// File descriptors. Every function answers a value of zero or more, or -errno: Swift never reads `errno` itself.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What `open` is asked for. Descriptors are always close-on-exec.
enum cl_open_flags {
  CL_OPEN_READ = 0,
  CL_OPEN_WRITE = 1 << 0,
  CL_OPEN_CREATE_NEW = 1 << 1,   // O_CREAT | O_EXCL
  CL_OPEN_PATH_ONLY = 1 << 2,    // O_PATH
  CL_OPEN_DIRECTORY = 1 << 3,    // O_DIRECTORY
  CL_OPEN_NO_FOLLOW = 1 << 4,    // O_NOFOLLOW
  CL_OPEN_NONBLOCKING = 1 << 5,  // O_NONBLOCK
  CL_OPEN_APPEND = 1 << 6,       // O_CREAT | O_APPEND
  CL_OPEN_READ_AND_WRITE = 1 << 7,  // O_RDWR
};

enum cl_file_kind {
  CL_KIND_REGULAR = 0,
  CL_KIND_DIRECTORY,
  CL_KIND_SYMLINK,
  CL_KIND_PIPE,
  CL_KIND_SOCKET,
  CL_KIND_TERMINAL,
  CL_KIND_CHARACTER_DEVICE,
  CL_KIND_BLOCK_DEVICE,
};

struct cl_file_status {
  int32_t kind;
  uint32_t mode;
  uint32_t user;
  uint64_t size;
  uint64_t device;
  uint64_t inode;
  uint32_t links;
  /// Bytes that the file occupies, which holes do not.
  uint64_t allocated;
};

int32_t cl_open(int32_t directory, const char *_Nonnull path, int32_t flags, uint32_t mode);
int32_t cl_close(int32_t descriptor);
int64_t cl_read(int32_t descriptor, void *_Nullable buffer, size_t count);
/// Reads from the start of a file, wherever the descriptor's own position is (pread(2)).
int64_t cl_read_at_start(int32_t descriptor, void *_Nullable buffer, size_t count);
int64_t cl_write(int32_t descriptor, const void *_Nullable buffer, size_t count);
/// Writes from the start of a file, wherever the descriptor's own position is (pwrite(2)).
int64_t cl_write_at(int32_t descriptor, const void *_Nullable buffer, size_t count, uint64_t offset);
/// Back to the start of a file or directory (lseek(2)).
/// The last byte of a file of `size` bytes (pread(2)).
int32_t cl_last_byte(int32_t descriptor, uint64_t size);
int32_t cl_rewind(int32_t descriptor);
int32_t cl_truncate(int32_t descriptor, uint64_t size);
int32_t cl_pipe(int32_t *_Nonnull read_end, int32_t *_Nonnull write_end);
/// The number of bytes the pipe holds from now on.
int32_t cl_set_pipe_capacity(int32_t descriptor, int32_t bytes);
/// Has the kernel kill a process group as soon as the other end of the pipe is closed (fcntl(2), F_SETOWN and F_SETSIG).
int32_t cl_kill_when_left(int32_t descriptor, int32_t group);

int32_t cl_set_nonblocking(int32_t descriptor, int32_t on);
/// 1 when reads and writes on the descriptor do not block.
int32_t cl_is_nonblocking(int32_t descriptor);
/// A close-on-exec copy with a number of at least `minimum`.
int32_t cl_duplicate(int32_t descriptor, int32_t minimum);
/// `directory` of CL_CURRENT_DIRECTORY means relative to the working directory.
int32_t cl_status(int32_t directory, const char *_Nonnull path, int32_t follow, struct cl_file_status *_Nonnull status);
int32_t cl_descriptor_status(int32_t descriptor, struct cl_file_status *_Nonnull status);
/// Waits until the descriptor can be read or written; 1 when it can, 0 when `timeout_milliseconds` have passed.
int32_t cl_wait_ready(int32_t descriptor, int32_t for_writing, int32_t timeout_milliseconds);

#define CL_CURRENT_DIRECTORY (-100)
