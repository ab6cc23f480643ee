#define _GNU_SOURCE
#include "spawn.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "landlock.h"
#include "result.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
enum { close_range_cloexec = 1 << 2 };
enum { flag_wait_killable = 1 << 5 };  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19

static const int native_resources[CL_RESOURCE_COUNT] = {
    [CL_RESOURCE_CPU_SECONDS] = RLIMIT_CPU,
    [CL_RESOURCE_FILE_SIZE] = RLIMIT_FSIZE,
    [CL_RESOURCE_DATA] = RLIMIT_DATA,
    [CL_RESOURCE_STACK] = RLIMIT_STACK,
    [CL_RESOURCE_CORE] = RLIMIT_CORE,
    [CL_RESOURCE_OPEN_FILES] = RLIMIT_NOFILE,
    [CL_RESOURCE_LOCKED_MEMORY] = RLIMIT_MEMLOCK,
    [CL_RESOURCE_PENDING_SIGNALS] = RLIMIT_SIGPENDING,
    [CL_RESOURCE_MESSAGE_QUEUES] = RLIMIT_MSGQUEUE,
    [CL_RESOURCE_NICE] = RLIMIT_NICE,
    [CL_RESOURCE_REALTIME_PRIORITY] = RLIMIT_RTPRIO,
    [CL_RESOURCE_PROCESSES] = RLIMIT_NPROC,
};

int32_t cl_get_limit(int32_t resource, uint64_t *soft, uint64_t *hard) {
  struct rlimit limit;
  int32_t result = (int32_t)CL_RESULT(getrlimit(native_resources[resource], &limit));
  if (result < 0) return result;
  *soft = limit.rlim_cur == RLIM_INFINITY ? CL_NO_LIMIT : limit.rlim_cur;
  *hard = limit.rlim_max == RLIM_INFINITY ? CL_NO_LIMIT : limit.rlim_max;
  return 0;
}

// The child's own stack: it runs beside the parent in the same memory. One spawn at a time, so one stack will do.
alignas(64) static char child_stack[32 * 1024];

static bool failed(struct cl_spawn_plan *plan, enum cl_stage stage) {
  plan->error = errno;
  plan->failed_stage = stage;
  return false;
}

/// A child that is killed on its way (an outer seccomp filter, the OOM killer) leaves the stage it had reached.
static void reached(struct cl_spawn_plan *plan, enum cl_stage stage) {
  __atomic_store_n(&plan->failed_stage, (int32_t)stage, __ATOMIC_RELAXED);
}

/// Notes that a layer could not be had; true when the child may go on without it.
static bool tolerated(struct cl_spawn_plan *plan, enum cl_stage stage, int32_t *note, int32_t required) {
  *note = errno;
  return required ? failed(plan, stage) : true;
}

// The kernel's own call: libc's sigaction keeps state that would be shared with the parent.
static void default_dispositions(void) {
  struct {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
  } action = {0};
  for (int number = 1; number <= 64; number++) {
    if (number != SIGKILL && number != SIGSTOP) syscall(SYS_rt_sigaction, number, &action, NULL, sizeof action.mask);
  }
}

static bool place_standard_streams(struct cl_spawn_plan *plan) {
  reached(plan, CL_STAGE_STANDARD_STREAMS);
  const int32_t sources[3] = {plan->standard_input, plan->standard_output, plan->standard_error};
  for (int target = 0; target < 3; target++) {
    // dup3 and not dup2: aarch64 has no dup2.
    if (syscall(SYS_dup3, sources[target], target, 0) < 0) return failed(plan, CL_STAGE_STANDARD_STREAMS);
  }
  return true;
}

/// Everything above standard error closes at execve, which is nothing to the parent: it executes nothing. Kernels before 5.11 and gVisor lack the call: then one by one.
static bool close_descriptors(struct cl_spawn_plan *plan) {
  if (syscall(SYS_close_range, 3u, ~0u, close_range_cloexec) == 0) return true;
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return failed(plan, CL_STAGE_DESCRIPTORS);
  // A descriptor above a limit lowered meanwhile could be missed; every one of our own is close-on-exec already.
  rlim_t last = limit.rlim_cur < (1 << 20) ? limit.rlim_cur : (1 << 20);
  for (rlim_t descriptor = 3; descriptor < last; descriptor++) fcntl((int)descriptor, F_SETFD, FD_CLOEXEC);
  return true;
}

