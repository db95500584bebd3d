/*
** hazard_by(source, time_column, event_column[, …]): when do they leave? The share that leaves in each period, of those
** still there as it begins.
**
**   SELECT * FROM hazard_by('customers', 'tenure', 'churned');
**
** R1  A row per group and period from the first to that of the group's last time, also where nobody leaves; groups
**     ascending (integers, then text), then periods.
** R2  Period p holds the times in ((p - 1) width, p width]; with width 1 whole months are their own periods. Period 0
**     holds time 0, and is listed only where rows have it.
** R3  hazard = events / at_risk with Wilson's interval. Rows censored in a period are at risk in it.
** R4  smoothed: the hazard of the periods to `bandwidth` around together, nearer ones counting more. Period 0 stands
**     alone: its own is its hazard, and no other takes it in.
** R5  peak: 1 at the period with the highest hazard of those where smoothed is above both neighbours (of neighbours
**     with the same the first stands for all) and hazard surely above the average (low above all events / all at risk);
**     2 the next; NULL elsewhere.
*/
#include "core/base/mem.h"
#include "core/survival/hazard.h"
#include "life_groups.h"
#include "survival_params.h"

enum {
  ARG_SEGMENT_COLUMN = LIFE_ARG_COUNT,
  ARG_WIDTH,
  ARG_BANDWIDTH,
  ARG_LEVEL,
  ARG_COUNT
};

#define MOST_BANDWIDTH 1000

typedef struct HazardAnswer {
  LifeGroups groups;
  Hazard *hazards;    /* by place in the order of groups */
  int64_t *first_row; /* of each, and the end */
} HazardAnswer;

static Status hazard_compute(Call *call, void *state, int64_t *n_rows)
{
  HazardAnswer *answer = state;
  LifeGroups *groups = &answer->groups;
  double width = call_real(call, ARG_WIDTH), all = 0;
  groups->reader.params[LIFE_GROUP] = ARG_SEGMENT_COLUMN;
  Status status = life_groups_read(call, groups);
  if (status) {
    return status;
  }
  answer->hazards = mem_zero((size_t)groups->n + 1, sizeof *answer->hazards);
  answer->first_row = mem_zero((size_t)groups->n + 1, sizeof *answer->first_row);
  if (!answer->hazards || !answer->first_row) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = 0; i < groups->n; i++) {
    const KaplanMeier *curve = &groups->curves[groups->order[i]];
    double periods = hazard_period(kaplan_meier_last_time(curve), width);
    if (periods > HAZARD_PERIODS) {
      return call_fail(call, "the longest time of column %s is %g: with a width of %g that is more than %d periods",
                       call_text(call, ARG_TIME_COLUMN), kaplan_meier_last_time(curve), width, HAZARD_PERIODS);
    }
    all += periods;
    if (all > HAZARD_ROWS_MAX) {
      return call_fail(call,
                       "with a width of %g the groups of column %s have more than %d periods together; take a larger "
                       "width, or fewer groups",
                       width, call_text(call, ARG_SEGMENT_COLUMN), HAZARD_ROWS_MAX);
    }
  }
  for (uint32_t i = 0; i < groups->n; i++) {
    const KaplanMeier *curve = &groups->curves[groups->order[i]];
    if ((i + 1) % 1024 == 0 && watch_stop(call_watch(call))) {
      return STATUS_INTERRUPT;
    }
    status = hazard_build(&answer->hazards[i], curve, width, (int)call_integer(call, ARG_BANDWIDTH),
                          call_real(call, ARG_LEVEL), call_watch(call));
    if (status) {
      return status;
    }
    answer->first_row[i + 1] = answer->first_row[i] + (int64_t)answer->hazards[i].n;
  }
  *n_rows = answer->first_row[groups->n];
  return STATUS_OK;
}

enum {
  COLUMN_SEGMENT,
  COLUMN_PERIOD,
  COLUMN_AT_RISK,
  COLUMN_EVENTS,
  COLUMN_CENSORED,
  COLUMN_HAZARD,
  COLUMN_SE,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_SMOOTHED,
  COLUMN_SURVIVAL,
  COLUMN_PEAK,
  COLUMN_COUNT
};

