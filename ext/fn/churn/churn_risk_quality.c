/*
** churn_risk_quality(source[, horizon, signals, dated_kinds, model]): how well what
** churn_risk() learns tells held-out customers of the same horizon who came back.
**
**   SELECT score, metric, value, standard_error FROM churn_risk_quality('orders') WHERE bin IS NULL;
**   SELECT bin, customers, predicted, observed FROM churn_risk_quality('orders') WHERE score = 'churn_risk' AND
**   metric = 'calibration';
**
** R1  All is about the customers of the cut-off as_of - horizon and what happened in the horizon after it. Each is
**     held out once: the model has not seen them, nor are they among the rows of its calibration
**     (core/churn/churn_quality.h). How the shop changes from one horizon to the next is not in it: for that compare
**     churn_risk() at an earlier as_of with what came.
** R2  score churn_risk: the probability of churn_risk(); score p_alive: 1 - P(alive) of the purchase model at the
**     cut-off, for the same customers, where there is one.
** R3  Rows with bin NULL: auc (with its standard error), brier, log_loss, lift_top_decile, calibration_slope and
**     calibration_intercept (with standard errors), base_rate, customers.
** R4  Rows of metric calibration: bin 1 … 10 by NTILE, 1 the highest scores: customers, mean score (predicted) and
**     the share that bought nothing (observed).
** R5  A measure that is not defined (everybody came back, or nobody) is NULL. Where nobody had bought up to the
**     cut-off, there is one row: metric customers, 0, with the reason in `method`.
*/
#include "churn_params.h"
#include "core/churn/churn_quality.h"

#include <math.h>

enum {
  METRIC_AUC,
  METRIC_BRIER,
  METRIC_LOG_LOSS,
  METRIC_LIFT,
  METRIC_SLOPE,
  METRIC_INTERCEPT,
  METRIC_BASE_RATE,
  METRIC_CUSTOMERS,
  METRICS
};
static const char *const METRIC_NAME[METRICS] = {
  "auc",       "brier",    "log_loss", "lift_top_decile", "calibration_slope", "calibration_intercept",
  "base_rate", "customers"};
static const char *const SCORE_NAME[CHURN_SCORES] = {"churn_risk", "p_alive"};

typedef struct QualityAnswer {
  ChurnInput input;
  ChurnQuality quality[CHURN_SCORES];
  size_t n[CHURN_SCORES];
  int rows[CHURN_SCORES];
  bool nobody; /* of the source had bought up to the cut-off */
} QualityAnswer;

static Status quality_compute(Call *call, void *state, int64_t *n_rows)
{
  QualityAnswer *answer = state;
  Status status = churn_input_read(&answer->input, call, true);
  if (status == STATUS_OK && answer->input.source.rows > 0) {
    status = churn_quality(&answer->input.churn, answer->quality, answer->n, call_watch(call));
  }
  *n_rows = 0;
  for (int s = 0; s < CHURN_SCORES; s++) {
    answer->rows[s] = answer->n[s] ? METRICS + answer->quality[s].calibration.n_bins : 0;
    *n_rows += answer->rows[s];
  }
  answer->nobody = *n_rows == 0 && answer->input.source.rows > 0;
  *n_rows += answer->nobody;
  return status;
}

enum {
  COLUMN_SCORE,
  COLUMN_METRIC,
  COLUMN_BIN,
  COLUMN_VALUE,
  COLUMN_STANDARD_ERROR,
  COLUMN_CUSTOMERS,
  COLUMN_PREDICTED,
  COLUMN_OBSERVED,
  COLUMN_METHOD,
  COLUMN_COUNT
};

/* A measure and its standard error, NaN where there is none. */
static double metric_value(const ChurnQuality *quality, int metric, double *error)
{
  const Calibration *calibration = &quality->calibration;
  *error = NAN;
  switch (metric) {
    case METRIC_AUC:
      *error = quality->auc.error;
      return quality->auc.area;
    case METRIC_BRIER:
      return quality->brier;
    case METRIC_LOG_LOSS:
      return quality->log_loss;
    case METRIC_LIFT:
      return quality->lift;
    case METRIC_SLOPE:
      *error = calibration->slope_error;
      return calibration->slope;
    case METRIC_INTERCEPT:
      *error = calibration->intercept_error;
      return calibration->intercept;
    case METRIC_BASE_RATE:
      return calibration->observed;
    default:
      return (double)calibration->rows;
  }
}

