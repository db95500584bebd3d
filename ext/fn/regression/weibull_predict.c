/*
** What a Weibull regression says about a row.
**
**   weibull_survival(model, time[, f1, …])             scalar  the chance to last longer than time
**   weibull_hazard(model, time[, f1, …])               scalar  the rate of leaving at that time, of those still there
**   weibull_quantile(model, p[, f1, …])                scalar  the time by which a share p has left
**   weibull_median(model[, f1, …])                     scalar  the same for p = 0.5
**   weibull_residual_lifetime(model, time[, f1, …])    scalar  the time still expected of one who is there at `time`;
**   from 0: the mean
**
**   SELECT customer_id, weibull_median(fit, senior, monthly_charges) FROM model, customers;
**
** R1  model is the JSON of weibull_fit(), or by hand {"model":"weibull","shape":1.2,"scale":24}, with features
**     {"model":"weibull","shape":1.2,"intercept":3,"coefficients":[0.5,-0.01]}. It is read once for rows that bring the
**     same text. A model that did not converge is refused, with its reason.
** R2  Features are given in the order of the fit, as many as it has coefficients. NULL gives NULL.
*/
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "core/regression/weibull.h"
#include "glue/call.h"
#include "glue/json_read.h"
#include "glue/spec.h"

/* ---- Reading a model */

enum {
  ARG_MODEL,
  ARG_TIME,
  ARG_P = ARG_TIME
};

#define A_MODEL "a model from weibull_fit(), or {\"model\":\"weibull\",\"shape\":…,\"scale\":…}"
#define SHAPE_LOWEST 1e-6
#define SHAPE_HIGHEST 1e6

typedef struct ModelRead {
  double shape, intercept;
  int n_features;
  double coefficient[REGRESSION_FEATURES_MAX];
} ModelRead;

static Status refuse_unconverged(Json *json)
{
  JsonValue value;
  Status status = json_get(json, &value, "$.reason");
  return status != STATUS_OK ? status
                             : call_fail(json->call, "the model did not converge: %.300s",
                                         value.type == JSON_TEXT ? value.text : "no reason given");
}

static Status read_shape(Json *json, double *shape)
{
  JsonValue value;
  Status status = json_get(json, &value, "$.shape");
  *shape = value.number;
  if (status == STATUS_OK && (value.type != JSON_NUMBER || !(*shape >= SHAPE_LOWEST && *shape <= SHAPE_HIGHEST))) {
    return call_fail(json->call,
                     "shape of the model must be a number, " NUMBER_TEXT(SHAPE_LOWEST) "…" NUMBER_TEXT(SHAPE_HIGHEST));
  }
  return status;
}

static Status read_intercept(Json *json, double *intercept)
{
  JsonValue value;
  Status status = json_get(json, &value, "$.intercept");
  *intercept = value.number;
  if (status != STATUS_OK || (value.type == JSON_NUMBER && isfinite(value.number))) {
    return status;
  }
  status = json_get(json, &value, "$.scale");
  *intercept = value.type == JSON_NUMBER && isfinite(value.number) && value.number > 0 ? log(value.number) : NAN;
  return status == STATUS_OK && isnan(*intercept)
           ? call_fail(json->call, "the model must have a number intercept, or scale above 0")
           : status;
}

/* "coefficients", which may be missing. */
static Status read_coefficients(Json *json, ModelRead *model)
{
  JsonEach each = {0};
  JsonMember member;
  JsonValue value;
  Status status = json_get(json, &value, "$.coefficients");
  if (status != STATUS_OK) {
    return status;
  }
  if (value.type != JSON_ABSENT && value.type != JSON_ARRAY) {
    return call_fail(json->call, "coefficients of the model must be an array of numbers");
  }
  int n = value.type == JSON_ARRAY ? (int)value.length : 0;
  if (value.type == JSON_ARRAY && value.length > REGRESSION_FEATURES_MAX) {
    return call_fail(json->call, "coefficients of the model must be at most %d", REGRESSION_FEATURES_MAX);
  }
  if (n > 0) {
    status = json_each_open(&each, json->call, ARG_MODEL, "$.coefficients");
  }
  while (status == STATUS_OK && model->n_features < n) {
    status = json_each_next(&each, &member);
    if (status == STATUS_OK && (member.value.type != JSON_NUMBER || isinf(member.value.number))) {
      status = call_fail(json->call, "coefficients of the model must be an array of numbers");
    }
    if (status == STATUS_OK) {
      model->coefficient[model->n_features++] = member.value.number;
    }
  }
  json_each_close(&each);
  return status;
}

