/*
** Periods of local time: consecutive, numbered by an index that is 0 for the one that holds 1970-01-01 00:00.
*/
#ifndef RETAIN_CORE_TIME_PERIOD_H
#define RETAIN_CORE_TIME_PERIOD_H

#include "zone.h"

typedef enum GrainUnit {
  GRAIN_HOUR,
  GRAIN_DAY,
  GRAIN_WEEK,
  GRAIN_MONTH,
  GRAIN_QUARTER,
  GRAIN_YEAR
} GrainUnit;

/*
** How long a period is, and where one begins: `anchor` is that of the periods, in hours, days (for weeks too) or months
** since 1970-01-01 00:00, brought to -length < anchor <= 0, so that index 0 begins at it.
*/
typedef struct Grain {
  GrainUnit unit;
  int32_t count; /* units, 1 … LENGTH_MAX */
  int32_t anchor;
  int32_t first_month; /* of quarters and years: the month that they are from, 0 … 11 */
} Grain;

#define WEEK_ANCHOR (-3) /* Monday, 1969-12-29: ISO weeks */

/*
** '[N ]unit[ from ANCHOR]', any case, plural allowed; unit: hour, day, week, month, quarter, year. ANCHOR: of hours,
** days and weeks a date, of weeks a day of the week too; of months, quarters and years a month; names whole or by their
** first three letters. Left out: a week is from Monday, N of a unit from 1970-01-01.
*/
bool grain_from_text(const char *text, size_t length, Grain *grain);
#define GRAIN_FORMS \
  "one of 'hour', 'day', 'week', 'month', 'quarter', 'year', a number of them ('10 days'), or with another beginning " \
  "('week from sunday', 'quarter from april', '14 days from 2026-01-05')"

/* Of local times; of a grain that is no whole number of days a period may begin at any hour. */
int64_t period_index(Grain grain, int64_t local_ms);
/* local ms of its first instant; the end of period i is the start of i + 1 */
int64_t period_start(Grain grain, int64_t index);

/*
** A period's usual name; the length without the final zero byte.
**   2026-01-31 13:00, 2026-01-31, 2026-01   of an hour, a day, a month
**   2026-W05                                of a week from Monday, by ISO 8601
**   2026-Q1, 2026; FY2026-Q1, FY2026        of quarter and year; where they are from another month than January, of the
**                                           fiscal year, which is named after the year that it ends in
** Of others, such as 10 days, the first hour or day.
*/
#define PERIOD_LABEL_MAX 32
size_t period_label(Grain grain, int64_t index, char out[PERIOD_LABEL_MAX]);

/* The longest that a period can be, in ms; and the months that it has, 0 for hours, days and weeks. */
int64_t grain_longest(Grain grain);
int32_t grain_months(Grain grain);

/* The period of many times in turn: remembers the last one. Set grain and zone; lo = hi = 0 is empty. */
typedef struct PeriodCursor {
  Grain grain;
  ZoneCursor zone;
  int64_t lo, hi, index; /* UTC times lo <= t < hi lie in period `index` */
} PeriodCursor;
/*
** In UTC: the first instant of a period. Where clocks are put back across its first hour it is the earlier one, so that
** an instant after it belongs to the period whatever the clocks show then.
*/
static inline int64_t period_begin(const PeriodCursor *cursor, int64_t index)
{
  return zone_instant(&cursor->zone, period_start(cursor->grain, index));
}
int64_t period_seek(PeriodCursor *cursor, int64_t ms);
static inline int64_t period_of(PeriodCursor *cursor, int64_t ms)
{
  return cursor->lo <= ms && ms < cursor->hi ? cursor->index : period_seek(cursor, ms);
}

#endif
