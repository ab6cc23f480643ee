// The forms that the processor has instructions for.
#include "include/scan.h"

#include "blocks.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#define marks(v) ((uint64_t)_mm_movemask_epi8((__m128i)(v)))
#define first(m) ((size_t)__builtin_ctzll(m))
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>
// Four bits of each byte.
#define marks(v) \
  vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8((uint8x16_t)(v)), 4)), 0)
#define first(m) ((size_t)__builtin_ctzll(m) >> 2)
#else
#include "portable.h"
#endif

#define NAME(name) name
#include "algorithms.h"

size_t cs_line_length(const uint8_t *text, size_t count) {
  const uint8_t *end = count == 0 ? NULL : memchr(text, '\n', count);
  return end == NULL ? count : (size_t)(end - text);
}