static void bin_cell(const Calibration *calibration, int bin, int column, Cell *out)
{
  const CalibrationBin *at = &calibration->bin[bin];
  switch (column) {
    case COLUMN_METRIC:
      cell_static(out, "calibration");
      return;
    case COLUMN_BIN:
      cell_integer(out, bin + 1);
      return;
    case COLUMN_CUSTOMERS:
      cell_integer(out, (int64_t)at->rows);
      return;
    case COLUMN_PREDICTED:
      cell_real(out, at->mean_score);
      return;
    case COLUMN_OBSERVED:
      cell_real(out, at->observed);
      return;
    default:
      cell_null(out);
  }
}

static void metric_cell(const ChurnQuality *quality, int metric, int column, Cell *out)
{
  double error, value = metric_value(quality, metric, &error);
  switch (column) {
    case COLUMN_METRIC:
      cell_static(out, METRIC_NAME[metric]);
      return;
    case COLUMN_VALUE:
      cell_real(out, value);
      return;
    case COLUMN_STANDARD_ERROR:
      cell_real(out, error);
      return;
    case COLUMN_CUSTOMERS:
      cell_integer(out, (int64_t)quality->calibration.rows);
      return;
    default:
      cell_null(out);
  }
}

static void quality_cell(const void *state, int64_t row, int column, Cell *out)
{
  const QualityAnswer *answer = state;
  int score = row < answer->rows[0] || answer->nobody ? 0 : 1,
      at = answer->nobody ? METRIC_CUSTOMERS : (int)row - (score ? answer->rows[0] : 0);
  const ChurnQuality *quality = &answer->quality[score];
  if (column == COLUMN_SCORE) {
    cell_static(out, SCORE_NAME[score]);
  } else if (column == COLUMN_METHOD) {
    churn_method_cell(&answer->input, CHURN_CUT, out);
  } else if (at < METRICS) {
    metric_cell(quality, at, column, out);
  } else {
    bin_cell(&quality->calibration, at - METRICS, column, out);
  }
}

static void quality_free(void *state)
{
  churn_input_free(&((QualityAnswer *)state)->input);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_SCORE] = {"score", "TEXT", "churn_risk, or p_alive: 1 - P(alive) alone, for comparison"},
  [COLUMN_METRIC] = {"metric", "TEXT",
                     "auc, brier, log_loss, lift_top_decile, calibration_slope, calibration_intercept, base_rate, "
                     "customers; calibration for the bins"},
  [COLUMN_BIN] = {"bin", "INTEGER", "1 (highest scores) … 10 for metric calibration, else NULL"},
  [COLUMN_VALUE] = {"value", "REAL", "the measure; NULL for the bins, and where it is not defined"},
  [COLUMN_STANDARD_ERROR] = {"standard_error", "REAL",
                             "of auc (DeLong), calibration_slope and calibration_intercept, else NULL"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER", "customers that it is made of"},
  [COLUMN_PREDICTED] = {"predicted", "REAL", "bins: mean score"},
  [COLUMN_OBSERVED] = {"observed", "REAL", "bins: the share that bought nothing within the horizon"},
  [COLUMN_METHOD] = {"method", "TEXT", "as in churn_risk(), at the cut-off"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {CHURN_PARAMS};
_Static_assert(COUNT_OF(PARAMS) == CHURN_ARG_COUNT, "a parameter is not numbered");

const TableSpec churn_risk_quality_table = {
  .name = "churn_risk_quality",
  .doc =
    {
      .summary = "Measures how good churn_risk() is on this shop: AUC, Brier, lift and calibration on held-out "
                 "customers, beside 1 - P(alive) alone.",
      .result = "For each of the two scores a row per measure and ten rows of calibration; one row, customers 0 and "
                "the reason in method, where nobody had bought a horizon ago.",
      .nulls = "Rows with a NULL customer or time do not take part; a NULL value counts as 0. Measures that are not "
               "defined are NULL.",
      .errors = CHURN_OPTION_ERRORS ".",
      .example = "SELECT score, metric, round(value, 3) AS value, round(standard_error, 3) AS standard_error FROM "
                 "churn_risk_quality((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(1000, 1))) "
                 "WHERE metric IN ('auc', 'brier', 'base_rate')",
      .formula = "Five folds by a hash of the customer; each scored and calibrated by the other four. AUC with "
                 "DeLong's standard error (1988); Brier (1950); log loss, scores clipped at 1e-15; lift: rate among "
                 "the top tenth / base rate; slope and intercept of the logistic regression on logit(score) (Cox 1958)",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_OPTIONAL,
  .state_size = sizeof(QualityAnswer),
  .compute = quality_compute,
  .cell = quality_cell,
  .free = quality_free,
};
