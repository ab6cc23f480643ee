#define _GNU_SOURCE
#include "seccomp_support.h"

#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result.h"

int32_t cl_memory_file(void) { return (int32_t)CL_RESULT(memfd_create("seccomp", MFD_CLOEXEC)); }

int32_t cl_install_filter(const uint64_t *words, uint32_t count) {
  // struct sock_fprog; the kernel's own header for it is not in every C library's path.
  struct {
    uint16_t count;
    const void *instructions;
  } program = {(uint16_t)count, words};
  return (int32_t)CL_RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

void cl_free(void *memory) { free(memory); }
