// What the running architecture's system calls are called.
#pragma once
#include <stdint.h>

/// The name of a call's number, which is not terminated but `length` bytes long, or NULL where there is no such call.
const char *_Nullable cl_system_call_name(int32_t number, int32_t *_Nonnull length);
