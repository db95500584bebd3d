/*
** purchase_intervals(source[, typical]): each customer's rhythm, and who is late by it.
**
**   SELECT customer, median_gap, days_since_last, expected_next FROM purchase_intervals('orders') WHERE overdue_ratio
** > 2;
**
** R1  One row per customer with at least two purchase days, in the order of the customers' first rows in the source.
** R2  Purchases are merged by civil day in time_zone; a gap is the whole number of days from one purchase day to the
**     next, at least 1.
** R3  Quantiles are type 7 (R's default, PERCENTILE_CONT). cv is the sample standard deviation (n - 1) over the mean;
**     NULL with a single gap.
** R4  days_since_last: from the last purchase day to the day of as_of.
** R5  overdue_ratio = days_since_last / typical gap. The typical gap is the mean, as usual in the field (average days
**     between orders, latency); typical = 'median' takes the median, which one long pause does not move.
** R6  expected_next = last purchase day + the typical gap, rounded to whole days, half a day up; NULL past the year
**     9999.
*/
#include <math.h>

#include "core/measures/purchase_intervals.h"
#include "fn/events/event_params.h"

typedef struct IntervalsAnswer {
  EventSource source;
  PurchaseIntervals intervals;
  bool by_median;
  uint32_t today; /* day number of as_of */
} IntervalsAnswer;

enum {
  ARG_SOURCE,
  ARG_TYPICAL,
  ARG_COUNT
};

static Status intervals_compute(Call *call, void *state, int64_t *n_rows)
{
  IntervalsAnswer *answer = state;
  answer->by_median = call_choice(call, ARG_TYPICAL) == 1;
  answer->intervals.zone = event_source_zone(call);
  Accumulator accumulator = purchase_intervals_accumulator();
  Status status = event_source_read(call, &accumulator, &answer->intervals, (EventSourceOptions){0}, &answer->source);
  if (status) {
    return status;
  }
  answer->today = day_number(zone_local(&answer->intervals.zone, answer->source.as_of.last));
  status = purchase_intervals_finish(&answer->intervals, &answer->source.customers, call_watch(call));
  *n_rows = answer->intervals.n_rows;
  return status;
}

enum {
  COLUMN_CUSTOMER,
  COLUMN_PURCHASES,
  COLUMN_MEAN_GAP,
  COLUMN_MEDIAN_GAP,
  COLUMN_P90_GAP,
  COLUMN_CV,
  COLUMN_DAYS_SINCE_LAST,
  COLUMN_OVERDUE_RATIO,
  COLUMN_EXPECTED_NEXT,
  COLUMN_COUNT
};

static void intervals_cell(const void *state, int64_t row, int column, Cell *out)
{
  const IntervalsAnswer *answer = state;
  PurchaseIntervalsStats stats;
  if (column == COLUMN_CUSTOMER) {
    cell_customer(out, &answer->source.customers, answer->intervals.row[row].customer);
    return;
  }
  purchase_intervals_get(&answer->intervals, &answer->source.customers, (uint32_t)row, &stats);
  double typical = answer->by_median ? stats.median : stats.mean;
  int64_t since = (int64_t)answer->today - stats.last;
  switch (column) {
    case COLUMN_PURCHASES:
      cell_integer(out, (int64_t)stats.gaps + 1);
      return;
    case COLUMN_MEAN_GAP:
      cell_real(out, stats.mean);
      return;
    case COLUMN_MEDIAN_GAP:
      cell_real(out, stats.median);
      return;
    case COLUMN_P90_GAP:
      cell_real(out, stats.p90);
      return;
    case COLUMN_CV:
      cell_real(out, stats.cv);
      return;
    case COLUMN_DAYS_SINCE_LAST:
      cell_integer(out, since);
      return;
    case COLUMN_OVERDUE_RATIO:
      cell_real(out, (double)since / typical);
      return;
    case COLUMN_EXPECTED_NEXT: {
      int64_t next = day_number_start(stats.last) + (int64_t)floor(typical + 0.5) * MS_PER_DAY;
      if (next <= TIME_MAX) {
        cell_date(out, next);
        return;
      }
      break;
    }
  }
  cell_null(out);
}

static void intervals_answer_free(void *state)
{
  IntervalsAnswer *answer = state;
  event_source_free(&answer->source);
  purchase_intervals_free(&answer->intervals);
}

static const Customers *intervals_customers(const void *state)
{
  return &((const IntervalsAnswer *)state)->source.customers;
}

static int64_t intervals_row(const void *state, uint32_t id)
{
  return purchase_intervals_row_of(&((const IntervalsAnswer *)state)->intervals, id);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_CUSTOMER] = {"customer", "", "the customer's key as in the source"},
  [COLUMN_PURCHASES] = {"purchases", "INTEGER", "purchase days, at least 2; the gaps are one fewer"},
  [COLUMN_MEAN_GAP] = {"mean_gap", "REAL", "mean days between purchase days"},
  [COLUMN_MEDIAN_GAP] = {"median_gap", "REAL", "median days between purchase days"},
  [COLUMN_P90_GAP] = {"p90_gap", "REAL", "90 % of the gaps are at most this many days (type 7)"},
  [COLUMN_CV] =
    {"cv", "REAL",
     "regularity: standard deviation of the gaps / mean; near 0 like clockwork, about 1 at random. NULL with one gap"},
  [COLUMN_DAYS_SINCE_LAST] = {"days_since_last", "INTEGER", "days from the last purchase day to as_of"},
  [COLUMN_OVERDUE_RATIO] = {"overdue_ratio", "REAL",
                            "days_since_last / typical gap: above 1 the customer is late by their own rhythm"},
  [COLUMN_EXPECTED_NEXT] = {"expected_next", "TEXT",
                            "last purchase day + typical gap, a date; it may have passed; NULL past the year 9999"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_TIMES),
  [ARG_TYPICAL] = {"typical", PARAM_CHOICE, "mean", 0, 0, "mean|median",
                   "the customer's typical gap, for overdue_ratio and expected_next: mean, or median, which one long "
                   "pause does not move"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec purchase_intervals_table = {
  .name = "purchase_intervals",
  .doc =
    {
      .summary = "Shows each customer's purchase rhythm, how late they are by it, and when the next purchase is due.",
      .result = "A row per customer with at least two purchase days, in the order of the customers' first rows.",
      .nulls = "Rows with a NULL customer or time do not take part. cv is NULL with a single gap.",
      .errors = "An unknown typical; an unknown source or column; an invalid customer or time.",
      .example = "SELECT customer, purchases, round(mean_gap, 1) AS mean_gap, days_since_last, round(overdue_ratio, 2) "
                 "AS overdue_ratio, expected_next FROM purchase_intervals((SELECT retain_log(customer_id, ordered_at) "
                 "FROM demo_orders(200, 1))) WHERE overdue_ratio > 2 LIMIT 3",
      .formula = "Gaps in days between consecutive purchase days (purchases of one civil day merged); quantiles type 7 "
                 "(Hyndman & Fan 1996); cv = s / mean, s with n - 1; overdue_ratio = days_since_last / typical gap; "
                 "expected_next = last day + typical gap rounded to whole days.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_UNUSED,
  .state_size = sizeof(IntervalsAnswer),
  .compute = intervals_compute,
  .cell = intervals_cell,
  .free = intervals_answer_free,
  .customers = intervals_customers,
  .row_of = intervals_row,
};
