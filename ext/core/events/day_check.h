/*
** Rows by civil day, and what is odd about their days.
**
**   gaps        runs of days without any row: a step from one day with rows to the next is unusual if it is longer than
**               3 times the 95 % quantile (type 7) of all such steps. Judged from 20 steps on
**   sparse end  the last 28 days up to the newest day with rows, against the spans of 28 days before, as far as the
**               days with rows go back, at most 12: fewer rows than a quarter of their median, and, where there is the
**               span of a year (364 days) before, fewer than half of that one's, so that a low season is none. Judged
**               from 3 spans before on, with a median of at least 30 rows
**
** Memory: 64 kilobytes, and 2 for each block of 512 days that has a row.
*/
#ifndef RETAIN_CORE_EVENTS_DAY_CHECK_H
#define RETAIN_CORE_EVENTS_DAY_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/status.h"

#define DAY_CHECK_GAP_TIMES 3
#define DAY_CHECK_STEPS_MIN 20
#define DAY_CHECK_SPAN 28
#define DAY_CHECK_SPANS_MIN 3
#define DAY_CHECK_SPANS_MAX 12
#define DAY_CHECK_USUAL_MIN 30
#define DAY_CHECK_YEAR 13 /* spans: 364 days */

/* {0} is a valid empty object. */
typedef struct DayCheck {
  uint32_t **page; /* the rows of each day, by blocks; NULL: none in the block */
  uint32_t *count; /* of `day` */
  uint32_t day;    /* the day number of the last row */

  int64_t gaps, gap_days;    /* unusual runs, and the days without a row in them */
  uint32_t gap_from, gap_to; /* day numbers: the days with rows around the longest run */
  double usual_step;         /* the 95 % quantile, in days; NaN where there are too few */

  bool sparse;
  uint32_t sparse_from, sparse_to; /* day numbers: the last span */
  int64_t sparse_rows;             /* in it */
  double usual_rows;               /* the median of the spans before; NaN where there are too few */
} DayCheck;

/* Counts a row of a day; false when out of memory. */
bool day_check_other(DayCheck *check, uint32_t day);
static inline bool day_check_add(DayCheck *check, uint32_t day)
{
  if (check->count && day == check->day) {
    ++*check->count;
    return true;
  }
  return day_check_other(check, day);
}

/* After the last row. */
Status day_check_finish(DayCheck *check, const Watch *watch);
void day_check_free(DayCheck *check); /* may run twice */

#endif
