#define _GNU_SOURCE
#include "start.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "result.h"

int64_t cl_working_directory(char *buffer, size_t capacity) {
  return getcwd(buffer, capacity) == NULL ? -(int64_t)errno : (int64_t)strlen(buffer);
}

const char *cl_environment_entry(size_t index) { return environ == NULL ? NULL : environ[index]; }

int32_t cl_open_missing_standard_streams(void) {
  for (int descriptor = 0; descriptor < 3; descriptor++) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // open(2) gives the lowest free number, which is this one.
    int32_t opened = (int32_t)CL_RETRY(open("/dev/null", O_RDWR));
    if (opened < 0) return opened;
  }
  return 0;
}