static void hazard_cell(const void *state, int64_t row, int column, Cell *out)
{
  const HazardAnswer *answer = state;
  uint32_t group = life_group_of_row(answer->first_row, answer->groups.n, row);
  const HazardPeriod *at = &answer->hazards[group].periods[row - answer->first_row[group]];
  switch (column) {
    case COLUMN_SEGMENT:
      life_group_cell(&answer->groups.reader, answer->groups.order[group], out);
      return;
    case COLUMN_PERIOD:
      cell_integer(out, at->period);
      return;
    case COLUMN_AT_RISK:
      cell_integer(out, (int64_t)at->at_risk);
      return;
    case COLUMN_EVENTS:
      cell_integer(out, (int64_t)at->events);
      return;
    case COLUMN_CENSORED:
      cell_integer(out, (int64_t)at->censored);
      return;
    case COLUMN_HAZARD:
      cell_real(out, at->hazard);
      return;
    case COLUMN_SE:
      cell_real(out, at->se);
      return;
    case COLUMN_LOW:
      cell_real(out, at->low);
      return;
    case COLUMN_HIGH:
      cell_real(out, at->high);
      return;
    case COLUMN_SMOOTHED:
      cell_real(out, at->smoothed);
      return;
    case COLUMN_SURVIVAL:
      cell_real(out, at->survival);
      return;
    case COLUMN_PEAK:
      if (at->peak) {
        cell_integer(out, at->peak);
      } else {
        cell_null(out);
      }
      return;
  }
}

static void hazard_answer_free(void *state)
{
  HazardAnswer *answer = state;
  for (uint32_t i = 0; answer->hazards && i < answer->groups.n; i++) {
    hazard_free(&answer->hazards[i]);
  }
  mem_free(answer->hazards);
  mem_free(answer->first_row);
  answer->hazards = NULL;
  answer->first_row = NULL;
  life_groups_free(&answer->groups);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_SEGMENT] = {"segment", "", "a value of segment_column; NULL without one"},
  [COLUMN_PERIOD] = {"period", "INTEGER", "the period, from 1; 0 for time 0; with width 1 the time itself, rounded up"},
  [COLUMN_AT_RISK] = {"at_risk", "INTEGER", "rows still there as the period begins"},
  [COLUMN_EVENTS] = {"events", "INTEGER", "of these, those that left in it"},
  [COLUMN_CENSORED] = {"censored", "INTEGER", "of these, those whose observation ended in it"},
  [COLUMN_HAZARD] = {"hazard", "REAL", "events / at_risk"},
  [COLUMN_SE] = {"se", "REAL", "its standard error"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of its interval (Wilson)"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end"},
  [COLUMN_SMOOTHED] = {"smoothed", "REAL",
                       "the hazard of the periods around together, without period 0, which stands alone"},
  [COLUMN_SURVIVAL] = {"survival", "REAL", "the share still there at the end of the period"},
  [COLUMN_PEAK] = {"peak", "INTEGER", "1 at the highest peak, 2 at the next, …; NULL elsewhere"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  LIFE_PARAMS,
  [ARG_SEGMENT_COLUMN] = LIFE_SEGMENT_PARAM,
  [ARG_WIDTH] = {"width", PARAM_REAL, "1", 1e-9, LIFE_MAX, NULL, "how long a period is, in the unit of time_column"},
  [ARG_BANDWIDTH] = {"bandwidth", PARAM_INTEGER, "1", 0, MOST_BANDWIDTH, NULL,
                     "how many periods to each side smoothed takes in, 0 to " NUMBER_TEXT(MOST_BANDWIDTH)},
  [ARG_LEVEL] = LIFE_LEVEL_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec hazard_by_table = {
  .name = "hazard_by",
  .doc =
    {
      .summary =
        "Shows when customers leave: the share that leaves in each period of their stay, with the peaks marked.",
      .result = "A row per group and period to the group's last time, groups and periods ascending.",
      .nulls = LIFE_NULLS,
      .errors = LIFE_ERRORS " A width that makes more than " NUMBER_TEXT(
        HAZARD_PERIODS) " periods of a group, or " NUMBER_TEXT(HAZARD_ROWS_MAX) " of all groups.",
      .example = "SELECT period, at_risk, events, hazard, low, high, smoothed, peak FROM hazard_by('demo_contracts', "
                 "'tenure', 'churned') LIMIT 15",
      .formula = "h_p = d_p/n_p, n_p: time > (p-1) width; se √(h(1-h)/n); Wilson's interval (1927); smoothed Σ K d / Σ "
                 "K n with K(j) = 1 - (j/(bandwidth + 1))² (Epanechnikov), period 0 apart; survival Π(1 - h). A peak "
                 "has smoothed above both neighbours (the first of equal ones) and low above Σ d / Σ n.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(HazardAnswer),
  .compute = hazard_compute,
  .cell = hazard_cell,
  .free = hazard_answer_free,
};
