// seccomp filters and parts of filters, compiled ahead of time (see SeccompTemplate.swift).
#pragma once
#include <stdint.h>

/// The instructions of a filter, each the 8 bytes of a struct sock_filter, and how many there are.
struct cl_seccomp_program {
  const uint64_t *_Nonnull words;
  uint32_t count;
};

enum cl_seccomp_part {
  /// The whole of the policy `default`.
  CL_SECCOMP_STANDARD,
  /// What `strict` asks before it.
  CL_SECCOMP_STRICT,
  /// What is asked before a profile of somebody else's making.
  CL_SECCOMP_ENCLOSURE,
  /// What is asked first where the machine is shared.
  CL_SECCOMP_PAIRS,
};

struct cl_seccomp_program cl_seccomp_program_x86_64(int32_t part, int32_t with_network);
struct cl_seccomp_program cl_seccomp_program_aarch64(int32_t part, int32_t with_network);
