#define _GNU_SOURCE
#include "seccomp_support.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

int32_t cl_memory_file_create(void) {
  int descriptor = memfd_create("seccomp", MFD_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int64_t cl_memory_file_length(int32_t descriptor) {
  off_t length = lseek(descriptor, 0, SEEK_END);
  return length < 0 ? -errno : length;
}

int64_t cl_memory_file_read(int32_t descriptor, void *buffer, size_t count) {
  size_t done = 0;
  while (done < count) {
    ssize_t part = pread(descriptor, (char *)buffer + done, count - done, (off_t)done);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return -errno;
    if (part == 0) break;
    done += (size_t)part;
  }
  return (int64_t)done;
}

void cl_memory_file_close(int32_t descriptor) { close(descriptor); }

void cl_free(void *memory) { free(memory); }
