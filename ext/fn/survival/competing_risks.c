/*
** competing_risks(source, time_column, cause_column[, …]): why do they leave? The share that has left by each cause, by
** how long they have been customers.
**
**   SELECT cause, time, incidence, low, high FROM competing_risks('customers', 'tenure', 'cause') WHERE time = 12;
**
** R1  A row per group, cause and distinct time of the group; groups and causes ascending (integers, then text), then
**     times.
** R2  A NULL, empty or 0 cause is censored, it has not left yet; so is 'no' or 'false' in any case, as an event column
**     says it.
** R3  incidence: the share that has left by this cause up to the time (Aalen-Johansen); with the incidences of the
**     other causes and survival it adds up to 1.
** R4  low and high as interval says; NULL where that scale has none: incidence 0, with log-log also incidence 1.
*/
#include <math.h>

#include "core/base/mem.h"
#include "core/survival/competing_risks.h"
#include "life_groups.h"
#include "survival_params.h"

enum {
  ARG_CAUSE_COLUMN = ARG_EVENT_COLUMN,
  ARG_SEGMENT_COLUMN = LIFE_ARG_COUNT,
  ARG_INTERVAL,
  ARG_LEVEL,
  ARG_COUNT
};

#define MOST_CAUSES 1000

typedef struct RisksAnswer {
  LifeReader reader;
  CurveGrid grid; /* [group][cause]; cause 0: censored */
  CompetingRisks *risks;
  int64_t *first_row; /* of each group in order, and the end */
  uint32_t *groups;   /* in order */
  uint32_t *causes;   /* in order: ids of keys that are causes */
  uint32_t n_groups, n_causes;
  uint32_t n_read, last_cause; /* causes met while reading, at least; the newest of them */
  KaplanMeierScale scale;
  double z;
} RisksAnswer;

static Status risks_take(LifeReader *reader, const Life *life)
{
  RisksAnswer *answer = reader->self;
  if (life->cause > answer->last_cause) { /* they are numbered as they appear */
    answer->last_cause = life->cause;
    if (++answer->n_read > MOST_CAUSES) {
      return STATUS_ERROR;
    }
  }
  return curve_grid_add(&answer->grid, life->group, life->cause, life->time, life->event);
}

/* The keys that are causes of some row that takes part; those that mean censored are none. */
static Status keep_causes(RisksAnswer *answer, uint32_t n_keys)
{
  bool *is_cause = mem_zero((size_t)n_keys + 1, sizeof *is_cause); /* 0: censored */
  if (!is_cause) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = 0; i < answer->grid.cells.count; i++) {
    is_cause[curve_grid_at(&answer->grid, i)->column] = true;
  }
  for (uint32_t i = 0; i < n_keys; i++) {
    if (is_cause[answer->causes[i] + 1]) {
      answer->causes[answer->n_causes++] = answer->causes[i];
    }
  }
  mem_free(is_cause);
  return STATUS_OK;
}

static Status order_causes(Call *call, RisksAnswer *answer)
{
  const Customers *keys = &answer->reader.fields[LIFE_EVENT_OR_CAUSE].keys;
  Status status = keys_in_order(keys, keys->count, &answer->causes, call_watch(call));
  if (status == STATUS_OK) {
    status =
      keys_in_order(&answer->reader.fields[LIFE_GROUP].keys, answer->grid.n_rows, &answer->groups, call_watch(call));
  }
  if (status == STATUS_OK) {
    status = keep_causes(answer, keys->count);
  }
  return status;
}

static Status risks_compute(Call *call, void *state, int64_t *n_rows)
{
  RisksAnswer *answer = state;
  answer->scale = (KaplanMeierScale)call_choice(call, ARG_INTERVAL);
  answer->z = level_z(call_real(call, ARG_LEVEL));
  answer->reader.causes = true;
  answer->reader.params[LIFE_GROUP] = ARG_SEGMENT_COLUMN;
  answer->reader.take = risks_take;
  answer->reader.self = answer;
  Status status = life_grid_read(call, &answer->reader, &answer->grid, ARG_SEGMENT_COLUMN, ARG_CAUSE_COLUMN);
  if (status == STATUS_OK) {
    status = order_causes(call, answer);
  }
  if (answer->n_read > MOST_CAUSES || answer->n_causes > MOST_CAUSES) {
    return call_fail(call, "column %s has more than %d causes, which is the most", call_text(call, ARG_EVENT_COLUMN),
                     MOST_CAUSES);
  }
  if (status) {
    return status;
  }
  answer->risks = mem_zero((size_t)answer->grid.n_rows + 1, sizeof *answer->risks);
  answer->first_row = mem_zero((size_t)answer->grid.n_rows + 1, sizeof *answer->first_row);
  if (!answer->risks || !answer->first_row) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = 0; i < answer->grid.n_rows; i++) {
    status = competing_risks_build(&answer->risks[i], &answer->grid, answer->groups[i], call_watch(call));
    if (status) {
      return status;
    }
    answer->n_groups = i + 1;
    answer->first_row[i + 1] = answer->first_row[i] + (int64_t)(answer->risks[i].n_times * answer->n_causes);
  }
  *n_rows = answer->first_row[answer->n_groups];
  return STATUS_OK;
}

enum {
  COLUMN_SEGMENT,
  COLUMN_CAUSE,
  COLUMN_TIME,
  COLUMN_AT_RISK,
  COLUMN_EVENTS,
  COLUMN_INCIDENCE,
  COLUMN_SE,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_SURVIVAL,
  COLUMN_COUNT
};

