// Starting a program that ends with this process.
#pragma once
#include <stdint.h>

/// What is to be started, and how.
struct ct_launch {
  /// The program's path; it is not looked up.
  const char *_Nonnull path;
  /// Each ends with a null pointer.
  char *_Nullable const *_Nonnull arguments;
  char *_Nullable const *_Nonnull environment;
  int32_t standard_input;
  int32_t standard_output;
  int32_t standard_error;
  /// The user and group that it runs as, without further groups; -1 leaves them as they are.
  int32_t user;
  int32_t group;
  /// What it is sent when this process dies first (PR_SET_PDEATHSIG in prctl(2)); 0 for nothing.
  int32_t death_signal;
};

/// Starts the program in a session of its own, out of reach of the terminal's signals, with an empty signal mask and no
/// descriptor but its three streams. The process id, or -errno of the step that failed.
int32_t ct_launch(const struct ct_launch *_Nonnull plan);

/// Orphans of what was started become children of this process (PR_SET_CHILD_SUBREAPER in prctl(2)).
int32_t ct_adopt_orphans(void);
