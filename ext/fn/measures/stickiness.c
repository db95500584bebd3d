/*
** stickiness(source[, grain]): on how many days of a month were its customers active?
**
**   SELECT period, days, customers, at_least, rate FROM stickiness('visits') WHERE complete;
**
** R1  A row per period with events and number of days 1, 2 … the most that a customer was active on: `customers` were
**     active, had an event, on exactly so many civil days (in time_zone) of the period.
** R2  active: customers with an event in the period. rate: customers / active, with its Wilson interval, level 0.95.
**     at_least: those who were active on so many days or more.
** R3  stickiness: the mean share of the period's days on which its customers were active = sum of days * customers /
**     (active * days of the period), which is the mean of daily active over active customers (DAU / MAU of a month). Of
**     the period that as_of lies in the days up to as_of count.
** R4  complete: the whole period lies before as_of.
*/
#include "core/measures/stickiness.h"
#include "fn/events/event_params.h"
#include "fn/numerics/wilson_cell.h"
#include "fn/time/period_params.h"
#include "glue/deal.h"

enum {
  ARG_SOURCE,
  ARG_GRAIN,
  ARG_COUNT
};

enum {
  COLUMN_PERIOD,
  COLUMN_DAYS,
  COLUMN_CUSTOMERS,
  COLUMN_RATE,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_AT_LEAST,
  COLUMN_ACTIVE,
  COLUMN_STICKINESS,
  COLUMN_COMPLETE,
  COLUMN_COUNT
};

static Status compute(Call *call, void *state, int64_t *n_rows)
{
  Stickiness *stickiness = state;
  EventSource source = {0};
  Grain grain = call_grain(call, ARG_GRAIN);
  if (grain.unit == GRAIN_HOUR) {
    return call_fail_argument(call, ARG_GRAIN, "a day or longer");
  }
  stickiness_init(stickiness, grain, event_source_zone(call));
  Accumulator accumulator = stickiness_accumulator();
  Status status = event_source_read(call, &accumulator, stickiness, (EventSourceOptions){0}, &source);
  if (status == STATUS_OK) {
    status = stickiness_finish(stickiness, &source.customers, source.as_of.end, call_watch(call));
  }
  event_source_free(&source);
  *n_rows = stickiness->n_rows;
  return status == STATUS_OK ? deal_count_rows(call, *n_rows) : status;
}

static void cell(const void *state, int64_t i, int column, Cell *out)
{
  const Stickiness *stickiness = state;
  const StickinessRow *row = stickiness->rows + i;
  double k = (double)row->customers, n = (double)row->active;
  switch (column) {
    case COLUMN_PERIOD:
      cell_period(out, stickiness->period.grain, row->period);
      break;
    case COLUMN_DAYS:
      cell_integer(out, row->days);
      break;
    case COLUMN_CUSTOMERS:
      cell_integer(out, row->customers);
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
    case COLUMN_AT_LEAST:
      cell_integer(out, row->at_least);
      break;
    case COLUMN_ACTIVE:
      cell_integer(out, row->active);
      break;
    case COLUMN_STICKINESS:
      cell_real(out, row->stickiness);
      break;
    case COLUMN_COMPLETE:
      cell_bool(out, row->complete);
      break;
  }
}

static void free_state(void *state)
{
  stickiness_free(state);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_PERIOD] = {"period", "TEXT", "first civil day of the period"},
  [COLUMN_DAYS] = {"days", "INTEGER", "a number of civil days of the period"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER", "customers who were active on exactly so many days of it"},
  [COLUMN_RATE] = {"rate", "REAL", "customers / active"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of its 95 % Wilson interval"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end of its 95 % Wilson interval"},
  [COLUMN_AT_LEAST] = {"at_least", "INTEGER", "customers who were active on so many days or more"},
  [COLUMN_ACTIVE] = {"active", "INTEGER", "customers who were active in the period"},
  [COLUMN_STICKINESS] = {"stickiness", "REAL",
                         "of the period: the mean share of its days, up to as_of, on which its customers were active; "
                         "of a month DAU / MAU"},
  [COLUMN_COMPLETE] = {"complete", "INTEGER", "1 where the whole period lies before as_of, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_TIMES),
  [ARG_GRAIN] = GRAIN_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec stickiness_table = {
  .name = "stickiness",
  .doc =
    {
      .summary = "Shows on how many days of a period its customers were active, and DAU / MAU.",
      .result = "A row per period with events and number of days 1, 2 … the most that a customer was active on, in "
                "order.",
      .nulls = "Rows with a NULL customer or time do not take part.",
      .errors = "A grain shorter than a day; an unknown source or column; an invalid customer or time.",
      .example = "SELECT period, days, customers, at_least, active, round(rate, 3) AS rate, round(stickiness, 4) AS "
                 "stickiness FROM stickiness((SELECT retain_log(customer_id, ordered_at) FROM demo_orders(200, 1))) "
                 "WHERE period = '2025-06-01'",
      .formula = "rate = customers / active, Wilson 1927 interval, level 0.95; stickiness = sum of days * customers / "
                 "(active * days of the period): daily over monthly active users as product analytics counts it",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_UNUSED,
  .state_size = sizeof(Stickiness),
  .compute = compute,
  .cell = cell,
  .free = free_state,
};
