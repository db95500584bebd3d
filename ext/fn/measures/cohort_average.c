/*
** cohort_average(source, grain, mode, brackets, clock, max_age, cohort_column, dialect, averaging, …):
** cohort_retention() over all cohorts, one row per age: the retention curve.
**
**   SELECT age, rate, pooled_low, pooled_high FROM cohort_average('orders') WHERE age BETWEEN 1 AND 12;
**
** R1  Cohorts, ages, eligible and active are those of cohort_retention(); its rules R1–R9 hold. A row sums over the
**     cohorts that have reached the age.
** R2  pooled_rate = sum of active / sum of eligible, over eligible members, with its Wilson interval. Every member
**     that can be judged counts once.
** R3  simple_rate = mean of the rates of complete cells: every cohort counts the same.
** R4  weighted_rate = mean of the rates of complete cells weighted by size = complete_active / complete_size. It
**     differs from pooled_rate where cells are partly eligible: with a clock that is not the calendar's, or a
**     cohort_column. twice_weighted_rate = sum of size * active / sum of size * size of complete cells: the mean number
**     of active members over the mean size, both weighted by size, as Mixpanel documents its average.
** R5  rate is the one that averaging names. NULL where there is nothing to average.
** R6  orders, value: sums over all cells; value_per_customer: sum of value over ages 0 … n / size, both of complete
**     cells only.
** R7  complete: the interval has passed for every customer of the source.
*/
#include "cohort_params.h"
#include "core/base/mem.h"
#include "fn/numerics/wilson_cell.h"

enum {
  COLUMN_AGE,
  COLUMN_AGE_FROM,
  COLUMN_COHORTS,
  COLUMN_SIZE,
  COLUMN_ELIGIBLE,
  COLUMN_ACTIVE,
  COLUMN_RATE,
  COLUMN_POOLED_RATE,
  COLUMN_POOLED_LOW,
  COLUMN_POOLED_HIGH,
  COLUMN_SIMPLE_RATE,
  COLUMN_WEIGHTED_RATE,
  COLUMN_TWICE_WEIGHTED_RATE,
  COLUMN_COMPLETE_COHORTS,
  COLUMN_COMPLETE_SIZE,
  COLUMN_COMPLETE_ACTIVE,
  COLUMN_ORDERS,
  COLUMN_VALUE,
  COLUMN_VALUE_PER_CUSTOMER,
  COLUMN_COMPLETE,
  COLUMN_COUNT
};

typedef struct State {
  Cohorts cohorts;
  EventSource source;
  CohortAveraging averaging;
  CohortAverage *averages;
} State;

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  State *state = out;
  state->averaging = cohort_defaults(call)->averaging;
  if (!call_is_null(call, ARG_AVERAGING)) {
    state->averaging = (CohortAveraging)call_choice(call, ARG_AVERAGING);
  }
  call_resolve(call, ARG_AVERAGING, state->averaging);
  Status status = cohorts_compute(call, &state->cohorts, &state->source);
  if (status == STATUS_OK) {
    status = cohorts_average(&state->cohorts, &state->averages, n_rows, call_watch(call));
  }
  return status;
}

static void rate_cell(const CohortAverage *row, CohortAveraging averaging, Cell *out)
{
  switch (averaging) {
    case AVERAGING_POOLED:
      cell_ratio(out, (double)row->active, (double)row->eligible);
      break;
    case AVERAGING_SIMPLE:
      cell_ratio(out, row->rate_sum, (double)row->complete_cohorts);
      break;
    case AVERAGING_WEIGHTED:
      cell_ratio(out, (double)row->complete_active, (double)row->complete_size);
      break;
    case AVERAGING_TWICE_WEIGHTED:
      cell_ratio(out, row->complete_actives, row->complete_squares);
      break;
  }
}

static void cell(const void *in, int64_t i, int column, Cell *out)
{
  const State *state = in;
  const CohortAverage *row = state->averages + i;
  switch (column) {
    case COLUMN_AGE:
      cell_integer(out, cohort_slot_last_age(&state->cohorts, (uint32_t)i));
      break;
    case COLUMN_AGE_FROM:
      cell_integer(out, cohort_slot_first_age(&state->cohorts, (uint32_t)i));
      break;
    case COLUMN_COHORTS:
      cell_integer(out, row->cohorts);
      break;
    case COLUMN_SIZE:
      cell_integer(out, row->size);
      break;
    case COLUMN_ELIGIBLE:
      cell_integer(out, row->eligible);
      break;
    case COLUMN_ACTIVE:
      cell_integer(out, row->active);
      break;
    case COLUMN_RATE:
      rate_cell(row, state->averaging, out);
      break;
    case COLUMN_POOLED_RATE:
      rate_cell(row, AVERAGING_POOLED, out);
      break;
    case COLUMN_POOLED_LOW:
      wilson_low_cell(out, (double)row->active, (double)row->eligible);
      break;
    case COLUMN_POOLED_HIGH:
      wilson_high_cell(out, (double)row->active, (double)row->eligible);
      break;
    case COLUMN_SIMPLE_RATE:
      rate_cell(row, AVERAGING_SIMPLE, out);
      break;
    case COLUMN_WEIGHTED_RATE:
      rate_cell(row, AVERAGING_WEIGHTED, out);
      break;
    case COLUMN_TWICE_WEIGHTED_RATE:
      rate_cell(row, AVERAGING_TWICE_WEIGHTED, out);
      break;
    case COLUMN_COMPLETE_COHORTS:
      cell_integer(out, row->complete_cohorts);
      break;
    case COLUMN_COMPLETE_SIZE:
      cell_integer(out, row->complete_size);
      break;
    case COLUMN_COMPLETE_ACTIVE:
      cell_integer(out, row->complete_active);
      break;
    case COLUMN_ORDERS:
      cell_integer(out, row->orders);
      break;
    case COLUMN_VALUE:
      if (state->source.has_value) {
        cell_real(out, row->value);
      } else {
        cell_null(out);
      }
      break;
    case COLUMN_VALUE_PER_CUSTOMER:
      if (state->source.has_value) {
        cell_ratio(out, row->complete_cumulative, (double)row->complete_size);
      } else {
        cell_null(out);
      }
      break;
    case COLUMN_COMPLETE:
      cell_bool(out, row->eligible == state->cohorts.members);
      break;
  }
}

