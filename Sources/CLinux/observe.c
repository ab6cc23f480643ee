#define _GNU_SOURCE
#include "observe.h"

#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result.h"

int32_t cl_take_observed_call(int32_t listener, struct cl_observed_call *call) {
  struct pollfd entry = {.fd = listener, .events = POLLIN};
  int64_t result = CL_RESULT(poll(&entry, 1, 0));
  if (result < 0) return (int32_t)result;
  if (!(entry.revents & POLLIN)) return 0;

  // Room for members that a newer kernel may have; it refuses (EINVAL) what is not all zeros.
  union {
    struct seccomp_notif native;
    char room[256];
  } received;
  memset(&received, 0, sizeof received);
  result = CL_RESULT(syscall(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, &received));
  if (result < 0) return (int32_t)result;
  call->id = received.native.id;
  call->thread = (int32_t)received.native.pid;
  call->call = received.native.data.nr;
  for (int index = 0; index < 6; index++) call->arguments[index] = received.native.data.args[index];
  return 1;
}

int32_t cl_continue_call(int32_t listener, uint64_t id) {
  struct seccomp_notif_resp response = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  return (int32_t)CL_RESULT(syscall(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, &response));
}
