/*
** customer_summary(source[, unit[, until]]): what the buy-till-you-die models need of a customer.
**
**   SELECT customer, x, t_x, T, m FROM customer_summary('orders') WHERE unit = 'week' AND until = '1997-09-30';
**
** R1  One row per customer, in the order of their first row in the source; with `until`, only those who bought up to
**     it.
** R2  Purchases are merged by civil day in time_zone. orders counts rows, x the purchase days after the first.
** R3  t_x: from the first to the last purchase day; T: from the first purchase day to the day on which observation
**     ends, `until`, else as_of. Both are whole days divided by the unit: day 1, week 7, month 30.4375, year 365.25.
**     With unit hour all that is a day here is an hour.
** R4  m: mean of the day sums over the x repeat days, the first day left out. NULL where x = 0 or the source has no
**     value.
** R5  Rows after the instant `until` (a date alone is its first instant), up to as_of, are the holdout:
**     holdout_orders counts its rows, holdout_x its purchase days, holdout_value their sum, holdout_T runs from the
**     day of `until` to that of as_of. All NULL without `until`.
** R6  `until` after a given as_of is an error; after the newest row, where none is given, it ends the observation and
**     the holdout has no length.
** R7  A NULL value counts as 0. Amounts of at most four decimals are summed as decimal numbers, exactly; others with
**     compensation.
*/
#include "fn/events/event_params.h"
#include "summary_params.h"

typedef struct SummaryAnswer {
  EventSource source;
  CustomerSummary summary;
  double unit;           /* in days, or of hours 1 */
  double holdout_length; /* in the unit */
} SummaryAnswer;

enum {
  ARG_SOURCE,
  ARG_UNIT,
  ARG_UNTIL,
  ARG_COUNT
};

static Status summary_compute(Call *call, void *state, int64_t *n_rows)
{
  SummaryAnswer *answer = state;
  CustomerSummary *summary = &answer->summary;
  int unit = call_choice(call, ARG_UNIT);
  summary->hourly = unit == 0;
  answer->unit = unit > 0 ? UNIT_DAYS[unit - 1] : 1;
  Status status = summary_params_read(call, ARG_UNTIL, summary); /* R6 */
  if (status) {
    return status;
  }
  Accumulator accumulator = customer_summary_accumulator(summary);
  status = event_source_read(call, &accumulator, summary, (EventSourceOptions){0}, &answer->source);
  if (status == STATUS_ERROR && summary->too_far) {
    call_fail(call, "by the hour times must lie in the years 1699 to 2176: take another unit");
  }
  if (status) {
    return status;
  }
  int64_t as_of = answer->source.as_of.last;
  int64_t end = summary->split ? summary->until : as_of;
  status = customer_summary_finish(summary, &answer->source.customers, end, call_watch(call));
  if (summary->split && as_of > summary->until) {
    uint32_t length = customer_summary_number(summary, as_of) - customer_summary_number(summary, summary->until);
    answer->holdout_length = length / answer->unit;
  }
  *n_rows = summary->n_rows;
  return status;
}

enum {
  COLUMN_CUSTOMER,
  COLUMN_ORDERS,
  COLUMN_X,
  COLUMN_T_X,
  COLUMN_T,
  COLUMN_M,
  COLUMN_HOLDOUT_ORDERS,
  COLUMN_HOLDOUT_X,
  COLUMN_HOLDOUT_VALUE,
  COLUMN_HOLDOUT_T,
  COLUMN_COUNT
};

/* Whether a column is NULL for all customers. */
static bool is_unknown(const SummaryAnswer *answer, int column)
{
  bool of_holdout = column >= COLUMN_HOLDOUT_ORDERS, of_value = column == COLUMN_M || column == COLUMN_HOLDOUT_VALUE;
  return (of_holdout && !answer->summary.split) || (of_value && !answer->source.has_value);
}

