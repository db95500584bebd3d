#include "similar.h"

#include <string.h>

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_beyond_ascii(char c)
{
  return (unsigned char)c >= 0x80;
}

static bool is_letter(char c)
{
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || is_beyond_ascii(c);
}

static int least(int a, int b)
{
  return a < b ? a : b;
}

int similar_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
  /* rows of the table of distances between beginnings: of two letters of `a` ago, of one ago, the present one */
  int table[3][SIMILAR_NAME_MAX + 1];
  int *before = table[0], *last = table[1], *row = table[2];
  if (a_length > SIMILAR_NAME_MAX || b_length > SIMILAR_NAME_MAX) {
    return SIMILAR_NAME_MAX + 1;
  }
  for (size_t j = 0; j <= b_length; j++) {
    before[j] = last[j] = (int)j;
  }
  for (size_t i = 1; i <= a_length; i++) {
    row[0] = (int)i;
    for (size_t j = 1; j <= b_length; j++) {
      bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + !same);
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = least(row[j], before[j - 2] + 1);
      }
    }
    int *oldest = before;
    before = last;
    last = row;
    row = oldest;
  }
  return last[b_length];
}

const char *similar_word(const char *text, size_t *length)
{
  while (*text && !is_letter(*text)) {
    text++;
  }
  for (*length = 0; is_letter(text[*length]);) {
    ++*length;
  }
  return *length ? text : NULL;
}

static bool begins_with(const char *text, const char *word, size_t length)
{
  size_t i = 0;
  while (i < length && lower(text[i]) == lower(word[i])) {
    i++;
  }
  return i == length;
}

bool similar_has_word(const char *text, const char *word, size_t length)
{
  for (const char *at = text; *at; at++) {
    bool may_begin = at == text || is_beyond_ascii(*word) || !is_letter(at[-1]) || is_beyond_ascii(at[-1]);
    if (may_begin && begins_with(at, word, length)) {
      return true;
    }
  }
  return false;
}
