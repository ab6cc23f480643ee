// Makes itself dumpable, has children that share its memory do the same (as between vfork and execve), and then opens
// the supervisor's memory: had it shared any memory with the supervisor, that would be dumpable too.

#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

alignas(64) static char stack[64 * 1024];

static int become_dumpable(void *unused) {
  (void)unused;
  return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 ? 0 : 1;
}

/// A child of this process, or with CLONE_PARENT of the supervisor itself.
static long child(int flags) {
  int status;
  pid_t process = clone(become_dumpable, stack + sizeof stack, flags | CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
  if (process < 0) return -errno;
  // The supervisor reaps its own.
  if (!(flags & CLONE_PARENT)) waitpid(process, &status, 0);
  return 0;
}

static long open_supervisor(const char *name, int mode) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)getppid(), name);
  int file = open(path, mode);
  return file < 0 ? -errno : file;
}

int main(void) {
  attack_begin("share-memory");
  long prepared = prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 ? -errno : 0;
  if (prepared == 0) prepared = child(0);
  if (prepared == 0) prepared = child(CLONE_PARENT);
  // Without that nothing would be shown by what follows.
  if (prepared < 0) return 1;
  attack_way("open mem", open_supervisor("mem", O_RDWR));
  attack_way("read environ", open_supervisor("environ", O_RDONLY));
  attack_way("write fd/1", open_supervisor("fd/1", O_WRONLY));
  attack_end();
}
