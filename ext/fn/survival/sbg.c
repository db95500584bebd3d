/*
** The shifted-beta-geometric model of renewals (core/survival/sbg.h): how long customers under contract stay.
**
**   sbg_fit(period, lost[, count])                     aggregate  JSON: the model of the group's customers
**   sbg_survival(model, t)                             scalar     the share still there after t periods
**   sbg_retention(model, t)                            scalar     of those who began period t, the share that renews at
**                                                      its end
**   sbg_residual_lifetime(model, discount, renewed)    scalar     discounted periods still expected of who renewed so
**                                                      many times
**
**   SELECT sbg_fit(tenure, churned) FROM customers;
**
** A table of survivors, alive(year, n) with n = 1000 in year 0, becomes such rows: those lost in a year, and who is
** left after the last.
**
**   SELECT sbg_fit(year, lost, count) FROM (
**     SELECT year, 1 AS lost, lag(n) OVER (ORDER BY year) - n AS count FROM alive
**     UNION ALL SELECT max(year), 0, n FROM alive) WHERE year > 0;
**
** R1  A row is a customer, or `count` alike: period: for how many whole periods it was observed; lost: whether it left
**     at the end of the last of them, or was still there when last seen. Customers may have begun at any time: each
**     counts with its own age.
** R2  A row with a NULL, and one of count 0, does not take part. period 0 with lost 0, a customer in its first period,
**     tells nothing and does not take part either; lost in period 0 is an error. No row: NULL.
** R3  The result:
**     {"model":"sbg","parameters":{"alpha":…,"beta":…},"log_likelihood":…,"customers":…,"lost":…,"rows":…,
**     "periods":…,"churn_rate":…,
**     "standard_errors":{"log_alpha":…,"log_beta":…},"covariance":[[…],[…]],"iterations":…,"converged":true,
**     "reason":null}.
**     Numbers read back exactly. Standard errors and covariance are of the logarithms of the parameters.
** R4  Not converged: parameters, log_likelihood, standard errors and covariance are null, reason says why. The scalars
**     refuse it, with the reason.
** R5  A model may be written by hand: {"model":"sbg","parameters":{"alpha":0.7,"beta":1.2}}, each 1e-15…1e15.
*/
#include "core/survival/sbg.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "glue/call.h"
#include "glue/json_read.h"
#include "glue/json_write.h"
#include "glue/spec.h"

enum {
  ARG_PERIOD,
  ARG_LOST,
  ARG_COUNT
};

enum {
  ARG_MODEL,
  ARG_T,
  ARG_DISCOUNT = ARG_T,
  ARG_RENEWED
};

#define LOWEST 1e-15
#define HIGHEST 1e15

/* ---- The fit */

static Status fit_step(Call *call, void *state)
{
  int64_t period = call_integer(call, ARG_PERIOD);
  bool lost = call_integer(call, ARG_LOST) == 1;
  double count = call_real(call, ARG_COUNT);
  if (period == 0 && lost && count > 0) {
    return call_fail_argument(call, ARG_PERIOD, "1 or more where lost is 1");
  }
  return period == 0 || count == 0 ? STATUS_OK : sbg_counts_add(state, (size_t)period, lost, count);
}

static void write_pair(JsonText *json, const char *name, const char *first, double a, const char *second, double b)
{
  text_add(&json->text, ",\"");
  text_add(&json->text, name);
  text_add(&json->text, "\":");
  if (isnan(a)) {
    text_add(&json->text, "null");
    return;
  }
  text_add(&json->text, first);
  json_text_number(json, a);
  text_add(&json->text, second);
  json_text_number(json, b);
  text_add(&json->text, "}");
}

static void write_covariance(JsonText *json, const SbgFit *fit)
{
  text_add(&json->text, ",\"covariance\":");
  if (fit->end != SBG_CONVERGED) {
    text_add(&json->text, "null");
    return;
  }
  text_add(&json->text, "[");
  json_text_numbers(json, fit->covariance[0], 2);
  text_add(&json->text, ",");
  json_text_numbers(json, fit->covariance[1], 2);
  text_add(&json->text, "]");
}

