#include "key_check.h"

#include <stdio.h>
#include <string.h>

#define NUMBER_MAX 24

/* The white space that a text of length > 0 begins with: its bytes; 0: none. */
static size_t space_before(const char *text, size_t length)
{
  static const struct {
    const char *bytes;
    size_t length;
  } WIDE[] = {{"\xC2\xA0", 2}, {"\xE3\x80\x80", 3}};
  for (int i = 0; i < 2; i++) {
    if (length >= WIDE[i].length && memcmp(text, WIDE[i].bytes, WIDE[i].length) == 0) {
      return WIDE[i].length;
    }
  }
  return *text == ' ' || *text == '\t' || *text == '\n' || *text == '\r';
}

/* Likewise at its end. */
static size_t space_after(const char *text, size_t length)
{
  for (size_t n = 1; n <= 3 && n <= length; n++) {
    if (space_before(text + length - n, n) == n) {
      return n;
    }
  }
  return 0;
}

static void trim(const char **text, size_t *length)
{
  size_t n;
  while (*length > 0 && (n = space_before(*text, *length)) > 0) {
    *text += n;
    *length -= n;
  }
  while (*length > 0 && (n = space_after(*text, *length)) > 0) {
    *length -= n;
  }
}

static bool is_word(const char *text, size_t length, const char *word)
{
  size_t i = 0;
  for (; i < length && word[i]; i++) {
    char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != word[i]) {
      return false;
    }
  }
  return i == length && !word[i];
}

KeyOddity key_oddity(CustomerKey key)
{
  static const char *const NOBODY[] = {"guest", "null",      "(null)",    "none",    "nil",  "nan",  "n/a",
                                       "#n/a",  "undefined", "anonymous", "unknown", "游客", "匿名", "未知"};
  const char *text = key.text;
  size_t length = key.length;
  if (!text) {
    return KEY_USUAL;
  }
  trim(&text, &length);
  if (length == 0) {
    return KEY_BLANK;
  }
  for (size_t i = 0; i < sizeof NOBODY / sizeof *NOBODY; i++) {
    if (is_word(text, length, NOBODY[i])) {
      return KEY_NOBODY;
    }
  }
  return KEY_USUAL;
}

Status key_first_alike(Customers *alike, CustomerKey key, uint32_t id, uint32_t *first)
{
  char number[NUMBER_MAX];
  const char *text = key.text ? key.text : number;
  size_t length = key.length;
  if (key.text) {
    trim(&text, &length);
  } else {
    length = (size_t)snprintf(number, sizeof number, "%lld", (long long)key.integer);
  }
  uint32_t n = alike->count, at = customers_add_text(alike, text, length);
  if (at == CUSTOMER_NONE) {
    return STATUS_NOMEM;
  }
  uint32_t *owner = customers_state(alike, at);
  if (at == n) {
    *owner = id;
  }
  *first = *owner;
  return STATUS_OK;
}
