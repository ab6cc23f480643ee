// Included once for each way to make a number of a vector of marks. Before that are defined:
//   NAME(name)  the function's name in this form
//   marks(v)    a number that is not 0 if any byte of the vector is 0xFF
//   first(m)    the place of the first of them, from such a number

size_t NAME(cs_skip_utf8)(const uint8_t *bytes, size_t count, size_t start) {
  size_t index = start;
  // Whether the blocks before could have left a character of four bytes open.
  bool had_four = bytes[index - 1] >= 0xF0 || bytes[index - 2] >= 0xF0 || bytes[index - 3] >= 0xF0;
  while (count - index >= 64) {
    const uint8_t *at = bytes + index;
    const block b[4] = {load(at), load(at + 16), load(at + 32), load(at + 48)};
    const block all = b[0] | b[1] | b[2] | b[3];
    if (marks(is_at_least(all, 0x80)) == 0) {
      if (is_open_before(at)) break;
      index += 64;
      had_four = false;
      continue;
    }
    const block most = larger(larger(b[0], b[1]), larger(b[2], b[3]));
    const bool has_four = marks(is_at_least(most, 0xF0)) != 0;
    block wrong = each(0);
    if (has_four || had_four) {
      for (int part = 0; part < 4; part++) wrong |= mistakes(b[part], at + 16 * part, true);
    } else {
      for (int part = 0; part < 4; part++) wrong |= mistakes(b[part], at + 16 * part, false);
    }
    if (marks(wrong) != 0) break;
    index += 64;
    had_four = has_four;
  }
  while (count - index >= 16) {
    const block b = load(bytes + index);
    if (marks(mistakes(b, bytes + index, true)) != 0) break;
    index += 16;
  }
  // Back to the beginning of a character that reaches beyond the last good block.
  if (index > start) {
    if (bytes[index - 1] >= 0xC0) return index - 1;
    if (bytes[index - 2] >= 0xE0) return index - 2;
    if (bytes[index - 3] >= 0xF0) return index - 3;
  }
  return index;
}

size_t NAME(cs_escape)(const uint8_t *text, size_t count, uint8_t *output, size_t room, size_t *written) {
  size_t index = 0, position = 0;
  // Two bytes beyond the block are looked at, and a block is stored whole whatever of it counts.
  while (count - index >= 18 && room - position >= 16) {
    const uint8_t *at = text + index;
    const block b = load(at);
    store(output + position, b);
    block attention = needs_escape_in_ascii(b);
    if (marks(is_at_least(b, 0x80)) != 0) attention |= needs_escape_beyond_ascii(b, load(at + 1), load(at + 2));
    const uint64_t found = marks(attention);
    if (found == 0) {
      index += 16;
      position += 16;
      continue;
    }
    const size_t plain = first(found);
    index += plain;
    position += plain;
    if (room - position < 6) break;
    const uint8_t letter = letter_of_escape(text[index]);
    output[position] = '\\';
    if (letter != 0) {
      output[position + 1] = letter;
      index += 1;
      position += 2;
      continue;
    }
    unsigned scalar = text[index];
    size_t length = 1;
    if (scalar == 0xC2) {
      scalar = text[index + 1];
      length = 2;
    } else if (scalar == 0xE2) {
      scalar = 0x2000u | (text[index + 1] & 0x3Fu) << 6 | (text[index + 2] & 0x3Fu);
      length = 3;
      if (!is_separator(scalar)) {
        // The ellipsis is among its neighbours.
        memcpy(output + position, text + index, 3);
        index += 3;
        position += 3;
        continue;
      }
    }
    output[position + 1] = 'u';
    for (int digit = 0; digit < 4; digit++)
      output[position + 2 + digit] = (uint8_t)"0123456789abcdef"[scalar >> (12 - 4 * digit) & 0xF];
    index += length;
    position += 6;
  }
  *written = position;
  return index;
}

size_t NAME(cs_unescape)(const uint8_t *text, size_t count, uint8_t *output, size_t *written) {
  // What is stored never gets ahead of what is taken, so a whole block fits wherever one can be loaded.
  size_t index = 0, position = 0;
  while (index < count) {
    if (count - index >= 16) {
      const block b = load(text + index);
      store(output + position, b);
      const uint64_t found = marks(ends_plain_part(b));
      if (found == 0) {
        index += 16;
        position += 16;
        continue;
      }
      index += first(found);
      position += first(found);
    }
    const uint8_t byte = text[index];
    if (byte == '"' || byte < 0x20) break;
    if (byte != '\\') {
      output[position++] = byte;
      index += 1;
      continue;
    }
    if (count - index < 2) break;
    const uint8_t plain = byte_of_escape(text[index + 1]);
    if (plain != 0) {
      output[position++] = plain;
      index += 2;
      continue;
    }
    if (text[index + 1] != 'u' || count - index < 6) break;
    const int32_t scalar = code_unit(text + index + 2);
    if (scalar < 0 || (scalar & 0xF800) == 0xD800) break;
    position += put_scalar(output + position, (uint32_t)scalar);
    index += 6;
  }
  *written = position;
  return index;
}

size_t NAME(cs_plain_length)(const uint8_t *text, size_t count) {
  size_t index = 0;
  while (count - index >= 16) {
    const uint64_t found = marks(ends_plain_part(load(text + index)));
    if (found != 0) return index + first(found);
    index += 16;
  }
  while (index < count && text[index] >= 0x20 && text[index] != '"' && text[index] != '\\') index += 1;
  return index;
}
