#pragma once
#include <nats/nats.h>
#include <sys/prctl.h>

/// Nobody of the same user may look into this process from now on (prctl(2)), whose C function is variadic.
static inline void become_non_dumpable(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
