// Landlock: landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2).
// The kernel's header of the build machine may end at an early ABI, so the constants are defined here.
#pragma once
#include <stdint.h>

/// File-system rights, with the ABI that brought each (kernel documentation, userspace-api/landlock.rst).
enum cl_landlock_right {
  CL_LANDLOCK_EXECUTE = 1 << 0,      // ABI 1, kernel 5.13
  CL_LANDLOCK_WRITE_FILE = 1 << 1,
  CL_LANDLOCK_READ_FILE = 1 << 2,
  CL_LANDLOCK_READ_DIR = 1 << 3,
  CL_LANDLOCK_REMOVE_DIR = 1 << 4,
  CL_LANDLOCK_REMOVE_FILE = 1 << 5,
  CL_LANDLOCK_MAKE_CHAR = 1 << 6,
  CL_LANDLOCK_MAKE_DIR = 1 << 7,
  CL_LANDLOCK_MAKE_REG = 1 << 8,
  CL_LANDLOCK_MAKE_SOCK = 1 << 9,
  CL_LANDLOCK_MAKE_FIFO = 1 << 10,
  CL_LANDLOCK_MAKE_BLOCK = 1 << 11,
  CL_LANDLOCK_MAKE_SYM = 1 << 12,
  CL_LANDLOCK_REFER = 1 << 13,       // ABI 2, kernel 5.19
  CL_LANDLOCK_TRUNCATE = 1 << 14,    // ABI 3, kernel 6.2
  CL_LANDLOCK_IOCTL_DEV = 1 << 15,   // ABI 5, kernel 6.10
};

enum cl_landlock_network_right {
  CL_LANDLOCK_BIND_TCP = 1 << 0,     // ABI 4, kernel 6.7
  CL_LANDLOCK_CONNECT_TCP = 1 << 1,
};

enum cl_landlock_scope {
  CL_LANDLOCK_ABSTRACT_SOCKETS = 1 << 0,  // ABI 6, kernel 6.12
  CL_LANDLOCK_SIGNALS = 1 << 1,
};

/// The kernel's Landlock ABI, 1 or more; -ENOSYS where it is not built in, -EOPNOTSUPP where it is switched off.
int32_t cl_landlock_abi(void);
/// A ruleset's descriptor. Fields that `abi` does not know must be 0.
int32_t cl_landlock_create(int32_t abi, uint64_t file_rights, uint64_t network_rights, uint64_t scopes);
int32_t cl_landlock_allow(int32_t ruleset, int32_t path_descriptor, uint64_t file_rights);
/// Needs no_new_privs. Cannot be undone.
int32_t cl_landlock_restrict(int32_t ruleset);
