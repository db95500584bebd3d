/*
** survival_forecast(source, time_column, event_column[, …]): of each customer still there, how likely they stay, and
** how much longer.
**
**   SELECT customer, tenure, stays, mean_remaining FROM survival_forecast('customers', 'tenure', 'churned') WHERE
**   segment_column = 'contract' AND horizon = 12;
**
** R1  A row per row of the source that takes part and has not had the event, in the source's order.
** R2  The curve is that of the rows of its group, with all of them, gone and still there.
** R3  stays = S(tenure + horizon)/S(tenure): the chance of being there after `horizon` more.
** R4  mean_remaining = (area under S from tenure to tau)/S(tenure): no more than tau - tenure. median_remaining: how
**     much longer until half of those as long there have left.
** R5  NULL where the curve does not say: beyond the group's last time, unless nobody is left there; where S(tenure) is
**     0; mean_remaining where tenure is tau or more.
*/
#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/same_time.h"
#include "life_groups.h"
#include "survival_params.h"

enum {
  ARG_SEGMENT_COLUMN = LIFE_ARG_COUNT,
  ARG_CUSTOMER_COLUMN,
  ARG_HORIZON,
  ARG_TAU,
  ARG_INTERVAL,
  ARG_LEVEL,
  ARG_COUNT
};

/* The curve of a group, to be looked up in at any time. */
typedef struct Step {
  double survival, log_variance;
  double area; /* under S from 0 to the time of the step */
} Step;

typedef struct OpenRow {
  double tenure;
  uint32_t customer, group;
} OpenRow;

typedef struct ForecastAnswer {
  LifeGroups groups;
  Step **steps; /* by group id, one per point of its curve */
  uint32_t n_steps;
  OpenRow *rows;
  size_t n_rows, size;
  double horizon, tau, z; /* tau NaN: the group's last time */
  KaplanMeierScale scale;
} ForecastAnswer;

static Status forecast_take(LifeReader *reader, const Life *life)
{
  ForecastAnswer *answer = (ForecastAnswer *)reader->self; /* begins with its groups */
  if (!life->event) {
    if (answer->n_rows == answer->size) {
      size_t size = answer->size ? answer->size + answer->size / 2 : 64;
      OpenRow *rows = mem_resize(answer->rows, size, sizeof *rows);
      if (!rows) {
        return STATUS_NOMEM;
      }
      answer->rows = rows;
      answer->size = size;
    }
    answer->rows[answer->n_rows++] = (OpenRow){life->time, life->customer, life->group};
  }
  return life_groups_take(reader, life);
}

