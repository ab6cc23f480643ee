// Prints what a few system calls take, in nanoseconds: the least of several series. The file that its argument names lists
// more to open, in lines of a name and a path.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int zero, null;
static char byte;
static unsigned word;
static char path[4096] = "/usr/bin/env";

static void check(long result) {
  if (result < 0) _exit(3);
}
static void ask_process(void) { syscall(SYS_getppid); }
static void read_byte(void) { check(read(zero, &byte, 1)); }
static void write_byte(void) { check(write(null, &byte, 1)); }
static void ask_time(void) {
  struct timespec time;
  check(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time));
}
static void wake_nobody(void) { check(syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0)); }
static void map_page(void) {
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) _exit(3);
  munmap(page, 4096);
}
static void ask_limit(void) {
  unsigned long limit[2];
  check(syscall(SYS_prlimit64, 0, 7, NULL, limit));
}
static void look_at_file(void) {
  struct stat status;
  check(stat(path, &status));
}
static void open_file(void) {
  int file = open(path, O_RDONLY);
  check(file);
  close(file);
}

static void measure(const char *name, void (*call)(void), int count) {
  double least = 1e18;
  for (int series = 0; series < 15; series++) {
    double begin = now();
    for (int turn = 0; turn < count; turn++) call();
    double each = (now() - begin) / count;
    if (each < least) least = each;
  }
  printf("%s %.1f\n", name, least);
}

int main(int count, char **arguments) {
  char name[64];
  FILE *paths = count > 1 ? fopen(arguments[1], "r") : NULL;
  zero = open("/dev/zero", O_RDONLY);
  null = open("/dev/null", O_WRONLY);
  if (zero < 0 || null < 0 || paths == NULL) return 3;
  measure("getppid", ask_process, 20000);
  measure("read", read_byte, 20000);
  measure("write", write_byte, 20000);
  measure("clock_gettime", ask_time, 20000);
  measure("futex", wake_nobody, 20000);
  measure("mmap+munmap", map_page, 2000);
  measure("prlimit64", ask_limit, 20000);
  measure("stat", look_at_file, 2000);
  while (fscanf(paths, "%63s %4095s", name, path) == 2) measure(name, open_file, 1000);
  return 0;
}
