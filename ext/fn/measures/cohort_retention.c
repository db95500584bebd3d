/*
** cohort_retention(source, grain, mode, brackets, clock, max_age, cohort_column, dialect, …): of the customers who
** started together, how many were active n intervals later.
**
**   SELECT cohort, age, eligible, active, rate FROM cohort_retention('orders') WHERE mode = 'on_or_after';
**
** R1  A cohort is the customers with their first event in one period (`cohort` is its first civil day in
**     time_zone), or, with cohort_column, those with one value of that column in their first row (rows of equal
**     time: the one the source gives first).
** R2  Age, clock calendar: periods from the one of the first event to the one of the event. rolling: floor((t - t0)
**     / length), length = 1 h, 24 h (day), 7 d (week), 30 d (month), N of these, t0 the customer's first event
**     to the millisecond; quarter and year are an error. rounded: the same with t0 rounded down in time_zone, to the
**     hour for hours and day, to the day for the others.
** R3  eligible: members for whom interval n had fully passed at as_of (calendar: its end <= as_of;
**     rolling, rounded: t0 + (n + 1) * length <= as_of).
** R4  active counts eligible members only. on: an event at age n. on_or_after: at n or later, also in an interval
**     that has not passed. on_or_before: at one of 1 … n (age 0: nobody). streak: at every one of 1 … n (age 0:
**     everybody).
** R5  rate = active / eligible with its Wilson interval; NULL while nobody is eligible.
** R6  brackets 'b1,b2,…' put ages into groups: 0 … 0, 1 … b1, b1 + 1 … b2, …; a group is one interval for R3 and
**     R4. A row is named by its last age, `age`; its first is age_from. What happens after the last group, or after
**     max_age, is not shown but is "later" for on_or_after.
** R7  Rows of a cohort: ages 0 … the last that has begun for its first member. complete: every member is eligible.
** R8  orders, value: number and sum of all members' events at that age, eligible or not; value_per_customer: sum of
**     value over ages 0 … n / size. NULL where the source has no value column.
** R9  dialect sets what mode, clock and averaging are when left out; a given one is kept.
**       posthog    on, calendar, weighted                (strict calendar dates)
**       mixpanel   on_or_after, rolling, twice_weighted  (docs.mixpanel.com, Retention: "How is the Average row …")
**       amplitude  on_or_after, rounded, pooled          (amplitude.com/docs, How time works in a retention analysis)
**     What they do not do: a customer enters one cohort, that of the first event, where Mixpanel, PostHog's recurring
**     retention and an Amplitude starting event other than new users let a user enter again with each.
*/
#include "cohort_params.h"
#include "fn/numerics/wilson_cell.h"

enum {
  COLUMN_COHORT,
  COLUMN_AGE,
  COLUMN_AGE_FROM,
  COLUMN_SIZE,
  COLUMN_ELIGIBLE,
  COLUMN_ACTIVE,
  COLUMN_RATE,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_ORDERS,
  COLUMN_VALUE,
  COLUMN_VALUE_PER_CUSTOMER,
  COLUMN_COMPLETE,
  COLUMN_COUNT
};

typedef struct State {
  Cohorts cohorts;
  EventSource source;
} State;

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  State *state = out;
  Status status = cohorts_compute(call, &state->cohorts, &state->source);
  *n_rows = state->cohorts.n_rows;
  return status;
}

static void cell(const void *in, int64_t i, int column, Cell *out)
{
  const State *state = in;
  const Cohorts *cohorts = &state->cohorts;
  uint32_t slot;
  const Cohort *cohort = cohorts_row(cohorts, i, &slot);
  const CohortRow *row = cohort->rows + slot;
  switch (column) {
    case COLUMN_COHORT:
      if (!cohorts->options.by_attribute) {
        cell_period(out, cohorts->options.grain, cohort->key);
      } else if (cohort->key == COHORT_NULL) {
        cell_null(out);
      } else {
        cell_customer(out, &state->source.attributes, (uint32_t)cohort->key);
      }
      break;
    case COLUMN_AGE:
      cell_integer(out, cohort_slot_last_age(cohorts, slot));
      break;
    case COLUMN_AGE_FROM:
      cell_integer(out, cohort_slot_first_age(cohorts, slot));
      break;
    case COLUMN_SIZE:
      cell_integer(out, cohort->size);
      break;
    case COLUMN_ELIGIBLE:
      cell_integer(out, row->eligible);
      break;
    case COLUMN_ACTIVE:
      cell_integer(out, row->active);
      break;
    case COLUMN_RATE:
      cell_ratio(out, row->active, row->eligible);
      break;
    case COLUMN_LOW:
      wilson_low_cell(out, row->active, row->eligible);
      break;
    case COLUMN_HIGH:
      wilson_high_cell(out, row->active, row->eligible);
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
        cell_ratio(out, row->cumulative, cohort->size);
      } else {
        cell_null(out);
      }
      break;
    case COLUMN_COMPLETE:
      cell_bool(out, row->eligible == cohort->size);
      break;
  }
}

static void state_free(void *in)
{
  State *state = in;
  cohorts_free(&state->cohorts);
  event_source_free(&state->source);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_COHORT] = {"cohort", "",
                     "first civil day of the period of the members' first event, or their value of cohort_column"},
  [COLUMN_AGE] = {"age", "INTEGER",
                  "intervals since the first event, 0 is its own; with brackets the last age of the group"},
  [COLUMN_AGE_FROM] = {"age_from", "INTEGER", "first age of the group; without brackets = age"},
  [COLUMN_SIZE] = {"size", "INTEGER", "members of the cohort"},
  [COLUMN_ELIGIBLE] = {"eligible", "INTEGER", "members for whom the interval had fully passed at as_of"},
  [COLUMN_ACTIVE] = {"active", "INTEGER", "of these, the members that were active in the sense of mode"},
  [COLUMN_RATE] = {"rate", "REAL", "active / eligible"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of its 95 % Wilson interval"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end of its 95 % Wilson interval"},
  [COLUMN_ORDERS] = {"orders", "INTEGER", "all members' events at this age; value / orders is the order value"},
  [COLUMN_VALUE] = {"value", "REAL", "sum of the values of all members' events at this age"},
  [COLUMN_VALUE_PER_CUSTOMER] = {"value_per_customer", "REAL", "sum of value over ages 0 … this one / size"},
  [COLUMN_COMPLETE] = {"complete", "INTEGER", "1 where the interval has passed for every member, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

const TableSpec cohort_retention_table = {
  .name = "cohort_retention",
  .doc =
    {
      .summary = "Shows which share of each cohort came back, by age: periods since the first event.",
      .result = "A row per cohort and age, cohorts in order, ages 0 to the last that has begun.",
      .nulls = COHORT_NULLS ".",
      .errors = COHORT_ERRORS ".",
      .example =
        "SELECT cohort, age, eligible, active, rate, low, high FROM cohort_retention((SELECT retain_log(customer_id, "
        "ordered_at, amount) FROM demo_orders(200, 1))) WHERE grain = 'month' AND mode = 'on_or_after' AND age <= 3",
      .formula = "rate = members active at age n (by mode) / members for whom interval n has fully passed; interval: "
                 "Wilson 1927, level 0.95",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = COHORT_PARAMS,
  .n_params = ARG_AVERAGING,
  .has_source = true,
  .by_segment = true,
  .value = VALUE_OPTIONAL,
  .value_columns = 1 << COLUMN_VALUE | 1 << COLUMN_VALUE_PER_CUSTOMER,
  .state_size = sizeof(State),
  .compute = compute,
  .cell = cell,
  .free = state_free,
};
