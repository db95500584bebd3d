#include "length.h"

#include <string.h>

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *skip_spaces(const char *p, const char *end)
{
  while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r'))) {
    p++;
  }
  return p;
}

/* The letters at `p`, as a length. */
static size_t letters(const char *p, const char *end)
{
  size_t n = 0;
  while (p + n < end && is_letter(p[n])) {
    n++;
  }
  return n;
}

static bool is_word(const char *p, size_t n, const char *word)
{
  for (size_t i = 0; i < n; i++) {
    if ((p[i] | 0x20) != word[i]) {
      return false;
    }
  }
  return true;
}

bool word_from_text(const char **text, const char *end, const char *word)
{
  size_t n = letters(*text, end);
  if (n != strlen(word) || !is_word(*text, n, word)) {
    return false;
  }
  *text = skip_spaces(*text + n, end);
  return true;
}

int name_from_text(const char *text, const char *end, const char *const *names, int n_names)
{
  size_t n = letters(text, end);
  if (skip_spaces(text + n, end) != end) {
    return -1;
  }
  for (int i = 0; i < n_names; i++) {
    if ((n == 3 || n == strlen(names[i])) && is_word(text, n, names[i])) {
      return i;
    }
  }
  return -1;
}

bool length_from_text(const char **text, const char *end, int32_t *count, LengthUnit *unit)
{
  static const char *const NAMES[LENGTH_UNIT_COUNT] = {"hour", "day", "week", "month", "quarter", "year"};
  const char *p = skip_spaces(*text, end);
  *count = -1;
  for (; p < end && *p >= '0' && *p <= '9'; p++) {
    *count = (*count < 0 ? 0 : *count * 10) + (*p - '0');
    if (*count > LENGTH_MAX) {
      return false;
    }
  }
  p = skip_spaces(p, end);
  size_t n = letters(p, end);
  for (int i = 0; i < LENGTH_UNIT_COUNT; i++) {
    size_t whole = strlen(NAMES[i]);
    bool plural = n == whole + 1 && (p[whole] | 0x20) == 's';
    if ((n == whole || plural) && is_word(p, whole, NAMES[i])) {
      *unit = (LengthUnit)i;
      *text = skip_spaces(p + n, end);
      return true;
    }
  }
  return false;
}

bool duration_from_text(const char *text, size_t length, Duration *duration)
{
  static const Duration UNIT[LENGTH_UNIT_COUNT] = {{MS_PER_HOUR, 0}, {MS_PER_DAY, 0}, {7 * MS_PER_DAY, 0},
                                                   {0, 1},           {0, 3},          {0, 12}};
  const char *p = text, *end = text + length;
  int32_t count;
  LengthUnit unit;
  if (!length_from_text(&p, end, &count, &unit) || p != end) {
    return false;
  }
  if (count < 0) {
    count = 1;
  }
  *duration = (Duration){UNIT[unit].ms * count, UNIT[unit].months * count};
  return true;
}
