#define _GNU_SOURCE
#include "processes.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "result.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

int32_t cl_process_id(void) { return getpid(); }
int32_t cl_parent_id(void) { return getppid(); }
int32_t cl_process_group(void) { return getpgrp(); }
uint32_t cl_effective_user_id(void) { return geteuid(); }
uint32_t cl_effective_group_id(void) { return getegid(); }
int32_t cl_group_count(void) { return (int32_t)CL_RESULT(getgroups(0, NULL)); }

static int32_t spared;
static struct cl_usage reaped;

void cl_spare(int32_t process) { spared = process; }
int32_t cl_spared(void) { return spared; }

static void summarize(const struct rusage *native, struct cl_usage *usage) {
  usage->user_microseconds = (uint64_t)native->ru_utime.tv_sec * 1000000 + (uint64_t)native->ru_utime.tv_usec;
  usage->system_microseconds = (uint64_t)native->ru_stime.tv_sec * 1000000 + (uint64_t)native->ru_stime.tv_usec;
  usage->maximum_resident_bytes = (uint64_t)native->ru_maxrss * 1024;  // ru_maxrss is in KiB
}

/// What RUSAGE_CHILDREN adds up, which has no way to leave one out.
static void add_reaped(const struct rusage *native) {
  struct cl_usage usage;
  summarize(native, &usage);
  reaped.user_microseconds += usage.user_microseconds;
  reaped.system_microseconds += usage.system_microseconds;
  if (usage.maximum_resident_bytes > reaped.maximum_resident_bytes)
    reaped.maximum_resident_bytes = usage.maximum_resident_bytes;
}

int32_t cl_reap(struct cl_exit *end) {
  int status;
  struct rusage usage;
  int64_t process = CL_RETRY(wait4(-1, &status, WNOHANG | __WALL, &usage));
  if (process <= 0) return (int32_t)process;
  if (process != spared) add_reaped(&usage);
  end->process = (int32_t)process;
  end->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return 1;
}

void cl_children_usage(struct cl_usage *usage) { *usage = reaped; }

void cl_own_usage(struct cl_usage *usage) {
  struct rusage native;
  getrusage(RUSAGE_SELF, &native);
  summarize(&native, usage);
}
int32_t cl_ticks_per_second(void) { return (int32_t)sysconf(_SC_CLK_TCK); }

int32_t cl_kill(int32_t process, int32_t signal) { return (int32_t)CL_RESULT(kill(process, signal)); }

int32_t cl_pidfd_open(int32_t process) { return (int32_t)CL_RESULT(syscall(SYS_pidfd_open, process, 0)); }

int32_t cl_pidfd_signal(int32_t pidfd, int32_t signal) {
  return (int32_t)CL_RESULT(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

int32_t cl_become_non_dumpable(void) { return (int32_t)CL_RESULT(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }
int32_t cl_become_dumpable(void) { return (int32_t)CL_RESULT(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }
int32_t cl_is_dumpable(void) { return (int32_t)CL_RESULT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)); }
int32_t cl_become_subreaper(void) { return (int32_t)CL_RESULT(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)); }
int32_t cl_set_no_new_privileges(void) { return (int32_t)CL_RESULT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }
int32_t cl_has_no_new_privileges(void) { return (int32_t)CL_RESULT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); }
void cl_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

// linux/sched/types.h; libc has no name for it.
struct schedule {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

int32_t cl_prefer_short_slices(void) {
  struct schedule wanted = {
      .size = sizeof wanted,
      .policy = 0,  // SCHED_OTHER
      .flags = 1,   // SCHED_FLAG_RESET_ON_FORK
      .nice = getpriority(PRIO_PROCESS, 0),
      .runtime = 100000,  // nanoseconds, the least that there is
  };
  return (int32_t)CL_RESULT(syscall(SYS_sched_setattr, 0, &wanted, 0));
}

static int32_t count_processors(void) {
  unsigned long set[sizeof(cpu_set_t) / sizeof(unsigned long)];
  // The kernel's own call says how much of the set it has written.
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof set, set);
  int count = 0;
  for (long word = 0; word < bytes / (long)sizeof set[0]; word++) count += __builtin_popcountl(set[word]);
  return count > 0 ? count : 1;
}

int32_t cl_processor_count(void) {
  // Asked several times within the start's millisecond.
  static int32_t known;
  int32_t count = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (count == 0) {
    count = count_processors();
    __atomic_store_n(&known, count, __ATOMIC_RELAXED);
  }
  return count;
}

int32_t cl_page_size(void) { return (int32_t)sysconf(_SC_PAGESIZE); }

_Noreturn void cl_exit_now(int32_t status) { _exit(status); }
