/*
** repeat_ladder(source[, max_step[, purchase]]): from the n-th purchase to the next: how many go on, and how soon.
**
**   SELECT step, customers, converted, rate, low, high, median_days FROM repeat_ladder('orders') WHERE max_step = 5;
**
** R1  Row n counts the customers who made an n-th purchase and, of these, those who made an (n+1)-th. Rows go on
**     while somebody made an n-th purchase, to max_step at most. rate of row 1 is the repeat purchase rate.
** R2  A purchase is a row (purchase = 'order', so that the ladder agrees with repeat_purchase_rate() and with
**     frequency in rfm()); purchase = 'day' merges the rows of a civil day in time_zone, for sources with a row per
**     item or shipment.
** R3  median_days: median time between the n-th and the (n+1)-th purchase of those who made both, in days with
**     fractions; with 'day' from civil day to civil day. NULL where nobody converted.
** R4  Rates are observed up to as_of: who made the n-th purchase only lately has had little time for the next and
**     counts as not converted, so the rates of a young or growing customer base are too low, and the medians lean to
**     the quick. Compare shops or years over customers of equal age.
** R5  low, high: Wilson interval of rate, level 0.95.
*/
#include "core/measures/repeat_ladder.h"
#include "fn/events/event_params.h"
#include "fn/numerics/wilson_cell.h"

enum {
  ARG_SOURCE,
  ARG_MAX_STEP,
  ARG_PURCHASE,
  ARG_COUNT
};

static Status ladder_compute(Call *call, void *state, int64_t *n_rows)
{
  RepeatLadder *ladder = state;
  EventSource source = {0};
  ladder->max_step = (uint32_t)call_integer(call, ARG_MAX_STEP);
  ladder->by_day = call_choice(call, ARG_PURCHASE) == 1;
  ladder->zone = event_source_zone(call);
  Status status = repeat_ladder_start(ladder);
  if (status) {
    return status;
  }
  Accumulator accumulator = repeat_ladder_accumulator();
  status = event_source_read(call, &accumulator, ladder, (EventSourceOptions){0}, &source);
  event_source_free(&source);
  if (status == STATUS_OK) {
    status = repeat_ladder_finish(ladder, call_watch(call));
  }
  *n_rows = ladder->n_steps;
  return status;
}

enum {
  COLUMN_STEP,
  COLUMN_CUSTOMERS,
  COLUMN_CONVERTED,
  COLUMN_RATE,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_MEDIAN_DAYS,
  COLUMN_COUNT
};

static void ladder_cell(const void *state, int64_t row, int column, Cell *out)
{
  const RepeatLadderStep *step = &((const RepeatLadder *)state)->step[row];
  double k = (double)step->converted, n = (double)step->customers;
  switch (column) {
    case COLUMN_STEP:
      cell_integer(out, row + 1);
      break;
    case COLUMN_CUSTOMERS:
      cell_integer(out, step->customers);
      break;
    case COLUMN_CONVERTED:
      cell_integer(out, step->converted);
      break;
    case COLUMN_RATE:
      cell_ratio(out, k, n);
      break;
    case COLUMN_LOW:
      wilson_low_cell(out, k, n);
      break;
    case COLUMN_HIGH:
      wilson_high_cell(out, k, n);
      break;
    case COLUMN_MEDIAN_DAYS:
      cell_real(out, step->median);
      break;
  }
}

static void ladder_answer_free(void *state)
{
  repeat_ladder_free(state);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_STEP] = {"step", "INTEGER", "n: the step from the n-th purchase to the next"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER", "customers who made an n-th purchase"},
  [COLUMN_CONVERTED] = {"converted", "INTEGER", "of these, those who made an (n+1)-th"},
  [COLUMN_RATE] =
    {"rate", "REAL",
     "converted / customers, as observed so far: the latest customers have had little time (see formula)"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of the 95 % Wilson interval of rate"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end of it"},
  [COLUMN_MEDIAN_DAYS] =
    {"median_days", "REAL",
     "median days from the n-th to the (n+1)-th purchase of those who made both; NULL where nobody did"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_TIMES),
  [ARG_MAX_STEP] = {"max_step", PARAM_INTEGER, "10", 1, REPEAT_LADDER_STEPS_MAX, NULL,
                    "the last step to show, 1 … " NUMBER_TEXT(REPEAT_LADDER_STEPS_MAX)},
  [ARG_PURCHASE] = {"purchase", PARAM_CHOICE, "order", 0, 0, "order|day",
                    "what a purchase is: order, each row; or day, all rows of a customer's civil day together"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec repeat_ladder_table = {
  .name = "repeat_ladder",
  .doc =
    {
      .summary = "Shows how many customers go on from each purchase to the next, and after how many days.",
      .result = "A row per step n = 1, 2 … while somebody made an n-th purchase, at most max_step.",
      .nulls = "Rows with a NULL customer or time do not take part. median_days is NULL where nobody converted.",
      .errors = "max_step outside 1…" NUMBER_TEXT(
        REPEAT_LADDER_STEPS_MAX) "; an unknown purchase; an unknown source or column; an invalid customer or time.",
      .example =
        "SELECT step, customers, converted, round(rate, 3) AS rate, round(median_days, 1) AS median_days FROM "
        "repeat_ladder((SELECT retain_log(customer_id, ordered_at) FROM demo_orders(200, 1))) WHERE max_step = 5",
      .formula = "rate = converted / customers, Wilson 1927 interval, level 0.95. Observed up to as_of: customers "
                 "whose n-th purchase is recent have had little time to convert and count as not converted, so rates "
                 "of a growing shop are too low and medians lean to the quick.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_UNUSED,
  .state_size = sizeof(RepeatLadder),
  .compute = ladder_compute,
  .cell = ladder_cell,
  .free = ladder_answer_free,
};
