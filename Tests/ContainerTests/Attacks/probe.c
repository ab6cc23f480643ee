// What the attack tests need and Python cannot do; compiled statically, so that it runs in any image.
//
//   probe foreign-calls   system calls by the 32-bit entry (int 0x80) and by x32 numbers, each in its own process;
//                         prints one JSON line as attack.py does
//   probe violation       one such call by the process itself: it ends by SIGSYS where the entry is closed
//   probe denied CALLS PROCESSES MICROSECONDS
//                         makes refused calls (capset) in several processes, each interrupted by a timer of that interval
//                         (0: by none), and prints how many were answered with EPERM
//   probe whoami          the effective user: run as a set-user-ID program it shows whether that bit was honoured

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
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

static void do_nothing(int signal) { (void)signal; }

/// Refused calls under a rain of signals; the handler lets an interrupted call start anew.
static long denied_calls(long calls, long interval_microseconds) {
  struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval timer = {.it_interval.tv_usec = interval_microseconds, .it_value.tv_usec = interval_microseconds};
  setitimer(ITIMER_REAL, &timer, NULL);
  long refused = 0;
  for (long call = 0; call < calls; call++) refused += syscall(SYS_capset, 0, 0) == -1 && errno == EPERM;
  return refused;
}

static long denied_in_processes(long calls, long processes, long interval_microseconds) {
  int channel[2];
  if (pipe(channel) != 0) return -1;
  for (long process = 0; process < processes; process++) {
    if (fork() != 0) continue;
    long refused = denied_calls(calls, interval_microseconds);
    (void)!write(channel[1], &refused, sizeof refused);
    _exit(0);
  }
  close(channel[1]);
  long sum = 0, refused;
  while (read(channel[0], &refused, sizeof refused) == sizeof refused) sum += refused;
  while (wait(NULL) > 0) continue;
  return sum;
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "whoami") == 0) {
    printf("%d\n", (int)geteuid());
    return 0;
  }
  if (count == 5 && strcmp(arguments[1], "denied") == 0) {
    printf("%ld\n", denied_in_processes(atol(arguments[2]), atol(arguments[3]), atol(arguments[4])));
    return 0;
  }
#if defined(__x86_64__)
  if (count == 2 && strcmp(arguments[1], "violation") == 0) {
    printf("%ld\n", by_32_bit_entry());
    return 0;
  }
#endif
  if (count != 2 || strcmp(arguments[1], "foreign-calls") != 0) {
    fprintf(stderr, "usage: probe foreign-calls | violation | denied CALLS PROCESSES MICROSECONDS | whoami\n");
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
