// How a call's result becomes "a value of zero or more, or -errno". Private to this module's C files.
#pragma once
#include <errno.h>
#include <stdint.h>

#define CL_RESULT(call)                          \
  ({                                             \
    int64_t result_ = (int64_t)(call);           \
    result_ < 0 ? -(int64_t)errno : result_;     \
  })

/// The same, repeated while a signal interrupts it.
#define CL_RETRY(call)                                \
  ({                                                  \
    int64_t result_;                                  \
    do result_ = (int64_t)(call);                     \
    while (result_ < 0 && errno == EINTR);            \
    result_ < 0 ? -(int64_t)errno : result_;          \
  })
