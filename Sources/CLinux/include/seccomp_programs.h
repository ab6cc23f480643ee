// The default policy's seccomp filters, compiled ahead of time (see SeccompTemplate.swift).
#pragma once
#include <stdint.h>

/// The instructions of a filter, each the 8 bytes of a struct sock_filter, and how many there are.
struct cl_seccomp_program {
  const uint64_t *_Nonnull words;
  uint32_t count;
};

struct cl_seccomp_program cl_seccomp_program_x86_64(int32_t with_network);
struct cl_seccomp_program cl_seccomp_program_aarch64(int32_t with_network);