static void summary_cell(const void *state, int64_t row, int column, Cell *out)
{
  const SummaryAnswer *answer = state;
  CustomerSummaryRow customer;
  if (is_unknown(answer, column)) {
    cell_null(out);
    return;
  }
  customer_summary_get(&answer->summary, &answer->source.customers, (uint32_t)row, &customer);
  switch (column) {
    case COLUMN_CUSTOMER:
      cell_customer(out, &answer->source.customers, customer.customer);
      break;
    case COLUMN_ORDERS:
      cell_integer(out, customer.orders);
      break;
    case COLUMN_X:
      cell_integer(out, customer.repeats);
      break;
    case COLUMN_T_X:
      cell_real(out, (double)customer.recency / answer->unit);
      break;
    case COLUMN_T:
      cell_real(out, (double)customer.age / answer->unit);
      break;
    case COLUMN_M:
      cell_real(out, customer.mean);
      break;
    case COLUMN_HOLDOUT_ORDERS:
      cell_integer(out, customer.holdout_orders);
      break;
    case COLUMN_HOLDOUT_X:
      cell_integer(out, customer.holdout_days);
      break;
    case COLUMN_HOLDOUT_VALUE:
      cell_real(out, customer.holdout_value);
      break;
    case COLUMN_HOLDOUT_T:
      cell_real(out, answer->holdout_length);
      break;
  }
}

static void summary_answer_free(void *state)
{
  SummaryAnswer *answer = state;
  event_source_free(&answer->source);
  customer_summary_free(&answer->summary);
}

static const Customers *summary_customers(const void *state)
{
  return &((const SummaryAnswer *)state)->source.customers;
}

static int64_t summary_row(const void *state, uint32_t id)
{
  return customer_summary_row_of(&((const SummaryAnswer *)state)->summary, id);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_CUSTOMER] = {"customer", "", "the customer's key as in the source"},
  [COLUMN_ORDERS] = {"orders", "INTEGER", "rows of the customer up to the end of observation (with until: up to it)"},
  [COLUMN_X] = {"x", "INTEGER", "repeat purchases: purchase days after the first"},
  [COLUMN_T_X] = {"t_x", "REAL",
                  "recency as the models mean it: first to last purchase day, in the unit; 0 where x = 0"},
  [COLUMN_T] = {"T", "REAL", "age: first purchase day to the day on which observation ends, in the unit"},
  [COLUMN_M] = {"m", "REAL", "mean value of a repeat purchase day; NULL where x = 0 or the source has no value"},
  [COLUMN_HOLDOUT_ORDERS] = {"holdout_orders", "INTEGER", "rows of the customer after until; NULL without until"},
  [COLUMN_HOLDOUT_X] = {"holdout_x", "INTEGER", "purchase days after until; NULL without until"},
  [COLUMN_HOLDOUT_VALUE] = {"holdout_value", "REAL", "sum of the values after until; NULL without until or value"},
  [COLUMN_HOLDOUT_T] =
    {"holdout_T", "REAL",
     "length of the holdout, from the day of until to that of as_of, in the unit; NULL without until"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  [ARG_UNIT] = {"unit", PARAM_CHOICE, "week", 0, 0, "hour|" UNIT_CHOICES,
                "the unit of t_x, T and holdout_T: " UNITS_HELP
                "; with hour the purchases of one hour are one purchase, "
                "instead of those of one day"},
  [ARG_UNTIL] = {"until", PARAM_TIME, "", 0, 0, NULL,
                 "the instant that ends the calibration; rows after it are the holdout. A date alone is its whole day"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec customer_summary_table = {
  .name = "customer_summary",
  .doc =
    {
      .summary = "Summarises each customer as x, t_x, T and m, the input of BG/NBD, Pareto/NBD and Gamma-Gamma, with a "
                 "holdout to test them on.",
      .result = "A row per customer; with until, per customer who bought up to it. Customers come in the order of "
                "their first row.",
      .nulls = "Rows with a NULL customer or time do not take part; a NULL value counts as 0. m is NULL where x = 0.",
      .errors = "An unknown unit; a time before 1699 or after 2176 with unit hour; until after a given as_of; an "
                "unknown source or column; an invalid customer, time or value.",
      .example = "SELECT customer, x, round(t_x, 2) AS t_x, round(T, 2) AS T, round(m, 2) AS m, holdout_x FROM "
                 "customer_summary((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(200, 1))) "
                 "WHERE until = '2025-06-30' LIMIT 3",
      .formula = "x = purchase days - 1; t_x = last - first day; T = end of observation - first day; m = sum of the "
                 "values after the first day / x (Fader, Hardie & Lee 2005; Fader & Hardie 2013). Purchases of one "
                 "civil day are one purchase.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_OPTIONAL,
  .value_columns = 1 << COLUMN_M | 1 << COLUMN_HOLDOUT_VALUE,
  .state_size = sizeof(SummaryAnswer),
  .compute = summary_compute,
  .cell = summary_cell,
  .free = summary_answer_free,
  .customers = summary_customers,
  .row_of = summary_row,
};
