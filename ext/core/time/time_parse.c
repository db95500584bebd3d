#include "time_parse.h"

#include <math.h>
#include <string.h>

#include "core/base/compiler.h"

#define MS_PER_MINUTE INT64_C(60000)

/* ---- Text to time ---- */

static bool accept(int64_t t, int64_t *ms)
{
  if (t < TIME_MIN || t > TIME_MAX) {
    return false;
  }
  *ms = t;
  return true;
}

static uint64_t bytes8(const char *text)
{
  uint64_t x;
  memcpy(&x, text, 8);
  return x;
}

/* Eight characters as a number, the first one lowest. */
static uint64_t load8(const char *text)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return __builtin_bswap64(bytes8(text));
#else
  return bytes8(text);
#endif
}

/*
** Eight characters are checked and converted at once. After XOR with a pattern of zeros and separators each byte is a
** digit's value, or 0 for a separator, if all is well; adding 0x7f minus the largest accepted value sets a byte's top
** bit if it is larger. A byte that has the top bit already is caught by itself, so carries out of it do no harm.
*/
#define PATTERN_CLOCK UINT64_C(0x30303A30303A3030) /* 00:00:00 */
#define SLACK_CLOCK UINT64_C(0x767A7F767A7F767D)   /* 29:59:59 */
#define PATTERN_MONTH UINT64_C(0x2D30302D30303030) /* 0000-00- */
#define SLACK_MONTH UINT64_C(0x7F767E7F76767676)   /* 9999-19- */
#define NO_SECONDS UINT64_C(0x30303A0000000000)    /* :00 for the last three */
#define TOP_BITS UINT64_C(0x8080808080808080)

static bool is_out(uint64_t x, uint64_t slack)
{
  return ((x | (x + slack)) & TOP_BITS) != 0;
}

/* Neighbours joined to two-digit numbers: byte i becomes 10 x[i] + x[i + 1]. */
static uint64_t pair_up(uint64_t x)
{
  return x * 10 + (x >> 8);
}

static int digit_at(const char *p)
{
  return (unsigned char)*p - '0';
}

/* Two digits, or -1. */
static int two_digits(const char *p, const char *end)
{
  if (end - p < 2) {
    return -1;
  }
  unsigned tens = (unsigned)digit_at(p), ones = (unsigned)digit_at(p + 1);
  return tens > 9 || ones > 9 ? -1 : (int)(10 * tens + ones);
}

/*
** Milliseconds of the eight characters HH:MM:SS up to 23:59:59, or -1. Hour 24, which can leave the year 9999, is
** left to scan_clock().
*/
static int64_t clock_ms(uint64_t characters)
{
  uint64_t x = characters ^ PATTERN_CLOCK, pairs = pair_up(x);
  uint32_t hours = pairs & 0xff, minutes = pairs >> 24 & 0xff, seconds = pairs >> 48 & 0xff;
  return is_out(x, SLACK_CLOCK) || hours > 23 ? -1 : (int64_t)((hours * 60 + minutes) * 60 + seconds) * MS_PER_SECOND;
}

/* As sqlite3Isspace(). */
static bool is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *skip_spaces(const char *p, const char *end)
{
  while (p < end && is_space(*p)) {
    p++;
  }
  return p;
}

static bool skip(const char **p, const char *end, const char *word)
{
  size_t n = strlen(word);
  if ((size_t)(end - *p) < n || memcmp(*p, word, n) != 0) {
    return false;
  }
  *p += n;
  return true;
}

static bool is_day(int year, int month, int day)
{
  return month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= month_length(year, month));
}

/* Days of YYYY-MM-DD in ten characters. */
static bool scan_date(const char *text, int64_t *days)
{
  uint64_t x = load8(text) ^ PATTERN_MONTH;
  unsigned tens = (unsigned)digit_at(text + 8), ones = (unsigned)digit_at(text + 9);
  if (is_out(x, SLACK_MONTH) || tens > 3 || ones > 9) {
    return false;
  }
  uint64_t pairs = pair_up(x);
  int year = (int)(100 * (pairs & 0xff) + (pairs >> 16 & 0xff));
  int month = (int)(pairs >> 40 & 0xff), day = (int)(10 * tens + ones);
  if (!is_day(year, month, day)) {
    return false;
  }
  *days = day_from_civil(year, month, day);
  return true;
}

/* Up to `most` digits; the value, or -1 where there are fewer than `least`. */
static int scan_digits(const char **p, const char *end, int least, int most)
{
  int number = 0, n = 0;
  for (; n < most && *p < end && (unsigned)digit_at(*p) <= 9; n++, (*p)++) {
    number = 10 * number + digit_at(*p);
  }
  return n < least ? -1 : number;
}

