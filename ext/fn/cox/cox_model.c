/*
** cox_model(source, time_column, event_column, terms): what makes customers leave sooner or later, as hazard ratios.
**
**   SELECT term, hazard_ratio, low, high, p FROM cox_model('customers', 'tenure', 'churned') WHERE terms = 'contract,
**   senior_citizen, monthly_charges';
**
** R1  A row per term, in the order of terms; a text's levels in order, without its reference, which stands in each of
**     them.
** R2  A term that is constant, or collinear with terms before it, has NULL for every estimate and says so in note; the
**     others are those of the model without it.
** R3  A term of which the likelihood has no maximum is an error that names it.
** R4  z, p, low and high go by robust_se where there is a cluster_column, else by se.
** R5  tenure 0 that did not end takes part and is never at risk.
*/
#include <math.h>

#include "core/numerics/special.h"
#include "cox_params.h"

enum {
  ARG_CLUSTER_COLUMN = COX_ARG_COUNT,
  ARG_LEVEL,
  ARG_COUNT
};

typedef struct ModelAnswer {
  CoxModel model;
  double z;
} ModelAnswer;

static Status model_compute(Call *call, void *state, int64_t *n_rows)
{
  ModelAnswer *answer = state;
  CoxModel *model = &answer->model;
  model->cluster_param = ARG_CLUSTER_COLUMN;
  answer->z = normal_quantile((1 + call_real(call, ARG_LEVEL)) / 2);
  Status status = cox_model_fit(call, model);
  if (status != STATUS_OK || model->cox.end != COX_CONVERGED) {
    return status;
  }
  if (model->rows.used[COX_CLUSTER]) {
    size_t n_clusters;
    status = cox_robust(&model->cox, &n_clusters, call_watch(call));
    if (status == STATUS_ERROR) {
      return call_fail(call,
                       "cluster_column '%s' has %lld clusters among the rows that take part: errors of %d terms need "
                       "more clusters than terms",
                       call_text(call, ARG_CLUSTER_COLUMN), (long long)n_clusters, model->cox.n_used);
    }
  }
  cox_model_close(model);
  *n_rows = model->design.n_columns;
  return status;
}

enum {
  COLUMN_TERM,
  COLUMN_FEATURE,
  COLUMN_CATEGORY,
  COLUMN_REFERENCE,
  COLUMN_COEF,
  COLUMN_SE,
  COLUMN_ROBUST_SE,
  COLUMN_HAZARD_RATIO,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_Z,
  COLUMN_P,
  COLUMN_LOG10_P,
  COLUMN_NOTE,
  COLUMN_COUNT
};

static void estimate_cell(const CoxFeature *feature, double quantile, int column, Cell *out)
{
  double coef = feature->coefficient, se = isnan(feature->robust_error) ? feature->error : feature->robust_error,
         z = coef / se;
  switch (column) {
    case COLUMN_COEF:
      cell_finite(out, coef);
      break;
    case COLUMN_SE:
      cell_finite(out, feature->error);
      break;
    case COLUMN_ROBUST_SE:
      cell_finite(out, feature->robust_error);
      break;
    case COLUMN_HAZARD_RATIO:
      cell_finite(out, exp(coef));
      break;
    case COLUMN_LOW:
      cell_finite(out, exp(coef - quantile * se));
      break;
    case COLUMN_HIGH:
      cell_finite(out, exp(coef + quantile * se));
      break;
    case COLUMN_Z:
      cell_finite(out, z);
      break;
    case COLUMN_P:
      chi_square_cell(z * z, 1, out);
      break;
    default:
      chi_square_log10_cell(z * z, 1, out);
  }
}

