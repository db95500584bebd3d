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
  if (status != STATUS_OK || answer->model.cox.end != COX_CONVERGED) return status;
  status = cox_concordance(&answer->model.cox, &answer->pairs, call_watch(call));
  cox_model_close(&answer->model);
  *n_rows = 1;
  return status;
}

enum {
  ROWS,
  EVENTS,
  TIMES,
  LOG_LIKELIHOOD_NULL,
  LOG_LIKELIHOOD,
  AIC,
  DF,
  LR,
  LR_P,
  LR_LOG10_P,
  WALD,
  WALD_P,
  WALD_LOG10_P,
  SCORE,
  SCORE_P,
  SCORE_LOG10_P,
  CONCORDANCE,
  CONCORDANCE_SE,
  CONCORDANT,
  DISCORDANT,
  TIED_RISK,
  TIED_TIME,
  ITERATIONS
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
    case ROWS:
      cell_integer(out, (int64_t)cox->rows);
      break;
    case EVENTS:
      cell_integer(out, (int64_t)cox->events);
      break;
    case TIMES:
      cell_integer(out, (int64_t)cox->times);
      break;
    case LOG_LIKELIHOOD_NULL:
      number_cell(cox->null_log_likelihood, out);
      break;
    case LOG_LIKELIHOOD:
      number_cell(cox->log_likelihood, out);
      break;
    case AIC:
      number_cell(2 * df - 2 * cox->log_likelihood, out);
      break;
    case DF:
      cell_integer(out, cox->n_used);
      break;
    case LR:
    case WALD:
    case SCORE:
      number_cell(chi[(column - LR) / 3], out);
      break;
    case LR_P:
    case WALD_P:
    case SCORE_P:
      chi_square_cell(chi[(column - LR) / 3], df, out);
      break;
    case LR_LOG10_P:
    case WALD_LOG10_P:
    case SCORE_LOG10_P:
      chi_square_log10_cell(chi[(column - LR) / 3], df, out);
      break;
    case CONCORDANCE:
      number_cell(pairs->value, out);
      break;
    case CONCORDANCE_SE:
      number_cell(pairs->error, out);
      break;
    case CONCORDANT:
      number_cell(pairs->concordant, out);
      break;
    case DISCORDANT:
      number_cell(pairs->discordant, out);
      break;
    case TIED_RISK:
      number_cell(pairs->tied_risk, out);
      break;
    case TIED_TIME:
      number_cell(pairs->tied_time, out);
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
  [ROWS] = {"rows", "INTEGER", "rows that take part"},
  [EVENTS] = {"events", "INTEGER", "of these, those that ended in the event"},
  [TIMES] = {"times", "INTEGER", "different times of events, of each stratum"},
  [LOG_LIKELIHOOD_NULL] = {"log_likelihood_null", "REAL", "the partial log-likelihood without features"},
  [LOG_LIKELIHOOD] = {"log_likelihood", "REAL", "the partial log-likelihood of the model"},
  [AIC] = {"aic", "REAL", "2 df - 2 log_likelihood: of models of the same rows the lower one is better"},
  [DF] = {"df", "INTEGER", "terms that have an estimate"},
  [LR] =
    {"likelihood_ratio", "REAL",
     "the test statistic that any feature matters, chi-square with df degrees of freedom: by the likelihood ratio"},
  [LR_P] = {"likelihood_ratio_p", "REAL",
            "the chance of so large a statistic if none does; 0 below the smallest number a REAL holds"},
  [LR_LOG10_P] = {"likelihood_ratio_log10_p", "REAL", "its decimal logarithm, also where it is 0"},
  [WALD] = {"wald", "REAL", "the same by the estimates and their errors"},
  [WALD_P] = {"wald_p", "REAL", "its chance"},
  [WALD_LOG10_P] = {"wald_log10_p", "REAL", "the decimal logarithm of that"},
  [SCORE] = {"score", "REAL", "the same by the slope of the likelihood where no feature matters"},
  [SCORE_P] = {"score_p", "REAL", "its chance"},
  [SCORE_LOG10_P] = {"score_log10_p", "REAL", "the decimal logarithm of that"},
  [CONCORDANCE] = {"concordance", "REAL",
                   "of the pairs of which it is known who left first the share where that one had the higher risk: 0.5 "
                   "is chance, 1 perfect; equal risks count half"},
  [CONCORDANCE_SE] = {"concordance_se", "REAL", "its standard error"},
  [CONCORDANT] = {"concordant", "REAL", "pairs, by weight, in which the one of higher risk left first"},
  [DISCORDANT] = {"discordant", "REAL", "pairs in which the one of lower risk left first"},
  [TIED_RISK] = {"tied_risk", "REAL", "pairs of equal risk"},
  [TIED_TIME] = {"tied_time", "REAL", "pairs that left at the same time; they count nowhere"},
  [ITERATIONS] = {"iterations", "INTEGER", "steps of Newton's method"},
};

static const ParamSpec PARAMS[] = {COX_PARAMS};

const TableSpec cox_summary_table = {
  .name = "cox_summary",
  .doc =
    {
      .summary = "How good a proportional-hazards model is: likelihoods, tests, concordance.",
      .result = "One row about the model of cox_model() with the same arguments.",
      .nulls = COX_NULLS " concordance is NULL where no pair can be compared.",
      .errors = COX_ERRORS,
      .example =
        "SELECT rows, events, round(likelihood_ratio, 2) AS likelihood_ratio, df, round(concordance, 4) AS concordance "
        "FROM cox_summary('demo_contracts', 'tenure', 'churned', 'plan, senior')",
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
