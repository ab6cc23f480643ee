// Debian's libseccomp.a, libcap.a and libmd.a were compiled against glibc with _FORTIFY_SOURCE, so they call
// glibc's checked variants of a few functions. musl has none of these: each is given here as the plain call.
// Swift's Embedded runtime asks for arc4random_buf to seed its hashing. Only built for the musl link.
#ifdef WARDER_MUSL

#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

int __fprintf_chk(FILE *stream, int flag, const char *format, ...) {
  (void)flag;
  va_list arguments;
  va_start(arguments, format);
  int written = vfprintf(stream, format, arguments);
  va_end(arguments);
  return written;
}

int __sprintf_chk(char *text, int flag, size_t size, const char *format, ...) {
  (void)flag;
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(text, size, format, arguments);
  va_end(arguments);
  return written;
}

int __snprintf_chk(char *text, size_t limit, int flag, size_t size, const char *format, ...) {
  (void)flag;
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(text, limit < size ? limit : size, format, arguments);
  va_end(arguments);
  return written;
}

int __asprintf_chk(char **text, int flag, const char *format, ...) {
  (void)flag;
  va_list arguments;
  va_start(arguments, format);
  int written = vasprintf(text, format, arguments);
  va_end(arguments);
  return written;
}

ssize_t __read_chk(int descriptor, void *buffer, size_t count, size_t size) {
  if (count > size) abort();
  return read(descriptor, buffer, count);
}

// getrandom(2) never blocks once the pool is ready and never returns short for 256 bytes or fewer.
void arc4random_buf(void *buffer, size_t count) {
  unsigned char *next = buffer;
  while (count > 0) {
    size_t part = count < 256 ? count : 256;
    if (getrandom(next, part, 0) != (ssize_t)part) abort();
    next += part;
    count -= part;
  }
}

#else

// ISO C wants a declaration in every translation unit.
typedef int clinux_not_musl;

#endif
