/*
** From text and numbers to times and offsets.
*/
#ifndef RETAIN_CORE_TIME_TIME_PARSE_H
#define RETAIN_CORE_TIME_TIME_PARSE_H

#include "calendar.h"

/*
** One time value. False, and *ms as it was, where it is no time, or outside TIME_MIN … TIME_MAX; time_refusal.h says
** why.
**   text    YYYY-MM-DD, YYYY/MM/DD, YYYY.MM.DD, YYYY年MM月DD日 (month and day also of one digit) or YYYYMMDD, of a day
**           that exists; then maybe, after spaces or T, [H]H:MM[:SS[.fff…]], after YYYYMMDD also HHMM[SS[.fff…]], and
**           after that Z, UTC, ±HH:MM, ±HHMM or ±HH; or a number, read as a real. Fractions are cut off to
**           milliseconds. Of hour 24 only 24:00, the next day's first instant. Spaces around it do no harm.
**   number  1721059.5 … 5373484.5 a julian day, real or integer; else unix time: below 2.5e11 in size seconds, below
**           2.5e14 milliseconds, below 2.5e17 microseconds, above nanoseconds. Numbers below 1e8 in size are none (a
**           year, an Excel serial, YYYYMMDD), nor are those that read as YYYYMMDDhhmm or YYYYMMDDhhmmss.
** `text` need not end in a zero byte; no byte at or after text[length] is read. As in SQLite, a zero byte ends it.
*/
bool time_from_text(const char *text, size_t length, int64_t *ms);
bool time_from_integer(int64_t number, int64_t *ms);
bool time_from_real(double number, int64_t *ms);

#define JULIAN_START 1721059.5 /* 0000-01-01 */
#define JULIAN_FIRST 1721060   /* the first integer, a noon */
#define JULIAN_END 5373485     /* after the last one */
#define JULIAN_EPOCH_MS INT64_C(210866760000000)
#define UNIX_LEAST 100000000 /* seconds: 1973-03-03 */
#define UNIX_SECONDS_END 250000000000
#define UNIX_MILLIS_END 250000000000000
#define UNIX_MICROS_END 250000000000000000

/*
** As time_from_text(), with the last date remembered: rows near each other share their first ten bytes.
** {0} is a valid empty memo.
*/
typedef struct TimeMemo {
  char date[16]; /* "YYYY-MM-DD" of the last parsed text, padded with zero bytes */
  int64_t day_ms;
  bool is_date; /* the last text that was a time was a date alone */
} TimeMemo;
bool time_from_text_memo(TimeMemo *memo, const char *text, size_t length, int64_t *ms);

/* Year, month and day as digits stand in a text, whether or not there is such a day. */
typedef struct Civil {
  int year, month, day;
  bool compact; /* YYYYMMDD */
  bool closed;  /* by a sign, so that a time may follow at once */
} Civil;
/* Reads a year-first date at *text and moves there behind it. */
bool civil_from_text(const char **text, const char *end, Civil *civil);

/* A decimal number with spaces around it, up to the end. */
bool number_from_text(const char *text, const char *end, double *number);

/* '+08:00', '-03:30', 'Z', '+0800', '+08', '+8', '0': at most ±14:00. In milliseconds. */
bool offset_from_text(const char *text, size_t length, int64_t *ms);

#endif
