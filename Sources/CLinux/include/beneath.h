// Opening what a hostile process left behind, without being led elsewhere.
#pragma once
#include <stdint.h>

/// Opens a path relative to `directory` for reading, and fails where anything on the way is a symbolic link or leads out of
/// the directory or onto another file system (openat2(2), kernel 5.6). `flags` are those of cl_open.
///
/// Answers -ENOSYS where there is no such call, also where a container's filter answers EPERM to calls that it does not know.
int32_t cl_open_beneath(int32_t directory, const char *_Nonnull path, int32_t flags);

/// Opens a path, and fails with -ELOOP where anything on the way is a symbolic link. Else as cl_open_beneath.
int32_t cl_open_without_links(const char *_Nonnull path, int32_t flags);
