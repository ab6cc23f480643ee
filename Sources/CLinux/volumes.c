#define _GNU_SOURCE
#include "volumes.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "result.h"

#define TMPFS_MAGIC 0x01021994  // linux/magic.h

int32_t cl_volume_status(int32_t descriptor, struct cl_volume *volume) {
  struct statfs native;
  int32_t result = (int32_t)CL_RETRY(fstatfs(descriptor, &native));
  if (result < 0) return result;
  volume->is_tmpfs = (uint32_t)native.f_type == TMPFS_MAGIC;
  volume->size_bytes = (uint64_t)native.f_blocks * (uint64_t)native.f_bsize;
  volume->used_bytes = (uint64_t)(native.f_blocks - native.f_bfree) * (uint64_t)native.f_bsize;
  return 0;
}

// linux_dirent64, see getdents64(2): inode, offset, length, kind, name.
enum { OFFSET_AT = 8, LENGTH_AT = 16, NAME_AT = 19 };

static const char *name_at(const void *records, int64_t start, int64_t end, struct cl_record *record) {
  memset(record, 0, sizeof *record);
  if (records == NULL || start < 0 || end - start <= NAME_AT) return NULL;
  const char *at = (const char *)records + start;
  uint16_t length;
  memcpy(&length, at + LENGTH_AT, sizeof length);
  if (length <= NAME_AT || length > end - start) return NULL;
  memcpy(&record->position, at + OFFSET_AT, sizeof record->position);
  record->length = length;
  return at + NAME_AT;
}

int64_t cl_read_records(int32_t directory, void *records, size_t capacity) {
  return CL_RETRY(syscall(SYS_getdents64, directory, records, capacity));
}

int32_t cl_record_status(int32_t directory, const void *records, int64_t start, int64_t end, struct cl_record *record,
                         struct cl_file_status *status) {
  const char *name = name_at(records, start, end, record);
  if (name == NULL) return -EINVAL;
  if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return -EEXIST;
  return cl_status(directory, name, 0, status);
}

int32_t cl_record_open(int32_t directory, const void *records, int64_t start, int64_t end) {
  struct cl_record record;
  const char *name = name_at(records, start, end, &record);
  if (name == NULL) return -EINVAL;
  return cl_open(directory, name, CL_OPEN_DIRECTORY | CL_OPEN_NO_FOLLOW, 0);
}

int32_t cl_open_directory(int32_t directory, int32_t above) {
  return cl_open(directory, above ? ".." : ".", CL_OPEN_DIRECTORY, 0);
}

int32_t cl_seek(int32_t directory, int64_t position) {
  return (int32_t)(lseek(directory, (off_t)position, SEEK_SET) < 0 ? -errno : 0);
}
