#define _GNU_SOURCE
#include "seccomp_support.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "result.h"

int32_t cl_memory_file(void) { return (int32_t)CL_RESULT(memfd_create("seccomp", MFD_CLOEXEC)); }

void cl_free(void *memory) { free(memory); }
