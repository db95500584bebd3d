/*
** The calendar: time text and numbers to milliseconds, periods, durations, and back to ISO text.
**
** Proleptic Gregorian, years 0000 … 9999, UTC, int64 milliseconds since 1970-01-01; a "local" time is UTC plus the
** offset in milliseconds. Nothing here knows leap seconds, locales or the wall clock. All functions are pure and
** reentrant.
*/
#ifndef RETAIN_CORE_TIME_CALENDAR_H
#define RETAIN_CORE_TIME_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS_PER_SECOND INT64_C(1000)
#define MS_PER_HOUR INT64_C(3600000)
#define MS_PER_DAY INT64_C(86400000)
#define TIME_MIN INT64_C(-62167219200000) /* 0000-01-01 00:00:00 */
#define TIME_MAX INT64_C(253402300799999) /* 9999-12-31 23:59:59.999 */

/* Days since 1970-01-01 of a civil date, and back. Years -39999 … 1000000; beyond that they wrap. */
int64_t day_from_civil(int64_t year, int month, int day);
void day_to_civil(int64_t days, int *year, int *month, int *day);

/* Floor division for b > 0: the day of a time is floor_div(ms, MS_PER_DAY), also before 1970. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

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

/*
** 'YYYY-MM-DD HH:MM:SS', or with '.SSS' where there are milliseconds; 'YYYY-MM-DD'. The length without the final zero
** byte.
*/
#define TIME_TEXT_MAX 32
size_t time_to_text(int64_t ms, char out[TIME_TEXT_MAX]);
size_t date_to_text(int64_t days, char out[TIME_TEXT_MAX]);

/* '+08:00', '-03:30', 'Z', '+0800', '+08', '+8', '0': at most ±14:00. In milliseconds. */
bool offset_from_text(const char *text, size_t length, int64_t *ms);

/*
** Periods: consecutive, numbered by an index that is 0 for the one that holds 1970-01-01 (week: ISO, Monday; N days:
** counted from 1970-01-01).
*/
typedef enum GrainUnit {
  GRAIN_DAY,
  GRAIN_WEEK,
  GRAIN_MONTH,
  GRAIN_QUARTER,
  GRAIN_YEAR,
  GRAIN_DAYS
} GrainUnit;
typedef struct Grain {
  GrainUnit unit;
  int32_t days; /* GRAIN_DAYS: 1 … LENGTH_MAX */
} Grain;
/* 'day' 'week' 'month' 'quarter' 'year' 'N days', any case, plural allowed */
bool grain_from_text(const char *text, size_t length, Grain *grain);
int64_t period_index(Grain grain, int64_t local_ms);
/* local ms of its first instant; the end of period i is the start of i + 1 */
int64_t period_start(Grain grain, int64_t index);

/* The period of many times in turn: remembers the last one. Set grain and offset; lo = hi = 0 is empty. */
typedef struct PeriodCursor {
  Grain grain;
  int64_t offset_ms;
  int64_t lo, hi, index; /* UTC times lo <= t < hi lie in period `index` */
} PeriodCursor;
int64_t period_seek(PeriodCursor *cursor, int64_t ms);
static inline int64_t period_of(PeriodCursor *cursor, int64_t ms)
{
  return cursor->lo <= ms && ms < cursor->hi ? cursor->index : period_seek(cursor, ms);
}

#define LENGTH_MAX 36525 /* of any unit: a hundred years of days */
/*
** A length of time: 'N hours|days|weeks|months|quarters|years' (N 0 … LENGTH_MAX, singular and 'day' alone allowed).
** Months stay months.
*/
typedef struct Duration {
  int64_t ms;
  int32_t months;
} Duration;
bool duration_from_text(const char *text, size_t length, Duration *duration);
/*
** ms + sign * duration; a day of the month that does not exist becomes the last one (31 January + 1 month = 28 or
** 29 February). The result may lie outside TIME_MIN … TIME_MAX.
*/
int64_t time_add(int64_t ms, Duration duration, int sign);

#endif
