// The forms that need nothing of the processor.
#include "include/scan.h"

#include "portable.h"

#define NAME(name) name##_portable
#include "algorithms.h"
