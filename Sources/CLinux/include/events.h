// poll(2), signalfd(2) and timerfd_create(2): what one thread needs to wait for everything at once.
#pragma once
#include <stdint.h>

enum cl_interest {
  CL_READABLE = 1 << 0,
  CL_WRITABLE = 1 << 1,
  CL_CLOSED = 1 << 2,  // the other end is gone, or an error is pending; always reported
};

enum { CL_MOST_WATCHES = 8 };

/// A descriptor to wait for.
struct cl_watch {
  int32_t descriptor;
  uint32_t token;
  uint32_t interest;
  uint32_t ready;  // set by cl_wait
};

/// Waits without a limit until one of at most CL_MOST_WATCHES descriptors is ready.
int32_t cl_wait(struct cl_watch *_Nullable watches, int32_t count);

/// A non-blocking signalfd of the signals that are blocked by `cl_block_signals`.
int32_t cl_signal_descriptor(void);
/// Blocks every signal that can be blocked but those that a fault of our own raises.
int32_t cl_block_signals(void);

/// Who a signal came from, as far as the kernel says (signalfd_siginfo).
struct cl_signal {
  int32_t number;
  int32_t code;
  uint32_t sender;
};

/// `si_code` values that tell where a signal came from, see sigaction(2).
enum cl_signal_code {
  CL_SENT_BY_USER = 0,        // SI_USER: kill(2)
  CL_SENT_BY_KERNEL = 0x80,   // SI_KERNEL
};

/// 1 and the next pending signal, or 0 when none is pending.
int32_t cl_next_signal(int32_t descriptor, struct cl_signal *_Nonnull signal);

int32_t cl_timer_create(void);
/// Due at an instant of CLOCK_MONOTONIC in nanoseconds; 0 disarms.
int32_t cl_timer_arm(int32_t timer, uint64_t instant_nanoseconds);
/// Forgets that the timer was due.
int32_t cl_timer_clear(int32_t timer);
