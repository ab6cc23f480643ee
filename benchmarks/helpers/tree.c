// Makes a tree of processes that is to be killed, as the file that its argument names says: "SHAPE COUNT FIFO". Every process
// of it holds the FIFO open, so its reader sees the end of the last one. First the reader is told when this process was made,
// then a dot when the tree is complete (of interpreters: a dot of each).
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { fifo_place = 9 };

static void fail(const char *what) {
  perror(what);
  exit(3);
}

static long long nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/// When this process was made: before what it ran, as which program ever, and what it waited for a processor. (The first
/// number of schedstat is as old as the last tick.)
static long long made(void) {
  long long now = nanoseconds(CLOCK_MONOTONIC), ran = nanoseconds(CLOCK_PROCESS_CPUTIME_ID), waited = 0;
  FILE *file = fopen("/proc/self/schedstat", "r");
  if (file == NULL || fscanf(file, "%*d %lld", &waited) != 1) fail("/proc/self/schedstat");
  fclose(file);
  return now - ran - waited;
}

static void say(const char *text) {
  if (write(fifo_place, text, strlen(text)) < 0) fail("the FIFO");
}

static void sleep_for_ever(void) {
  for (;;) pause();
}

/// So many children, each of them a program of its own; answers when every one has become it.
static void start(long count, char *const *command) {
  int ends[2];
  char byte;
  if (pipe2(ends, O_CLOEXEC) < 0) fail("pipe");
  for (long number = 0; number < count; number++) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      execv(command[0], command);
      _exit(127);
    }
  }
  close(ends[1]);
  if (read(ends[0], &byte, 1) != 0) fail("waiting for the children");
  close(ends[0]);
}

/// Each generation is a program of its own and makes the next one, as scripts that call scripts do; of orphans every second
/// one is gone then. (By fork(2) alone the kernel's own work grows with the square of the depth: see anon_vma_clone.)
static void make_generation(const char *shape, long left) {
  char number[24];
  if (left > 1) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      snprintf(number, sizeof number, "%ld", left - 1);
      execl("/proc/self/exe", "generation", shape, number, NULL);
      fail("exec");
    }
    if (strcmp(shape, "orphans") == 0 && left % 2 == 1) _exit(0);
    sleep_for_ever();
  }
  say(".");
  sleep_for_ever();
}

/// The same by fork(2) alone.
static void fork_on(long count) {
  for (long generation = 1; generation < count; generation++) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child > 0) sleep_for_ever();
  }
}

static void stop_children(long count) {
  for (long number = 0; number < count; number++) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      raise(SIGSTOP);
      sleep_for_ever();
    }
    if (waitpid(child, NULL, WUNTRACED) < 0) fail("waitpid");
  }
}

int main(int count, char **arguments) {
  long long birth = made();
  if (count == 3) make_generation(arguments[1], atol(arguments[2]));
  char shape[16], path[512], line[32];
  long size;
  FILE *file = count > 1 ? fopen(arguments[1], "r") : NULL;
  if (file == NULL || fscanf(file, "%15s %ld %511s", shape, &size, path) != 3) return 2;
  fclose(file);
  int fifo = open(path, O_WRONLY);
  if (fifo < 0 || dup2(fifo, fifo_place) < 0) fail(path);
  close(fifo);
  snprintf(line, sizeof line, "%lld\n", birth);
  say(line);
  char *sleeper[] = {"/bin/sleep", "1000", NULL};
  char *interpreter[] = {
      "/usr/bin/python3", "-I", "-S", "-c", "import os, time; os.write(9, b'.'); time.sleep(1000)", NULL};
  if (strcmp(shape, "interpreters") == 0) {
    start(size, interpreter);
    sleep_for_ever();
  }
  if (strcmp(shape, "small") == 0) start(size, sleeper);
  else if (strcmp(shape, "chain") == 0 || strcmp(shape, "orphans") == 0) make_generation(shape, size);
  else if (strcmp(shape, "forks") == 0) fork_on(size);
  else if (strcmp(shape, "stopped") == 0) stop_children(size);
  say(".");
  if (strcmp(shape, "stopped") == 0) raise(SIGSTOP);
  if (strcmp(shape, "busy") == 0) for (;;) {}
  sleep_for_ever();
}
