// Time and randomness.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// CLOCK_MONOTONIC in nanoseconds: never set, does not run while the machine is suspended.
uint64_t cl_monotonic_nanoseconds(void);
/// CLOCK_REALTIME: nanoseconds since 1970-01-01T00:00:00Z.
int64_t cl_realtime_nanoseconds(void);
/// Fills `buffer` from the kernel's generator (getrandom(2)); at most 256 bytes.
int32_t cl_random(void *_Nullable buffer, size_t count);
