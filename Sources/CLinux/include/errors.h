// Names and texts of errno values.
#pragma once
#include <stdint.h>

/// "ENOENT", or NULL for a number that has no name here.
const char *_Nullable cl_error_name(int32_t number);
/// strerror(3): "No such file or directory".
const char *_Nonnull cl_error_text(int32_t number);
/// errno as the last failing call of a library (libcap, libseccomp) left it.
int32_t cl_last_error(void);
