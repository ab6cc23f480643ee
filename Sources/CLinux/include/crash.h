// The last words of a supervisor that failed itself: a trap in Embedded Swift says nothing.
#pragma once
#include <stdint.h>

/// From now on a fault (SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS) writes an `internal_error` frame to
/// the logs and a verdict to `termination_message` (-1: none), kills the tree and exits with `exit_status`.
int32_t cl_install_crash_handler(int32_t log, int32_t second_log, int32_t termination_message, int32_t exit_status);
/// What the crash frame must carry to be the next one: called as frames are written.
void cl_crash_context(uint64_t next_sequence, int32_t log, int32_t second_log, int32_t termination_message);
/// The number alone, where the rest stays what it is.
void cl_crash_next_sequence(uint64_t next_sequence);
/// Whether kill(-1) may be used: it reaches the tree only.
void cl_crash_kills_tree(int32_t on);
