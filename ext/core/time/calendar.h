/*
** The calendar: days and durations, and times as ISO text. Periods are in period.h.
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
int month_length(int year, int month); /* month 1 … 12 */

/* Floor division for b > 0: the day of a time is floor_div(ms, MS_PER_DAY), also before 1970. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

/*
** 'YYYY-MM-DD HH:MM:SS', or with '.SSS' where there are milliseconds; 'YYYY-MM-DD'. The length without the final zero
** byte.
*/
#define TIME_TEXT_MAX 32
size_t time_to_text(int64_t ms, char out[TIME_TEXT_MAX]);
size_t date_to_text(int64_t days, char out[TIME_TEXT_MAX]);

#define LENGTH_MAX 36525 /* of any unit: a hundred years of days */
/* A length of time. Months stay months. */
typedef struct Duration {
  int64_t ms;
  int32_t months;
} Duration;
/*
** ms + sign * duration; a day of the month that does not exist becomes the last one (31 January + 1 month = 28 or
** 29 February). The result may lie outside TIME_MIN … TIME_MAX.
*/
int64_t time_add(int64_t ms, Duration duration, int sign);

#endif
