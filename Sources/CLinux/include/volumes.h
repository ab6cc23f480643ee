// How much is kept in a file system, and in a directory.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "descriptors.h"

struct cl_volume {
  int32_t is_tmpfs;
  uint64_t used_bytes;
  /// 0 where a tmpfs has no size.
  uint64_t size_bytes;
};

/// Of the file system that the descriptor lies in (fstatfs(2)).
int32_t cl_volume_status(int32_t descriptor, struct cl_volume *_Nonnull volume);

/// One entry of a directory among those that getdents64(2) put into a buffer.
struct cl_record {
  /// Bytes to the next one; 0 where there is none.
  uint32_t length;
  /// Where listing the directory goes on after it.
  int64_t position;
};

/// Fills `records` with entries of an open directory: the bytes used, 0 at its end. `capacity` must be 1 KiB or more.
int64_t cl_read_records(int32_t directory, void *_Nullable records, size_t capacity);
/// What the entry at `start` is, without following links; -EEXIST for "." and "..".
int32_t cl_record_status(int32_t directory, const void *_Nullable records, int64_t start, int64_t end,
                         struct cl_record *_Nonnull record, struct cl_file_status *_Nonnull status);
/// Opens it as a directory, and nothing that a link leads to.
int32_t cl_record_open(int32_t directory, const void *_Nullable records, int64_t start, int64_t end);
/// Opens a directory anew, or the one above it, with a position of its own.
int32_t cl_open_directory(int32_t directory, int32_t above);
int32_t cl_seek(int32_t directory, int64_t position);
