/*
** From text and numbers to times, offsets, grains and durations (calendar.h).
*/
#ifndef RETAIN_CORE_TIME_TIME_PARSE_H
#define RETAIN_CORE_TIME_TIME_PARSE_H

#include "calendar.h"

/*
** One time value. False, and *ms as it was, where it is no time, or outside TIME_MIN … TIME_MAX.
**   text    what SQLite's date functions accept, except 'now': YYYY-MM-DD[( |T)HH:MM[:SS[.fff…]][ ]][Z|±HH:MM], HH:MM…
**           (on 2000-01-01), or a number, read as a real. Fractions round to the nearest millisecond. No spaces before
**           a date, but before a number and behind all. Day 31 of a shorter month rolls over as in SQLite ('2023-02-31'
**           is 2023-03-03). Hour 24 is the next day's first, with all its minutes: newer SQLite takes only 24:00 of it.
**   integer unix seconds; above 253402300799, or below -62167219200, unix milliseconds
**   real    0 … 5373484.5 a julian day number, below year 0 none; other numbers as integers, the fraction kept
** A number that reads as a date, 19000101 … 21001231 such as 20240229, is none: as unix seconds it would be a day of
** August 1970. `text` need not end in a zero byte; no byte at or after text[length] is read. As in SQLite, a zero byte
** ends it.
*/
bool time_from_text(const char *text, size_t length, int64_t *ms);
bool time_from_integer(int64_t number, int64_t *ms);
bool time_from_real(double number, int64_t *ms);

/*
** As time_from_text(), with the last date remembered: rows near each other share their first ten bytes.
** {0} is a valid empty memo.
*/
typedef struct TimeMemo {
  char date[16]; /* "YYYY-MM-DD" of the last parsed text, padded with zero bytes */
  int64_t day_ms;
} TimeMemo;
bool time_from_text_memo(TimeMemo *memo, const char *text, size_t length, int64_t *ms);

/* '+08:00', '-03:30', 'Z', '+0800', '+08', '+8', '0': at most ±14:00. In milliseconds. */
bool offset_from_text(const char *text, size_t length, int64_t *ms);

/* 'day' 'week' 'month' 'quarter' 'year' 'N days', any case, plural allowed */
bool grain_from_text(const char *text, size_t length, Grain *grain);

/* 'N hours|days|weeks|months|quarters|years' (N 0 … LENGTH_MAX, singular and 'day' alone allowed). */
bool duration_from_text(const char *text, size_t length, Duration *duration);

#endif
