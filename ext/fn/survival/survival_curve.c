/*
** survival_curve(source, time_column, event_column[, …]): the share of customers still there, by how long they have
** been customers.
**
**   SELECT time, at_risk, events, survival, low, high FROM survival_curve('customers', 'tenure', 'churned') WHERE
**   segment_column = 'contract';
**
** R1  A row per group and distinct time of its rows, also where only censored rows are; groups ascending (integers,
**     then text), then times.
** R2  survival: Kaplan-Meier. At the same time events come before censored rows; at risk: entry < time of the point <=
**     time of the row.
** R3  se: Greenwood's. low and high as interval says; NULL where that scale has none: survival 0, and with log-log
**     survival 1.
** R4  cumulative_hazard: Nelson-Aalen, or Fleming-Harrington's, which breaks ties; its se.
** R5  Without weights at_risk, events and censored are counts.
*/
#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/same_time.h"
#include "life_groups.h"
#include "survival_params.h"

enum {
  ARG_SEGMENT_COLUMN = LIFE_ARG_COUNT,
  ARG_ENTRY_COLUMN,
  ARG_WEIGHT_COLUMN,
  ARG_INTERVAL,
  ARG_LEVEL,
  ARG_HAZARD_KIND,
  ARG_MAX_TIME,
  ARG_COUNT
};

typedef struct CurveWalk {
  uint32_t group;
  KaplanMeierPoint point;
} CurveWalk;

typedef struct CurveAnswer {
  LifeGroups groups;
  int64_t *first_row; /* of each group, and the end */
  CurveWalk *walk;    /* where the last cell was, so that the next need not walk there again */
  KaplanMeierScale scale;
  double z;
} CurveAnswer;

static Status curve_compute(Call *call, void *state, int64_t *n_rows)
{
  CurveAnswer *answer = state;
  LifeGroups *groups = &answer->groups;
  groups->reader.params[LIFE_GROUP] = ARG_SEGMENT_COLUMN;
  groups->reader.params[LIFE_ENTRY] = ARG_ENTRY_COLUMN;
  groups->reader.params[LIFE_WEIGHT] = ARG_WEIGHT_COLUMN;
  groups->ties_broken = call_choice(call, ARG_HAZARD_KIND) == 1;
  answer->scale = (KaplanMeierScale)call_choice(call, ARG_INTERVAL);
  answer->z = level_z(call_real(call, ARG_LEVEL));
  Status status = life_groups_read(call, groups);
  if (status) {
    return status;
  }
  answer->walk = mem_zero(1, sizeof *answer->walk);
  answer->first_row = mem_zero((size_t)groups->n + 1, sizeof *answer->first_row);
  if (!answer->walk || !answer->first_row) {
    return STATUS_NOMEM;
  }
  answer->walk->group = UINT32_MAX;
  double end = call_is_null(call, ARG_MAX_TIME) ? INFINITY : call_real(call, ARG_MAX_TIME);
  for (uint32_t i = 0; i < groups->n; i++) {
    const KaplanMeier *curve = &groups->curves[groups->order[i]];
    size_t n = kaplan_meier_index(curve, end);
    n += n < curve->n_points && !time_before(end, curve->times[n]);
    answer->first_row[i + 1] = answer->first_row[i] + (int64_t)n;
  }
  *n_rows = answer->first_row[groups->n];
  return STATUS_OK;
}

static const KaplanMeierPoint *walk_to(const CurveAnswer *answer, int64_t row)
{
  CurveWalk *walk = answer->walk;
  const LifeGroups *groups = &answer->groups;
  uint32_t group = walk->group;
  if (group >= groups->n || row < answer->first_row[group] || row >= answer->first_row[group + 1]) {
    group = life_group_of_row(answer->first_row, groups->n, row);
  }
  const KaplanMeier *curve = &groups->curves[groups->order[group]];
  if (walk->group != group) {
    walk->group = group;
    walk->point = kaplan_meier_start(curve);
  }
  kaplan_meier_seek(curve, &walk->point, (size_t)(row - answer->first_row[group]));
  return &walk->point;
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
  COLUMN_INTERVAL_KIND,
  COLUMN_CUMULATIVE_HAZARD,
  COLUMN_CUMULATIVE_HAZARD_SE,
  COLUMN_COUNT
};

static void count_cell(const CurveAnswer *answer, double count, Cell *out)
{
  if (answer->groups.reader.fields[LIFE_WEIGHT].found) {
    cell_real(out, count);
  } else {
    cell_integer(out, (int64_t)count);
  }
}

