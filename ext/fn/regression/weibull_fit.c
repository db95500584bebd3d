/*
** Weibull regression of lifetimes (core/regression/weibull.h): how long customers stay, by what is known of them, also
** beyond the longest time seen.
**
**   weibull_fit(time, event[, f1, …])                  aggregate  JSON: maximum likelihood
**
**   CREATE TABLE model AS SELECT weibull_fit(tenure, churned, senior, monthly_charges) AS fit FROM customers;
**   SELECT customer_id, weibull_median(fit, senior, monthly_charges) FROM model, customers;
**
** R1  time: how long the customer was observed; event: whether it left then (1, yes, true) or was still there (0, no,
**     false). A row with a NULL does not take part; no row: NULL.
** R2  A row of time 0 has no logarithm: it does not take part, and is counted in zero_times. A negative time is an
**     error.
** R3  The result:
**     {"model":"weibull","features":["f1",…],"shape":…,"scale":…,"intercept":…,"coefficients":[…],"log_sigma":…,
**     "intercept_se":…,"standard_errors":[…],"log_sigma_se":…,"covariance":[[…],…],"log_likelihood":…,
**     "null_log_likelihood":…,"rows":…,
**     "events":…,"zero_times":…,"iterations":…,"converged":true,"reason":null,"dropped":[]}. Numbers read back exactly.
**     It says S(t) = exp(-(t / exp(intercept + Σ coefficient·feature))^shape): a coefficient of 0.1 makes lifetimes
**     exp(0.1) times as long. shape = exp(-log_sigma), scale = exp(intercept), that of a row whose features are all 0.
**     The covariance is of intercept, coefficients and log_sigma.
** R4  What cannot be estimated is named. A feature that is constant or a combination of others is dropped: coefficient
**     0, standard error and covariances null, and an entry {"feature":…,"why":…} in dropped. Where the likelihood has
**     no maximum converged is false, reason says why and names the features, and every estimate is null; the scalars
**     refuse such a model.
*/
#include "core/regression/weibull.h"

#include <math.h>

#include "core/base/mem.h"
#include "glue/call.h"
#include "glue/json_write.h"
#include "glue/spec.h"

/* ---- The fit */

enum {
  ARG_TIME,
  ARG_EVENT
};

typedef struct Fitting {
  WeibullRows rows;
  double *x;    /* the row that is read */
  size_t count; /* of rows that took part, those of time 0 included */
} Fitting;

static Status fit_step(Call *call, void *state)
{
  Fitting *fitting = state;
  int n = call_more(call);
  bool is_null = false;
  if (!fitting->x) {
    fitting->x = mem_alloc((size_t)n + 1, sizeof *fitting->x);
    if (!fitting->x) {
      return STATUS_NOMEM;
    }
    fitting->rows.n_features = n;
  }
  for (int i = 0; i < n; i++) {
    Status status = call_more_real(call, i, &fitting->x[i]);
    if (status != STATUS_OK) {
      return status;
    }
    is_null = is_null || isnan(fitting->x[i]);
    if (fabs(fitting->x[i]) > REGRESSION_VALUE_MAX) {
      return call_fail(call, "feature %d must be at most " NUMBER_TEXT(REGRESSION_VALUE_MAX) " in magnitude", i + 1);
    }
  }
  if (is_null) {
    return STATUS_OK;
  }
  fitting->count++;
  return weibull_rows_add(&fitting->rows, call_real(call, ARG_TIME), call_integer(call, ARG_EVENT) == 1, fitting->x);
}

static void fit_free(void *state)
{
  Fitting *fitting = state;
  weibull_rows_free(&fitting->rows);
  mem_free(fitting->x);
  fitting->x = NULL;
}

static void write_feature(JsonText *json, int i)
{
  text_add(&json->text, "\"f");
  json_text_number(json, i + 1);
  text_add(&json->text, "\"");
}

/* Of variable i of the covariance; NaN where it was dropped. */
static double error_of(const Weibull *weibull, int i)
{
  return sqrt(weibull->covariance[i * (weibull->n_features + 2) + i]);
}

static void write_errors(JsonText *json, const Weibull *weibull)
{
  int n = weibull->n_features;
  json_text_named(json, "intercept_se", error_of(weibull, 0));
  text_add(&json->text, ",\"standard_errors\":[");
  for (int i = 0; i < n; i++) {
    if (i) {
      text_add(&json->text, ",");
    }
    json_text_number(json, error_of(weibull, i + 1));
  }
  text_add(&json->text, "]");
  json_text_named(json, "log_sigma_se", error_of(weibull, n + 1));
  text_add(&json->text, ",\"covariance\":");
  if (weibull->end != WEIBULL_CONVERGED) {
    text_add(&json->text, "null");
    return;
  }
  for (int i = 0; i < n + 2; i++) {
    text_add(&json->text, i ? "," : "[");
    json_text_numbers(json, weibull->covariance + i * (n + 2), n + 2);
  }
  text_add(&json->text, "]");
}

static void write_end(JsonText *json, const Weibull *weibull)
{
  bool converged = weibull->end == WEIBULL_CONVERGED, first = true;
  text_add(&json->text, converged ? ",\"converged\":true,\"reason\":null" : ",\"converged\":false,\"reason\":\"");
  weibull_reason(weibull, &json->text); /* has nothing that JSON would escape */
  text_add(&json->text, converged ? ",\"dropped\":[" : "\",\"dropped\":[");
  for (int i = 0; i < weibull->n_features; i++) {
    if (weibull->feature[i].state == REGRESSION_USED) {
      continue;
    }
    text_add(&json->text, first ? "{\"feature\":" : ",{\"feature\":");
    write_feature(json, i);
    text_add(&json->text, ",\"why\":\"");
    weibull_dropped(weibull, i, &json->text);
    text_add(&json->text, "\"}");
    first = false;
  }
  text_add(&json->text, "]}");
}

