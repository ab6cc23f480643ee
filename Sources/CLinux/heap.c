#define _GNU_SOURCE
#include "heap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

// What stands before every block. The block may begin later than the space behind the header does, for its alignment.
struct header {
  uint32_t class;   // of the space; CLASS_MAPPED: mapped for itself
  uint32_t offset;  // from the space's begin to the header
  uint64_t mark;
};

_Static_assert(sizeof(struct header) == 16, "what follows a header is aligned as malloc(3) promises");

// What a free space holds in place of its block.
struct free_space {
  struct header header;
  struct free_space *next;
};

enum {
  GRAIN = 16,
  // Up to 512 bytes a class for each multiple of 16, from there four to a doubling: at most a fifth is wasted.
  FINE_LIMIT = 512,
  FINE_CLASSES = FINE_LIMIT / GRAIN,
  STEPS = 4,
  DOUBLINGS = 5,
  LARGEST = FINE_LIMIT << DOUBLINGS,
  CLASSES = FINE_CLASSES + STEPS * DOUBLINGS,
  CLASS_MAPPED = CLASSES,
  FIRST_REGION = 128 << 10,
  NEXT_REGION = 128 << 10,
};

#define MARK_USED 0x5a9c3d17b4e86f21u
#define MARK_FREE 0xc3a51be27f904d68u

// Lies with the stacks behind everything else that begins as zeros, see scripts/lib/large-last.ld.
static _Alignas(GRAIN) char first_region[FIRST_REGION];
static char *next_free = first_region;
static char *region_end = first_region + FIRST_REGION;
static struct free_space *free_spaces[CLASSES];

static unsigned class_of(size_t size) {
  if (size <= FINE_LIMIT) return (unsigned)((size + GRAIN - 1) / GRAIN) - 1;
  // The doubling that the size lies in, by its highest bit, and the quarter of it.
  unsigned doubling = 63 - (unsigned)__builtin_clzll((uint64_t)(size - 1));
  unsigned shift = doubling - 2;
  unsigned quarter = (unsigned)((size - 1) >> shift) & (STEPS - 1);
  return FINE_CLASSES + (doubling - 9) * STEPS + quarter;
}

static size_t class_size(unsigned class) {
  if (class < FINE_CLASSES) return (size_t)(class + 1) * GRAIN;
  unsigned step = class - FINE_CLASSES;
  unsigned shift = step / STEPS + 7;
  return (size_t)(STEPS + 1 + step % STEPS) << shift;
}

// A mark belongs to its place: a header that was copied elsewhere is not valid there.
static uint64_t mark_at(const struct header *header, uint64_t mark) { return mark ^ (uint64_t)(uintptr_t)header; }

static struct header *header_of(const void *block) {
  struct header *header = (struct header *)((char *)(uintptr_t)block - sizeof *header);
  if (header->mark != mark_at(header, MARK_USED)) __builtin_trap();
  return header;
}

static void *map(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static char *take_from_region(size_t size) {
  if ((size_t)(region_end - next_free) < size) {
    // What is left of the old region is lost: less than the space that did not fit.
    size_t region = size > NEXT_REGION ? size : NEXT_REGION;
    char *memory = map(region);
    if (memory == NULL) return NULL;
    next_free = memory;
    region_end = memory + region;
  }
  char *space = next_free;
  next_free += size;
  return space;
}

static char *take(unsigned class) {
  struct free_space *space = free_spaces[class];
  if (space == NULL) return take_from_region(class_size(class));
  if (space->header.mark != mark_at(&space->header, MARK_FREE)) __builtin_trap();
  free_spaces[class] = space->next;
  return (char *)space;
}

// The length of a mapping is kept in its first word, before the header.
static char *take_mapped(size_t size) {
  size_t rounded = (size + 4095) & ~(size_t)4095;
  char *space = map(rounded);
  if (space != NULL) *(size_t *)space = rounded;
  return space;
}

void *cl_heap_allocate(size_t size, size_t alignment) {
  if (alignment < GRAIN) alignment = GRAIN;
  size_t extra = sizeof(struct header) + (alignment > GRAIN ? alignment : 0);
  if (size > PTRDIFF_MAX - extra - 2 * 4096) {
    errno = ENOMEM;
    return NULL;
  }
  size_t wanted = size + extra;
  // A free space needs room for its link.
  if (wanted < sizeof(struct free_space)) wanted = sizeof(struct free_space);
  bool mapped = wanted > LARGEST;
  unsigned class = mapped ? CLASS_MAPPED : class_of(wanted);
  char *space = mapped ? take_mapped(wanted + GRAIN) : take(class);
  if (space == NULL) {
    errno = ENOMEM;
    return NULL;
  }
  uintptr_t earliest = (uintptr_t)space + (mapped ? GRAIN : 0) + sizeof(struct header);
  char *block = (char *)((earliest + alignment - 1) & ~(uintptr_t)(alignment - 1));
  struct header *header = (struct header *)(block - sizeof *header);
  header->class = class;
  header->offset = (uint32_t)((char *)header - space);
  header->mark = mark_at(header, MARK_USED);
  return block;
}

size_t cl_heap_usable_size(const void *block) {
  if (block == NULL) return 0;
  struct header *header = header_of(block);
  char *space = (char *)header - header->offset;
  size_t size = header->class == CLASS_MAPPED ? *(size_t *)space : class_size(header->class);
  return size - header->offset - sizeof *header;
}

void cl_heap_free(void *block) {
  if (block == NULL) return;
  struct header *header = header_of(block);
  unsigned class = header->class;
  char *space = (char *)header - header->offset;
  header->mark = mark_at(header, MARK_FREE);
  if (class == CLASS_MAPPED) {
    int error = errno;
    munmap(space, *(size_t *)space);
    errno = error;
    return;
  }
  struct free_space *freed = (struct free_space *)space;
  freed->header.mark = mark_at(&freed->header, MARK_FREE);
  freed->next = free_spaces[class];
  free_spaces[class] = freed;
}

void *cl_heap_resize(void *block, size_t size) {
  if (block == NULL) return cl_heap_allocate(size, GRAIN);
  size_t usable = cl_heap_usable_size(block);
  // Kept where it fits and is not much too large.
  if (size <= usable && (usable <= FINE_LIMIT || size > usable / 2)) return block;
  void *moved = cl_heap_allocate(size, GRAIN);
  if (moved == NULL) return NULL;
  memcpy(moved, block, size < usable ? size : usable);
  cl_heap_free(block);
  return moved;
}

#ifdef WARDER_MUSL

// musl lets a static program bring its own, if it brings all of them.

void *malloc(size_t size) { return cl_heap_allocate(size, GRAIN); }

void free(void *block) { cl_heap_free(block); }

void *realloc(void *block, size_t size) { return cl_heap_resize(block, size); }

void *calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  void *block = cl_heap_allocate(total, GRAIN);
  return block == NULL ? NULL : memset(block, 0, total);
}

void *aligned_alloc(size_t alignment, size_t size) { return cl_heap_allocate(size, alignment); }

void *memalign(size_t alignment, size_t size) { return cl_heap_allocate(size, alignment); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  int error = errno;
  void *block = cl_heap_allocate(size, alignment);
  if (block == NULL) {
    errno = error;
    return ENOMEM;
  }
  *result = block;
  return 0;
}

size_t malloc_usable_size(void *block) { return cl_heap_usable_size(block); }

#endif
