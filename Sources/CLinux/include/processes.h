// Processes: identity, waiting, signals, attributes of the calling process.
#pragma once
#include <stdint.h>

int32_t cl_process_id(void);
int32_t cl_parent_id(void);
int32_t cl_process_group(void);
uint32_t cl_effective_user_id(void);
uint32_t cl_effective_group_id(void);
/// The number of supplementary groups.
int32_t cl_group_count(void);

/// The process ended by exit(2) with `exit_status`, or by `signal` when that is not 0.
struct cl_exit {
  int32_t process;
  int32_t exit_status;
  int32_t signal;
};

/// Reaps one child that has ended: 1 and its end, 0 when none has, -ECHILD when there is no child at all (wait4(2)).
int32_t cl_reap(struct cl_exit *_Nonnull end);

/// Names the one child that is no part of the script's tree, or 0: what it used is left out of `cl_children_usage`.
void cl_spare(int32_t process);
int32_t cl_spared(void);

/// What the reaped children but the spared one, and what they waited for, used: as getrusage(2) has it in RUSAGE_CHILDREN.
struct cl_usage {
  uint64_t user_microseconds;
  uint64_t system_microseconds;
  uint64_t maximum_resident_bytes;
};
void cl_children_usage(struct cl_usage *_Nonnull usage);
/// What this process itself used.
void cl_own_usage(struct cl_usage *_Nonnull usage);
/// Clock ticks in a second, in which /proc counts CPU time (sysconf(3)).
int32_t cl_ticks_per_second(void);

int32_t cl_kill(int32_t process, int32_t signal);
int32_t cl_pidfd_open(int32_t process);
int32_t cl_pidfd_signal(int32_t pidfd, int32_t signal);

/// prctl(2): PR_SET_DUMPABLE 0, and reading it back.
int32_t cl_become_non_dumpable(void);
int32_t cl_become_dumpable(void);
int32_t cl_is_dumpable(void);
/// prctl(2): PR_SET_CHILD_SUBREAPER: orphans of the tree become children of this process.
int32_t cl_become_subreaper(void);
int32_t cl_set_no_new_privileges(void);
int32_t cl_has_no_new_privileges(void);
/// Writes to a pipe or socket without a reader answer EPIPE, and do not kill.
void cl_ignore_broken_pipes(void);

/// Asks for short turns on the processor, and so for early ones; children do not inherit it (sched_setattr(2)).
int32_t cl_prefer_short_slices(void);

/// The processors that this process may run on (sched_getaffinity(2)).
int32_t cl_processor_count(void);
/// The bytes of a page of memory (sysconf(3)).
int32_t cl_page_size(void);
/// Ends the process at once: no handlers, no buffers (_exit(2)).
_Noreturn void cl_exit_now(int32_t status);
