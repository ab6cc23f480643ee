#pragma once

#include <stddef.h>

// The heap of warder-init: what malloc(3) and its relatives are in the shipped binary. musl's own allocator gives every
// size its own pages and returns them at once, which costs a program that lives for milliseconds more than its work does
// (measured: a seventh of all the time from exec to exit).
//
// One thread only. Memory is handed out from one region after the other and reused by size; it is not given back, except for
// blocks of more than 16 KiB, which are mapped one by one. Blocks carry a mark that says whether they are in use: one that
// was overwritten, or is freed twice, ends the process by SIGILL, as a failed check of Swift's does.

// NULL with errno ENOMEM where there is no memory. The alignment is a power of two; 16 at least is given.
void *cl_heap_allocate(size_t size, size_t alignment);
// The contents up to the smaller of both sizes are kept. NULL leaves the block as it was.
void *cl_heap_resize(void *block, size_t size);
// NULL is allowed.
void cl_heap_free(void *block);
// How many bytes may be used, at least as many as were asked for.
size_t cl_heap_usable_size(const void *block);
