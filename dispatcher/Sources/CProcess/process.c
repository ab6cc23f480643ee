#define _GNU_SOURCE
#include "CProcess.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

int cp_open_process(pid_t process) {
  return (int)syscall(SYS_pidfd_open, process, 0);
}

int cp_signal_process(int process, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, process, signal, NULL, 0);
}

int cp_open_inotify(void) {
  return inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
}

int cp_open_bell(void) {
  return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static int set_files(posix_spawn_file_actions_t *actions, const char *output, const char *errors) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND;
  int failure = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (failure == 0) failure = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, output, flags, 0600);
  if (failure == 0) failure = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, errors, flags, 0600);
  // SwiftNIO's sockets are inherited. A task that outlives the dispatcher would hold its port, so that the next one could not
  // listen, and the connections of clients, who would never learn that it has gone (closefrom: glibc 2.34).
  if (failure == 0) failure = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
  return failure;
}

// The dispatcher's own signals are ignored or blocked where they are read by other means; both would be inherited.
static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  int failure = posix_spawnattr_setsigdefault(attributes, &all);
  if (failure == 0) failure = posix_spawnattr_setsigmask(attributes, &none);
  if (failure == 0) {
    failure = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  return failure;
}

int cp_spawn(const char *path, char *const *arguments, char *const *environment, const char *output, const char *errors,
             pid_t *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int failure = posix_spawn_file_actions_init(&actions);
  if (failure != 0) return failure;
  failure = posix_spawnattr_init(&attributes);
  if (failure != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return failure;
  }
  failure = set_files(&actions, output, errors);
  if (failure == 0) failure = set_attributes(&attributes);
  if (failure == 0) failure = posix_spawn(process, path, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}
