// What the use of libseccomp takes besides libseccomp.
#pragma once
#include <stdint.h>

/// An empty file in memory, close-on-exec, or -errno (memfd_create(2)): libseccomp 2.5 hands a compiled filter out
/// through a descriptor only.
int32_t cl_memory_file(void);

/// Frees what a library has allocated with malloc(3) for its caller.
void cl_free(void *_Nullable memory);
