// Reads a log of text, or the text itself, and prints how many bytes the writer was ahead each time that there was nothing more
// to read: median, 99th percentile and most, and what the writer's pipe held. usage: lag frames|text COUNTER
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char buffer[256 * 1024];
static const char key[] = "\"stdout\":\"";

/// Where in a frame the scan is: outside of output, inside, or behind a backslash there.
static enum { outside, inside, escaped } place;
static size_t matched;

/// How many bytes of output these bytes of the log hold. Only for text whose escapes stand for one byte each.
static uint64_t output_bytes(const char *bytes, size_t count) {
  uint64_t found = 0;
  for (size_t at = 0; at < count; at++) {
    char byte = bytes[at];
    if (place == escaped) {
      place = inside;
      found++;
    } else if (place == inside) {
      if (byte == '\\') place = escaped;
      else if (byte == '"') place = outside;
      else found++;
    } else {
      matched = byte == key[matched] ? matched + 1 : byte == key[0];
      if (matched == sizeof key - 1) {
        matched = 0;
        place = inside;
      }
    }
  }
  return found;
}

static int compare(const void *one, const void *other) {
  uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
  return a < b ? -1 : a > b;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int isFramed = strcmp(arguments[1], "frames") == 0;
  int counter = open(arguments[2], O_RDONLY);
  volatile uint64_t *counts = mmap(NULL, 4096, PROT_READ, MAP_SHARED, counter, 0);
  if (counts == MAP_FAILED) return 3;
  uint64_t *looks = NULL, logged = 0;
  size_t number = 0, room = 0;
  ssize_t got;
  struct pollfd input = {.fd = 0, .events = POLLIN};
  fcntl(0, F_SETFL, O_NONBLOCK);
  for (;;) {
    // First what is written, then what has come of it: while this program is kept from running both go on.
    uint64_t written = counts[0];
    got = read(0, buffer, sizeof buffer);
    if (got == 0 || (got < 0 && errno != EAGAIN)) break;
    if (got > 0) {
      logged += isFramed ? output_bytes(buffer, (size_t)got) : (uint64_t)got;
      continue;
    }
    if (number == room) {
      room = room == 0 ? 4096 : 2 * room;
      looks = realloc(looks, room * sizeof *looks);
      if (looks == NULL) return 3;
    }
    looks[number++] = written > logged ? written - logged : 0;
    poll(&input, 1, -1);
  }
  if (got < 0 || number == 0 || logged != counts[0]) {
    fprintf(stderr, "lag: %llu bytes written, %llu logged\n", (unsigned long long)counts[0], (unsigned long long)logged);
    return 3;
  }
  qsort(looks, number, sizeof *looks, compare);
  printf("%llu %llu %llu %llu\n", (unsigned long long)looks[number / 2], (unsigned long long)looks[number * 99 / 100],
         (unsigned long long)looks[number - 1], (unsigned long long)counts[1]);
  return 0;
}
