// Bytes looked at sixteen at a time: what all of a script's output passes, and every line of a log that is decoded.
//
// In C because Swift compiles comparisons of vectors of bytes to loops (measured at 60 MB/s). The vectors are the
// compiler's own (vector_size), so that one source serves SSE2, NEON and processors that have neither; only how a vector
// of marks becomes a number differs, and the form that needs no vector instructions for it can be called everywhere
// (`_portable`), so that a test holds the two together. SSE2 and NEON are part of their architectures: nothing has to
// be asked of the processor at run time, which costs a trap in a virtual machine for each question.
#ifndef WARDER_SCAN_H
#define WARDER_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// Goes through valid UTF-8 (Unicode 17, table 3-7) by blocks.
///
/// - start: the first byte of a character, with at least three bytes of whole characters before it.
/// Returns the first byte of the first character that does not lie in valid blocks altogether.
size_t cs_skip_utf8(const uint8_t *_Nonnull bytes, size_t count, size_t start);
size_t cs_skip_utf8_portable(const uint8_t *_Nonnull bytes, size_t count, size_t start);

/// Copies valid UTF-8 and escapes it on the way, as JSONEscape says, as long as there is room for whole blocks and for the
/// longest escape; what is near the end of either buffer is left to the caller.
///
/// - written: gets the number of bytes stored, `room` at most.
/// Returns how many bytes were taken. That may end within a character which needs no escape.
size_t cs_escape(
    const uint8_t *_Nonnull text, size_t count, uint8_t *_Nonnull output, size_t room, size_t *_Nonnull written);
size_t cs_escape_portable(
    const uint8_t *_Nonnull text, size_t count, uint8_t *_Nonnull output, size_t room, size_t *_Nonnull written);

/// Copies the inside of a JSON string without its escapes, up to the closing quote, a control character, or an escape that
/// is wrong or half of a pair.
///
/// - output: has room for `count` bytes.
/// - written: gets the number of bytes stored.
/// Returns the index of the byte that ended it, or `count`.
size_t cs_unescape(
    const uint8_t *_Nonnull text, size_t count, uint8_t *_Nonnull output, size_t *_Nonnull written);
size_t cs_unescape_portable(
    const uint8_t *_Nonnull text, size_t count, uint8_t *_Nonnull output, size_t *_Nonnull written);

/// Returns the index of the first quote, backslash or control character, or `count`.
size_t cs_plain_length(const uint8_t *_Nonnull text, size_t count);
size_t cs_plain_length_portable(const uint8_t *_Nonnull text, size_t count);

/// Returns the index of the first newline, or `count`.
size_t cs_line_length(const uint8_t *_Nonnull text, size_t count);

#endif