/* What follows the digits of year, month and day; the last may be nothing. */
static const char *const DATE_SIGNS[][3] = {{"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}};

bool civil_from_text(const char **text, const char *end, Civil *civil)
{
  const char *p = *text;
  *civil = (Civil){.year = scan_digits(&p, end, 4, 4)};
  if (civil->year < 0) {
    return false;
  }
  const char *after_year = p;
  civil->compact = true;
  civil->month = scan_digits(&p, end, 2, 2);
  civil->day = scan_digits(&p, end, 2, 2);
  bool found = civil->month >= 0 && civil->day >= 0;
  for (size_t i = 0; i < sizeof DATE_SIGNS / sizeof *DATE_SIGNS && !found; i++) {
    const char *const *signs = DATE_SIGNS[i];
    p = after_year;
    if (skip(&p, end, signs[0])) {
      civil->compact = false;
      civil->month = scan_digits(&p, end, 1, 2);
      found = civil->month >= 0 && skip(&p, end, signs[1]) && (civil->day = scan_digits(&p, end, 1, 2)) >= 0 &&
              skip(&p, end, signs[2]);
      civil->closed = *signs[2];
    }
  }
  if (!found || (!civil->closed && p < end && (unsigned)digit_at(p) <= 9)) {
    return false;
  }
  *text = p;
  return true;
}

/* [ ][Z|UTC|±HH[[:]MM]] up to the end, in milliseconds east of Greenwich. SQLite takes up to ±14:59. */
static bool scan_zone(const char *p, const char *end, int64_t *offset)
{
  *offset = 0;
  p = skip_spaces(p, end);
  if (p == end || skip(&p, end, "Z") || skip(&p, end, "z") || skip(&p, end, "UTC")) {
    return skip_spaces(p, end) == end;
  }
  char sign = *p++;
  if (sign != '+' && sign != '-') {
    return false;
  }
  int hours = scan_digits(&p, end, 2, 2), minutes = 0;
  bool colon = skip(&p, end, ":");
  if (colon || (p < end && (unsigned)digit_at(p) <= 9)) {
    minutes = scan_digits(&p, end, 2, 2);
  }
  *offset = (sign == '-' ? -MS_PER_MINUTE : MS_PER_MINUTE) * (hours * 60 + minutes);
  return hours >= 0 && hours <= 14 && minutes >= 0 && minutes <= 59 && skip_spaces(p, end) == end;
}

/*
** What follows the seconds: [.fff…][zone]. Gives the fraction in ms, less the zone. Digits past the third are cut off:
** a fraction never makes a time one of the next second.
*/
static bool scan_after_seconds(const char *p, const char *end, int64_t *ms)
{
  int64_t offset;
  int fraction = 0, unit = 100;
  if (end - p >= 2 && *p == '.' && (unsigned)digit_at(p + 1) <= 9) {
    for (p++; p < end && (unsigned)digit_at(p) <= 9; p++, unit /= 10) {
      fraction += unit * digit_at(p);
    }
  }
  if (!scan_zone(p, end, &offset)) {
    return false;
  }
  *ms = fraction - offset;
  return true;
}

/*
** [H]H:MM[:SS[.fff…]][zone] up to the end, in ms since midnight UTC; with `compact` HHMM[SS[.fff…]][zone] too. Of hour
** 24 only 24:00, the next day's first instant.
*/
static bool scan_clock(const char *p, const char *end, bool compact, int64_t *ms)
{
  int hours = scan_digits(&p, end, 1, 2), minutes, seconds = 0;
  bool colon = skip(&p, end, ":");
  if (hours < 0 || hours > 24 || (!colon && !compact)) {
    return false;
  }
  minutes = scan_digits(&p, end, 2, 2);
  if (minutes < 0 || minutes > 59 || (!colon && p < end && *p == ':')) {
    return false;
  }
  bool has_seconds = colon ? skip(&p, end, ":") : p < end && (unsigned)digit_at(p) <= 9;
  if (has_seconds) {
    seconds = scan_digits(&p, end, 2, 2);
    if (seconds < 0 || seconds > 59 || !scan_after_seconds(p, end, ms)) {
      return false;
    }
    /* 24:00:00.5 is none; with a zone the fraction is what is left of whole minutes. */
    if (hours == 24 && (minutes > 0 || seconds > 0 || *ms % MS_PER_MINUTE != 0)) {
      return false;
    }
  } else {
    int64_t offset;
    if (!scan_zone(p, end, &offset) || (hours == 24 && minutes > 0)) {
      return false;
    }
    *ms = -offset;
  }
  *ms += MS_PER_MINUTE * (hours * 60 + minutes) + MS_PER_SECOND * seconds;
  return true;
}

/*
** A decimal number with spaces around it, as SQLite reads it; independent of the locale, which strtod() is not. The
** nearest double to within a hair of half a unit in the last place: the part lost in scaling is computed exactly by
** fma() and added back.
*/
bool number_from_text(const char *p, const char *end, double *number)
{
  p = skip_spaces(p, end);
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) {
    p++;
  }
  uint64_t digits = 0;
  int64_t exponent = 0;
  bool any = false, point = false;
  for (; p < end; p++) {
    if (*p == '.' && !point) {
      point = true;
      continue;
    }
    unsigned digit = (unsigned)digit_at(p);
    if (digit > 9) {
      break;
    }
    any = true;
    if (digits < UINT64_C(100000000000000000)) {
      digits = digits * 10 + digit;
      exponent -= point;
    } else {
      exponent += !point;
    }
  }
  if (!any) {
    return false;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    p++;
    bool down = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) {
      p++;
    }
    if (p == end || (unsigned)digit_at(p) > 9) {
      return false;
    }
    int64_t e = 0;
    for (; p < end && (unsigned)digit_at(p) <= 9; p++) {
      if (e < 100000) {
        e = e * 10 + digit_at(p);
      }
    }
    exponent += down ? -e : e;
  }
  if (skip_spaces(p, end) != end) {
    return false;
  }

  /*
  ** Powers to 10^22 are exact. Anything scaled by more is 0, or no time on either side: what it is exactly does not
  ** matter.
  */
  double scale = 1;
  int64_t steps = exponent < 0 ? -exponent : exponent;
  for (int64_t i = 0; i < steps && i < 22; i++) {
    scale *= 10;
  }
  double high = (double)(digits & ~UINT64_C(0xfff)), low = (double)(digits & 0xfff), x;
  if (exponent < 0) {
    x = high / scale;
    x += (fma(-x, scale, high) + low) / scale;
  } else {
    x = high * scale;
    x += fma(high, scale, -x) + low * scale;
  }
  *number = negative ? -x : x;
  return true;
}

