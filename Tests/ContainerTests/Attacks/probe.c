// What the attack tests need and Python cannot do; compiled statically, so that it runs in any image.
//
//   probe foreign-calls   system calls by the 32-bit entry (int 0x80) and by x32 numbers, each in its own process;
//                         prints one JSON line as attack.py does
//   probe violation       one such call by the process itself: it ends by SIGSYS where the entry is closed
//   probe whoami          the effective user: run as a set-user-ID program it shows whether that bit was honoured

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)

/// getpid by the entry of 32-bit programs: numbers mean other calls there, so a filter by number alone is blind.
static long by_32_bit_entry(void) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "cc", "r8", "r9", "r10", "r11");
  return result;
}

/// socket(AF_INET) by the 32-bit entry (number 359).
static long socket_by_32_bit_entry(void) {
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(359L), "b"(2L), "c"(1L), "d"(0L)
                   : "memory", "cc", "r8", "r9", "r10", "r11");
  return result;
}

/// getpid with bit 30 set: the x32 interface shares the 64-bit architecture value.
static long by_x32_number(void) {
  long result = syscall(0x40000000 | SYS_getpid);
  return result == -1 ? -errno : result;
}

#endif

static int ways_printed;
static int succeeded;

/// Runs one way in a child, whose fate is the outcome: a result, an errno or the signal that killed it.
static void try_apart(const char *label, long (*way)(void)) {
  fflush(stdout);
  int channel[2];
  if (pipe(channel) != 0) return;
  pid_t child = fork();
  if (child == 0) {
    long result = way();
    (void)!write(channel[1], &result, sizeof result);
    _exit(0);
  }
  close(channel[1]);
  long result = 0;
  ssize_t got = read(channel[0], &result, sizeof result);
  close(channel[0]);
  int status = 0;
  waitpid(child, &status, 0);

  char outcome[32];
  if (WIFSIGNALED(status)) {
    snprintf(outcome, sizeof outcome, "%s", WTERMSIG(status) == SIGSYS ? "SIGSYS" : "<killed>");
  } else if (got != sizeof result) {
    snprintf(outcome, sizeof outcome, "<nothing>");
  } else if (result >= 0) {
    snprintf(outcome, sizeof outcome, "OK");
    succeeded = 1;
  } else {
    snprintf(outcome, sizeof outcome, "%s", result == -ENOSYS ? "ENOSYS" : result == -EPERM ? "EPERM" : "<refused>");
  }
  printf("%s\"%s\": \"%s\"", ways_printed++ ? ", " : "", label, outcome);
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "whoami") == 0) {
    printf("%d\n", (int)geteuid());
    return 0;
  }
#if defined(__x86_64__)
  if (count == 2 && strcmp(arguments[1], "violation") == 0) {
    printf("%ld\n", by_32_bit_entry());
    return 0;
  }
#endif
  if (count != 2 || strcmp(arguments[1], "foreign-calls") != 0) {
    fprintf(stderr, "usage: probe foreign-calls | violation | whoami\n");
    return 2;
  }
  printf("{\"attack\": \"foreign-calls\", \"ways\": {");
#if defined(__x86_64__)
  try_apart("getpid by int 0x80", by_32_bit_entry);
  try_apart("socket by int 0x80", socket_by_32_bit_entry);
  try_apart("getpid by x32 number", by_x32_number);
#endif
  printf("}, \"succeeded\": %s}\n", succeeded ? "true" : "false");
  return 0;
}
