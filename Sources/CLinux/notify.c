#define _GNU_SOURCE
#include "notify.h"

#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result.h"

// Linux 6.6; older headers lack them.
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

/// A kernel may know more members than the headers that this was compiled with, and writes them all.
union notification {
  struct seccomp_notif native;
  char room[256];
};

// The kernel's own call: musl's ioctl takes an int, and the requests are larger.
static int64_t request(int32_t listener, unsigned long operation, void *argument) {
  return CL_RESULT(syscall(SYS_ioctl, listener, operation, argument));
}

int32_t cl_wake_synchronously(int32_t listener) {
  return (int32_t)CL_RESULT(
      syscall(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
}

int32_t cl_take_notification(int32_t listener, struct cl_notification *notification) {
  // RECV waits until there is something; poll says whether there is. What disappears in between makes it fail.
  struct pollfd entry = {.fd = listener, .events = POLLIN};
  int64_t result = CL_RESULT(poll(&entry, 1, 0));
  if (result < 0) return (int32_t)result;
  if (!(entry.revents & POLLIN)) return 0;

  union notification received;
  // The kernel refuses (EINVAL) a structure that is not all zeros.
  memset(&received, 0, sizeof received);
  result = request(listener, SECCOMP_IOCTL_NOTIF_RECV, &received);
  if (result < 0) return (int32_t)result;
  notification->id = received.native.id;
  notification->thread = (int32_t)received.native.pid;
  notification->call = received.native.data.nr;
  notification->first_argument = received.native.data.args[0];
  return 1;
}

int32_t cl_refuse_call(int32_t listener, uint64_t id, int32_t error) {
  struct seccomp_notif_resp response = {.id = id, .error = -error};
  return (int32_t)request(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

int32_t cl_makes_sockets(int32_t call) { return call == SYS_socket || call == SYS_socketpair; }