static void curve_cell(const void *state, int64_t row, int column, Cell *out)
{
  const CurveAnswer *answer = state;
  const KaplanMeierPoint *point = walk_to(answer, row);
  switch (column) {
    case COLUMN_SEGMENT:
      life_group_cell(&answer->groups.reader, answer->groups.order[answer->walk->group], out);
      return;
    case COLUMN_TIME:
      cell_real(out, point->time);
      return;
    case COLUMN_AT_RISK:
      count_cell(answer, point->at_risk, out);
      return;
    case COLUMN_EVENTS:
      count_cell(answer, point->events, out);
      return;
    case COLUMN_CENSORED:
      count_cell(answer, point->censored, out);
      return;
    case COLUMN_SURVIVAL:
      cell_real(out, point->survival);
      return;
    case COLUMN_SE:
      cell_finite(out, kaplan_meier_se(point));
      return;
    case COLUMN_LOW:
      cell_finite(out, kaplan_meier_interval(point->survival, point->log_variance, answer->scale, answer->z).low);
      return;
    case COLUMN_HIGH:
      cell_finite(out, kaplan_meier_interval(point->survival, point->log_variance, answer->scale, answer->z).high);
      return;
    case COLUMN_INTERVAL_KIND: {
      static const char *const NAMES[] = {"log-log", "log", "plain"};
      cell_static(out, NAMES[answer->scale]);
      return;
    }
    case COLUMN_CUMULATIVE_HAZARD:
      cell_real(out, point->hazard);
      return;
    case COLUMN_CUMULATIVE_HAZARD_SE:
      cell_real(out, sqrt(point->hazard_variance));
      return;
  }
}

static void curve_free(void *state)
{
  CurveAnswer *answer = state;
  life_groups_free(&answer->groups);
  mem_free(answer->first_row);
  mem_free(answer->walk);
  answer->first_row = NULL;
  answer->walk = NULL;
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_SEGMENT] = {"segment", "", "a value of segment_column; NULL without one"},
  [COLUMN_TIME] = {"time", "REAL", "a time at which something is known of the group, in the unit of time_column"},
  [COLUMN_AT_RISK] = {"at_risk", "INTEGER",
                      "rows still observed just before this time; with weight_column the sum of their weights"},
  [COLUMN_EVENTS] = {"events", "INTEGER", "of these, events at this time; with weight_column weighted"},
  [COLUMN_CENSORED] = {"censored", "INTEGER", "of these, censored at this time; with weight_column weighted"},
  [COLUMN_SURVIVAL] = {"survival", "REAL", "the estimated share still there after this time"},
  [COLUMN_SE] = {"se", "REAL", "its standard error (Greenwood); NULL where survival is 0"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of its interval; NULL where survival is 0, and for log-log where it is 1"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end, as low"},
  [COLUMN_INTERVAL_KIND] = {"interval_kind", "TEXT", "the scale of the interval: log-log, log or plain"},
  [COLUMN_CUMULATIVE_HAZARD] = {"cumulative_hazard", "REAL", "the hazards added up to this time (Nelson-Aalen)"},
  [COLUMN_CUMULATIVE_HAZARD_SE] = {"cumulative_hazard_se", "REAL", "its standard error"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  LIFE_PARAMS,
  [ARG_SEGMENT_COLUMN] = LIFE_SEGMENT_PARAM,
  [ARG_ENTRY_COLUMN] = LIFE_ENTRY_PARAM,
  [ARG_WEIGHT_COLUMN] = LIFE_WEIGHT_PARAM,
  [ARG_INTERVAL] = LIFE_INTERVAL_PARAM,
  [ARG_LEVEL] = LIFE_LEVEL_PARAM,
  [ARG_HAZARD_KIND] = {"hazard_kind", PARAM_CHOICE, "nelson-aalen", 0, 0, "nelson-aalen|fleming-harrington",
                       "how events of the same time count in cumulative_hazard: together (nelson-aalen), or one after "
                       "the other (fleming-harrington)"},
  [ARG_MAX_TIME] = {"max_time", PARAM_REAL, "", 0, INFINITY, NULL, "the last time to list; left out: all"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec survival_curve_table = {
  .name = "survival_curve",
  .doc =
    {
      .summary = "Estimates the share of customers still there by how long they have been customers, with those who "
                 "have not left yet counted right.",
      .result = "A row per group and distinct time of its rows, groups and times ascending; before the first time "
                "survival is 1.",
      .nulls = LIFE_NULLS " Nor does one with a NULL weight or entry, or weight 0.",
      .errors = LIFE_ERRORS " A weight that is not a number from 0 to " NUMBER_TEXT(
        LIFE_MAX) "; an entry below 0, or above 0 and not below the time of its row.",
      .example = "SELECT time, at_risk, events, survival, low, high FROM survival_curve('demo_contracts', 'tenure', "
                 "'churned') WHERE segment_column = 'plan' LIMIT 5",
      .formula = "S(t) = Π (1 - d/n) over event times up to t (Kaplan & Meier 1958); se = S √Σ d/(n(n-d)) (Greenwood "
                 "1926); log-log interval S^exp(±z se(log S)/log S); cumulative hazard Σ d/n, variance Σ d/n² (Nelson "
                 "1972, Aalen 1978). At the same time events come before censored rows. A weight counts its row that "
                 "many times, also in se. With an entry, a row is at risk after its entry only (left truncation).",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(CurveAnswer),
  .compute = curve_compute,
  .cell = curve_cell,
  .free = curve_free,
};