static Status model_members(Json *json, ModelRead *model)
{
  JsonValue value;
  Status status = json_get(json, &value, "$.model");
  if (status != STATUS_OK) {
    return status;
  }
  if (value.type != JSON_TEXT || strcmp(value.text, "weibull") != 0) {
    return call_fail_argument(json->call, ARG_MODEL, "%s", A_MODEL);
  }
  status = json_get(json, &value, "$.converged");
  if (status == STATUS_OK && value.type == JSON_BOOLEAN && value.number == 0) {
    return refuse_unconverged(json);
  }
  if (status == STATUS_OK) {
    status = read_shape(json, &model->shape);
  }
  if (status == STATUS_OK) {
    status = read_intercept(json, &model->intercept);
  }
  return status == STATUS_OK ? read_coefficients(json, model) : status;
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
static const ModelRead *model_argument(Call *call)
{
  return call_object(call, ARG_MODEL, sizeof(ModelRead), model_read, mem_free);
}

/* The row's model: ln lambda; false where a feature is NULL or the call has failed. */
static bool row_read(Call *call, const ModelRead **read, double *location)
{
  const ModelRead *model = *read = model_argument(call);
  Sum sum = {0};
  bool is_null = false;
  if (!model) {
    return false;
  }
  if (call_more(call) != model->n_features) {
    call_fail(call, "the model has %d feature%s, got %d", model->n_features, model->n_features == 1 ? "" : "s",
              call_more(call));
    return false;
  }
  sum_add(&sum, model->intercept);
  for (int i = 0; i < model->n_features; i++) {
    double x;
    if (call_more_real(call, i, &x) != STATUS_OK) {
      return false;
    }
    is_null = is_null || isnan(x);
    sum_add(&sum, model->coefficient[i] * x);
  }
  if (is_null) {
    return false;
  }
  *location = sum_value(&sum);
  if (isfinite(*location)) {
    return true;
  }
  call_fail(call, "the scale of this row is beyond the range of numbers");
  return false;
}

/* ---- The answers */

static void answer_cell(Call *call, double answer, Cell *out)
{
  if (isfinite(answer)) {
    cell_real(out, answer);
  } else {
    call_fail(call, "the result of this row is beyond the range of numbers");
  }
}

static void survival_scalar(Call *call, Cell *out)
{
  const ModelRead *model;
  double location;
  if (row_read(call, &model, &location)) {
    cell_real(out, weibull_survival(location, model->shape, call_real(call, ARG_TIME)));
  }
}

static void hazard_scalar(Call *call, Cell *out)
{
  const ModelRead *model;
  double location, time = call_real(call, ARG_TIME);
  if (!row_read(call, &model, &location)) {
    return;
  }
  if (time == 0 && model->shape < 1) {
    call_fail_argument(call, ARG_TIME, "above 0: with shape %.6g, below 1, the hazard begins infinite", model->shape);
    return;
  }
  answer_cell(call, weibull_hazard(location, model->shape, time), out);
}

static void quantile_scalar(Call *call, Cell *out)
{
  const ModelRead *model;
  double location, p = call_real(call, ARG_P);
  if (p == 1) {
    call_fail_argument(call, ARG_P, "below 1: nobody is sure to have left at any time");
  } else if (row_read(call, &model, &location)) {
    answer_cell(call, weibull_quantile(location, model->shape, p), out);
  }
}

static void median_scalar(Call *call, Cell *out)
{
  const ModelRead *model;
  double location;
  if (row_read(call, &model, &location)) {
    answer_cell(call, weibull_quantile(location, model->shape, 0.5), out);
  }
}

static void residual_scalar(Call *call, Cell *out)
{
  const ModelRead *model;
  double location;
  if (row_read(call, &model, &location)) {
    answer_cell(call, weibull_residual(location, model->shape, call_real(call, ARG_TIME)), out);
  }
}

/* ---- Specs */

#define TIME_HIGHEST 1e15
#define MODEL_PARAM \
  ENTRY("model", PARAM_JSON, NULL, 0, 0, NULL, \
        "JSON from weibull_fit(), or by hand {\"model\":\"weibull\",\"shape\":1.2,\"scale\":24}")
#define EXAMPLE_MODEL "'{\"model\":\"weibull\",\"shape\":1.2,\"scale\":24}'"
#define EXAMPLE_FEATURES "'{\"model\":\"weibull\",\"shape\":0.9,\"intercept\":3,\"coefficients\":[0.5,-0.01]}'"
#define ANSWER_NULLS "NULL if an argument is NULL"
#define ANSWER_ERRORS \
  "An invalid model, or one that did not converge; more or fewer features than the model has; a feature that is not " \
  "a number"

static const ParamSpec FEATURE = {
  "feature", PARAM_REAL, NULL, -INFINITY, INFINITY, NULL, "a number; as many as the model has, in its order"};

static const ParamSpec AT_TIME[] = {
  [ARG_MODEL] = MODEL_PARAM,
  [ARG_TIME] = {"time", PARAM_REAL, NULL, 0, TIME_HIGHEST, NULL,
                "a time since the customer began, 0 to " NUMBER_TEXT(TIME_HIGHEST) ", in the unit of the fit"},
};

const FunctionSpec weibull_survival_function = {
  .name = "weibull_survival",
  .doc =
    {
      .summary = "Gives the chance that a customer stays longer than a time, by a Weibull model.",
      .result = "A probability, 0 … 1.",
      .nulls = ANSWER_NULLS ".",
      .errors = ANSWER_ERRORS "; a time that is not a number 0…" NUMBER_TEXT(TIME_HIGHEST) ".",
      .example = "SELECT weibull_survival(" EXAMPLE_MODEL ", 12)",
      .formula = "S(t) = exp(-(t/scale)^shape), scale = exp(intercept + Σ coefficient·feature)",
    },
  .params = AT_TIME,
  .n_params = COUNT_OF(AT_TIME),
  .more = &FEATURE,
  .scalar = survival_scalar,
};

const FunctionSpec weibull_hazard_function = {
  .name = "weibull_hazard",
  .doc =
    {
      .summary = "Gives the rate at which customers who are still there leave at a time, by a Weibull model.",
      .result = "A rate per unit of time, 0 or more.",
      .nulls = ANSWER_NULLS ".",
      .errors =
        ANSWER_ERRORS "; a time that is not a number 0…" NUMBER_TEXT(TIME_HIGHEST) ", or 0 where the shape is below 1.",
      .example = "SELECT weibull_hazard(" EXAMPLE_MODEL ", 12)",
      .formula = "h(t) = shape/scale (t/scale)^(shape-1), scale = exp(intercept + Σ coefficient·feature)",
    },
  .params = AT_TIME,
  .n_params = COUNT_OF(AT_TIME),
  .more = &FEATURE,
  .scalar = hazard_scalar,
};

static const ParamSpec QUANTILE_PARAMS[] = {
  [ARG_MODEL] = MODEL_PARAM,
  [ARG_P] = {"p", PARAM_REAL, NULL, 0, 1, NULL, "a share, 0 … below 1: 0.25 asks when a quarter has left"},
};

const FunctionSpec weibull_quantile_function = {
  .name = "weibull_quantile",
  .doc =
    {
      .summary = "Gives the time by which a share p of such customers has left, by a Weibull model.",
      .result = "A time, in the unit of the fit.",
      .nulls = ANSWER_NULLS ".",
      .errors = ANSWER_ERRORS "; p outside 0 … 1, or 1.",
      .example = "SELECT weibull_quantile(" EXAMPLE_MODEL ", 0.25)",
      .formula = "scale (-ln(1-p))^(1/shape), scale = exp(intercept + Σ coefficient·feature)",
    },
  .params = QUANTILE_PARAMS,
  .n_params = COUNT_OF(QUANTILE_PARAMS),
  .more = &FEATURE,
  .scalar = quantile_scalar,
};

const FunctionSpec weibull_median_function = {
  .name = "weibull_median",
  .doc =
    {
      .summary = "Gives the time by which half of such customers have left, by a Weibull model.",
      .result = "A time, in the unit of the fit.",
      .nulls = ANSWER_NULLS ".",
      .errors = ANSWER_ERRORS ".",
      .example = "SELECT weibull_median(" EXAMPLE_FEATURES ", 1, 70)",
      .formula = "scale (ln 2)^(1/shape), scale = exp(intercept + Σ coefficient·feature)",
    },
  .params = AT_TIME,
  .n_params = 1,
  .more = &FEATURE,
  .scalar = median_scalar,
};

const FunctionSpec weibull_residual_lifetime_function = {
  .name = "weibull_residual_lifetime",
  .doc =
    {
      .summary = "Gives the time that a customer who is there at a time is still expected to stay, by a Weibull model.",
      .result = "A time, in the unit of the fit; at time 0 the mean lifetime.",
      .nulls = ANSWER_NULLS ".",
      .errors = ANSWER_ERRORS "; a time that is not a number 0…" NUMBER_TEXT(TIME_HIGHEST) ".",
      .example = "SELECT weibull_residual_lifetime(" EXAMPLE_MODEL ", 12)",
      .formula = "∫ S(s) ds from t, over S(t) = scale/shape e^u Γ(1/shape, u), u = (t/scale)^shape",
    },
  .params = AT_TIME,
  .n_params = COUNT_OF(AT_TIME),
  .more = &FEATURE,
  .scalar = residual_scalar,
};
