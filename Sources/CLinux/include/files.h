// Directories, links and whole small files.
#pragma once
#include <stddef.h>
#include <stdint.h>

int32_t cl_make_directory(int32_t directory, const char *_Nonnull path, uint32_t mode);
int32_t cl_symbolic_link(const char *_Nonnull target, int32_t directory, const char *_Nonnull path);
int32_t cl_change_mode(int32_t directory, const char *_Nonnull path, uint32_t mode);
int32_t cl_remove(int32_t directory, const char *_Nonnull path, int32_t is_directory);
int32_t cl_rename(const char *_Nonnull path, const char *_Nonnull target);
/// Bytes of the link's target, not terminated.
int64_t cl_read_link(int32_t directory, const char *_Nonnull path, char *_Nullable buffer, size_t capacity);
/// Whether the calling process may execute the file, by its effective ids.
int32_t cl_may_execute(const char *_Nonnull path);

/// One batch of names in an open directory (getdents64(2)), each ended by a NUL; "." and ".." are left out.
/// Answers the bytes put into `names`, 0 at the end of the directory. `capacity` must be 4 KiB or more.
int64_t cl_list_names(int32_t directory, char *_Nullable names, size_t capacity);