static Status steps_make(const KaplanMeier *curve, Step **out, const Watch *watch)
{
  Step *steps = mem_alloc(curve->n_points + 1, sizeof *steps);
  KaplanMeierPoint point = kaplan_meier_start(curve);
  Sum area = {0, 0};
  double from = 0, survival = 1;
  *out = steps;
  while (steps && kaplan_meier_next(curve, &point)) {
    sum_add(&area, (point.time - from) * survival);
    from = point.time;
    survival = point.survival;
    steps[point.index] = (Step){survival, point.log_variance, sum_value(&area)};
    if ((point.index + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return steps ? STATUS_OK : STATUS_NOMEM;
}

static Status forecast_compute(Call *call, void *state, int64_t *n_rows)
{
  ForecastAnswer *answer = state;
  LifeGroups *groups = &answer->groups;
  answer->horizon = call_real(call, ARG_HORIZON);
  answer->tau = call_is_null(call, ARG_TAU) ? NAN : call_real(call, ARG_TAU);
  answer->scale = (KaplanMeierScale)call_choice(call, ARG_INTERVAL);
  answer->z = level_z(call_real(call, ARG_LEVEL));
  groups->reader.params[LIFE_GROUP] = ARG_SEGMENT_COLUMN;
  groups->reader.params[LIFE_CUSTOMER] = ARG_CUSTOMER_COLUMN;
  groups->reader.take = forecast_take;
  Status status = life_groups_read(call, groups);
  if (status) {
    return status;
  }
  uint32_t n = groups->size;
  answer->steps = mem_zero((size_t)n + 1, sizeof *answer->steps);
  if (!answer->steps) {
    return STATUS_NOMEM;
  }
  answer->n_steps = n;
  for (uint32_t i = 0; i < n; i++) {
    status = (i + 1) % 1024 == 0 && watch_stop(call_watch(call))
               ? STATUS_INTERRUPT
               : steps_make(&groups->curves[i], &answer->steps[i], call_watch(call));
    if (status) {
      return status;
    }
  }
  *n_rows = (int64_t)answer->n_rows;
  return STATUS_OK;
}

typedef struct Position {
  const KaplanMeier *curve;
  const Step *steps;
  size_t index; /* of the step before or at a time; n_points: before the first */
  double time;
  Step step; /* S, its variance and the area at the time; NaN: not known */
} Position;

static Position look_up(const ForecastAnswer *answer, uint32_t group, double time)
{
  const KaplanMeier *curve = &answer->groups.curves[group];
  const Step *steps = answer->steps[group];
  size_t n = curve->n_points, i = kaplan_meier_index(curve, time);
  Position at = {.curve = curve, .steps = steps, .index = n, .time = time, .step = {1, 0, time}};
  if (i < n && !time_before(time, curve->times[i])) {
    at.index = i;
  } else if (i > 0) {
    at.index = i - 1;
  }
  if (at.index < n) {
    at.step = steps[at.index];
    at.step.area += (time - curve->times[at.index]) * at.step.survival;
    if (time_before(curve->times[n - 1], time) && at.step.survival > 0) {
      at.step = (Step){NAN, NAN, NAN};
    }
  }
  return at;
}

/* How long after `at` the curve has come down to half. */
static double median_remaining(const Position *at)
{
  double half = at->step.survival / 2 * (1 + 1e-12);
  size_t n = at->curve->n_points, low = at->index < n ? at->index : 0, high = n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (at->steps[middle].survival <= half) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return at->step.survival > 0 && low < n ? at->curve->times[low] - at->time : NAN;
}

static double mean_remaining(const ForecastAnswer *answer, const Position *at, uint32_t group)
{
  double tau = isnan(answer->tau) ? kaplan_meier_last_time(at->curve) : answer->tau;
  if (!(at->time < tau) || !(at->step.survival > 0)) {
    return NAN;
  }
  return (look_up(answer, group, tau).step.area - at->step.area) / at->step.survival;
}

enum {
  COLUMN_CUSTOMER,
  COLUMN_SEGMENT,
  COLUMN_TENURE,
  COLUMN_SURVIVAL,
  COLUMN_STAYS,
  COLUMN_STAYS_LOW,
  COLUMN_STAYS_HIGH,
  COLUMN_MEDIAN_REMAINING,
  COLUMN_MEAN_REMAINING,
  COLUMN_COUNT
};

static void forecast_cell(const void *state, int64_t i, int column, Cell *out)
{
  const ForecastAnswer *answer = state;
  const OpenRow *row = &answer->rows[i];
  switch (column) {
    case COLUMN_CUSTOMER:
      cell_customer(out, &answer->groups.reader.fields[LIFE_CUSTOMER].keys, row->customer);
      return;
    case COLUMN_SEGMENT:
      life_group_cell(&answer->groups.reader, row->group, out);
      return;
    case COLUMN_TENURE:
      cell_real(out, row->tenure);
      return;
  }
  Position at = look_up(answer, row->group, row->tenure);
  Step then = look_up(answer, row->group, row->tenure + answer->horizon).step;
  double stays = at.step.survival > 0 ? then.survival / at.step.survival : NAN;
  Interval interval = kaplan_meier_interval(stays, then.log_variance - at.step.log_variance, answer->scale, answer->z);
  switch (column) {
    case COLUMN_SURVIVAL:
      cell_real(out, at.step.survival);
      return;
    case COLUMN_STAYS:
      cell_finite(out, stays);
      return;
    case COLUMN_STAYS_LOW:
      cell_finite(out, interval.low);
      return;
    case COLUMN_STAYS_HIGH:
      cell_finite(out, interval.high);
      return;
    case COLUMN_MEDIAN_REMAINING:
      cell_finite(out, median_remaining(&at));
      return;
    case COLUMN_MEAN_REMAINING:
      cell_finite(out, mean_remaining(answer, &at, row->group));
      return;
  }
}

static void clv_forecast_free(void *state)
{
  ForecastAnswer *answer = state;
  for (uint32_t i = 0; i < answer->n_steps; i++) {
    mem_free(answer->steps[i]);
  }
  mem_free(answer->steps);
  mem_free(answer->rows);
  answer->steps = NULL;
  answer->rows = NULL;
  answer->n_steps = 0;
  life_groups_free(&answer->groups);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_CUSTOMER] = {"customer", "", "the customer's key as in the source"},
  [COLUMN_SEGMENT] = {"segment", "", "a value of segment_column; NULL without one"},
  [COLUMN_TENURE] = {"tenure", "REAL", "how long they have been there"},
  [COLUMN_SURVIVAL] = {"survival", "REAL", "the share of their group that stays that long"},
  [COLUMN_STAYS] = {"stays", "REAL",
                    "the chance that they are still there after horizon more; NULL where the curve does not go so far"},
  [COLUMN_STAYS_LOW] = {"stays_low", "REAL",
                        "lower end of its interval; NULL where stays is 0 or NULL, and for log-log where it is 1"},
  [COLUMN_STAYS_HIGH] = {"stays_high", "REAL", "upper end, as stays_low"},
  [COLUMN_MEDIAN_REMAINING] =
    {"median_remaining", "REAL",
     "how much longer until half of those as long there have left; NULL where the curve does not go so far"},
  [COLUMN_MEAN_REMAINING] = {"mean_remaining", "REAL",
                             "how much longer they stay on average, up to tau; NULL where tenure is tau or more, or "
                             "the curve does not go so far"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  LIFE_PARAMS,
  [ARG_SEGMENT_COLUMN] = LIFE_SEGMENT_PARAM,
  [ARG_CUSTOMER_COLUMN] =
    {"customer_column", PARAM_COLUMN, "", 0, 0, NULL,
     "the column with the customer, an integer or text; left out: recognised from usual names such as customer_id"},
  [ARG_HORIZON] = {"horizon", PARAM_REAL, "12", 0, LIFE_MAX, NULL, "how far to look ahead, in the unit of time_column"},
  [ARG_TAU] = {"tau", PARAM_REAL, "", 0, LIFE_MAX, NULL,
               "the time to which mean_remaining is restricted, counted from the start of the customer; left out: the "
               "last time of the group"},
  [ARG_INTERVAL] = LIFE_INTERVAL_PARAM,
  [ARG_LEVEL] = LIFE_LEVEL_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec survival_forecast_table = {
  .name = "survival_forecast",
  .doc =
    {
      .summary = "Estimates for each customer still there how likely they stay, and how much longer to expect.",
      .result = "A row per row of the source that has not had the event, in the source's order.",
      .nulls = LIFE_NULLS " Nor does one with a NULL customer.",
      .errors =
        LIFE_ERRORS " A customer that is neither integer nor text; no column that is recognised as the customer.",
      .example =
        "SELECT customer, tenure, stays, median_remaining, mean_remaining FROM survival_forecast('demo_contracts', "
        "'tenure', 'churned') WHERE segment_column = 'plan' AND horizon = 6 LIMIT 5",
      .formula = "stays = S(t + horizon)/S(t); mean_remaining = ∫ S from t to tau / S(t); median_remaining: the "
                 "smallest u with S(t + u) <= S(t)/2; S: Kaplan-Meier of the group, as survival_curve().",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(ForecastAnswer),
  .compute = forecast_compute,
  .cell = forecast_cell,
  .free = clv_forecast_free,
};
