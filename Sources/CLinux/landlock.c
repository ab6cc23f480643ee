#define _GNU_SOURCE
#include "landlock.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result.h"

// The numbers are the same on every architecture: they came after the tables were unified.
enum { create_ruleset = 444, add_rule = 445, restrict_self = 446 };
enum { version_flag = 1, rule_path_beneath = 1 };

struct ruleset_attribute {
  uint64_t file_rights;
  uint64_t network_rights;  // since ABI 4
  uint64_t scopes;          // since ABI 6
};

struct path_attribute {
  uint64_t rights;
  int32_t descriptor;
} __attribute__((packed));

int32_t cl_landlock_abi(void) { return (int32_t)CL_RESULT(syscall(create_ruleset, NULL, 0, version_flag)); }

int32_t cl_landlock_create(int32_t abi, uint64_t file_rights, uint64_t network_rights, uint64_t scopes) {
  struct ruleset_attribute attribute = {file_rights, network_rights, scopes};
  // A kernel answers E2BIG to a larger structure than it knows, even to one that is zero there (tried).
  size_t size = abi >= 6   ? sizeof attribute
                : abi >= 4 ? offsetof(struct ruleset_attribute, scopes)
                           : offsetof(struct ruleset_attribute, network_rights);
  return (int32_t)CL_RESULT(syscall(create_ruleset, &attribute, size, 0));
}

int32_t cl_landlock_allow(int32_t ruleset, int32_t path_descriptor, uint64_t file_rights) {
  struct path_attribute attribute = {.rights = file_rights, .descriptor = path_descriptor};
  return (int32_t)CL_RESULT(syscall(add_rule, ruleset, rule_path_beneath, &attribute, 0));
}

int32_t cl_landlock_restrict(int32_t ruleset) { return (int32_t)CL_RESULT(syscall(restrict_self, ruleset, 0)); }
