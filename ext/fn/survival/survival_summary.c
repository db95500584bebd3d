/*
** survival_summary(source, time_column, event_column[, …]): how long customers stay, in a row per group.
**
**   SELECT segment, n, events, median, median_low, median_high, restricted_mean FROM survival_summary('customers',
**   'tenure', 'churned') WHERE segment_column = 'contract';
**
** R1  A row per group, ascending (integers, then text).
** R2  median, q25, q75: the first time with survival at most 0.5, 0.75, 0.25 (R takes the middle of the plateau where
**     survival equals it); NULL where the curve does not get there.
** R3  Their intervals: the first times where the ends of survival's interval get there.
** R4  restricted_mean: the area under the curve to tau; its se. NULL where tau lies beyond the group's last time and
**     survival is not 0 there.
** R5  tau left out: the smallest of the last times of groups whose survival ends above 0; of the largest where all end
**     at 0.
*/
#include <math.h>

#include "core/base/mem.h"
#include "life_groups.h"
#include "survival_params.h"

enum {
  ARG_SEGMENT_COLUMN = LIFE_ARG_COUNT,
  ARG_ENTRY_COLUMN,
  ARG_WEIGHT_COLUMN,
  ARG_TAU,
  ARG_INTERVAL,
  ARG_LEVEL,
  ARG_COUNT
};

#define QUANTILES 3
static const double PROPORTIONS[QUANTILES] = {0.25, 0.5, 0.75};

typedef struct GroupSummary {
  KaplanMeierQuantile quantiles[QUANTILES];
  double mean, se, last_survival;
} GroupSummary;

typedef struct SummaryAnswer {
  LifeGroups groups;
  GroupSummary *rows;
  double tau;
} SummaryAnswer;

static double last_survival(const KaplanMeier *curve)
{
  KaplanMeierPoint point = kaplan_meier_start(curve);
  kaplan_meier_seek(curve, &point, curve->n_points - 1);
  return point.survival;
}

static double common_end(const LifeGroups *groups, const GroupSummary *rows)
{
  double smallest = INFINITY, largest = 0;
  for (uint32_t i = 0; i < groups->n; i++) {
    double last = kaplan_meier_last_time(&groups->curves[groups->order[i]]);
    largest = fmax(largest, last);
    if (rows[i].last_survival > 0) {
      smallest = fmin(smallest, last);
    }
  }
  return isinf(smallest) ? largest : smallest;
}

static Status summary_compute(Call *call, void *state, int64_t *n_rows)
{
  SummaryAnswer *answer = state;
  LifeGroups *groups = &answer->groups;
  groups->reader.params[LIFE_GROUP] = ARG_SEGMENT_COLUMN;
  groups->reader.params[LIFE_ENTRY] = ARG_ENTRY_COLUMN;
  groups->reader.params[LIFE_WEIGHT] = ARG_WEIGHT_COLUMN;
  KaplanMeierScale scale = (KaplanMeierScale)call_choice(call, ARG_INTERVAL);
  double z = level_z(call_real(call, ARG_LEVEL));
  Status status = life_groups_read(call, groups);
  if (status) {
    return status;
  }
  answer->rows = mem_zero((size_t)groups->n + 1, sizeof *answer->rows);
  if (!answer->rows) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = 0; i < groups->n; i++) {
    answer->rows[i].last_survival = last_survival(&groups->curves[groups->order[i]]);
  }
  answer->tau = call_is_null(call, ARG_TAU) ? common_end(groups, answer->rows) : call_real(call, ARG_TAU);
  for (uint32_t i = 0; i < groups->n; i++) {
    const KaplanMeier *curve = &groups->curves[groups->order[i]];
    GroupSummary *row = &answer->rows[i];
    status = (i + 1) % 1024 == 0 && watch_stop(call_watch(call))
               ? STATUS_INTERRUPT
               : kaplan_meier_quantiles(curve, PROPORTIONS, QUANTILES, scale, z, row->quantiles, call_watch(call));
    if (status == STATUS_OK) {
      status = kaplan_meier_restricted_mean(curve, answer->tau, &row->mean, &row->se, call_watch(call));
    }
    if (status) {
      return status;
    }
  }
  *n_rows = groups->n;
  return STATUS_OK;
}

enum {
  COLUMN_SEGMENT,
  COLUMN_N,
  COLUMN_EVENTS,
  COLUMN_MEDIAN,
  COLUMN_MEDIAN_LOW,
  COLUMN_MEDIAN_HIGH,
  COLUMN_Q25,
  COLUMN_Q25_LOW,
  COLUMN_Q25_HIGH,
  COLUMN_Q75,
  COLUMN_Q75_LOW,
  COLUMN_Q75_HIGH,
  COLUMN_RESTRICTED_MEAN,
  COLUMN_RESTRICTED_MEAN_SE,
  COLUMN_RESTRICTED_TO,
  COLUMN_LAST_TIME,
  COLUMN_LAST_SURVIVAL,
  COLUMN_COUNT
};

static void quantile_cell(const GroupSummary *row, int quantile, int part, Cell *out)
{
  const KaplanMeierQuantile *q = &row->quantiles[quantile];
  cell_finite(out, part == 0 ? q->time : part == 1 ? q->low : q->high);
}