/* Any accepted text; complete but slower than the way through the memo. */
static bool scan_text(const char *text, size_t length, bool *is_date, int64_t *ms)
{
  const char *end = text + length, *p = skip_spaces(text, end);
  int64_t clock = 0;
  double number;
  Civil civil;
  *is_date = false;
  if (!civil_from_text(&p, end, &civil)) {
    return number_from_text(text, end, &number) && time_from_real(number, ms);
  }
  const char *after = p;
  bool sign = p < end && *p == 'T';
  p = sign ? p + 1 : skip_spaces(p, end);
  if (!is_day(civil.year, civil.month, civil.day) || (sign && p == end)) {
    return false;
  }
  if (p < end &&
      ((p == after && (civil.compact || p[-1] != DATE_SIGNS[3][2][2])) || !scan_clock(p, end, civil.compact, &clock))) {
    return false;
  }
  *is_date = p == end;
  return accept(day_from_civil(civil.year, civil.month, civil.day) * MS_PER_DAY + clock, ms);
}

static bool memo_holds(const TimeMemo *memo, const char *text)
{
  uint16_t a, b;
  memcpy(&a, memo->date + 8, 2);
  memcpy(&b, text + 8, 2);
  return bytes8(memo->date) == bytes8(text) && a == b && memo->date[0];
}

/* The ways that most texts go: a date alone, with HH:MM, with HH:MM:SS and what may follow that. Else scan_text(). */
APART static bool scan_usual(TimeMemo *memo, const char *text, size_t length, int64_t *ms)
{
  memo->is_date = length == 10;
  if (length < 10) {
    return scan_text(text, length, &memo->is_date, ms);
  }
  if (!memo_holds(memo, text)) {
    int64_t days;
    if (!scan_date(text, &days)) {
      return scan_text(text, length, &memo->is_date, ms);
    }
    memcpy(memo->date, text, 10);
    memo->day_ms = days * MS_PER_DAY;
  }
  if (length == 10) {
    *ms = memo->day_ms;
    return true;
  }
  if ((length != 16 && length < 19) || (text[10] != ' ' && text[10] != 'T')) {
    return scan_text(text, length, &memo->is_date, ms);
  }
  int64_t clock = clock_ms(length == 16 ? load8(text + 8) >> 24 | NO_SECONDS : load8(text + 11));
  if (clock < 0) {
    return scan_text(text, length, &memo->is_date, ms);
  }
  if (length > 19) {
    int64_t part;
    if (!scan_after_seconds(text + 19, text + length, &part)) {
      return scan_text(text, length, &memo->is_date, ms);
    }
    clock += part;
  }
  return accept(memo->day_ms + clock, ms);
}

