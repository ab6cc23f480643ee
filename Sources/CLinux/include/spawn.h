// The only code that runs between the birth of the script's process and its execve(2).
//
// The child shares this process's memory (CLONE_VM), so it must not allocate, take a lock or call anything that is
// not async-signal-safe: everything it needs is prepared in the plan, and it writes what it did back into the plan.
//
// It shares the table of descriptors as well (CLONE_FILES) until execve gives it a copy: so the listener of its filter
// is the caller's at once, without a call after the filter that the filter would have to allow. The standard streams
// that the child connects are in the caller's table too, which therefore keeps its own aside and puts them back.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// One resource limit, see getrlimit(2). `resource` is a `cl_resource`.
struct cl_limit {
  int32_t resource;
  uint64_t soft;
  uint64_t hard;
};

enum cl_resource {
  CL_RESOURCE_CPU_SECONDS,
  CL_RESOURCE_FILE_SIZE,
  CL_RESOURCE_DATA,
  CL_RESOURCE_STACK,
  CL_RESOURCE_CORE,
  CL_RESOURCE_OPEN_FILES,
  CL_RESOURCE_LOCKED_MEMORY,
  CL_RESOURCE_PENDING_SIGNALS,
  CL_RESOURCE_MESSAGE_QUEUES,
  CL_RESOURCE_NICE,
  CL_RESOURCE_REALTIME_PRIORITY,
  CL_RESOURCE_PROCESSES,
  CL_RESOURCE_COUNT
};

#define CL_NO_LIMIT UINT64_MAX

/// The calling process's own limit.
int32_t cl_get_limit(int32_t resource, uint64_t *_Nonnull soft, uint64_t *_Nonnull hard);

/// A seccomp program: `count` instructions of 8 bytes (struct sock_filter).
struct cl_filter {
  void *_Nullable instructions;
  uint16_t count;
};

enum { CL_MAXIMUM_LIMITS = 16, CL_MAXIMUM_FILTERS = 4 };

/// Where the child stood when it failed, in order.
enum cl_stage {
  CL_STAGE_NONE,
  CL_STAGE_SESSION,
  CL_STAGE_WORKING_DIRECTORY,
  CL_STAGE_STANDARD_STREAMS,
  CL_STAGE_DESCRIPTORS,
  CL_STAGE_LIMITS,
  CL_STAGE_NO_NEW_PRIVILEGES,
  CL_STAGE_LANDLOCK,
  CL_STAGE_SECCOMP,
  CL_STAGE_SIGNALS,
  CL_STAGE_EXECUTE,
};

/// A layer that was asked for and could not be had: its errno, or 0.
struct cl_layer_errors {
  int32_t limits;
  int32_t no_new_privileges;
  int32_t landlock;
  int32_t seccomp;
};

struct cl_spawn_plan {
  const char *_Nullable path;
  char *_Nullable const *_Nullable arguments;
  char *_Nullable const *_Nullable environment;
  const char *_Nullable working_directory;
  /// Descriptors of 3 or more.
  int32_t standard_input;
  int32_t standard_output;
  int32_t standard_error;
  uint32_t umask;

  struct cl_limit limits[CL_MAXIMUM_LIMITS];
  uint32_t limit_count;
  int32_t no_new_privileges;
  /// -1: none.
  int32_t landlock_ruleset;
  /// Installed in this order.
  struct cl_filter filters[CL_MAXIMUM_FILTERS];
  uint32_t filter_count;
  /// Whether the first filter defers to a listener (SECCOMP_RET_USER_NOTIF, seccomp_unotify(2)). Where none can be had, its
  /// instructions are changed to refuse with EPERM, and it is installed so.
  int32_t wants_listener;
  /// A descriptor with a low number that gives its place to the listener, or -1: the child's limit on descriptors is in
  /// force by then, and may be lower than the numbers that are still free. It is closed in any case.
  int32_t listener_place;

  /// A required layer that fails ends the child before execve; another is only noted in `layer_errors`.
  int32_t limits_required;
  int32_t no_new_privileges_required;
  int32_t landlock_required;
  int32_t seccomp_required;

  // What came of it, written by the child. A `failed_stage` with an `error` of 0: it was killed there.
  int32_t failed_stage;
  int32_t error;
  struct cl_layer_errors layer_errors;
  /// The listener, a close-on-exec descriptor of the caller, or -1; and why there is none, 0 where none was wanted.
  int32_t listener;
  int32_t listener_error;
  /// Whether only a deadly signal interrupts a call that the listener has been told of (Linux 5.19).
  int32_t listener_waits_killable;
  uint32_t child_word;
};

/// Starts the child and waits until it has executed the program or given up, but no longer than
/// `timeout_milliseconds`. Answers the child's process id, -ETIMEDOUT (the child has then been killed), or -errno
/// where no child could be made. The caller looks at `failed_stage`: a child that gave up waits to be reaped.
int32_t cl_spawn(struct cl_spawn_plan *_Nonnull plan, int32_t timeout_milliseconds);
