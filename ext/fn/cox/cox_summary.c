/*
** cox_summary(source, time_column, event_column, terms): how good the model of cox_model() is, in one row.
**
** R1  One row; none where no row of the source takes part.
** R2  The three tests ask whether any feature matters, by the model's own errors.
*/
#include <math.h>

#include "cox_params.h"

typedef struct SummaryAnswer {
  CoxModel model;
  CoxConcordance pairs;
} SummaryAnswer;

static Status summary_compute(Call *call, void *state, int64_t *n_rows)
{
  SummaryAnswer *answer = state;
  Status status = cox_model_fit(call, &answer->model);
  if (status != STATUS_OK || answer->model.cox.end != COX_CONVERGED) {
    return status;
  }
  status = cox_concordance(&answer->model.cox, &answer->pairs, call_watch(call));
  cox_model_close(&answer->model);
  *n_rows = 1;
  return status;
}

enum {
  COLUMN_ROWS,
  COLUMN_EVENTS,
  COLUMN_TIMES,
  COLUMN_LOG_LIKELIHOOD_NULL,
  COLUMN_LOG_LIKELIHOOD,
  COLUMN_AIC,
  COLUMN_DF,
  COLUMN_LIKELIHOOD_RATIO,
  COLUMN_LIKELIHOOD_RATIO_P,
  COLUMN_LIKELIHOOD_RATIO_LOG10_P,
  COLUMN_WALD,
  COLUMN_WALD_P,
  COLUMN_WALD_LOG10_P,
  COLUMN_SCORE,
  COLUMN_SCORE_P,
  COLUMN_SCORE_LOG10_P,
  COLUMN_CONCORDANCE,
  COLUMN_CONCORDANCE_SE,
  COLUMN_CONCORDANT,
  COLUMN_DISCORDANT,
  COLUMN_TIED_RISK,
  COLUMN_TIED_TIME,
  COLUMN_ITERATIONS,
  COLUMN_COUNT
};

static void summary_cell(const void *state, int64_t row, int column, Cell *out)
{
  const SummaryAnswer *answer = state;
  const Cox *cox = &answer->model.cox;
  const CoxConcordance *pairs = &answer->pairs;
  double ratio = fmax(2 * (cox->log_likelihood - cox->null_log_likelihood), 0), chi[] = {ratio, cox->wald, cox->score},
         df = cox->n_used;
  (void)row;
  switch (column) {
    case COLUMN_ROWS:
      cell_integer(out, (int64_t)cox->rows);
      break;
    case COLUMN_EVENTS:
      cell_integer(out, (int64_t)cox->events);
      break;
    case COLUMN_TIMES:
      cell_integer(out, (int64_t)cox->times);
      break;
    case COLUMN_LOG_LIKELIHOOD_NULL:
      cell_finite(out, cox->null_log_likelihood);
      break;
    case COLUMN_LOG_LIKELIHOOD:
      cell_finite(out, cox->log_likelihood);
      break;
    case COLUMN_AIC:
      cell_finite(out, 2 * df - 2 * cox->log_likelihood);
      break;
    case COLUMN_DF:
      cell_integer(out, cox->n_used);
      break;
    case COLUMN_LIKELIHOOD_RATIO:
    case COLUMN_WALD:
    case COLUMN_SCORE:
      cell_finite(out, chi[(column - COLUMN_LIKELIHOOD_RATIO) / 3]);
      break;
    case COLUMN_LIKELIHOOD_RATIO_P:
    case COLUMN_WALD_P:
    case COLUMN_SCORE_P:
      chi_square_cell(chi[(column - COLUMN_LIKELIHOOD_RATIO) / 3], df, out);
      break;
    case COLUMN_LIKELIHOOD_RATIO_LOG10_P:
    case COLUMN_WALD_LOG10_P:
    case COLUMN_SCORE_LOG10_P:
      chi_square_log10_cell(chi[(column - COLUMN_LIKELIHOOD_RATIO) / 3], df, out);
      break;
    case COLUMN_CONCORDANCE:
      cell_finite(out, pairs->value);
      break;
    case COLUMN_CONCORDANCE_SE:
      cell_finite(out, pairs->error);
      break;
    case COLUMN_CONCORDANT:
      cell_finite(out, pairs->concordant);
      break;
    case COLUMN_DISCORDANT:
      cell_finite(out, pairs->discordant);
      break;
    case COLUMN_TIED_RISK:
      cell_finite(out, pairs->tied_risk);
      break;
    case COLUMN_TIED_TIME:
      cell_finite(out, pairs->tied_time);
      break;
    default:
      cell_integer(out, cox->iterations);
  }
}

