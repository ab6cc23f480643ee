#define _GNU_SOURCE
#include "errors.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define NAMED(name) case name: return #name

const char *cl_error_name(int32_t number) {
  switch (number) {
    NAMED(EPERM); NAMED(ENOENT); NAMED(ESRCH); NAMED(EINTR); NAMED(EIO); NAMED(ENXIO); NAMED(E2BIG); NAMED(ENOEXEC);
    NAMED(EBADF); NAMED(ECHILD); NAMED(EAGAIN); NAMED(ENOMEM); NAMED(EACCES); NAMED(EFAULT); NAMED(EBUSY);
    NAMED(EEXIST); NAMED(EXDEV); NAMED(ENODEV); NAMED(ENOTDIR); NAMED(EISDIR); NAMED(EINVAL); NAMED(ENFILE);
    NAMED(EMFILE); NAMED(ENOTTY); NAMED(ETXTBSY); NAMED(EFBIG); NAMED(ENOSPC); NAMED(ESPIPE); NAMED(EROFS);
    NAMED(EMLINK); NAMED(EPIPE); NAMED(ENAMETOOLONG); NAMED(ENOSYS); NAMED(ENOTEMPTY); NAMED(ELOOP);
    NAMED(EOVERFLOW); NAMED(EOPNOTSUPP); NAMED(ETIMEDOUT); NAMED(ECONNREFUSED); NAMED(EDQUOT); NAMED(ESTALE);
    NAMED(ELIBBAD); NAMED(EUSERS); NAMED(EALREADY);
    default: return NULL;
  }
}

const char *cl_error_text(int32_t number) { return strerror(number); }

int32_t cl_last_error(void) { return errno; }
