#include "clinux.h"
#include <unistd.h>
int32_t cl_getpid(void) { return getpid(); }
