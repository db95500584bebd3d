#include "time_format.h"

#include <math.h>
#include <string.h>

#include "calendar.h"

/* What has been read; -1: not yet. */
typedef struct Parts {
  int year, month, day, day_of_year;
  int hour, hour12, minute, second, milliseconds;
  int afternoon; /* 0: AM, 1: PM */
  int offset_minutes;
  bool has_clock;
} Parts;

typedef struct Reader {
  const char *p, *end;
  Parts parts;
} Reader;

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_spaces(Reader *reader)
{
  while (reader->p < reader->end && is_space(*reader->p)) {
    reader->p++;
  }
}

/* A number of least … most digits in low … high. */
static bool take_number(Reader *reader, int least, int most, int low, int high, int *number)
{
  int n = 0, value = 0;
  for (; n < most && reader->p < reader->end && is_digit(*reader->p); n++, reader->p++) {
    value = 10 * value + (*reader->p - '0');
  }
  *number = value;
  return n >= least && value >= low && value <= high;
}

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* In any case; only ASCII. */
static bool take_word(Reader *reader, const char *word, size_t n)
{
  if ((size_t)(reader->end - reader->p) < n) {
    return false;
  }
  for (size_t i = 0; i < n; i++) {
    if (lower(reader->p[i]) != lower(word[i])) {
      return false;
    }
  }
  reader->p += n;
  return true;
}

/* The number of the name that stands there, whole or its first three letters; -1: none. */
static int take_name(Reader *reader, const char *const *names, int n_names)
{
  for (int i = 0; i < n_names; i++) {
    if (take_word(reader, names[i], strlen(names[i])) || take_word(reader, names[i], 3)) {
      return i;
    }
  }
  return -1;
}

static bool take_month(Reader *reader)
{
  static const char *const MONTHS[] = {"january", "february", "march",     "april",   "may",      "june",
                                       "july",    "august",   "september", "october", "november", "december"};
  int month = take_name(reader, MONTHS, 12);
  reader->parts.month = month + 1;
  return month >= 0;
}