static void write_model(Call *call, const Weibull *weibull, Cell *out)
{
  JsonText json = {.call = call};
  text_add(&json.text, "{\"model\":\"weibull\",\"features\":[");
  for (int i = 0; i < weibull->n_features; i++) {
    if (i) {
      text_add(&json.text, ",");
    }
    write_feature(&json, i);
  }
  text_add(&json.text, "]");
  json_text_named(&json, "shape", weibull->shape);
  json_text_named(&json, "scale", exp(weibull->intercept));
  json_text_named(&json, "intercept", weibull->intercept);
  json_text_named_numbers(&json, "coefficients", weibull->coefficient, weibull->n_features);
  json_text_named(&json, "log_sigma", weibull->log_sigma);
  write_errors(&json, weibull);
  json_text_named(&json, "log_likelihood", weibull->log_likelihood);
  json_text_named(&json, "null_log_likelihood", weibull->null_log_likelihood);
  json_text_named(&json, "rows", (double)weibull->rows);
  json_text_named(&json, "events", (double)weibull->events);
  json_text_named(&json, "zero_times", (double)weibull->zero_times);
  json_text_named(&json, "iterations", weibull->iterations);
  write_end(&json, weibull);
  json_text_result(&json, out);
}

static void fit_value(Call *call, const void *state, Cell *out)
{
  Fitting *fitting = (Fitting *)state; /* the fit standardises the rows in place, once */
  Weibull weibull = {0};
  if (!fitting || fitting->count == 0) {
    return;
  }
  Status status = weibull_fit(&fitting->rows, &weibull, call_watch(call));
  if (status == STATUS_OK) {
    write_model(call, &weibull, out);
  } else {
    call_fail_status(call, status);
  }
  weibull_free(&weibull);
}

/* ---- Specs */

#define TIME_HIGHEST 1e15

static const ParamSpec FIT_PARAMS[] = {
  [ARG_TIME] = {"time", PARAM_REAL, NULL, 0, TIME_HIGHEST, NULL,
                "how long the customer was observed, 0 to " NUMBER_TEXT(
                  TIME_HIGHEST) " in any unit, such as the months of tenure"},
  [ARG_EVENT] = {"event", PARAM_TRUTH, NULL, 0, 0, NULL,
                 "1, yes or true: left then; 0, no or false: was still there (censored)"},
};

static const ParamSpec FIT_FEATURE = {"feature",
                                      PARAM_REAL,
                                      NULL,
                                      -INFINITY,
                                      INFINITY,
                                      NULL,
                                      "a number; a category is 0/1 columns, one less than it has values"};

const FunctionSpec weibull_fit_function = {
  .name = "weibull_fit",
  .doc =
    {
      .summary = "Fits a Weibull model of how long customers stay, some still there, with or without features.",
      .result = "JSON "
                "{\"model\":\"weibull\",\"features\",\"shape\",\"scale\",\"intercept\",\"coefficients\",\"log_sigma\","
                "\"intercept_se\",\"standard_errors\",\"log_sigma_se\",\"covariance\",\"log_likelihood\",\"null_log_"
                "likelihood\",\"rows\",\"events\",\"zero_times\",\"iterations\",\"converged\",\"reason\",\"dropped\"}, "
                "for weibull_survival(), weibull_hazard(), weibull_quantile(), weibull_median() and "
                "weibull_residual_lifetime(). shape above 1: the rate of leaving rises with time, below 1: it falls. A "
                "coefficient b makes lifetimes exp(b) times as long per unit of its feature. A feature that is "
                "constant or a combination of others has coefficient 0 and is named in dropped. Where converged is "
                "false the estimates are null and reason says why, with the features that cause it.",
      .nulls = "A row with a NULL time, event or feature does not take part; NULL where no row does. A row of time 0 "
               "does not take part either, having no logarithm, and is counted in zero_times.",
      .errors = "A time that is not a number 0…" NUMBER_TEXT(TIME_HIGHEST) "; an invalid event; a feature that is not "
                                                                           "a number, or beyond ±" NUMBER_TEXT(
                                                                             REGRESSION_VALUE_MAX) ".",
      .example = "SELECT fit ->> 'shape', fit ->> 'scale', weibull_survival(fit, 12) FROM (SELECT weibull_fit(column1, "
                 "column2) AS fit FROM (VALUES (2, 1), (5, 1), (9, 0), (11, 1), (14, 0), (20, 1), (24, 0)))",
      .formula = "S(t) = exp(-(t/exp(intercept + Σ coefficient·feature))^shape), that is ln T = intercept + Σ "
                 "coefficient·feature + sigma·W with shape = 1/sigma; maximum likelihood with censored times by "
                 "Newton's method (Kalbfleisch & Prentice 2002), standard errors from the inverse information. "
                 "covariance: of intercept, coefficients, log_sigma",
    },
  .params = FIT_PARAMS,
  .n_params = COUNT_OF(FIT_PARAMS),
  .more = &FIT_FEATURE,
  .returns_json = true,
  .state_size = sizeof(Fitting),
  .step = fit_step,
  .value = fit_value,
  .free = fit_free,
};
