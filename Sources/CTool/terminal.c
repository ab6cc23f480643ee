#define _GNU_SOURCE
#include "terminal.h"

#include <sys/ioctl.h>
#include <wchar.h>

int32_t ct_terminal_columns(int32_t descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
