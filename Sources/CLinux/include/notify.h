// The calls that a seccomp filter defers to its listener, see seccomp_unotify(2).
//
// Of a call only the registers are looked at. What its arguments point to is never read: that takes the right to trace
// the script's processes, and the memory can change at any time.
#pragma once
#include <stdint.h>

struct cl_notification {
  uint64_t id;
  /// The thread that made the call, by its id as the caller sees it.
  int32_t thread;
  /// The call's number.
  int32_t call;
  uint64_t first_argument;
};

/// Makes the kernel run caller and listener on one processor in turn (Linux 6.6); 0, or -errno where it cannot.
int32_t cl_wake_synchronously(int32_t listener);

/// Takes the next call that waits for an answer, without waiting for one. 1: it is in `notification`. 0: there is none.
/// -ENOENT: there was one, and its thread has been killed or interrupted meanwhile.
int32_t cl_take_notification(int32_t listener, struct cl_notification *_Nonnull notification);

/// Has the call fail with `error`; -ENOENT where nobody waits for the answer any more.
int32_t cl_refuse_call(int32_t listener, uint64_t id, int32_t error);

/// 1 for socket(2) and socketpair(2).
int32_t cl_makes_sockets(int32_t call);
