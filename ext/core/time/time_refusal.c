#include "time_refusal.h"

#include <math.h>
#include <string.h>

#include "time_parse.h"

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Whether a whole number's digits are of these ranges, in pairs from the right. */
static bool is_year(double number)
{
  return number >= 1900 && number < 2100;
}

static bool is_month(double number)
{
  double month = fmod(number, 100);
  return is_year(floor(number / 100)) && month >= 1 && month <= 12;
}

static bool is_date(double number)
{
  double day = fmod(number, 100);
  return is_month(floor(number / 100)) && day >= 1 && day <= 31;
}

static bool is_clock(double number)
{
  return number >= 0 && floor(number / 10000) <= 23 && fmod(floor(number / 100), 100) <= 59 && fmod(number, 100) <= 59;
}

const char *time_refusal_of_number(double number)
{
  bool whole = number == floor(number);
  int64_t ms;
  if (time_from_real(number, &ms)) {
    return NULL;
  }
  double size = fabs(number);
  if (!(size < UNIX_LEAST)) {
    if (whole && is_date(floor(number / 1e4)) && is_clock(fmod(number, 1e4) * 100)) {
      return "it looks like YYYYMMDDhhmm, which time_parse(value, '%Y%m%d%H%M') reads";
    }
    if (whole && is_date(floor(number / 1e6)) && is_clock(fmod(number, 1e6))) {
      return "it looks like YYYYMMDDhhmmss, which time_parse(value, '%Y%m%d%H%M%S') reads";
    }
    return "it lies outside the years 0000 … 9999";
  }
  if (number > 0 && number < 1) {
    return "it looks like a time of day, and has no date";
  }
  if (whole && is_year(number)) {
    return "it looks like a year: a time needs month and day";
  }
  if (number >= 10000 && number < 100000) { /* 1927 … 2173 */
    return "it looks like an Excel serial, which time_parse(value, 'excel') reads";
  }
  if (whole && is_month(number)) {
    return "it looks like YYYYMM: a time needs a day";
  }
  if (whole && is_date(number)) {
    return "it looks like YYYYMMDD, which is a date only as text; time_parse(value, '%Y%m%d') reads it";
  }
  if (whole && number >= 100000 && is_clock(number)) {
    return "it looks like a time of day, and has no date";
  }
  return "it is too small for unix seconds, which are taken from 100000000 (1973-03-03) on";
}

/* Groups of digits, letters or other bytes: a sketch of a text, "0-0-0" for 31/12/2024 and "a" for a name. */
#define SKETCH_MAX 12
static void sketch_of(const char *text, size_t length, char sketch[SKETCH_MAX + 1])
{
  size_t n = 0;
  for (size_t i = 0; i < length && n < SKETCH_MAX; i++) {
    char c = text[i];
    char group = is_digit(c)                              ? '0'
                 : (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? 'a'
                 : c == '/' || c == '.' || c == '-'       ? '-'
                 : (c & 0x80) != 0                        ? 'u'
                                                          : c;
    bool repeats = n > 0 && sketch[n - 1] == group && group != '-' && group != ':';
    if (!repeats) {
      sketch[n++] = group;
    }
  }
  sketch[n] = 0;
}

static bool starts_with(const char *text, const char *start)
{
  return strncmp(text, start, strlen(start)) == 0;
}

bool time_is_of_no_day(const char *text, size_t length)
{
  const char *p = text, *end = text + length;
  Civil civil;
  while (p < end && *p == ' ') {
    p++;
  }
  return civil_from_text(&p, end, &civil) && civil.month >= 1 && civil.month <= 12 && civil.day >= 1 &&
         civil.day <= 31 && civil.day > month_length(civil.year, civil.month);
}

const char *time_refusal_of_text(const char *text, size_t length)
{
  double number;
  int64_t ms;
  const char *p = text, *end = text + length;
  if (time_from_text(text, length, &ms)) {
    return NULL;
  }
  char sketch[SKETCH_MAX + 1];
  Civil civil;
  while (p < end && *p == ' ') {
    p++;
  }
  if (number_from_text(p, end, &number)) {
    return time_refusal_of_number(number);
  }
  sketch_of(p, (size_t)(end - p), sketch);
  if (time_is_of_no_day(p, (size_t)(end - p))) {
    return "its month has no such day";
  }
  if (civil_from_text(&p, end, &civil)) {
    bool is_date = civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31;
    return is_date ? "what follows the date is not read as a time; time_parse(value, format) reads other forms"
                   : "it has no such month or day";
  }
  if (end - p == 3 && memcmp(p, "now", 3) == 0) {
    return "write datetime('now')";
  }
  if (starts_with(sketch, "0:0")) {
    return "it is a time of day, and has no date";
  }
  if (starts_with(sketch, "0-0-0")) {
    return "day or month first? time_parse(value, '%d/%m/%Y') or time_parse(value, '%m/%d/%Y') says which";
  }
  return strchr(sketch, '0') ? "time_parse(value, format) reads other forms" : NULL;
}
