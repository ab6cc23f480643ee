#!/usr/bin/env bash
# gcc and make: a small project of several files with a library, threads and tests, built in parallel, and changed.
set -euo pipefail
cd "$(mktemp -d)"

mkdir src include tests
cat >include/words.h <<'EOF'
#ifndef WORDS_H
#define WORDS_H
#include <stddef.h>
size_t words_count(const char *text);
unsigned long words_hash(const char *text);
double words_mean(const double *values, size_t count);
unsigned long words_parallel(unsigned threads, unsigned rounds);
#endif
EOF
cat >src/count.c <<'EOF'
#include <ctype.h>
#include "words.h"
size_t words_count(const char *text) {
  size_t count = 0;
  int inside = 0;
  for (; *text; text++) {
    int space = isspace((unsigned char)*text);
    if (!space && !inside) count++;
    inside = !space;
  }
  return count;
}
EOF
cat >src/hash.c <<'EOF'
#include "words.h"
unsigned long words_hash(const char *text) {
  unsigned long hash = 5381;
  while (*text) hash = hash * 33 + (unsigned char)*text++;
  return hash;
}
EOF
cat >src/mean.c <<'EOF'
#include <math.h>
#include "words.h"
double words_mean(const double *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += log(values[i]);
  return count ? exp(sum / (double)count) : 0;
}
EOF
cat >src/parallel.c <<'EOF'
#include <pthread.h>
#include <stdatomic.h>
#include "words.h"
static atomic_ulong total;
static void *add(void *rounds) {
  for (unsigned i = 0; i < *(unsigned *)rounds; i++) atomic_fetch_add(&total, i);
  return NULL;
}
unsigned long words_parallel(unsigned threads, unsigned rounds) {
  pthread_t thread[64];
  total = 0;
  for (unsigned i = 0; i < threads; i++) if (pthread_create(&thread[i], NULL, add, &rounds)) return 0;
  for (unsigned i = 0; i < threads; i++) pthread_join(thread[i], NULL);
  return total;
}
EOF
cat >src/main.c <<'EOF'
#include <stdio.h>
#include "words.h"
int main(int argc, char **argv) {
  const char *text = argc > 1 ? argv[1] : "";
  double values[] = {1, 10, 100};
  printf("%zu words, hash %lx, mean %.3f, total %lu\n", words_count(text), words_hash(text),
         words_mean(values, 3), words_parallel(8, 10000));
  return 0;
}
EOF
cat >tests/check.c <<'EOF'
#include <assert.h>
#include <stdio.h>
#include "words.h"
int main(void) {
  assert(words_count("") == 0);
  assert(words_count("  a bc\td\n") == 3);
  puts("checked");
  return 0;
}
EOF
cat >Makefile <<'EOF'
CFLAGS = -O2 -Wall -Wextra -Werror -Iinclude -fPIC -MMD
OBJECTS = $(patsubst src/%.c,build/%.o,$(filter-out src/main.c,$(wildcard src/*.c)))
all: build/words build/libwords.so
build/%.o: src/%.c | build
	$(CC) $(CFLAGS) -c -o $@ $<
build:
	mkdir -p $@
build/libwords.a: $(OBJECTS)
	$(AR) rcsD $@ $^
build/libwords.so: $(OBJECTS)
	$(CC) -shared -o $@ $^ -lm -lpthread
build/words: src/main.c build/libwords.a
	$(CC) $(CFLAGS) -o $@ $^ -lm -lpthread
build/check: tests/check.c build/libwords.a
	$(CC) $(CFLAGS) -o $@ $^ -lm -lpthread
check: build/check
	./build/check
clean:
	$(RM) -r build
.PHONY: all check clean
-include $(wildcard build/*.d)
EOF

make --silent --jobs 4 all
build/words "ein Satz mit fünf Wörtern"
make --silent check
make --silent all && make --question all && echo "nothing left to do"
touch include/words.h
make --question all || echo "something to do: $?"
make --silent --jobs 4 all
python3 - <<'EOF'
import ctypes
library = ctypes.CDLL("./build/libwords.so")
print("from Python:", library.words_count(b"one two three"))
EOF
echo 'int main(void) { return "pointer"; }' >src/wrong.c
gcc -Werror -c -o /dev/null src/wrong.c 2>errors || echo "the compiler says no: $?"
grep -c 'error:' errors
rm src/wrong.c
make --silent clean
ls
