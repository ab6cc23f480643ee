// What the use of libseccomp takes besides libseccomp. It hands a compiled filter out through a descriptor only (2.5),
// hence a file in memory. Every function answers a value of zero or more, or -errno.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// An empty file that has no name and closes on exec (memfd_create(2)).
int32_t cl_memory_file_create(void);
/// The number of bytes written so far (lseek(2)).
int64_t cl_memory_file_length(int32_t descriptor);
/// Copies the first `count` bytes, or fewer where the file is shorter; answers how many (pread(2)).
int64_t cl_memory_file_read(int32_t descriptor, void *_Nonnull buffer, size_t count);
void cl_memory_file_close(int32_t descriptor);

/// Frees what a library has allocated with malloc(3) for its caller.
void cl_free(void *_Nullable memory);