static bool set_limits(struct cl_spawn_plan *plan) {
  reached(plan, CL_STAGE_LIMITS);
  for (uint32_t index = 0; index < plan->limit_count; index++) {
    const struct cl_limit *wanted = &plan->limits[index];
    struct rlimit limit = {
        .rlim_cur = wanted->soft == CL_NO_LIMIT ? RLIM_INFINITY : (rlim_t)wanted->soft,
        .rlim_max = wanted->hard == CL_NO_LIMIT ? RLIM_INFINITY : (rlim_t)wanted->hard,
    };
    if (syscall(SYS_prlimit64, 0, native_resources[wanted->resource], &limit, NULL) < 0 &&
        !tolerated(plan, CL_STAGE_LIMITS, &plan->layer_errors.limits, plan->limits_required))
      return false;
  }
  return true;
}

/// seccomp(2).
static int64_t install(const struct cl_filter *filter, unsigned long flags) {
  struct {
    uint16_t count;
    const void *instructions;
  } program = {filter->count, filter->instructions};
  return CL_RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

/// Makes a filter answer by itself where it would have asked its listener: without one the kernel says ENOSYS.
static void refuse_without_asking(struct cl_filter *filter) {
  struct sock_filter *instructions = filter->instructions;
  for (uint16_t index = 0; index < filter->count; index++) {
    struct sock_filter *instruction = &instructions[index];
    if (instruction->code == (BPF_RET | BPF_K) && instruction->k == SECCOMP_RET_USER_NOTIF)
      instruction->k = SECCOMP_RET_ERRNO | EPERM;
  }
}

static int64_t install_with_listener(struct cl_spawn_plan *plan, struct cl_filter *filter) {
  if (plan->listener_place >= 0) syscall(SYS_close, plan->listener_place);
  plan->listener_place = -1;
  int64_t result = install(filter, SECCOMP_FILTER_FLAG_NEW_LISTENER | flag_wait_killable);
  plan->listener_waits_killable = result >= 0;
  // Before Linux 5.19.
  if (result == -EINVAL) result = install(filter, SECCOMP_FILTER_FLAG_NEW_LISTENER);
  if (result >= 0) {
    plan->listener = (int32_t)result;
    return 0;
  }
  // EBUSY: an outer filter has a listener. EINVAL: before Linux 5.0, or gVisor. EPERM: a filter like this one.
  plan->listener_error = (int32_t)-result;
  refuse_without_asking(filter);
  return install(filter, 0);
}

static bool confine(struct cl_spawn_plan *plan) {
  reached(plan, CL_STAGE_NO_NEW_PRIVILEGES);
  if (plan->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 &&
      !tolerated(plan, CL_STAGE_NO_NEW_PRIVILEGES, &plan->layer_errors.no_new_privileges,
                 plan->no_new_privileges_required))
    return false;

  reached(plan, CL_STAGE_LANDLOCK);
  if (plan->landlock_ruleset >= 0) {
    int32_t result = cl_landlock_restrict(plan->landlock_ruleset);
    if (result < 0) {
      errno = -result;
      if (!tolerated(plan, CL_STAGE_LANDLOCK, &plan->layer_errors.landlock, plan->landlock_required)) return false;
    }
  }

  reached(plan, CL_STAGE_SECCOMP);
  // seccomp last: what comes after it (rt_sigprocmask, execve, exit_group) is allowed by every profile. It must be: a
  // call that waits for the listener's answer would wait for a parent that waits for this process.
  for (uint32_t index = 0; index < plan->filter_count; index++) {
    struct cl_filter *filter = &plan->filters[index];
    int64_t result =
        index == 0 && plan->wants_listener ? install_with_listener(plan, filter) : install(filter, 0);
    if (result < 0) {
      errno = (int)-result;
      if (!tolerated(plan, CL_STAGE_SECCOMP, &plan->layer_errors.seccomp, plan->seccomp_required)) return false;
      break;
    }
  }
  return true;
}

static bool prepare_and_execute(struct cl_spawn_plan *plan) {
  reached(plan, CL_STAGE_SESSION);
  default_dispositions();
  // A session of its own: no controlling terminal to push input into (TIOCSTI), no job control from ours.
  if (setsid() < 0) return failed(plan, CL_STAGE_SESSION);
  umask((mode_t)plan->umask);
  reached(plan, CL_STAGE_WORKING_DIRECTORY);
  if (chdir(plan->working_directory) < 0) return failed(plan, CL_STAGE_WORKING_DIRECTORY);
  if (!place_standard_streams(plan) || !close_descriptors(plan) || !set_limits(plan) || !confine(plan)) return false;

  reached(plan, CL_STAGE_SIGNALS);
  uint64_t no_signals = 0;
  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, NULL, sizeof no_signals) < 0)
    return failed(plan, CL_STAGE_SIGNALS);
  reached(plan, CL_STAGE_NONE);
  execve(plan->path, plan->arguments, plan->environment);
  return failed(plan, CL_STAGE_EXECUTE);
}

