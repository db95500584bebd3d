/*
** Is this purchase history fit to be analysed? What can be counted over rows that are well formed; rows that are not
** are counted while they are read.
**
**   duplicates   rows beyond the first of the same customer, time and value (NULL, which comes as NaN, equals NULL)
**   future       time > today
**   negative     value < 0
**   zero         value = 0
**   dominant     the customer with the most rows, if it has more than 10 % of all rows and more than ten times the
**                average customer's; the same for value, over values > 0
**   gaps         runs of civil days without any row: a step from one day with rows to the next is unusual if it is
**                longer than 3 times the 95 % quantile (type 7) of all such steps. Judged from 20 steps on, up to
**                `today`
**
** Duplicates are found exactly, among the rows that share an instant: while rows come in time order these are
** neighbours. The first row that is earlier than the one before it answers STATUS_DISORDER; in the sorted pass rows
** of one customer and time are neighbours. Memory: 24 bytes per customer, 24 … 48 per row of the fullest instant,
** half a megabyte for the days. O(1) expected per row.
*/
#ifndef RETAIN_CORE_EVENTS_DATA_CHECK_H
#define RETAIN_CORE_EVENTS_DATA_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "accumulator.h"
#include "core/base/hash.h"
#include "core/time/zone.h"
#include "customers.h"

/* A customer is dominant with more than this share of all, and more than so many times the average customer's. */
#define DATA_CHECK_DOMINANT_PERCENT 10
#define DATA_CHECK_DOMINANT_TIMES 10
/* Days are missing where a step between days with rows is so many times the usual one, of so many steps at least. */
#define DATA_CHECK_GAP_TIMES 3
#define DATA_CHECK_STEPS_MIN 20

/* Rows of a kind, and the smallest rowid among them. */
typedef struct DataCheckTally {
  int64_t rows, rowid;
} DataCheckTally;

/* A row of the current instant. */
typedef struct DataCheckTwin {
  uint64_t value;
  uint32_t customer, round; /* round != Check.round: free */
} DataCheckTwin;

typedef struct DataCheckDominant {
  DataCheckTally tally; /* rows 0: nobody */
  uint32_t customer;
  double share;
} DataCheckDominant;

/* Set the first two, feed data_check_accumulator() with rows, data_check_finish(). {0} is a valid empty object. */
typedef struct DataCheck {
  ZoneCursor zone;
  int64_t today;

  DataCheckTally duplicate, future, negative, zero;
  int64_t rows;
  DataCheckDominant by_rows, by_value;
  int64_t gaps, gap_days;    /* unusual runs, and the days without a row in them */
  uint32_t gap_from, gap_to; /* day numbers: the days with rows around the longest run */
  double usual_step;         /* the 95 % quantile, in days; NaN where there are too few */

  bool sorted; /* second pass: rows come by customer */
  bool alone;  /* `last` is the only row of its instant so far, and not in `twin` */
  Event last;
  uint32_t round; /* of the instant; never 0 */
  uint32_t n_twins, twins_size;
  DataCheckTwin *twin; /* hash table of twins_size = 2^n */
  HashSecret secret;
  uint64_t *day; /* a bit per day number: has rows up to today */
  uint32_t last_day;
} DataCheck;

Accumulator data_check_accumulator(void);

/* Dominance and gaps. `customers` are those whose states the accumulator was given. */
Status data_check_finish(DataCheck *check, const Customers *customers, const Watch *watch);

/* May run twice. */
void data_check_free(DataCheck *check);

#endif
