/*
** retention_by_period(source, grain, active_within, since, until, …): who stayed, who came and who went, period by
** period.
**
**   SELECT period, start_customers, retained, retention_rate, retention_low, retention_high
**     FROM retention_by_period('orders') WHERE complete;
**
** R1  One row per calendar period, from that of the first event to that of as_of, the empty ones too. `period` is
**     its first civil day in time_zone.
** R2  A customer at instant b has an event in [b - active_within, b); by default in the calendar period that ends
**     at b.
** R3  start_customers: customers at the period's start; end_customers: at its end. retained: both. lost: start, not
**     end. resurrected: end, not start, not new. new_customers: first event ever in the period; new_lost: of those,
**     not customers at the end. start = retained + lost; end = retained + resurrected + new - new_lost.
** R4  retention_rate = retained / start with its Wilson interval; churn_rate = lost / start. crr = (end - new) /
**     start, the count form: it differs from retention_rate by (resurrected - new_lost) / start.
** R5  pulse = (new + resurrected) / lost. 0/0 is NULL.
** R6  value_total: the sum over the events in the period; value_retained: of retained customers. NULL where the
**     source has no value column.
** R7  complete: the period had passed at as_of. The figures of one that has not are of the customers so far.
** R8  since, until: only the periods that hold these civil dates and those between are shown; the history before
**     still says who is new.
*/
#include "core/measures/retention.h"
#include "fn/events/event_params.h"
#include "fn/numerics/wilson_cell.h"
#include "fn/time/period_params.h"
#include "glue/deal.h"

enum {
  ARG_SOURCE,
  ARG_GRAIN,
  ARG_ACTIVE_WITHIN,
  ARG_SINCE,
  ARG_UNTIL,
  ARG_COUNT
};

enum {
  COLUMN_PERIOD,
  COLUMN_START_CUSTOMERS,
  COLUMN_NEW_CUSTOMERS,
  COLUMN_RETAINED,
  COLUMN_RESURRECTED,
  COLUMN_LOST,
  COLUMN_END_CUSTOMERS,
  COLUMN_NEW_LOST,
  COLUMN_RETENTION_RATE,
  COLUMN_RETENTION_LOW,
  COLUMN_RETENTION_HIGH,
  COLUMN_CRR,
  COLUMN_CHURN_RATE,
  COLUMN_PULSE,
  COLUMN_VALUE_TOTAL,
  COLUMN_VALUE_RETAINED,
  COLUMN_COMPLETE,
  COLUMN_COUNT
};

typedef struct State {
  Retention retention;
  Grain grain;
  bool has_value;
} State;

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  State *state = out;
  Retention *retention = &state->retention;
  EventSource source = {0};
  Duration within = {0};
  int64_t since = INT64_MIN, until = INT64_MAX;
  state->grain = call_grain(call, ARG_GRAIN);
  if (!call_is_null(call, ARG_ACTIVE_WITHIN)) {
    within = call_duration(call, ARG_ACTIVE_WITHIN);
  }
  ZoneCursor zone = event_source_zone(call);
  if (!retention_init(retention, state->grain, zone, call_is_null(call, ARG_ACTIVE_WITHIN) ? NULL : &within)) {
    return call_fail_argument(call, ARG_ACTIVE_WITHIN, "above 0 and at most %d days", RETENTION_WITHIN_MAX_DAYS);
  }
  if (!call_is_null(call, ARG_SINCE)) {
    since = period_index(state->grain, call_local(call, ARG_SINCE, &zone));
  }
  if (!call_is_null(call, ARG_UNTIL)) {
    until = period_index(state->grain, call_local(call, ARG_UNTIL, &zone));
  }
  if (since > until) {
    return call_fail_argument(call, ARG_UNTIL, "on or after since");
  }
  Accumulator accumulator = retention_accumulator(retention);
  Status status = event_source_read(call, &accumulator, retention, (EventSourceOptions){0}, &source);
  if (status == STATUS_OK) {
    status = retention_finish(retention, &source.customers, source.as_of.end, since, until, call_watch(call));
  }
  if (status == STATUS_ERROR && retention->too_long) {
    call_fail(call,
              "the history spans more than %d periods; take a coarser grain, or look for wrong "
              "times with data_check()",
              RETENTION_PERIODS_MAX);
  }
  state->has_value = source.has_value;
  *n_rows = retention->n_rows;
  event_source_free(&source);
  return status == STATUS_OK ? deal_count_rows(call, *n_rows) : status;
}

