#define _GNU_SOURCE
#include "start.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
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

#ifdef WARDER_MUSL

// The linker's names for the file's first byte and for the end of the code. Data and what is relocated lie behind it.
extern const char __ehdr_start[];
extern const char etext[];

void cl_release_program_pages(void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t begin = (uintptr_t)__ehdr_start & ~(page - 1);
  uintptr_t end = (uintptr_t)etext & ~(page - 1);
  // Pages that are private to this process would be lost; these are the file's, which nobody writes to.
  if (end > begin) madvise((void *)begin, end - begin, MADV_DONTNEED);
}

#else

// Where the program consists of several files it is not worth it.
void cl_release_program_pages(void) {}

#endif
