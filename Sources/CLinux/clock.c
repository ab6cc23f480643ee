#define _GNU_SOURCE
#include "clock.h"

#include <sys/random.h>
#include <time.h>

#include "result.h"

uint64_t cl_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int64_t cl_realtime_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int32_t cl_random(void *buffer, size_t count) {
  int64_t filled = CL_RETRY(getrandom(buffer, count, 0));
  return filled == (int64_t)count ? 0 : filled < 0 ? (int32_t)filled : -EIO;
}
