/*
** model_fit(source[, unit[, until[, level]]]): the models of a shop, fitted: parameters, how sure they are, and
** which model describes it best.
**
**   SELECT model, parameter, estimate, low, high, aic FROM model_fit('orders') WHERE converged ORDER BY aic;
**
** R1  A row per model and parameter: bgnbd, mbgnbd, pareto_nbd, and gamma_gamma where the source has a value.
** R2  The input is customer_summary()'s with the same unit and until. gamma_gamma takes the customers with x > 0 and
**     m > 0; `customers` counts those of the fit.
** R3  Parameters of time (alpha, beta) are in the unit; gamma of gamma_gamma is in the unit of the value. The others
**     and the AIC differences do not depend on it.
** R4  standard_error is estimate * se(log estimate), low … high = estimate * exp(±z se(log estimate)): from the
**     inverse of minus the Hessian in the logarithms.
** R5  A fit that did not converge has NULL for all numbers, converged = 0 and a reason. AIC compares bgnbd, mbgnbd
**     and pareto_nbd with each other; gamma_gamma describes other data.
*/
#include "core/btyd/clv_forecast.h"
#include "fn/events/event_params.h"
#include "summary_params.h"

#include <math.h>
#include <string.h>

#define FITS (CLV_FORECAST_MODELS + 1)

typedef struct FitAnswer {
  BtydFit fit[FITS];
  double level;
} FitAnswer;

enum {
  ARG_SOURCE,
  ARG_UNIT,
  ARG_UNTIL,
  ARG_LEVEL,
  ARG_COUNT
};

static Status fit_all(Call *call, FitAnswer *answer, const SummaryCbs *cbs, bool has_value, int64_t *n_rows)
{
  Status status = STATUS_OK;
  for (int i = 0; i < FITS - !has_value && status == STATUS_OK; i++) {
    const BtydModel *model = i < CLV_FORECAST_MODELS ? CLV_FORECAST_MODEL[i] : &GAMMA_GAMMA;
    status = btyd_fit(model, model->spend ? &cbs->spend : &cbs->purchases, &answer->fit[i], call_watch(call));
    *n_rows += model->n_parameters;
  }
  return status;
}

static Status fit_compute(Call *call, void *state, int64_t *n_rows)
{
  FitAnswer *answer = state;
  EventSource source = {0};
  CustomerSummary summary = {0};
  SummaryCbs cbs = {0};
  answer->level = call_real(call, ARG_LEVEL);
  if (!(answer->level > 0 && answer->level < 1)) {
    return call_fail_argument(call, ARG_LEVEL, "above 0 and below 1");
  }
  Status status = summary_params_read(call, ARG_UNTIL, &summary);
  if (status) {
    return status;
  }
  Accumulator accumulator = customer_summary_accumulator(&summary);
  status = event_source_read(call, &accumulator, &summary, (EventSourceOptions){0}, &source);
  if (status == STATUS_OK) {
    int64_t end = summary.split ? summary.until : source.as_of.last;
    status = customer_summary_finish(&summary, &source.customers, end, call_watch(call));
  }
  if (status == STATUS_OK) {
    double unit_days = UNIT_DAYS[call_choice(call, ARG_UNIT)];
    status = summary_cbs(&summary, &source.customers, unit_days, source.has_value, NULL, &cbs, call_watch(call));
  }
  if (status == STATUS_OK) {
    status = fit_all(call, answer, &cbs, source.has_value, n_rows);
  }
  summary_cbs_free(&cbs);
  customer_summary_free(&summary);
  event_source_free(&source);
  return status;
}

enum {
  COLUMN_MODEL,
  COLUMN_PARAMETER,
  COLUMN_ESTIMATE,
  COLUMN_STANDARD_ERROR,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_LOG_LIKELIHOOD,
  COLUMN_AIC,
  COLUMN_BIC,
  COLUMN_CUSTOMERS,
  COLUMN_CONVERGED,
  COLUMN_REASON,
  COLUMN_COUNT
};

static void fit_number(const FitAnswer *answer, const BtydFit *fit, int parameter, int column, Cell *out)
{
  double estimate = fit->theta[parameter], sd = sqrt(fit->covariance[parameter * fit->n_variables + parameter]);
  switch (column) {
    case COLUMN_ESTIMATE:
      cell_real(out, estimate);
      break;
    case COLUMN_STANDARD_ERROR:
      cell_real(out, estimate * sd);
      break;
    case COLUMN_LOW:
      cell_real(out, log_interval(estimate, sd, answer->level).low);
      break;
    case COLUMN_HIGH:
      cell_real(out, log_interval(estimate, sd, answer->level).high);
      break;
    case COLUMN_LOG_LIKELIHOOD:
      cell_real(out, fit->log_likelihood);
      break;
    case COLUMN_AIC:
      cell_real(out, btyd_aic(fit));
      break;
    default:
      cell_real(out, btyd_bic(fit));
  }
}