static void state_free(void *in)
{
  State *state = in;
  mem_free(state->averages);
  state->averages = NULL;
  cohorts_free(&state->cohorts);
  event_source_free(&state->source);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_AGE] = {"age", "INTEGER", "intervals since the first event; with brackets the last age of the group"},
  [COLUMN_AGE_FROM] = {"age_from", "INTEGER", "first age of the group; without brackets = age"},
  [COLUMN_COHORTS] = {"cohorts", "INTEGER", "cohorts that have reached the age"},
  [COLUMN_SIZE] = {"size", "INTEGER", "members of these cohorts"},
  [COLUMN_ELIGIBLE] = {"eligible", "INTEGER", "members for whom the interval had fully passed at as_of"},
  [COLUMN_ACTIVE] = {"active", "INTEGER", "of these, the members that were active in the sense of mode"},
  [COLUMN_RATE] = {"rate", "REAL", "pooled_rate, simple_rate, weighted_rate or twice_weighted_rate, as averaging says"},
  [COLUMN_POOLED_RATE] = {"pooled_rate", "REAL", "active / eligible"},
  [COLUMN_POOLED_LOW] = {"pooled_low", "REAL", "lower end of its 95 % Wilson interval"},
  [COLUMN_POOLED_HIGH] = {"pooled_high", "REAL", "upper end of its 95 % Wilson interval"},
  [COLUMN_SIMPLE_RATE] = {"simple_rate", "REAL", "mean of the rates of complete cohorts, each counting the same"},
  [COLUMN_WEIGHTED_RATE] = {"weighted_rate", "REAL",
                            "mean of these rates weighted by size = complete_active / complete_size"},
  [COLUMN_TWICE_WEIGHTED_RATE] =
    {"twice_weighted_rate", "REAL",
     "sum of size * active / sum of size * size, of complete cohorts: the average that Mixpanel documents"},
  [COLUMN_COMPLETE_COHORTS] = {"complete_cohorts", "INTEGER", "cohorts for whose every member the interval has passed"},
  [COLUMN_COMPLETE_SIZE] = {"complete_size", "INTEGER", "members of these"},
  [COLUMN_COMPLETE_ACTIVE] = {"complete_active", "INTEGER", "of these, the active ones"},
  [COLUMN_ORDERS] = {"orders", "INTEGER", "all members' events at this age; value / orders is the order value"},
  [COLUMN_VALUE] = {"value", "REAL", "sum of the values of all members' events at this age"},
  [COLUMN_VALUE_PER_CUSTOMER] = {"value_per_customer", "REAL",
                                 "of complete cohorts: sum of value over ages 0 … this one / size"},
  [COLUMN_COMPLETE] = {"complete", "INTEGER", "1 where the interval has passed for every customer, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

const TableSpec cohort_average_table = {
  .name = "cohort_average",
  .doc =
    {
      .summary = "Averages cohort_retention() over cohorts: the retention curve by age.",
      .result = "A row per age, 0 to the last that has begun for any cohort.",
      .nulls = COHORT_NULLS ".",
      .errors = COHORT_ERRORS ".",
      .example =
        "SELECT age, cohorts, eligible, active, rate, pooled_low, pooled_high, simple_rate FROM cohort_average((SELECT "
        "retain_log(customer_id, ordered_at, amount) FROM demo_orders(200, 1))) WHERE grain = 'month' AND age <= 6",
      .formula = "pooled = sum of active / sum of eligible; simple = mean of active / size over complete cells; "
                 "weighted = the same mean weighted by size; twice_weighted = sum of size * active / sum of size * "
                 "size over complete cells (Mixpanel's documentation)",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = COHORT_PARAMS,
  .n_params = ARG_COUNT,
  .has_source = true,
  .by_segment = true,
  .value = VALUE_OPTIONAL,
  .value_columns = 1 << COLUMN_VALUE | 1 << COLUMN_VALUE_PER_CUSTOMER,
  .state_size = sizeof(State),
  .compute = compute,
  .cell = cell,
  .free = state_free,
};
