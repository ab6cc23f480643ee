#define _GNU_SOURCE
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
enum { close_range_cloexec = 1 << 2 };

static void default_signals(void) {
  for (int number = 1; number < 32; number++) {
    if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool become(const struct ct_launch *plan) {
  if (plan->user < 0) return true;
  return setgroups(0, NULL) == 0 && setresgid((gid_t)plan->group, (gid_t)plan->group, (gid_t)plan->group) == 0 &&
         setresuid((uid_t)plan->user, (uid_t)plan->user, (uid_t)plan->user) == 0;
}

/// Places a descriptor as one of the three streams; a source among them was moved out of the way before.
static bool place(const int sources[3]) {
  int moved[3];
  for (int stream = 0; stream < 3; stream++) {
    moved[stream] = fcntl(sources[stream], F_DUPFD_CLOEXEC, 3);
    if (moved[stream] < 0) return false;
  }
  for (int stream = 0; stream < 3; stream++) {
    if (dup2(moved[stream], stream) < 0) return false;
  }
  return true;
}

// Everything here is async-signal-safe (signal-safety(7)) but setgroups and setres[ug]id, which the child of one thread
// may call: another thread can hold no lock that they need, since the C library locks only for processes with threads.
static void prepare_and_execute(const struct ct_launch *plan, pid_t parent) {
  default_signals();
  if (setsid() < 0 || !become(plan)) return;
  // After the change of the user, which takes it back.
  if (plan->death_signal != 0) {
    if (prctl(PR_SET_PDEATHSIG, plan->death_signal, 0, 0, 0) < 0) return;
    // It died before: nobody would send the signal any more.
    if (getppid() != parent) _exit(127);
  }
  const int sources[3] = {plan->standard_input, plan->standard_output, plan->standard_error};
  if (!place(sources)) return;
  // Kernels before 5.11 lack the flag; what this program opens is close-on-exec anyway.
  syscall(SYS_close_range, 3u, ~0u, close_range_cloexec);
  execve(plan->path, plan->arguments, plan->environment);
}

int32_t ct_launch(const struct ct_launch *plan) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return -errno;
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    prepare_and_execute(plan, parent);
    int error = errno;
    ssize_t written = write(report[1], &error, sizeof error);
    _exit(written == (ssize_t)sizeof error ? 127 : 126);
  }
  int error = errno;
  close(report[1]);
  if (child < 0) {
    close(report[0]);
    return -error;
  }
  // The pipe closes with a successful execve(2), and brings the error otherwise.
  ssize_t count;
  do count = read(report[0], &error, sizeof error);
  while (count < 0 && errno == EINTR);
  close(report[0]);
  if (count != (ssize_t)sizeof error) return child;
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
  return -error;
}

int32_t ct_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0; }
