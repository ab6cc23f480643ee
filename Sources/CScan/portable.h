// Marks as two numbers of eight bytes: no instruction for vectors is needed.
#ifndef WARDER_PORTABLE_H
#define WARDER_PORTABLE_H

#include "blocks.h"

/// A bit for each byte that is marked.
inlined uint64_t portable_marks(block marked) {
  uint64_t words[2];
  memcpy(words, &marked, sizeof words);
  if ((words[0] | words[1]) == 0) return 0;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  words[0] = __builtin_bswap64(words[0]);
  words[1] = __builtin_bswap64(words[1]);
#endif
  // Each byte's top bit, gathered in the highest byte of the product.
  const uint64_t bits = 0x8080808080808080u, gather = 0x0002040810204081u;
  return ((words[0] & bits) * gather) >> 56 | (((words[1] & bits) * gather) >> 56) << 8;
}

#define marks(v) portable_marks(v)
#define first(m) ((size_t)__builtin_ctzll(m))

#endif