static void write_fit(Call *call, const SbgFit *fit, Cell *out)
{
  JsonText json = {.call = call};
  const char *reason = sbg_reason(fit);
  text_add(&json.text, "{\"model\":\"sbg\"");
  write_pair(&json, "parameters", "{\"alpha\":", fit->alpha, ",\"beta\":", fit->beta);
  json_text_named(&json, "log_likelihood", fit->log_likelihood);
  json_text_named(&json, "customers", fit->customers);
  json_text_named(&json, "lost", fit->lost);
  json_text_named(&json, "rows", (double)fit->rows);
  json_text_named(&json, "periods", (double)fit->periods);
  json_text_named(&json, "churn_rate", fit->churn);
  write_pair(&json, "standard_errors", "{\"log_alpha\":", sqrt(fit->covariance[0][0]),
             ",\"log_beta\":", sqrt(fit->covariance[1][1]));
  write_covariance(&json, fit);
  json_text_named(&json, "iterations", fit->iterations);
  text_add(&json.text, reason ? ",\"converged\":false,\"reason\":" : ",\"converged\":true,\"reason\":null");
  if (reason) {
    text_add_json_string(&json.text, reason);
  }
  text_add(&json.text, "}");
  json_text_result(&json, out);
}

static void fit_value(Call *call, const void *state, Cell *out)
{
  const SbgCounts *counts = state;
  SbgFit fit;
  if (!counts || counts->rows == 0) {
    return;
  }
  Status status = sbg_fit(counts, &fit, call_watch(call));
  if (status != STATUS_OK) {
    call_fail_status(call, status);
  } else if (!isfinite(fit.customers)) {
    call_fail(call, "count: the sum is beyond the range of numbers");
  } else {
    write_fit(call, &fit, out);
  }
}

static void fit_free(void *state)
{
  sbg_counts_free(state);
}

/* ---- Reading a model */

typedef struct SbgModel {
  double alpha, beta;
} SbgModel;

static Status read_parameter(Json *json, const char *name, double *parameter)
{
  JsonValue value;
  Status status = json_get(json, &value, "$.parameters.%s", name);
  if (status != STATUS_OK) {
    return status;
  }
  if (value.type != JSON_NUMBER || !(value.number >= LOWEST && value.number <= HIGHEST)) {
    return call_fail(json->call,
                     "parameter %s of the model must be a number, " NUMBER_TEXT(LOWEST) "…" NUMBER_TEXT(HIGHEST), name);
  }
  *parameter = value.number;
  return STATUS_OK;
}

static Status model_members(Json *json, SbgModel *model)
{
  Call *call = json->call;
  JsonValue name, value;
  Status status = json_get(json, &name, "$.model");
  if (status != STATUS_OK) {
    return status;
  }
  if (name.type != JSON_TEXT || strcmp(name.text, "sbg") != 0) {
    return call_fail_argument(call, ARG_MODEL,
                              "a model from sbg_fit() or {\"model\":\"sbg\",\"parameters\":{\"alpha\":…,\"beta\":…}}");
  }
  status = json_get(json, &value, "$.converged");
  if (status == STATUS_OK && value.type == JSON_BOOLEAN && value.number == 0) {
    status = json_get(json, &value, "$.reason");
    return status != STATUS_OK ? status
                               : call_fail(call, "the model did not converge and has no parameters: %.200s",
                                           value.type == JSON_TEXT ? value.text : "no reason given");
  }
  if (status == STATUS_OK) {
    status = read_parameter(json, "alpha", &model->alpha);
  }
  return status == STATUS_OK ? read_parameter(json, "beta", &model->beta) : status;
}

static Status model_read(Call *call, int param, void *object)
{
  Json json;
  Status status = json_open(&json, call, param);
  if (status == STATUS_OK) {
    status = model_members(&json, object);
  }
  json_close(&json);
  return status;
}

/* NULL: the call has failed. */
static const SbgModel *model_argument(Call *call)
{
  return call_object(call, ARG_MODEL, sizeof(SbgModel), model_read, mem_free);
}

/* ---- The answers */

static void survival_scalar(Call *call, Cell *out)
{
  const SbgModel *model = model_argument(call);
  if (model) {
    cell_real(out, sbg_survival(model->alpha, model->beta, (double)call_integer(call, ARG_T)));
  }
}

