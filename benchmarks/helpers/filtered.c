// Runs a command under a seccomp filter, as a container runtime does: filtered FILTER COMMAND ARGUMENT…, where FILTER is a
// file with the program for the kernel.
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sock_filter instructions[BPF_MAXINSNS];

int main(int count, char **arguments) {
  FILE *file = count > 2 ? fopen(arguments[1], "r") : NULL;
  if (file == NULL) return 2;
  struct sock_fprog program = {
      (unsigned short)fread(instructions, sizeof *instructions, BPF_MAXINSNS, file), instructions};
  fclose(file);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
    perror("filtered: seccomp");
    return 3;
  }
  execv(arguments[2], arguments + 2);
  perror(arguments[2]);
  return 127;
}
