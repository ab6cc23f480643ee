// Sixteen bytes together, and what can be said of them: a byte of the answer is 0xFF where it is so and 0 where not.
#ifndef WARDER_BLOCKS_H
#define WARDER_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t block __attribute__((vector_size(16)));
typedef int8_t signed_block __attribute__((vector_size(16)));

// Even where everything else is compiled for size.
#define inlined static inline __attribute__((always_inline))

inlined block load(const uint8_t *from) {
  block bytes;
  memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

inlined void store(uint8_t *to, block bytes) { memcpy(to, &bytes, sizeof bytes); }

/// The same byte sixteen times.
inlined block each(uint8_t byte) { return (block){0} + byte; }

inlined block larger(block one, block other) {
  const block is_larger = (block)(one > other);
  return (one & is_larger) | (other & ~is_larger);
}

inlined block is(block bytes, uint8_t value) { return (block)(bytes == each(value)); }
inlined block is_at_least(block bytes, uint8_t value) { return (block)(bytes >= each(value)); }

/// Whether bytes that are continuations (80 to BF) are below a value: as signed numbers all others of a character that is
/// valid are above, and this is one instruction of SSE2 where the unsigned comparison is two.
inlined block is_continuation_below(block bytes, uint8_t value) {
  return (block)((signed_block)bytes < (signed_block)each(value));
}

// MARK: - UTF-8

/// Whether a character that began in the three bytes before goes on.
inlined bool is_open_before(const uint8_t *at) { return at[-1] >= 0xC0 || at[-2] >= 0xE0 || at[-3] >= 0xF0; }

/// The bytes of a block that are not what those before them demand.
inlined block mistakes(block b, const uint8_t *at, bool may_have_four) {
  const block before = load(at - 1);
  // A byte is a continuation if and only if one of the three before it demands one.
  block demanded = is_at_least(before, 0xC0) | is_at_least(load(at - 2), 0xE0);
  if (may_have_four) demanded |= is_at_least(load(at - 3), 0xF0);
  block wrong = is_continuation_below(b, 0xC0) ^ demanded;
  // C0 and C1 begin overlong forms.
  wrong |= is(b & each(0xFE), 0xC0);
  // E0 goes on with A0 or above, ED with 9F or below.
  const block below_a0 = is_continuation_below(b, 0xA0);
  wrong |= is(before, 0xE0) & below_a0;
  wrong |= is(before, 0xED) & ~below_a0;
  if (may_have_four) {
    // F0 goes on with 90 or above, F4 with 8F or below, and nothing begins with F5 or above.
    const block below_90 = is_continuation_below(b, 0x90);
    wrong |= is(before, 0xF0) & below_90;
    wrong |= is(before, 0xF4) & ~below_90;
    wrong |= is_at_least(b, 0xF5);
  }
  return wrong;
}

// MARK: - JSON strings

inlined block ends_plain_part(block b) { return is(b, '"') | is(b, '\\') | ~is_at_least(b, 0x20); }

inlined block needs_escape_in_ascii(block b) { return ends_plain_part(b); }

/// U+0080–U+009F exactly; and among U+2026–U+202E and U+2066–U+206E all those that need an escape.
inlined block needs_escape_beyond_ascii(block b, block next, block after) {
  const block controls = is(b, 0xC2) & is_continuation_below(next, 0xA0);
  const block separators = is(b, 0xE2) & is(next & each(0xFE), 0x80) & ~is_continuation_below(after, 0xA6)
                           & is_continuation_below(after, 0xAF);
  return controls | separators;
}

inlined bool is_separator(unsigned scalar) {
  return (scalar >= 0x2028 && scalar <= 0x202E) || (scalar >= 0x2066 && scalar <= 0x2069);
}

/// What follows the backslash in `\n` and its like; 0 for a byte that has no such form.
inlined uint8_t letter_of_escape(uint8_t byte) {
  switch (byte) {
  case '\n': return 'n';
  case '"':
  case '\\': return byte;
  case '\t': return 't';
  case '\r': return 'r';
  case '\b': return 'b';
  case '\f': return 'f';
  default: return 0;
  }
}

/// What `\n` and its like stand for, by the letter; 0 for a letter that no such escape has.
inlined uint8_t byte_of_escape(uint8_t letter) {
  switch (letter) {
  case 'n': return '\n';
  case '"':
  case '\\':
  case '/': return letter;
  case 't': return '\t';
  case 'r': return '\r';
  case 'b': return '\b';
  case 'f': return '\f';
  default: return 0;
  }
}

/// Four hexadecimal digits; negative if they are none.
inlined int32_t code_unit(const uint8_t *digits) {
  int32_t value = 0;
  for (int index = 0; index < 4; index++) {
    const uint8_t digit = digits[index];
    if (digit >= '0' && digit <= '9') value = value << 4 | (digit - '0');
    else if (digit >= 'a' && digit <= 'f') value = value << 4 | (digit - 'a' + 10);
    else if (digit >= 'A' && digit <= 'F') value = value << 4 | (digit - 'A' + 10);
    else return -1;
  }
  return value;
}

/// Stores a scalar of the basic plane in UTF-8. Returns its length.
inlined size_t put_scalar(uint8_t *to, uint32_t scalar) {
  if (scalar < 0x80) {
    to[0] = (uint8_t)scalar;
    return 1;
  }
  if (scalar < 0x800) {
    to[0] = (uint8_t)(0xC0 | scalar >> 6);
    to[1] = (uint8_t)(0x80 | (scalar & 0x3F));
    return 2;
  }
  to[0] = (uint8_t)(0xE0 | scalar >> 12);
  to[1] = (uint8_t)(0x80 | (scalar >> 6 & 0x3F));
  to[2] = (uint8_t)(0x80 | (scalar & 0x3F));
  return 3;
}

#endif