static void retention_scalar(Call *call, Cell *out)
{
  const SbgModel *model = model_argument(call);
  if (model) {
    cell_real(out, sbg_retention(model->alpha, model->beta, (double)call_integer(call, ARG_T)));
  }
}

static void residual_scalar(Call *call, Cell *out)
{
  const SbgModel *model = model_argument(call);
  if (!model) {
    return;
  }
  double lifetime = sbg_residual_lifetime(model->alpha, model->beta, call_real(call, ARG_DISCOUNT),
                                          (double)call_integer(call, ARG_RENEWED));
  if (isfinite(lifetime)) {
    cell_real(out, lifetime);
  } else {
    call_fail_argument(call, ARG_DISCOUNT,
                       "above 0: with alpha %.6g, not above 1, the expected lifetime without discount is infinite",
                       model->alpha);
  }
}

/* ---- Specs */

static const ParamSpec FIT_PARAMS[] = {
  [ARG_PERIOD] = {"period", PARAM_INTEGER, NULL, 0, SBG_PERIODS_MAX, NULL,
                  "for how many periods (months, years) the customer was observed, a whole number up to " NUMBER_TEXT(
                    SBG_PERIODS_MAX)},
  [ARG_LOST] = {"lost", PARAM_TRUTH, NULL, 0, 0, NULL,
                "1, yes or true: left at the end of the last of them; 0, no or false: was still there then"},
  [ARG_COUNT] = {"count", PARAM_REAL, "1", 0, HIGHEST, NULL,
                 "how many such customers the row stands for, 0 to " NUMBER_TEXT(HIGHEST)},
};

const FunctionSpec sbg_fit_function = {
  .name = "sbg_fit",
  .doc =
    {
      .summary =
        "Fits the shifted-beta-geometric model of contract renewals: customers who differ in their chance to leave.",
      .result =
        "JSON "
        "{\"model\":\"sbg\",\"parameters\":{\"alpha\",\"beta\"},\"log_likelihood\",\"customers\",\"lost\",\"rows\","
        "\"periods\",\"churn_rate\",\"standard_errors\":{\"log_alpha\",\"log_beta\"},\"covariance\",\"iterations\","
        "\"converged\",\"reason\"} for sbg_survival(), sbg_retention() and sbg_residual_lifetime(); standard errors "
        "and covariance are of the logarithms; churn_rate: lost over all periods at risk. Where converged is false the "
        "estimates are null and reason says why, such as a churn rate that does not fall with time.",
      .nulls = "A row with a NULL period or lost does not take part; a NULL count is 1. NULL where no row takes part. "
               "A row of period 0 with lost 0 tells nothing and does not take part.",
      .errors = "A period that is not a whole number 0…" NUMBER_TEXT(
        SBG_PERIODS_MAX) ", or is 0 where lost is 1; an invalid lost; a negative count.",
      .example = "SELECT sbg_fit(column1, column2, column3) FROM (VALUES (1, 1, 369), (2, 1, 163), (3, 1, 86), (4, 1, "
                 "56), (5, 1, 37), (6, 1, 27), (7, 1, 21), (7, 0, 241))",
      .formula = "P(T = t) = B(α+1, β+t-1)/B(α, β), S(t) = B(α, β+t)/B(α, β); maximum of Σ lost ln P(T = period) + Σ "
                 "still there ln S(period) (Fader & Hardie 2007). A table of survivors n(t) gives rows (t, 1, n(t-1) - "
                 "n(t)) and, after the last t, (t, 0, n(t))",
    },
  .params = FIT_PARAMS,
  .n_params = COUNT_OF(FIT_PARAMS),
  .returns_json = true,
  .state_size = sizeof(SbgCounts),
  .step = fit_step,
  .value = fit_value,
  .free = fit_free,
};

#define EXAMPLE_MODEL "'{\"model\":\"sbg\",\"parameters\":{\"alpha\":0.704,\"beta\":1.182}}'"
#define MODEL_PARAM \
  ENTRY("model", PARAM_JSON, NULL, 0, 0, NULL, \
        "JSON from sbg_fit(), or by hand {\"model\":\"sbg\",\"parameters\":{\"alpha\":0.7,\"beta\":1.2}}")
