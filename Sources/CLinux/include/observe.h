// Watching system calls without deciding about them, see seccomp_unotify(2): for `warder seccomp learn`, and no part of
// warder-init, whose listener refuses everything that it hears of.
#pragma once
#include <stdint.h>

struct cl_observed_call {
  uint64_t id;
  /// The thread that made the call, by its id as the caller sees it.
  int32_t thread;
  int32_t call;
  uint64_t arguments[6];
};

/// Takes the next call that waits, without waiting for one. 1: it is in `call`. 0: there is none. -ENOENT: its thread has
/// been killed or interrupted meanwhile.
int32_t cl_take_observed_call(int32_t listener, struct cl_observed_call *_Nonnull call);

/// Has the kernel make the call (SECCOMP_USER_NOTIF_FLAG_CONTINUE, Linux 5.5).
int32_t cl_continue_call(int32_t listener, uint64_t id);