/* The way of most rows: a date just seen. Calls nothing else, hence saves no registers. */
bool time_from_text_memo(TimeMemo *memo, const char *text, size_t length, int64_t *ms)
{
  if (length == 19 && memo_holds(memo, text) && (text[10] == ' ' || text[10] == 'T')) {
    int64_t clock = clock_ms(load8(text + 11));
    if (clock >= 0) {
      *ms = memo->day_ms + clock;
      memo->is_date = false;
      return true;
    }
  } else if (length == 10 && memo_holds(memo, text)) {
    *ms = memo->day_ms;
    memo->is_date = true;
    return true;
  }
  return scan_usual(memo, text, length, ms);
}

bool time_from_text(const char *text, size_t length, int64_t *ms)
{
  return scan_usual(&(TimeMemo){0}, text, length, ms);
}

/* ---- Numbers to time ---- */

/* Digits that read as YYYYMMDDhhmm or YYYYMMDDhhmmss would else be times of the years 2611 and after. */
static bool is_written_out(int64_t number)
{
  bool seconds = number >= INT64_C(19000101000000) && number <= INT64_C(21001231235959);
  if (!seconds && (number < INT64_C(190001010000) || number > INT64_C(210012312359))) {
    return false;
  }
  if (seconds && number % 100 > 59) {
    return false;
  }
  number /= seconds ? 100 : 1;
  int64_t date = number / 10000;
  return number % 100 <= 59 && number / 100 % 100 <= 23 &&
         is_day((int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100));
}

bool time_from_integer(int64_t number, int64_t *ms)
{
  if (number >= UNIX_LEAST && number < INT64_C(100000000000)) { /* seconds of the years 1973 … 5138 */
    *ms = number * MS_PER_SECOND;
    return true;
  }
  if (number >= JULIAN_FIRST && number < JULIAN_END) {
    *ms = number * MS_PER_DAY - JULIAN_EPOCH_MS;
    return true;
  }
  uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  if (size < UNIX_LEAST || is_written_out(number)) {
    return false;
  }
  return accept(size < UNIX_SECONDS_END  ? number * MS_PER_SECOND
                : size < UNIX_MILLIS_END ? number
                : size < UNIX_MICROS_END ? floor_div(number, 1000)
                                         : floor_div(number, 1000000),
                ms);
}

bool time_from_real(double number, int64_t *ms)
{
  if (number >= JULIAN_START && number < JULIAN_END - 0.5) {
    return accept((int64_t)(number * 86400000.0 + 0.5) - JULIAN_EPOCH_MS, ms);
  }
  double size = fabs(number);
  if (!(size >= UNIX_LEAST && size < 9.2e18) || is_written_out((int64_t)number)) { /* so that NaN fails */
    return false;
  }
  double t = size < UNIX_SECONDS_END  ? number * 1000
             : size < UNIX_MILLIS_END ? number
             : size < UNIX_MICROS_END ? number / 1000
                                      : number / 1000000;
  /* Cut off, as in text; but .123 s is held as a little less. */
  return accept((int64_t)floor(t + 1.0 / 1024), ms);
}

/* ---- Offsets as text ---- */

bool offset_from_text(const char *text, size_t length, int64_t *ms)
{
  const char *p = text, *end = text + length;
  if (length == 1 && (*p == 'Z' || *p == 'z' || *p == '0')) {
    *ms = 0;
    return true;
  }
  if (length < 2 || (*p != '+' && *p != '-')) {
    return false;
  }
  bool one_digit = length == 2 && p[1] >= '0' && p[1] <= '9';
  int hours = one_digit ? p[1] - '0' : two_digits(p + 1, end), minutes = 0;
  p += one_digit ? 2 : 3;
  if (p < end) {
    p += *p == ':';
    minutes = two_digits(p, end);
    if (end - p != 2) {
      return false;
    }
  }
  if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 14 * 60) {
    return false;
  }
  *ms = (*text == '-' ? -MS_PER_MINUTE : MS_PER_MINUTE) * (hours * 60 + minutes);
  return true;
}