#define ANSWER_NULLS "NULL if an argument is NULL"
#define MODEL_ERRORS \
  "An invalid model, one that did not converge, or with alpha or beta outside " NUMBER_TEXT(LOWEST) "…" NUMBER_TEXT( \
    HIGHEST) "; "

static const ParamSpec SURVIVAL_PARAMS[] = {
  [ARG_MODEL] = MODEL_PARAM,
  [ARG_T] = {"t", PARAM_INTEGER, NULL, 0, HIGHEST, NULL, "periods since the customer began, a whole number, 0 or more"},
};

const FunctionSpec sbg_survival_function = {
  .name = "sbg_survival",
  .doc =
    {
      .summary = "Gives the share of customers still there after t periods, by a shifted-beta-geometric model.",
      .result = "A share, 0 … 1.",
      .nulls = ANSWER_NULLS ".",
      .errors = MODEL_ERRORS "a t that is not a whole number, 0 or more.",
      .example =
        "SELECT value AS year, sbg_survival(" EXAMPLE_MODEL ", value) AS survival FROM json_each('[1, 2, 5, 10]')",
      .formula = "S(t) = B(α, β+t)/B(α, β) (Fader & Hardie 2007)",
    },
  .params = SURVIVAL_PARAMS,
  .n_params = COUNT_OF(SURVIVAL_PARAMS),
  .scalar = survival_scalar,
};

static const ParamSpec RETENTION_PARAMS[] = {
  [ARG_MODEL] = MODEL_PARAM,
  [ARG_T] = {"t", PARAM_INTEGER, NULL, 1, HIGHEST, NULL,
             "the number of the period, from 1: its end is the customer's t-th renewal"},
};

const FunctionSpec sbg_retention_function = {
  .name = "sbg_retention",
  .doc =
    {
      .summary =
        "Gives the share of the customers in period t that renews at its end, by a shifted-beta-geometric model.",
      .result = "A share, 0 … 1; it rises with t.",
      .nulls = ANSWER_NULLS ".",
      .errors = MODEL_ERRORS "a t that is not a whole number, 1 or more.",
      .example =
        "SELECT value AS year, sbg_retention(" EXAMPLE_MODEL ", value) AS retention FROM json_each('[1, 2, 5, 10]')",
      .formula = "r(t) = S(t)/S(t-1) = (β+t-1)/(α+β+t-1) (Fader & Hardie 2007)",
    },
  .params = RETENTION_PARAMS,
  .n_params = COUNT_OF(RETENTION_PARAMS),
  .scalar = retention_scalar,
};

static const ParamSpec RESIDUAL_PARAMS[] = {
  [ARG_MODEL] = MODEL_PARAM,
  [ARG_DISCOUNT] = {"discount", PARAM_REAL, NULL, 0, HIGHEST, NULL,
                    "the discount rate per period, 0.1 for 10 %; 0 only where alpha is above 1"},
  [ARG_RENEWED] = {"renewed", PARAM_INTEGER, NULL, 0, HIGHEST, NULL,
                   "how many times the customer has renewed: 0 in the first period"},
};

const FunctionSpec sbg_residual_lifetime_function = {
  .name = "sbg_residual_lifetime",
  .doc =
    {
      .summary = "Gives the discounted number of further periods expected of a customer who has renewed so many times "
                 "and is due for the next renewal.",
      .result = "A number of periods, 0 or more: times the margin of a period it is the value of the renewals to come. "
                "The next renewal counts in full, those after it are discounted.",
      .nulls = ANSWER_NULLS ".",
      .errors = MODEL_ERRORS
      "a negative discount, or 0 where alpha is 1 or less: infinite; renewed that is not a whole number, 0 or more.",
      .example = "SELECT value AS renewed, sbg_residual_lifetime(" EXAMPLE_MODEL
                 ", 0.1, value) AS periods FROM json_each('[0, 1, 4]')",
      .formula = "DERL = Σ S(t)/S(renewed) (1+discount)^-(t-renewed-1) over t > renewed (Fader & Hardie 2010)",
    },
  .params = RESIDUAL_PARAMS,
  .n_params = COUNT_OF(RESIDUAL_PARAMS),
  .scalar = residual_scalar,
};
