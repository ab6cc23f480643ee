#define _GNU_SOURCE
#include "crash.h"

#include <signal.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "result.h"

// A stack of its own: the fault may be an overflow of the ordinary one.
alignas(64) static char handler_stack[16 * 1024];

static struct {
  volatile uint64_t next_sequence;
  volatile int32_t logs[2];
  volatile int32_t termination_message;
  volatile int32_t exit_status;
  volatile int32_t kills_tree;
} context = {.logs = {-1, -1}, .termination_message = -1};

static size_t append(char *text, size_t used, const char *more) {
  size_t length = strlen(more);
  memcpy(text + used, more, length);
  return used + length;
}

static size_t append_number(char *text, size_t used, uint64_t number) {
  char digits[20];
  size_t count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (count > 0) text[used++] = digits[--count];
  return used;
}

static size_t append_verdict(char *text, size_t used, int number) {
  used = append(text, used, "{\"reason\":\"internal_error\",\"message\":\"warder-init itself failed: signal ");
  used = append_number(text, used, (uint64_t)number);
  if (number == SIGSYS)
    return append(text, used, "; it tried a system call that it never makes, so what the log says may not be its own\"}");
  return append(text, used, "; this is a bug in Warder, not the script's doing\"}");
}

static void on_fault(int number) {
  char text[512];
  if (context.kills_tree) kill(-1, SIGKILL);

  for (size_t index = 0; index < 2; index++) {
    if (context.logs[index] < 0) continue;
    // A frame may have been cut in the middle: start on a line of its own.
    size_t used = append(text, 0, "\n{\"seq\":");
    used = append_number(text, used, context.next_sequence);
    used = append(text, used, ",\"t\":0.000000,\"exit\":");
    used = append_verdict(text, used, number);
    used = append(text, used, "}\n");
    if (write(context.logs[index], text, used) < 0) {
      // Nothing is left to say it to.
    }
  }
  if (context.termination_message >= 0) {
    size_t used = append_verdict(text, 0, number);
    used = append(text, used, "\n");
    if (ftruncate(context.termination_message, 0) < 0 || pwrite(context.termination_message, text, used, 0) < 0) {
      // As above.
    }
  }
  _exit(context.exit_status);
}

int32_t cl_install_crash_handler(int32_t log, int32_t second_log, int32_t termination_message, int32_t exit_status) {
  cl_crash_context(0, log, second_log, termination_message);
  context.exit_status = exit_status;
  stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
  int32_t result = (int32_t)CL_RESULT(sigaltstack(&stack, NULL));
  if (result < 0) return result;
  // SA_RESETHAND: a fault inside the handler ends the process instead of repeating.
  struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK | (int)SA_RESETHAND};
  static const int faults[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS};
  for (size_t index = 0; index < sizeof faults / sizeof faults[0]; index++) {
    result = (int32_t)CL_RESULT(sigaction(faults[index], &action, NULL));
    if (result < 0) return result;
  }
  return 0;
}

void cl_crash_context(uint64_t next_sequence, int32_t log, int32_t second_log, int32_t termination_message) {
  context.next_sequence = next_sequence;
  context.logs[0] = log;
  context.logs[1] = second_log;
  context.termination_message = termination_message;
}

void cl_crash_next_sequence(uint64_t next_sequence) { context.next_sequence = next_sequence; }

void cl_crash_kills_tree(int32_t on) { context.kills_tree = on; }
