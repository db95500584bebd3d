/*
** survival_at(source, time_column, event_column, times[, …]): the share of customers still there at times that you
** name.
**
**   SELECT segment, time, survival, low, high FROM survival_at('customers', 'tenure', 'churned', '12, 24, 36')
**   WHERE segment_column = 'contract';
**
** R1  A row per group and time of `times`, in their order; groups ascending (integers, then text).
** R2  survival, se, low, high: those of survival_curve() at its last time up to this one; 1 before its first time. With
**     since: of those still there at `since`, the share still there at the time, S(t)/S(since).
** R3  at_risk: those observed just before the time; events and censored: up to the time, after `since`.
** R4  Beyond the last time of a group survival is NULL, unless it is 0 there.
*/
#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/same_time.h"
#include "life_groups.h"
#include "survival_params.h"

enum {
  ARG_TIMES = LIFE_ARG_COUNT,
  ARG_SEGMENT_COLUMN,
  ARG_SINCE,
  ARG_INTERVAL,
  ARG_LEVEL,
  ARG_COUNT
};

#define MOST_TIMES 10000

typedef struct AtRow {
  double at_risk, events, censored, survival, se;
  Interval interval;
} AtRow;

typedef struct AtAnswer {
  LifeGroups groups;
  double *times;
  int n_times;
  AtRow *rows; /* [group n_times + time] */
} AtAnswer;

/* The curve at t; what is not known of it is NaN. */
static KaplanMeierPoint point_at(const KaplanMeier *curve, double t)
{
  KaplanMeierPoint point = kaplan_meier_start(curve);
  kaplan_meier_find(curve, t, &point);
  if (time_before(kaplan_meier_last_time(curve), t) && point.survival > 0) {
    point.survival = point.log_variance = NAN;
  }
  return point;
}

static double at_risk_at(const KaplanMeier *curve, double t)
{
  KaplanMeierPoint point = kaplan_meier_start(curve);
  size_t i = kaplan_meier_index(curve, t);
  if (i >= curve->n_points) {
    return 0;
  }
  kaplan_meier_seek(curve, &point, i);
  return point.at_risk;
}

static Status at_compute(Call *call, void *state, int64_t *n_rows)
{
  AtAnswer *answer = state;
  LifeGroups *groups = &answer->groups;
  double since = call_real(call, ARG_SINCE);
  Status status = numbers_read(call, ARG_TIMES, since, LIFE_MAX, MOST_TIMES, &answer->times, &answer->n_times);
  if (status) {
    return status;
  }
  KaplanMeierScale scale = (KaplanMeierScale)call_choice(call, ARG_INTERVAL);
  double z = level_z(call_real(call, ARG_LEVEL));
  groups->reader.params[LIFE_GROUP] = ARG_SEGMENT_COLUMN;
  status = life_groups_read(call, groups);
  if (status) {
    return status;
  }
  answer->rows = mem_zero((size_t)groups->n * (size_t)answer->n_times + 1, sizeof *answer->rows);
  if (!answer->rows) {
    return STATUS_NOMEM;
  }
  int work = 0;
  for (uint32_t g = 0; g < groups->n; g++) {
    const KaplanMeier *curve = &groups->curves[groups->order[g]];
    KaplanMeierPoint from = since > 0 ? point_at(curve, since) : kaplan_meier_start(curve);
    for (int i = 0; i < answer->n_times; i++) {
      AtRow *row = &answer->rows[(int64_t)g * answer->n_times + i];
      KaplanMeierPoint to = point_at(curve, answer->times[i]);
      double survival = to.survival / from.survival, log_variance = to.log_variance - from.log_variance;
      *row = (AtRow){.at_risk = at_risk_at(curve, answer->times[i]),
                     .events = to.events_before + to.events - from.events_before - from.events,
                     .censored = to.censored_before + to.censored - from.censored_before - from.censored,
                     .survival = survival,
                     .se = survival > 0 ? survival * sqrt(log_variance) : NAN,
                     .interval = kaplan_meier_interval(survival, log_variance, scale, z)};
    }
    work += answer->n_times;
    if (work >= 1024) {
      work = 0;
      if (watch_stop(call_watch(call))) {
        return STATUS_INTERRUPT;
      }
    }
  }
  *n_rows = (int64_t)groups->n * answer->n_times;
  return STATUS_OK;
}

