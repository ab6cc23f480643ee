// What Swift's import of the C library lacks: variadic functions and what hides behind _GNU_SOURCE.
#pragma once

#include <sys/types.h>

// A descriptor that becomes readable when the process ends, close-on-exec; -1 and errno otherwise. pidfd_open(2), Linux 5.3.
int cp_open_process(pid_t process);

// Sends a signal to the process that the descriptor stands for, and to no other that has its number by then:
// pidfd_send_signal(2), Linux 5.1. Returns 0, or -1 and errno.
int cp_signal_process(int process, int signal);

// An instance that neither blocks nor goes to children, inotify_init1(2), and a counter that wakes a poll(2), eventfd(2); -1 and
// errno otherwise.
int cp_open_inotify(void);
int cp_open_bell(void);

// Runs a program in a session of its own, with standard input from /dev/null and the two outputs at the end of files, every
// signal as it is by default and none blocked. posix_spawn(3); POSIX_SPAWN_SETSID is glibc's since 2.26.
// Returns 0 and the process, or an error number.
int cp_spawn(const char *_Nonnull path, char *_Nullable const *_Nonnull arguments, char *_Nullable const *_Nonnull environment,
             const char *_Nonnull output, const char *_Nonnull errors, pid_t *_Nonnull process);
