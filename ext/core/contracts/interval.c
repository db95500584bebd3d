#include "interval.h"

#include <string.h>

#include "core/time/length.h"

#define DAY_PARTS 16    /* of which a month, 30.4375 days, … */
#define MONTH_PARTS 487 /* … has so many */

/* N units; false where that is no time. */
static bool of_units(int64_t n, LengthUnit unit, BillingInterval *interval)
{
  static const BillingInterval UNIT[LENGTH_UNIT_COUNT] = {
    [LENGTH_DAY] = {DAY_PARTS, MONTH_PARTS},
    [LENGTH_WEEK] = {7 * DAY_PARTS, MONTH_PARTS},
    [LENGTH_MONTH] = {1, 1},
    [LENGTH_QUARTER] = {3, 1},
    [LENGTH_YEAR] = {12, 1},
  };
  *interval = (BillingInterval){n * UNIT[unit].length, UNIT[unit].parts};
  return interval->length > 0;
}

typedef struct Word {
  const char *text;
  int months; /* 0: `unit` */
  LengthUnit unit;
} Word;

static bool of_word(const char *text, size_t length, BillingInterval *interval)
{
  static const Word WORDS[] = {
    {"daily", 0, LENGTH_DAY},
    {"weekly", 0, LENGTH_WEEK},
    {"monthly", 1, 0},
    {"quarterly", 3, 0},
    {"yearly", 12, 0},
    {"annual", 12, 0},
    {"annually", 12, 0},
    {"half-year", 6, 0},
    {"half-yearly", 6, 0},
    {"semi-annual", 6, 0},
    {"semiannual", 6, 0},
    {"semi-annually", 6, 0},
    {"semiannually", 6, 0},
    {"half year", 6, 0},
    {"日", 0, LENGTH_DAY},
    {"天", 0, LENGTH_DAY},
    {"周", 0, LENGTH_WEEK},
    {"星期", 0, LENGTH_WEEK},
    {"月", 1, 0},
    {"个月", 1, 0},
    {"季", 3, 0},
    {"季度", 3, 0},
    {"半年", 6, 0},
    {"年", 12, 0},
    {"年度", 12, 0},
    {"月度", 1, 0},
  };
  char lower[24];
  if (length >= sizeof lower) {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
  }
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
    if (strlen(WORDS[i].text) == length && memcmp(WORDS[i].text, lower, length) == 0) {
      return of_units(WORDS[i].months ? WORDS[i].months : 1, WORDS[i].months ? LENGTH_MONTH : WORDS[i].unit, interval);
    }
  }
  return false;
}

/* P1Y6M, P3M, P2W, P30D: years with months, or one unit. */
static bool of_iso(const char *p, const char *end, BillingInterval *interval)
{
  int64_t months = 0, days = 0;
  const char *units = "YMWD";
  if (p == end || (*p++ | 0x20) != 'p' || p == end) {
    return false;
  }
  while (p < end) {
    int64_t n = 0;
    const char *digits = p, *unit;
    for (; p < end && *p >= '0' && *p <= '9' && n <= LENGTH_MAX; p++) {
      n = n * 10 + (*p - '0');
    }
    if (p == digits || p == end || n > LENGTH_MAX || !(unit = strchr(units, *p & ~0x20)) || !*unit) {
      return false;
    }
    months += *unit == 'Y' ? 12 * n : *unit == 'M' ? n : 0;
    days += *unit == 'W' ? 7 * n : *unit == 'D' ? n : 0;
    units = unit + 1;
    p++;
  }
  return (months == 0 || days == 0) && of_units(months + days, months ? LENGTH_MONTH : LENGTH_DAY, interval);
}

/* Without what may stand around a Chinese unit. */
static void strip_chinese(const char **text, size_t *length)
{
  static const char *const BEFORE[] = {"每", "按"}, *const AFTER[] = {"费", "付", "缴"};
  for (size_t i = 0; i < 2; i++) {
    size_t n = strlen(BEFORE[i]);
    if (*length > n && memcmp(*text, BEFORE[i], n) == 0) {
      *text += n;
      *length -= n;
    }
  }
  for (size_t i = 0; i < 3; i++) {
    size_t n = strlen(AFTER[i]);
    if (*length > n && memcmp(*text + *length - n, AFTER[i], n) == 0) {
      *length -= n;
    }
  }
}

bool billing_interval_from_text(const char *text, size_t length, BillingInterval *interval)
{
  while (length > 0 && *text == ' ') {
    text++;
    length--;
  }
  while (length > 0 && text[length - 1] == ' ') {
    length--;
  }
  const char *p = text, *end = text + length;
  int32_t count;
  LengthUnit unit;
  if (length_from_text(&p, end, &count, &unit) && p == end) {
    return unit != LENGTH_HOUR && of_units(count < 0 ? 1 : count, unit, interval);
  }
  if (of_iso(text, end, interval)) {
    return true;
  }
  strip_chinese(&text, &length);
  return of_word(text, length, interval);
}
