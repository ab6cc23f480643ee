// What the attacks in C share: the one JSON line of attack.py.
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int attack_ways;
static int attack_succeeded;

static void attack_begin(const char *name) { printf("{\"attack\": \"%s\", \"ways\": {", name); }

/// Notes one way by its result: a value of zero or more got through, -errno was refused.
static void attack_way(const char *label, long result) {
  const char *outcome = "OK";
  switch (result < 0 ? (int)-result : 0) {
    case 0: attack_succeeded = 1; break;
    case EPERM: outcome = "EPERM"; break;
    case EACCES: outcome = "EACCES"; break;
    case ENOSYS: outcome = "ENOSYS"; break;
    default: outcome = "<other error>";
  }
  printf("%s\"%s\": \"%s\"", attack_ways++ ? ", " : "", label, outcome);
}

static void attack_end(void) {
  printf("}, \"succeeded\": %s}\n", attack_succeeded ? "true" : "false");
  exit(0);
}
