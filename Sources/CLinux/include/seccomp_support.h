// What the use of libseccomp takes besides libseccomp.
#pragma once
#include <stdint.h>

/// An empty file in memory, close-on-exec, or -errno (memfd_create(2)): libseccomp 2.5 hands a compiled filter out
/// through a descriptor only.
int32_t cl_memory_file(void);

/// Puts a filter of `count` instructions (struct sock_filter) in force for the calling thread, for good. Needs no_new_privs.
int32_t cl_install_filter(const uint64_t *_Nonnull words, uint32_t count);

/// Frees what a library has allocated with malloc(3) for its caller.
void cl_free(void *_Nullable memory);
