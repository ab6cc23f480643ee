// Goes through a running program instruction by instruction, and prints where it has been.
//
// usage: step PROCESS BASE SECONDS
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

enum { size = 1 << 20 };
static unsigned char seen[size];

int main(int count, char **arguments) {
  if (count != 4) return 2;
  pid_t process = atoi(arguments[1]);
  unsigned long base = strtoul(arguments[2], NULL, 16);
  time_t end = time(NULL) + atol(arguments[3]);
  int status;
  int pending = 0;
  if (ptrace(PTRACE_ATTACH, process, 0, 0) < 0 || waitpid(process, &status, 0) < 0) return 3;
  while (time(NULL) < end) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_SINGLESTEP, process, 0, pending) < 0 || waitpid(process, &status, 0) < 0 || !WIFSTOPPED(status))
      return 4;
    pending = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    ptrace(PTRACE_GETREGS, process, 0, &registers);
    if (registers.rip - base < size) seen[registers.rip - base] = 1;
  }
  ptrace(PTRACE_DETACH, process, 0, 0);
  for (unsigned long address = 0; address < size; address++)
    if (seen[address]) printf("%lx\n", address);
  return 0;
}
