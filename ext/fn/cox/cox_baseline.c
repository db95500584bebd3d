/*
** cox_baseline(source, time_column, event_column, terms): how many of the average customer are still there, by the
** model of cox_model().
**
** R1  A row for each time at which a row of the stratum ends, by event or not; strata in order of their first row in
**     the source, then time ascending.
** R2  The average customer has the means of all features, also of levels: shares. Another one survives survival^(exp(Σ
**     coef (x - mean))).
*/
#include <math.h>

#include "core/base/mem.h"
#include "cox_params.h"

enum {
  ARG_LEVEL = COX_ARG_COUNT,
  ARG_COUNT
};

typedef struct BaselineAnswer {
  CoxModel model;
  CoxStep *step;
  double z, at_zero; /* at_zero: exp(-Σ coef mean) */
  const Customers *strata;
} BaselineAnswer;

static Status baseline_compute(Call *call, void *state, int64_t *n_rows)
{
  BaselineAnswer *answer = state;
  CoxModel *model = &answer->model;
  size_t n = 0;
  Status status = cox_model_fit(call, model);
  if (status != STATUS_OK || model->cox.end != COX_CONVERGED) {
    return status;
  }
  answer->z = normal_quantile((1 + call_real(call, ARG_LEVEL)) / 2);
  answer->at_zero = exp(-cox_mean_score(&model->cox));
  answer->strata = model->rows.used[COX_STRATUM] ? cox_model_strata(model) : NULL;
  status = cox_baseline(&model->cox, &answer->step, &n, call_watch(call));
  cox_model_close(model);
  *n_rows = (int64_t)n;
  return status;
}

enum {
  COLUMN_STRATUM,
  COLUMN_TIME,
  COLUMN_AT_RISK,
  COLUMN_EVENTS,
  COLUMN_CUMULATIVE_HAZARD,
  COLUMN_SE,
  COLUMN_SURVIVAL,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_CUMULATIVE_HAZARD_ZERO,
  COLUMN_COUNT
};

static void baseline_cell(const void *state, int64_t row, int column, Cell *out)
{
  const BaselineAnswer *answer = state;
  const CoxStep *step = &answer->step[row];
  switch (column) {
    case COLUMN_STRATUM:
      if (answer->strata) {
        cell_customer(out, answer->strata, step->stratum);
      } else {
        cell_null(out);
      }
      break;
    case COLUMN_TIME:
      cell_finite(out, step->time);
      break;
    case COLUMN_AT_RISK:
      cell_finite(out, step->at_risk);
      break;
    case COLUMN_EVENTS:
      cell_finite(out, step->events);
      break;
    case COLUMN_CUMULATIVE_HAZARD:
      cell_finite(out, step->hazard);
      break;
    case COLUMN_SE:
      cell_finite(out, step->error);
      break;
    case COLUMN_SURVIVAL:
      cell_finite(out, exp(-step->hazard));
      break;
    case COLUMN_LOW:
      cell_finite(out, exp(-(step->hazard + answer->z * step->error)));
      break;
    case COLUMN_HIGH:
      cell_finite(out, fmin(exp(-(step->hazard - answer->z * step->error)), 1));
      break;
    default:
      cell_finite(out, step->hazard * answer->at_zero);
  }
}

static void baseline_free(void *state)
{
  BaselineAnswer *answer = state;
  cox_model_free(&answer->model);
  mem_free(answer->step);
  answer->step = NULL;
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_STRATUM] = {"stratum", "", "the value of strata_column; NULL without one"},
  [COLUMN_TIME] = {"time", "REAL", "a time at which a row ends, in the unit of time_column"},
  [COLUMN_AT_RISK] = {"at_risk", "REAL", "rows that are observed just before, weighted"},
  [COLUMN_EVENTS] = {"events", "REAL", "of these, those that have the event now, weighted"},
  [COLUMN_CUMULATIVE_HAZARD] = {"cumulative_hazard", "REAL",
                                "of a customer whose features are the means, up to and with this time"},
  [COLUMN_SE] = {"se", "REAL", "its standard error"},
  [COLUMN_SURVIVAL] = {"survival", "REAL",
                       "the chance that such a customer stays longer than this time, exp(-cumulative_hazard)"},
  [COLUMN_LOW] = {"low", "REAL", "the lower end of the interval of survival"},
  [COLUMN_HIGH] = {"high", "REAL", "its upper end"},
  [COLUMN_CUMULATIVE_HAZARD_ZERO] =
    {"cumulative_hazard_zero", "REAL",
     "the same where all numbers are 0 and all texts at their reference; NULL where it is beyond the range of numbers"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  COX_PARAMS,
  [ARG_LEVEL] = COX_LEVEL_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec cox_baseline_table = {
  .name = "cox_baseline",
  .doc =
    {
      .summary =
        "Shows how long the average customer stays by a proportional-hazards model: the baseline hazard and survival.",
      .result =
        "A row for each time at which a row of the stratum ends, of the model of cox_model() with the same arguments.",
      .nulls = COX_NULLS,
      .errors = COX_ERRORS,
      .example = "SELECT time, at_risk, events, round(survival, 4) AS survival, round(low, 4) AS low, round(high, 4) "
                 "AS high FROM cox_baseline('demo_contracts', 'tenure', 'churned', 'plan, senior') LIMIT 6",
      .formula = COX_FORMULA ". Baseline: Σ events/Σ risk at risk, of Efron's sums in an Efron fit; its error with "
                             "that of coef (Tsiatis 1981); interval exp(-(H ± z se)).",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(BaselineAnswer),
  .compute = baseline_compute,
  .cell = baseline_cell,
  .free = baseline_free,
};