static bool take_weekday(Reader *reader)
{
  static const char *const DAYS[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  return take_name(reader, DAYS, 7) >= 0;
}

static bool take_fraction(Reader *reader)
{
  int unit = 100, n = 0;
  reader->parts.milliseconds = 0;
  for (; reader->p < reader->end && is_digit(*reader->p); reader->p++, unit /= 10, n++) {
    reader->parts.milliseconds += unit * (*reader->p - '0');
  }
  return n > 0;
}

static bool take_zone(Reader *reader)
{
  int hours, minutes = 0;
  if (take_word(reader, "Z", 1)) {
    reader->parts.offset_minutes = 0;
    return true;
  }
  int sign = reader->p == reader->end ? 0 : *reader->p == '-' ? -1 : *reader->p == '+';
  reader->p += sign != 0;
  if (sign == 0 || !take_number(reader, 2, 2, 0, 14, &hours)) {
    return false;
  }
  bool colon = take_word(reader, ":", 1);
  if ((colon || (reader->p < reader->end && is_digit(*reader->p))) && !take_number(reader, 2, 2, 0, 59, &minutes)) {
    return false;
  }
  reader->parts.offset_minutes = sign * (hours * 60 + minutes);
  return true;
}

/* One letter of a format. INVALID: it is none. */
static TimeFormatResult take_letter(Reader *reader, char letter)
{
  Parts *parts = &reader->parts;
  bool fits;
  switch (letter) {
    case 'Y':
      fits = take_number(reader, 4, 4, 0, 9999, &parts->year);
      break;
    case 'y':
      fits = take_number(reader, 1, 2, 0, 99, &parts->year);
      parts->year += parts->year < 69 ? 2000 : 1900;
      break;
    case 'm':
      fits = take_number(reader, 1, 2, 1, 12, &parts->month);
      break;
    case 'b':
    case 'B':
    case 'h':
      fits = take_month(reader);
      break;
    case 'e':
      skip_spaces(reader);
      fits = take_number(reader, 1, 2, 1, 31, &parts->day);
      break;
    case 'd':
      fits = take_number(reader, 1, 2, 1, 31, &parts->day);
      break;
    case 'j':
      fits = take_number(reader, 1, 3, 1, 366, &parts->day_of_year);
      break;
    case 'a':
    case 'A':
      fits = take_weekday(reader);
      break;
    case 'H':
      fits = take_number(reader, 1, 2, 0, 23, &parts->hour);
      parts->has_clock = true;
      break;
    case 'I':
      fits = take_number(reader, 1, 2, 1, 12, &parts->hour12);
      parts->has_clock = true;
      break;
    case 'p':
      parts->afternoon = take_word(reader, "PM", 2);
      fits = parts->afternoon || take_word(reader, "AM", 2);
      break;
    case 'M':
      fits = take_number(reader, 1, 2, 0, 59, &parts->minute);
      parts->has_clock = true;
      break;
    case 'S':
      fits = take_number(reader, 1, 2, 0, 59, &parts->second);
      parts->has_clock = true;
      break;
    case 'f':
      fits = take_fraction(reader);
      parts->has_clock = true;
      break;
    case 'z':
      fits = take_zone(reader);
      break;
    case '%':
      fits = take_word(reader, "%", 1);
      break;
    default:
      return TIME_FORMAT_INVALID;
  }
  return fits ? TIME_FORMAT_OK : TIME_FORMAT_MISFIT;
}

static TimeFormatResult take_format(Reader *reader, const char *format, size_t length);

/* Letters that stand for others; NULL: it is none. */
static const char *long_form(char letter)
{
  switch (letter) {
    case 'T':
      return "%H:%M:%S";
    case 'R':
      return "%H:%M";
    case 'D':
      return "%m/%d/%y";
    case 'F':
      return "%Y-%m-%d";
    case 'n':
    case 't':
      return " ";
    default:
      return NULL;
  }
}

static TimeFormatResult take_format(Reader *reader, const char *format, size_t length)
{
  TimeFormatResult result = TIME_FORMAT_OK;
  for (size_t i = 0; i < length && result == TIME_FORMAT_OK; i++) {
    if (is_space(format[i])) {
      skip_spaces(reader);
    } else if (format[i] != '%' || i + 1 == length) {
      bool same = reader->p < reader->end && *reader->p == format[i];
      reader->p += same;
      result = same ? TIME_FORMAT_OK : TIME_FORMAT_MISFIT;
    } else {
      const char *others = long_form(format[++i]);
      result = others ? take_format(reader, others, strlen(others)) : take_letter(reader, format[i]);
    }
  }
  return result;
}

/* Whether every letter is one, a year is among them, and %I and %p come together; a value is not looked at. */
static bool is_format(const char *format, size_t length)
{
  static const char LETTERS[] = "YymbBhdejaAHIpMSfzTRDFnt%";
  bool has['z' + 1] = {0};
  for (size_t i = 0; i < length; i++) {
    if (format[i] == '%') {
      char letter = ++i < length ? format[i] : 0;
      if (!letter || !strchr(LETTERS, letter)) {
        return false;
      }
      has[(unsigned char)letter] = true;
    }
  }
  return (has['Y'] || has['y'] || has['D'] || has['F']) && has['I'] == has['p'];
}

TimeFormatResult time_from_format(const char *text, size_t length, const char *format, size_t format_length,
                                  int64_t *ms, bool *is_date)
{
  if (!is_format(format, format_length)) {
    return TIME_FORMAT_INVALID;
  }
  Reader reader = {.p = text, .end = text + length, .parts = {.hour12 = -1, .month = -1, .day = -1}};
  Parts *parts = &reader.parts;
  skip_spaces(&reader);
  TimeFormatResult result = take_format(&reader, format, format_length);
  skip_spaces(&reader);
  if (result != TIME_FORMAT_OK || reader.p != reader.end) {
    return TIME_FORMAT_MISFIT;
  }
  int month = parts->month < 0 ? 1 : parts->month, day = parts->day < 0 ? 1 : parts->day;
  bool by_number = parts->day_of_year > 0 && parts->month < 0 && parts->day < 0;
  if (day > month_length(parts->year, month) ||
      (by_number && parts->day_of_year == 366 && month_length(parts->year, 2) == 28)) {
    return TIME_FORMAT_MISFIT;
  }
  int hour = parts->hour12 < 0 ? parts->hour : parts->hour12 % 12 + 12 * parts->afternoon;
  int64_t days = day_from_civil(parts->year, month, day) + (by_number ? parts->day_of_year - 1 : 0);
  int64_t minutes = (days * 24 + hour) * 60 + parts->minute - parts->offset_minutes;
  int64_t time = (minutes * 60 + parts->second) * MS_PER_SECOND + parts->milliseconds;
  if (time < TIME_MIN || time > TIME_MAX) {
    return TIME_FORMAT_MISFIT;
  }
  *ms = time;
  *is_date = !parts->has_clock;
  return TIME_FORMAT_OK;
}

bool time_from_serial(double serial, bool from_1904, int64_t *ms)
{
  if (!(serial >= !from_1904 && serial < 2958466) || (!from_1904 && serial >= 60 && serial < 61)) {
    return false;
  }
  /* Before that day numbers count from 1899-12-31. */
  int64_t first = from_1904 ? day_from_civil(1904, 1, 1) : day_from_civil(1899, 12, 30) + (serial < 60);
  int64_t time = first * MS_PER_DAY + (int64_t)floor(serial * (double)MS_PER_DAY + 0.5);
  if (time > TIME_MAX) {
    return false;
  }
  *ms = time;
  return true;
}
