// The supervisor's own seccomp filter, compiled ahead of time (see SeccompSupervisor in TaskModel).
#pragma once
#include "seccomp_programs.h"

struct cl_seccomp_program cl_seccomp_supervisor_x86_64(void);
struct cl_seccomp_program cl_seccomp_supervisor_aarch64(void);
