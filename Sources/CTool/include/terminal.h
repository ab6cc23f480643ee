// What a terminal says of itself.
#pragma once
#include <stdint.h>

/// Columns of the terminal behind a descriptor (TIOCGWINSZ in ioctl_tty(2)), 0 where it does not know or is none.
int32_t ct_terminal_columns(int32_t descriptor);