static void fit_cell(const void *state, int64_t row, int column, Cell *out)
{
  const FitAnswer *answer = state;
  const BtydFit *fit = answer->fit;
  int parameter = (int)row;
  for (; parameter >= fit->model->n_parameters; fit++) {
    parameter -= fit->model->n_parameters;
  }
  switch (column) {
    case COLUMN_MODEL:
      cell_static(out, fit->model->name);
      break;
    case COLUMN_PARAMETER:
      cell_static(out, fit->model->parameter[parameter]);
      break;
    case COLUMN_CUSTOMERS:
      cell_integer(out, (int64_t)fit->customers);
      break;
    case COLUMN_CONVERGED:
      cell_bool(out, fit->converged);
      break;
    case COLUMN_REASON:
      cell_string(out, fit->reason);
      break;
    default:
      if (fit->converged) {
        fit_number(answer, fit, parameter, column, out);
      } else {
        cell_null(out);
      }
  }
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_MODEL] = {"model", "TEXT", "bgnbd, mbgnbd, pareto_nbd, or gamma_gamma for the value"},
  [COLUMN_PARAMETER] = {"parameter", "TEXT", "the parameter's name as in the papers"},
  [COLUMN_ESTIMATE] = {"estimate", "REAL", "maximum likelihood estimate; NULL where the fit did not converge"},
  [COLUMN_STANDARD_ERROR] = {"standard_error", "REAL",
                             "of the estimate: estimate times the standard error of its logarithm"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of the interval on the log scale"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end of the interval on the log scale"},
  [COLUMN_LOG_LIKELIHOOD] = {"log_likelihood", "REAL", "of the model, natural logarithm"},
  [COLUMN_AIC] = {"aic", "REAL", "2k - 2 log-likelihood: of models for the same data the lowest is best"},
  [COLUMN_BIC] = {"bic", "REAL", "k ln customers - 2 log-likelihood"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER",
                        "customers of the fit: all; for gamma_gamma those with x > 0 and m > 0"},
  [COLUMN_CONVERGED] = {"converged", "INTEGER",
                        "1: gradient small and Hessian negative definite; 0: there are no estimates"},
  [COLUMN_REASON] = {"reason", "TEXT", "why the fit did not converge; empty where it did"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  [ARG_UNIT] = UNIT_PARAM("alpha and beta"),
  [ARG_UNTIL] =
    {"until", PARAM_TIME, "", 0, 0, NULL,
     "the instant that ends the observation, so that later rows can test the fit. A date alone is its first instant"},
  [ARG_LEVEL] = {"level", PARAM_REAL, "0.95", 0, 1, NULL, "confidence level of low … high, above 0 and below 1"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec model_fit_table = {
  .name = "model_fit",
  .doc =
    {
      .summary = "Fits the customer models to a source: estimates with intervals, log-likelihood, AIC, and whether and "
                 "why not they converged.",
      .result = "A row per model and parameter, also for an empty source.",
      .nulls = "Rows with a NULL customer or time do not take part; a NULL value counts as 0. All numbers of a fit "
               "that did not converge are NULL.",
      .errors = "An unknown unit; until after a given as_of; a level outside 0 … 1; an unknown source or column; an "
                "invalid customer, time or value. A fit that does not converge is not an error here.",
      .example = "SELECT model, parameter, round(estimate, 3) AS estimate, round(low, 3) AS low, round(high, 3) AS "
                 "high, round(aic, 1) AS aic FROM model_fit((SELECT retain_log(customer_id, ordered_at, amount) FROM "
                 "demo_orders(500, 1))) WHERE model = 'bgnbd'",
      .formula = "Maximum likelihood in the logarithms of the parameters; interval = estimate * exp(+-z sd of the "
                 "logarithm); AIC = 2k - 2 LL (Akaike 1974), BIC = k ln n - 2 LL (Schwarz 1978)",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_OPTIONAL,
  .state_size = sizeof(FitAnswer),
  .compute = fit_compute,
  .cell = fit_cell,
};