static void summary_cell(const void *state, int64_t i, int column, Cell *out)
{
  const SummaryAnswer *answer = state;
  const GroupSummary *row = &answer->rows[i];
  uint32_t group = answer->groups.order[i];
  const KaplanMeier *curve = &answer->groups.curves[group];
  switch (column) {
    case COLUMN_SEGMENT:
      life_group_cell(&answer->groups.reader, group, out);
      return;
    case COLUMN_N:
      cell_integer(out, (int64_t)curve->rows);
      return;
    case COLUMN_EVENTS:
      cell_integer(out, (int64_t)curve->n_event);
      return;
    case COLUMN_MEDIAN:
    case COLUMN_MEDIAN_LOW:
    case COLUMN_MEDIAN_HIGH:
      quantile_cell(row, 1, column - COLUMN_MEDIAN, out);
      return;
    case COLUMN_Q25:
    case COLUMN_Q25_LOW:
    case COLUMN_Q25_HIGH:
      quantile_cell(row, 0, column - COLUMN_Q25, out);
      return;
    case COLUMN_Q75:
    case COLUMN_Q75_LOW:
    case COLUMN_Q75_HIGH:
      quantile_cell(row, 2, column - COLUMN_Q75, out);
      return;
    case COLUMN_RESTRICTED_MEAN:
      cell_finite(out, row->mean);
      return;
    case COLUMN_RESTRICTED_MEAN_SE:
      cell_finite(out, row->se);
      return;
    case COLUMN_RESTRICTED_TO:
      cell_real(out, answer->tau);
      return;
    case COLUMN_LAST_TIME:
      cell_real(out, kaplan_meier_last_time(curve));
      return;
    case COLUMN_LAST_SURVIVAL:
      cell_real(out, row->last_survival);
      return;
  }
}

static void customer_summary_free(void *state)
{
  SummaryAnswer *answer = state;
  life_groups_free(&answer->groups);
  mem_free(answer->rows);
  answer->rows = NULL;
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_SEGMENT] = {"segment", "", "a value of segment_column; NULL without one"},
  [COLUMN_N] = {"n", "INTEGER", "rows of the group that take part"},
  [COLUMN_EVENTS] = {"events", "INTEGER", "of these, those that ended in the event"},
  [COLUMN_MEDIAN] = {"median", "REAL", "the first time by which half have left; NULL where the curve stays above"},
  [COLUMN_MEDIAN_LOW] = {"median_low", "REAL", "lower end of its interval; NULL where there is none"},
  [COLUMN_MEDIAN_HIGH] = {"median_high", "REAL", "upper end; NULL where there is none, as often when few are left"},
  [COLUMN_Q25] = {"q25", "REAL", "the first time by which a quarter have left; NULL where the curve stays above"},
  [COLUMN_Q25_LOW] = {"q25_low", "REAL", "lower end of its interval"},
  [COLUMN_Q25_HIGH] = {"q25_high", "REAL", "upper end of its interval"},
  [COLUMN_Q75] = {"q75", "REAL", "the first time by which three quarters have left; NULL where the curve stays above"},
  [COLUMN_Q75_LOW] = {"q75_low", "REAL", "lower end of its interval"},
  [COLUMN_Q75_HIGH] = {"q75_high", "REAL", "upper end of its interval"},
  [COLUMN_RESTRICTED_MEAN] =
    {"restricted_mean", "REAL",
     "the mean time a customer stays within the first restricted_to; NULL where the curve is not known so far"},
  [COLUMN_RESTRICTED_MEAN_SE] = {"restricted_mean_se", "REAL", "its standard error"},
  [COLUMN_RESTRICTED_TO] = {"restricted_to", "REAL", "the effective value of tau"},
  [COLUMN_LAST_TIME] = {"last_time", "REAL", "the longest time of the group"},
  [COLUMN_LAST_SURVIVAL] = {"last_survival", "REAL", "the survival there"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  LIFE_PARAMS,
  [ARG_SEGMENT_COLUMN] = LIFE_SEGMENT_PARAM,
  [ARG_ENTRY_COLUMN] = LIFE_ENTRY_PARAM,
  [ARG_WEIGHT_COLUMN] = LIFE_WEIGHT_PARAM,
  [ARG_TAU] = {"tau", PARAM_REAL, "", 0, LIFE_MAX, NULL,
               "the time to which the mean is restricted, 0 to " NUMBER_TEXT(
                 LIFE_MAX) "; left out: the last time to which the curves of "
                           "all groups are known"},
  [ARG_INTERVAL] = LIFE_INTERVAL_PARAM,
  [ARG_LEVEL] = LIFE_LEVEL_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec survival_summary_table = {
  .name = "survival_summary",
  .doc =
    {
      .summary = "Sums up how long customers stay: median, quartiles and restricted mean with intervals, by group.",
      .result = "A row per group, ascending.",
      .nulls = LIFE_NULLS " Nor does one with a NULL weight or entry, or weight 0.",
      .errors = LIFE_ERRORS " A weight that is not a number from 0 to " NUMBER_TEXT(
        LIFE_MAX) "; an entry below 0, or above 0 and not below the time of its row.",
      .example =
        "SELECT segment, n, events, median, median_low, median_high, round(restricted_mean, 2) AS restricted_mean, "
        "restricted_to FROM survival_summary('demo_contracts', 'tenure', 'churned') WHERE segment_column = 'plan'",
      .formula = "Quantile p: the first time with S <= 1 - p, S from survival_curve(); its interval: the first times "
                 "where the ends of S's interval are at most 1 - p (Brookmeyer & Crowley 1982). Restricted mean: the "
                 "area under S from 0 to tau; variance Σ (area from t to tau)² d/(n(n-d)) (Irwin 1949).",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(SummaryAnswer),
  .compute = summary_compute,
  .cell = summary_cell,
  .free = customer_summary_free,
};