static void cell(const void *in, int64_t i, int column, Cell *out)
{
  const State *state = in;
  const RetentionRow *row = state->retention.rows + i;
  double start = (double)row->start;
  switch (column) {
    case COLUMN_PERIOD:
      cell_period(out, state->grain, row->period);
      break;
    case COLUMN_START_CUSTOMERS:
      cell_integer(out, row->start);
      break;
    case COLUMN_NEW_CUSTOMERS:
      cell_integer(out, row->new_customers);
      break;
    case COLUMN_RETAINED:
      cell_integer(out, row->retained);
      break;
    case COLUMN_RESURRECTED:
      cell_integer(out, row->resurrected);
      break;
    case COLUMN_LOST:
      cell_integer(out, row->lost);
      break;
    case COLUMN_END_CUSTOMERS:
      cell_integer(out, row->end);
      break;
    case COLUMN_NEW_LOST:
      cell_integer(out, row->new_lost);
      break;
    case COLUMN_RETENTION_RATE:
      cell_ratio(out, (double)row->retained, start);
      break;
    case COLUMN_RETENTION_LOW:
      wilson_low_cell(out, (double)row->retained, start);
      break;
    case COLUMN_RETENTION_HIGH:
      wilson_high_cell(out, (double)row->retained, start);
      break;
    case COLUMN_CRR:
      cell_ratio(out, (double)(row->end - row->new_customers), start);
      break;
    case COLUMN_CHURN_RATE:
      cell_ratio(out, (double)row->lost, start);
      break;
    case COLUMN_PULSE:
      cell_ratio(out, (double)(row->new_customers + row->resurrected), (double)row->lost);
      break;
    case COLUMN_VALUE_TOTAL:
    case COLUMN_VALUE_RETAINED:
      if (state->has_value) {
        cell_real(out, column == COLUMN_VALUE_TOTAL ? row->value_total : row->value_retained);
      } else {
        cell_null(out);
      }
      break;
    case COLUMN_COMPLETE:
      cell_bool(out, row->complete);
      break;
  }
}

static void state_free(void *in)
{
  retention_free(&((State *)in)->retention);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_PERIOD] = {"period", "TEXT", "first civil day of the period"},
  [COLUMN_START_CUSTOMERS] = {"start_customers", "INTEGER", "customers at the start of the period"},
  [COLUMN_NEW_CUSTOMERS] = {"new_customers", "INTEGER", "customers whose first event ever is in the period"},
  [COLUMN_RETAINED] = {"retained", "INTEGER", "customers at the start who still are at the end"},
  [COLUMN_RESURRECTED] = {"resurrected", "INTEGER",
                          "customers at the end who were not customers at the start, but had been before"},
  [COLUMN_LOST] = {"lost", "INTEGER", "customers at the start who are no longer customers at the end"},
  [COLUMN_END_CUSTOMERS] = {"end_customers", "INTEGER",
                            "customers at the end = retained + resurrected + new_customers - new_lost"},
  [COLUMN_NEW_LOST] =
    {"new_lost", "INTEGER",
     "new customers who are no longer customers at the end (0 unless active_within is shorter than the period)"},
  [COLUMN_RETENTION_RATE] = {"retention_rate", "REAL", "exact form: retained / start_customers"},
  [COLUMN_RETENTION_LOW] = {"retention_low", "REAL", "lower end of its 95 % Wilson interval"},
  [COLUMN_RETENTION_HIGH] = {"retention_high", "REAL", "upper end of its 95 % Wilson interval"},
  [COLUMN_CRR] = {"crr", "REAL", "count form: (end_customers - new_customers) / start_customers"},
  [COLUMN_CHURN_RATE] = {"churn_rate", "REAL", "lost / start_customers = 1 - retention_rate"},
  [COLUMN_PULSE] = {"pulse", "REAL", "(new_customers + resurrected) / lost: above 1 the customer base grows"},
  [COLUMN_VALUE_TOTAL] = {"value_total", "REAL", "sum of the values of the period's events"},
  [COLUMN_VALUE_RETAINED] = {"value_retained", "REAL", "of these, the values of retained customers"},
  [COLUMN_COMPLETE] = {"complete", "INTEGER", "1 where the whole period lies before as_of, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  [ARG_GRAIN] = GRAIN_PARAM,
  [ARG_ACTIVE_WITHIN] = {"active_within", PARAM_DURATION, "", 0, 0, NULL,
                         "how long an event makes a customer, such as '90 days' or '3 months'; left out: an event in "
                         "the calendar period before the instant"},
  [ARG_SINCE] = {"since", PARAM_TIME, "", 0, 0, NULL, "a civil date: the period that holds it is the first one shown"},
  [ARG_UNTIL] = {"until", PARAM_TIME, "", 0, 0, NULL, "a civil date: the period that holds it is the last one shown"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec retention_by_period_table = {
  .name = "retention_by_period",
  .doc =
    {
      .summary = "Shows retention, churn and movement of customers period by period.",
      .result = "A row per period from the first event to as_of, periods without events included, in order.",
      .nulls = "Rows whose customer or time is NULL do not take part; a NULL value counts as 0; a rate of nobody (0/0) "
               "is NULL.",
      .errors = "until before since; active_within above " NUMBER_TEXT(
        RETENTION_WITHIN_MAX_DAYS) " days; a history of more than " NUMBER_TEXT(RETENTION_PERIODS_MAX) " periods.",
      .example = "SELECT period, start_customers, retained, lost, retention_rate, retention_low, retention_high FROM "
                 "retention_by_period((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(200, 1))) "
                 "WHERE complete",
      .formula = "retention_rate = |customers at start and at end| / |customers at start|; crr = (end - new) / start; "
                 "a customer at b has an event in [b - active_within, b); interval: Wilson 1927, level 0.95",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = ARG_COUNT,
  .has_source = true,
  .by_segment = true,
  .value = VALUE_OPTIONAL,
  .value_columns = 1 << COLUMN_VALUE_TOTAL | 1 << COLUMN_VALUE_RETAINED,
  .state_size = sizeof(State),
  .compute = compute,
  .cell = cell,
  .free = state_free,
};
