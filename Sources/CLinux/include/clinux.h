#pragma once
#include <stdint.h>
int32_t cl_getpid(void);
