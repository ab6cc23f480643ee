// Makes another process execute one system call, as code that has taken it over could: the test of what the supervisor's own
// confinement is worth. Attaches by ptrace(2), which takes root (the supervisor cannot be traced by its own user).
//
// usage: inject PID NUMBER ARGUMENT...     arguments are numbers, or text:WORDS for the address of a string
//
// The process must be waiting in a system call: the instruction before its program counter is the one to be used. Prints what
// the call answered ("0", "-13"), or the signal that it brought ("signal 31"); its own call is answered EINTR.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

static void check(long result, const char *what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
}

static int wait_for_stop(pid_t process) {
  int status;
  check(waitpid(process, &status, __WALL), "waitpid");
  if (!WIFSTOPPED(status)) {
    fprintf(stderr, "the process ended, status %x\n", status);
    exit(1);
  }
  return status;
}

#if defined(__x86_64__)
typedef struct user_regs_struct registers;
static void prepare(registers *r, long number, const uint64_t *arguments) {
  r->rip -= 2;        // syscall
  r->orig_rax = ~0ul; // the interrupted call is not to be restarted
  r->rax = (uint64_t)number;
  r->rdi = arguments[0];
  r->rsi = arguments[1];
  r->rdx = arguments[2];
  r->r10 = arguments[3];
  r->r8 = arguments[4];
  r->r9 = arguments[5];
}
static void interrupt(registers *r) {
  r->rax = (uint64_t)-EINTR;
  r->orig_rax = ~0ul;
}
static uint64_t stack(const registers *r) { return r->rsp; }
static int64_t answer(const registers *r) { return (int64_t)r->rax; }
#elif defined(__aarch64__)
typedef struct user_pt_regs registers;
static void prepare(registers *r, long number, const uint64_t *arguments) {
  r->pc -= 4;  // svc #0
  r->regs[8] = (uint64_t)number;
  for (int index = 0; index < 6; index++) r->regs[index] = arguments[index];
}
static void interrupt(registers *r) { r->regs[0] = (uint64_t)-EINTR; }
static uint64_t stack(const registers *r) { return r->sp; }
static int64_t answer(const registers *r) { return (int64_t)r->regs[0]; }
#endif

static void get(pid_t process, registers *r) {
  struct iovec place = {r, sizeof *r};
  check(ptrace(PTRACE_GETREGSET, process, NT_PRSTATUS, &place), "PTRACE_GETREGSET");
}

static void set(pid_t process, registers *r) {
  struct iovec place = {r, sizeof *r};
  check(ptrace(PTRACE_SETREGSET, process, NT_PRSTATUS, &place), "PTRACE_SETREGSET");
}

/// Whether a signal waits to be delivered (SigPnd of proc_pid_status(5)).
static int is_pending(pid_t process, int signal) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", process);
  FILE *file = fopen(path, "r");
  unsigned long long pending = 0;
  while (file != NULL && fgets(line, sizeof line, file) != NULL) sscanf(line, "SigPnd: %llx", &pending);
  if (file != NULL) fclose(file);
  return (pending >> (signal - 1)) & 1;
}

int main(int count, char **words) {
  if (count < 3) return 2;
  pid_t process = atoi(words[1]);
  check(ptrace(PTRACE_SEIZE, process, 0, PTRACE_O_TRACESYSGOOD), "PTRACE_SEIZE");
  check(ptrace(PTRACE_INTERRUPT, process, 0, 0), "PTRACE_INTERRUPT");
  wait_for_stop(process);

  registers before, during;
  get(process, &before);
  interrupt(&before);
  during = before;
  uint64_t arguments[6] = {0};
  // Well below the red zone.
  uint64_t place = (stack(&before) - 8192) & ~15ul;
  for (int index = 0; index < 6 && index + 3 < count; index++) {
    const char *word = words[index + 3];
    if (strncmp(word, "text:", 5) != 0) {
      arguments[index] = strtoull(word, NULL, 0);
      continue;
    }
    char text[512] = {0};
    snprintf(text, sizeof text, "%s", word + 5);
    arguments[index] = place;
    for (size_t offset = 0; offset < strlen(text) + 1; offset += 8) {
      long piece;
      memcpy(&piece, text + offset, sizeof piece);
      check(ptrace(PTRACE_POKEDATA, process, place + offset, piece), "PTRACE_POKEDATA");
    }
    place += sizeof text;
  }
  prepare(&during, atol(words[2]), arguments);
  set(process, &during);
  // Into the call, and out of it.
  for (int stop = 0; stop < 2; stop++) {
    check(ptrace(PTRACE_SYSCALL, process, 0, 0), "PTRACE_SYSCALL");
    int signal = WSTOPSIG(wait_for_stop(process));
    if (signal != (SIGTRAP | 0x80)) {
      fprintf(stderr, "stopped by signal %d\n", signal);
      return 1;
    }
  }
  get(process, &during);
  if (is_pending(process, SIGSYS)) {
    printf("signal %d\n", SIGSYS);
  } else {
    printf("%ld\n", (long)answer(&during));
  }
  // An executed program has registers of its own, and the old ones mean nothing in it.
  if (atol(words[2]) != SYS_execve || answer(&during) != 0) set(process, &before);
  check(ptrace(PTRACE_DETACH, process, 0, 0), "PTRACE_DETACH");
  return 0;
}
