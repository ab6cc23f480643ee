#define _GNU_SOURCE
#include "events.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "result.h"

_Static_assert(CL_SENT_BY_USER == SI_USER && CL_SENT_BY_KERNEL == SI_KERNEL, "as in <signal.h>");

int32_t cl_wait(struct cl_watch *watches, int32_t count) {
  struct pollfd entries[CL_MOST_WATCHES];
  for (int32_t index = 0; index < count; index++) {
    uint32_t interest = watches[index].interest;
    entries[index] = (struct pollfd){.fd = watches[index].descriptor};
    if (interest & CL_READABLE) entries[index].events |= POLLIN;
    if (interest & CL_WRITABLE) entries[index].events |= POLLOUT;
  }
  int32_t result = (int32_t)CL_RETRY(poll(entries, (nfds_t)count, -1));
  if (result < 0) return result;
  for (int32_t index = 0; index < count; index++) {
    uint32_t ready = 0;
    if (entries[index].revents & POLLIN) ready |= CL_READABLE;
    if (entries[index].revents & POLLOUT) ready |= CL_WRITABLE;
    if (entries[index].revents & (POLLHUP | POLLERR | POLLNVAL)) ready |= CL_CLOSED;
    watches[index].ready = ready;
  }
  return 0;
}

// A blocked SIGSEGV that the kernel itself raises kills without a word; unblocked, the crash handler speaks.
static void managed_signals(sigset_t *set) {
  sigfillset(set);
  sigdelset(set, SIGILL);
  sigdelset(set, SIGTRAP);
  sigdelset(set, SIGSEGV);
  sigdelset(set, SIGBUS);
  sigdelset(set, SIGFPE);
  sigdelset(set, SIGABRT);
  sigdelset(set, SIGSYS);  // by our own seccomp filter
}

int32_t cl_block_signals(void) {
  // A parent that ignored SIGCHLD leaves that to us (execve(2)), and the kernel would reap our children itself.
  signal(SIGCHLD, SIG_DFL);
  sigset_t set;
  managed_signals(&set);
  return (int32_t)CL_RESULT(sigprocmask(SIG_SETMASK, &set, NULL));
}

int32_t cl_signal_descriptor(void) {
  sigset_t set;
  managed_signals(&set);
  return (int32_t)CL_RESULT(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

int32_t cl_next_signal(int32_t descriptor, struct cl_signal *signal) {
  struct signalfd_siginfo info;
  int64_t count = CL_RETRY(read(descriptor, &info, sizeof info));
  if (count == -EAGAIN) return 0;
  if (count < 0) return (int32_t)count;
  signal->number = (int32_t)info.ssi_signo;
  signal->code = info.ssi_code;
  signal->sender = info.ssi_pid;
  return 1;
}

int32_t cl_timer_create(void) {
  return (int32_t)CL_RESULT(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

int32_t cl_timer_arm(int32_t timer, uint64_t instant_nanoseconds) {
  struct itimerspec setting = {
      .it_value = {.tv_sec = (time_t)(instant_nanoseconds / 1000000000),
                   .tv_nsec = (long)(instant_nanoseconds % 1000000000)}};
  return (int32_t)CL_RESULT(timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, NULL));
}

int32_t cl_timer_clear(int32_t timer) {
  uint64_t expirations;
  int64_t count = CL_RETRY(read(timer, &expirations, sizeof expirations));
  return count == -EAGAIN || count > 0 ? 0 : (int32_t)count;
}