enum {
  COLUMN_SEGMENT,
  COLUMN_TIME,
  COLUMN_AT_RISK,
  COLUMN_EVENTS,
  COLUMN_CENSORED,
  COLUMN_SURVIVAL,
  COLUMN_SE,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_COUNT
};

static void at_cell(const void *state, int64_t i, int column, Cell *out)
{
  const AtAnswer *answer = state;
  const AtRow *row = &answer->rows[i];
  switch (column) {
    case COLUMN_SEGMENT:
      life_group_cell(&answer->groups.reader, answer->groups.order[i / answer->n_times], out);
      return;
    case COLUMN_TIME:
      cell_real(out, answer->times[i % answer->n_times]);
      return;
    case COLUMN_AT_RISK:
      cell_integer(out, (int64_t)row->at_risk);
      return;
    case COLUMN_EVENTS:
      cell_integer(out, (int64_t)row->events);
      return;
    case COLUMN_CENSORED:
      cell_integer(out, (int64_t)row->censored);
      return;
    case COLUMN_SURVIVAL:
      cell_finite(out, row->survival);
      return;
    case COLUMN_SE:
      cell_finite(out, row->se);
      return;
    case COLUMN_LOW:
      cell_finite(out, row->interval.low);
      return;
    case COLUMN_HIGH:
      cell_finite(out, row->interval.high);
      return;
  }
}

static void at_free(void *state)
{
  AtAnswer *answer = state;
  life_groups_free(&answer->groups);
  mem_free(answer->times);
  mem_free(answer->rows);
  answer->times = NULL;
  answer->rows = NULL;
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_SEGMENT] = {"segment", "", "a value of segment_column; NULL without one"},
  [COLUMN_TIME] = {"time", "REAL", "the time, one of times"},
  [COLUMN_AT_RISK] = {"at_risk", "INTEGER",
                      "rows of the group observed just before this time: their time is this or longer"},
  [COLUMN_EVENTS] = {"events", "INTEGER", "events after since, up to this time"},
  [COLUMN_CENSORED] = {"censored", "INTEGER", "rows censored after since, up to this time"},
  [COLUMN_SURVIVAL] = {"survival", "REAL",
                       "the share still there after this time, of those still there after since; NULL beyond the "
                       "group's last time, unless nobody is left"},
  [COLUMN_SE] = {"se", "REAL", "its standard error; NULL where survival is 0 or NULL"},
  [COLUMN_LOW] = {"low", "REAL",
                  "lower end of its interval; NULL where survival is 0 or NULL, and for log-log where it is 1"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end, as low"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  LIFE_PARAMS,
  [ARG_TIMES] = {"times", PARAM_LIST, NULL, 0, 0, NULL,
                 "the times, numbers from since to " NUMBER_TEXT(
                   LIFE_MAX) " separated by commas, such as '12, 24, 36'; at most " NUMBER_TEXT(MOST_TIMES)},
  [ARG_SEGMENT_COLUMN] = LIFE_SEGMENT_PARAM,
  [ARG_SINCE] = {"since", PARAM_REAL, "0", 0, LIFE_MAX, NULL,
                 "survival of those still there at this time, S(t | since); 0: of all"},
  [ARG_INTERVAL] = LIFE_INTERVAL_PARAM,
  [ARG_LEVEL] = LIFE_LEVEL_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec survival_at_table = {
  .name = "survival_at",
  .doc =
    {
      .summary =
        "Estimates the share of customers still there at given times, also of those who have come so far already.",
      .result = "A row per group and time, groups ascending, times in the order given.",
      .nulls = LIFE_NULLS,
      .errors = LIFE_ERRORS " times that are not numbers, or less than since.",
      .example = "SELECT segment, time, at_risk, survival, low, high FROM survival_at('demo_contracts', 'tenure', "
                 "'churned', '6, 12, 24') WHERE segment_column = 'plan'",
      .formula = "S(t | s) = S(t)/S(s), S from survival_curve(); its variance on the logarithm: Σ d/(n(n-d)) over "
                 "event times in (s, t].",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(AtAnswer),
  .compute = at_compute,
  .cell = at_cell,
  .free = at_free,
};