static int child_main(void *argument) {
  prepare_and_execute(argument);
  syscall(SYS_exit_group, 127);
  return 127;
}

/// The kernel zeroes the word and wakes its waiters when the child leaves our memory, by execve or by exit
/// (CLONE_CHILD_CLEARTID): as vfork(2) waits, but with a bound.
static bool wait_until_cleared(uint32_t *word, int32_t timeout_milliseconds) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct timespec until = {.tv_sec = now.tv_sec + timeout_milliseconds / 1000,
                           .tv_nsec = now.tv_nsec + (timeout_milliseconds % 1000) * 1000000L};
  if (until.tv_nsec >= 1000000000L) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000L;
  }
  for (;;) {
    uint32_t value = __atomic_load_n(word, __ATOMIC_SEQ_CST);
    if (value == 0) return true;
    // FUTEX_WAIT_BITSET takes an instant and not a span; not private, because the kernel's wake is not.
    if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value, &until, NULL, FUTEX_BITSET_MATCH_ANY) < 0 &&
        errno == ETIMEDOUT)
      return __atomic_load_n(word, __ATOMIC_SEQ_CST) == 0;
  }
}

enum { standard_streams = 3 };

/// Copies of the standard streams, to be put back when the child has connected its own in the same table.
static int32_t keep_standard_streams(int kept[standard_streams]) {
  for (int stream = 0; stream < standard_streams; stream++) kept[stream] = -1;
  for (int stream = 0; stream < standard_streams; stream++) {
    kept[stream] = (int)CL_RESULT(fcntl(stream, F_DUPFD_CLOEXEC, standard_streams));
    if (kept[stream] < 0) return kept[stream];
  }
  return 0;
}

static void restore_standard_streams(const int kept[standard_streams]) {
  for (int stream = 0; stream < standard_streams; stream++) {
    if (kept[stream] < 0) break;
    syscall(SYS_dup3, kept[stream], stream, 0);
    close(kept[stream]);
  }
}

int32_t cl_spawn(struct cl_spawn_plan *plan, int32_t timeout_milliseconds) {
  plan->failed_stage = CL_STAGE_SESSION;
  plan->error = 0;
  plan->layer_errors = (struct cl_layer_errors){0};
  plan->listener = -1;
  plan->listener_error = 0;
  plan->listener_waits_killable = 0;
  __atomic_store_n(&plan->child_word, 1, __ATOMIC_SEQ_CST);

  int kept[standard_streams];
  int32_t child = keep_standard_streams(kept);
  if (child == 0) {
    child = (int32_t)CL_RESULT(clone(child_main, child_stack + sizeof child_stack,
                                     CLONE_VM | CLONE_FILES | CLONE_CHILD_CLEARTID | SIGCHLD, plan, NULL, NULL,
                                     &plan->child_word));
  }
  if (child > 0 && !wait_until_cleared(&plan->child_word, timeout_milliseconds)) {
    kill(child, SIGKILL);
    child = -ETIMEDOUT;
  }
  restore_standard_streams(kept);
  if (plan->listener_place >= 0) close(plan->listener_place);
  return child;
}