static void model_cell(const void *state, int64_t row, int column, Cell *out)
{
  const ModelAnswer *answer = state;
  const CoxModel *model = &answer->model;
  const DesignMatrixColumn *of = &model->design.column[row];
  const DesignMatrixTerm *term = &model->design.term[of->term];
  const CoxFeature *feature = &model->cox.feature[row];
  char note[COX_REASON];
  switch (column) {
    case COLUMN_TERM:
      cell_string(out, of->label);
      break;
    case COLUMN_FEATURE:
      cell_string(out, term->name);
      break;
    case COLUMN_CATEGORY:
      cell_string(out, of->level);
      break;
    case COLUMN_REFERENCE:
      cell_string(out, term->reference);
      break;
    case COLUMN_NOTE:
      cox_dropped(&model->cox, (int)row, model->names, note);
      cell_string(out, note[0] ? note : NULL);
      break;
    default:
      if (feature->state == COX_USED) {
        estimate_cell(feature, answer->z, column, out);
      } else {
        cell_null(out);
      }
  }
}

static void model_free(void *state)
{
  cox_model_free(&((ModelAnswer *)state)->model);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_TERM] = {"term", "TEXT", "the feature, and after a colon its level: 'contract: One year'"},
  [COLUMN_FEATURE] = {"feature", "TEXT", "the source's column"},
  [COLUMN_CATEGORY] = {"category", "TEXT", "the level of it that the row is about; NULL for a number"},
  [COLUMN_REFERENCE] = {"reference", "TEXT", "the level that it is compared with; NULL for a number"},
  [COLUMN_COEF] = {"coef", "REAL", "the logarithm of hazard_ratio"},
  [COLUMN_SE] = {"se", "REAL", "the standard error of coef, if the model is right"},
  [COLUMN_ROBUST_SE] = {"robust_se", "REAL",
                        "the standard error of coef, also if it is not, or rows of a cluster depend on each other; "
                        "NULL without cluster_column"},
  [COLUMN_HAZARD_RATIO] = {"hazard_ratio", "REAL",
                           "how many times as fast customers leave, at any time, for 1 more of the number, or at this "
                           "level instead of the reference; 1: no effect"},
  [COLUMN_LOW] = {"low", "REAL", "the lower end of the interval of hazard_ratio"},
  [COLUMN_HIGH] = {"high", "REAL", "its upper end; NULL where it is beyond the range of numbers"},
  [COLUMN_Z] = {"z", "REAL", "coef in standard errors"},
  [COLUMN_P] = {"p", "REAL",
                "the chance of so large a z either way without an effect; 0 below the smallest number a REAL holds"},
  [COLUMN_LOG10_P] = {"log10_p", "REAL", "its decimal logarithm, also where p is 0"},
  [COLUMN_NOTE] = {"note", "TEXT",
                   "why there is no estimate: 'constant', or 'collinear with …'; NULL where there is one"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  COX_PARAMS,
  [ARG_CLUSTER_COLUMN] = {"cluster_column", PARAM_COLUMN, "", 0, 0, NULL,
                          "the column with clusters, integers or text, of rows that may depend on each other; a key of "
                          "the rows asks for robust errors only"},
  [ARG_LEVEL] = COX_LEVEL_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec cox_model_table = {
  .name = "cox_model",
  .doc =
    {
      .summary = "Shows what makes customers leave sooner or later: hazard ratios of features by Cox's "
                 "proportional-hazards model.",
      .result = "A row per term, in the order of terms: one for a number, one for each level of a text but its "
                "reference. cox_summary() tells how good the model is, cox_zph() whether hazards are proportional, "
                "cox_baseline() the survival it gives.",
      .nulls = COX_NULLS
      " Every estimate is NULL where a term is constant, or a combination of terms before it: note says so.",
      .errors = COX_ERRORS,
      .example = "SELECT term, reference, round(hazard_ratio, 3) AS hazard_ratio, round(low, 3) AS low, round(high, 3) "
                 "AS high, p FROM cox_model('demo_contracts', 'tenure', 'churned') WHERE terms = 'plan[monthly], "
                 "senior, monthly_charges'",
      .formula = COX_FORMULA
      ". se: inverse information; robust_se: Lin & Wei 1989, summed over clusters. Interval exp(coef ± z se).",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(ModelAnswer),
  .compute = model_compute,
  .cell = model_cell,
  .free = model_free,
};
