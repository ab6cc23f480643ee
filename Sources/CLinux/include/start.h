// What execve(2) gave this process.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The working directory's path, not terminated; its length.
int64_t cl_working_directory(char *_Nullable buffer, size_t capacity);
/// The n-th "NAME=VALUE" of the environment, NULL behind the last one.
const char *_Nullable cl_environment_entry(size_t index);
/// Opens /dev/null in the place of each standard stream that is closed: a pipe or log must not end up as one.
int32_t cl_open_missing_standard_streams(void);
/// Unmaps the pages of code and constants from memory; each comes back from the file when it is used.
void cl_release_program_pages(void);
