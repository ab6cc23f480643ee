// Writes so many mebibytes of a shape to standard output, as the file that its argument names says: "SHAPE MEBIBYTES", and
// where a third word names a file, keeps count in it: of the bytes written, and what the pipe holds.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { block = 64 * 1024 };

static unsigned char data[block];
static volatile uint64_t *counts;
static uint64_t state = 0x9e3779b97f4a7c15u;

static unsigned char next_byte(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (unsigned char)(state >> 32);
}

/// Lines of so many bytes with their newlines, made of whole copies of `piece` and filled up with dots.
static void lines(size_t length, const char *piece) {
  size_t size = strlen(piece);
  for (size_t at = 0; at < block; at++) {
    size_t column = at % length;
    size_t whole = (length - 1) / size * size;
    data[at] = (unsigned char)(column == length - 1 ? '\n' : column < whole ? piece[column % size] : '.');
  }
}

static void fill(const char *shape) {
  if (strncmp(shape, "text", 4) == 0) lines(80, "abcdefghijklmnopqrstuvwxyz 0123456789 ");
  else if (strcmp(shape, "long") == 0) lines(1000, "abcdefghijklmnopqrstuvwxyz 0123456789 ");
  else if (strcmp(shape, "utf8") == 0) lines(80, "Größe café 日本語 – ");
  else if (strcmp(shape, "yes") == 0) lines(2, "y");
  else if (strcmp(shape, "binary") == 0) for (size_t at = 0; at < block; at++) data[at] = next_byte();
  else if (strcmp(shape, "mixed") == 0) {
    lines(80, "abcdefghijklmnopqrstuvwxyz 0123456789 ");
    // In every line a tab, a quotation mark and a colour; in every tenth a byte that is no text.
    for (size_t at = 0; at + 80 <= block; at += 80) {
      data[at + 10] = '\t';
      data[at + 20] = '"';
      memcpy(data + at + 30, "\033[31m", 5);
      if (at / 80 % 10 == 0) data[at + 50] = 0xff;
    }
  } else {
    fprintf(stderr, "feed: no shape is called %s\n", shape);
    exit(2);
  }
}

static void write_all(const unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(1, bytes, count);
    if (written < 0) exit(3);
    bytes += written;
    count -= (size_t)written;
    if (counts != NULL) {
      counts[0] += (uint64_t)written;
      // Who reads it may make it larger at any time; asked seldom, so that it does not slow the writing.
      if (counts[0] % (1 << 20) < (uint64_t)written) counts[1] = (uint64_t)fcntl(1, F_GETPIPE_SZ);
    }
  }
}

int main(int count, char **arguments) {
  char shape[16], path[512];
  long mebibytes;
  FILE *file = count > 1 ? fopen(arguments[1], "r") : NULL;
  if (file == NULL || fscanf(file, "%15s %ld", shape, &mebibytes) != 2) return 2;
  if (fscanf(file, "%511s", path) == 1) {
    int counter = open(path, O_RDWR);
    counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, counter, 0);
    if (counts == MAP_FAILED) return 3;
  }
  fclose(file);
  fill(shape);
  const char *dash = strchr(shape, '-');
  size_t at_once = dash == NULL ? block : (size_t)atol(dash + 1);
  for (long long left = (long long)mebibytes << 20; left > 0; left -= block)
    for (size_t at = 0; at < block; at += at_once)
      write_all(data + at, at_once < block - at ? at_once : block - at);
  return 0;
}