static void risks_cell(const void *state, int64_t row, int column, Cell *out)
{
  const RisksAnswer *answer = state;
  uint32_t group = life_group_of_row(answer->first_row, answer->n_groups, row);
  const CompetingRisks *risks = &answer->risks[group];
  size_t i = (size_t)(row - answer->first_row[group]), time = i % risks->n_times;
  uint32_t cause = answer->causes[i / risks->n_times];
  RiskPoint point = competing_risks_at(risks, cause + 1, time);
  double incidence = point.incidence, log_variance = incidence > 0 ? point.variance / (incidence * incidence) : 0;
  switch (column) {
    case COLUMN_SEGMENT:
      life_group_cell(&answer->reader, answer->groups[group], out);
      return;
    case COLUMN_CAUSE:
      cell_customer(out, &answer->reader.fields[LIFE_EVENT_OR_CAUSE].keys, cause);
      return;
    case COLUMN_TIME:
      cell_real(out, risks->times[time]);
      return;
    case COLUMN_AT_RISK:
      cell_integer(out, (int64_t)risks->at_risk[time]);
      return;
    case COLUMN_EVENTS:
      cell_integer(out, point.events);
      return;
    case COLUMN_INCIDENCE:
      cell_real(out, incidence);
      return;
    case COLUMN_SE:
      cell_real(out, sqrt(fmax(0, point.variance)));
      return;
    case COLUMN_LOW:
      cell_finite(out, kaplan_meier_interval(incidence, log_variance, answer->scale, answer->z).low);
      return;
    case COLUMN_HIGH:
      cell_finite(out, kaplan_meier_interval(incidence, log_variance, answer->scale, answer->z).high);
      return;
    case COLUMN_SURVIVAL:
      cell_real(out, risks->survival[time]);
      return;
  }
}

static void risks_free(void *state)
{
  RisksAnswer *answer = state;
  for (uint32_t i = 0; answer->risks && i < answer->grid.n_rows; i++) {
    competing_risks_free(&answer->risks[i]);
  }
  mem_free(answer->risks);
  mem_free(answer->first_row);
  mem_free(answer->groups);
  mem_free(answer->causes);
  answer->risks = NULL;
  answer->first_row = NULL;
  answer->groups = answer->causes = NULL;
  curve_grid_free(&answer->grid);
  lives_free(&answer->reader);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_SEGMENT] = {"segment", "", "a value of segment_column; NULL without one"},
  [COLUMN_CAUSE] = {"cause", "", "the cause, a value of cause_column"},
  [COLUMN_TIME] = {"time", "REAL", "a time at which something is known of the group, in the unit of time_column"},
  [COLUMN_AT_RISK] = {"at_risk", "INTEGER", "rows still there just before this time"},
  [COLUMN_EVENTS] = {"events", "INTEGER", "of these, those that left by this cause at this time"},
  [COLUMN_INCIDENCE] = {"incidence", "REAL", "the share that has left by this cause up to this time"},
  [COLUMN_SE] = {"se", "REAL", "its standard error"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of its interval; NULL where incidence is 0, and for log-log where it is 1"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end, as low"},
  [COLUMN_SURVIVAL] = {"survival", "REAL", "the share that has not left by any cause after this time"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = LIFE_SOURCE_PARAM,
  [ARG_TIME_COLUMN] = LIFE_TIME_PARAM,
  [ARG_CAUSE_COLUMN] = {"cause_column", PARAM_COLUMN, NULL, 0, 0, NULL,
                        "the column with why it ended, an integer or text, at most " NUMBER_TEXT(
                          MOST_CAUSES) " different; NULL, empty, 0, no "
                                       "or false in any case where it goes on (censored)"},
  [ARG_SEGMENT_COLUMN] = LIFE_SEGMENT_PARAM,
  [ARG_INTERVAL] =
    {"interval", PARAM_CHOICE, "log-log", 0, 0, "log-log|log|plain",
     "the scale on which the interval of the incidence is symmetric: log-log (stays within 0 and 1), log or plain"},
  [ARG_LEVEL] = LIFE_LEVEL_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec competing_risks_table = {
  .name = "competing_risks",
  .doc =
    {
      .summary = "Estimates the share of customers that has left by each cause, by how long they have been customers.",
      .result = "A row per group, cause and distinct time of the group, all ascending.",
      .nulls = "A row with a NULL time, or group where a segment_column is named, does not take part. A cause that is "
               "NULL, empty, 0, no or false is censored. No row with a cause: no answer. segment is NULL without a "
               "segment_column.",
      .errors = "An unknown table or column; a time that is not a number from 0 to " NUMBER_TEXT(
        LIFE_MAX) "; a cause or group that is "
                  "neither integer nor text; more than " NUMBER_TEXT(MOST_CAUSES) " causes, or " NUMBER_TEXT(
                    CURVE_GRID_PAIRS) " pairs of group and cause.",
      .example = "SELECT cause, time, at_risk, events, incidence, low, high FROM competing_risks('demo_contracts', "
                 "'tenure', 'cause') WHERE time = 12",
      .formula = "F_k(t) = Σ S(t_i-) d_ki/n_i over times up to t (Aalen & Johansen 1978), S: Kaplan-Meier of any "
                 "cause; Greenwood variance (Andersen, Borgan, Gill & Keiding 1993, IV.4.1.3); log-log interval "
                 "F^exp(±z se/(F log F)).",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(RisksAnswer),
  .compute = risks_compute,
  .cell = risks_cell,
  .free = risks_free,
};