static void customer_summary_free(void *state)
{
  cox_model_free(&((SummaryAnswer *)state)->model);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_ROWS] = {"rows", "INTEGER", "rows that take part"},
  [COLUMN_EVENTS] = {"events", "INTEGER", "of these, those that ended in the event"},
  [COLUMN_TIMES] = {"times", "INTEGER", "different times of events, of each stratum"},
  [COLUMN_LOG_LIKELIHOOD_NULL] = {"log_likelihood_null", "REAL", "the partial log-likelihood without features"},
  [COLUMN_LOG_LIKELIHOOD] = {"log_likelihood", "REAL", "the partial log-likelihood of the model"},
  [COLUMN_AIC] = {"aic", "REAL", "2 df - 2 log_likelihood: of models of the same rows the lower one is better"},
  [COLUMN_DF] = {"df", "INTEGER", "terms that have an estimate"},
  [COLUMN_LIKELIHOOD_RATIO] =
    {"likelihood_ratio", "REAL",
     "the test statistic that any feature matters, chi-square with df degrees of freedom: by the likelihood ratio"},
  [COLUMN_LIKELIHOOD_RATIO_P] =
    {"likelihood_ratio_p", "REAL",
     "the chance of so large a statistic if none does; 0 below the smallest number a REAL holds"},
  [COLUMN_LIKELIHOOD_RATIO_LOG10_P] = {"likelihood_ratio_log10_p", "REAL", "its decimal logarithm, also where it is 0"},
  [COLUMN_WALD] = {"wald", "REAL", "the same by the estimates and their errors"},
  [COLUMN_WALD_P] = {"wald_p", "REAL", "its chance"},
  [COLUMN_WALD_LOG10_P] = {"wald_log10_p", "REAL", "the decimal logarithm of that"},
  [COLUMN_SCORE] = {"score", "REAL", "the same by the slope of the likelihood where no feature matters"},
  [COLUMN_SCORE_P] = {"score_p", "REAL", "its chance"},
  [COLUMN_SCORE_LOG10_P] = {"score_log10_p", "REAL", "the decimal logarithm of that"},
  [COLUMN_CONCORDANCE] = {"concordance", "REAL",
                          "of the pairs of which it is known who left first the share where that one had the higher "
                          "risk: 0.5 is chance, 1 perfect; equal risks count half"},
  [COLUMN_CONCORDANCE_SE] = {"concordance_se", "REAL", "its standard error"},
  [COLUMN_CONCORDANT] = {"concordant", "REAL", "pairs, by weight, in which the one of higher risk left first"},
  [COLUMN_DISCORDANT] = {"discordant", "REAL", "pairs in which the one of lower risk left first"},
  [COLUMN_TIED_RISK] = {"tied_risk", "REAL", "pairs of equal risk"},
  [COLUMN_TIED_TIME] = {"tied_time", "REAL", "pairs that left at the same time; they count nowhere"},
  [COLUMN_ITERATIONS] = {"iterations", "INTEGER", "steps of Newton's method"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {COX_PARAMS};
_Static_assert(COUNT_OF(PARAMS) == COX_ARG_COUNT, "a parameter is not numbered");

const TableSpec cox_summary_table = {
  .name = "cox_summary",
  .doc =
    {
      .summary = "Shows how good a proportional-hazards model is: likelihoods, tests, concordance.",
      .result = "One row about the model of cox_model() with the same arguments.",
      .nulls = COX_NULLS " concordance is NULL where no pair can be compared.",
      .errors = COX_ERRORS,
      .example = "SELECT rows, events, round(likelihood_ratio, 2) AS likelihood_ratio, df, round(concordance, 4) AS "
                 "concordance FROM cox_summary('demo_contracts', 'tenure', 'churned', 'plan, senior')",
      .formula = COX_FORMULA
      ". Concordance: Harrell 1982, within strata, its error by the infinitesimal jackknife (Therneau & Watson 2015).",
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
