/*
** What a logistic regression says about a row.
**
**   logit_predict(model, f1[, f2, …])      scalar  P(label = 1)
**   logit_predict_named(model, features)   scalar  the same, of a JSON object of named features
**   logit_reasons(model, f1[, f2, …])      scalar  JSON: what each feature adds, strongest first
**   logit_reasons_named(model, features)   scalar  the same
**
**   SELECT customer_id, logit_predict_named(fit, json_object('tenure', tenure, 'charges', charges)) FROM model,
**   customers;
**
** R1  model is the JSON of logit_fit() or logit_fit_named(), or by hand
**     {"model":"logit","features":[…],"intercept":…,"coefficients":[…]}; logit_reasons() needs "means" too. It is
**     read once for rows that bring the same text. A model that did not converge is refused, with its reason.
** R2  Features are given in the order of the model's "features", as many; or by name, in any order, others being
**     allowed. A NULL one gives NULL; a missing name is an error.
** R3  logit_reasons(): [{"feature":"tenure","value":1,"mean":32.37,"contribution":1.89,"share":0.41},…], a member per
**     feature whose coefficient is not 0, the largest contribution first, in either direction. contribution =
**     coefficient (value - mean), in log-odds: above 0 it raises the probability of label 1. share: its part of the sum
**     of all contributions' sizes, 0 … 1. Numbers have 15 digits.
*/
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/regression/logit.h"
#include "glue/call.h"
#include "glue/json_read.h"
#include "glue/spec.h"

#define A_MODEL "a model from logit_fit() or logit_fit_named()"

enum {
  ARG_MODEL,
  ARG_FEATURES
};

typedef struct ModelRead {
  Logit logit;
  bool is_logit, converged, has_means;
  char reason[LOGIT_REASON];
  char **name;
  double *x, *contribution; /* of the row that is asked about */
  int *order;
} ModelRead;

static void model_free(void *object)
{
  ModelRead *model = object;
  for (int i = 0; model->name && i < model->logit.n_features; i++) {
    mem_free(model->name[i]);
  }
  mem_free(model->name);
  mem_free(model->x);
  mem_free(model->order);
  logit_free(&model->logit);
  mem_free(model);
}

/* ---- Reading a model */

static Status model_heads(JsonEach *each, Call *call, ModelRead *model)
{
  JsonMember member;
  Status status = json_each_open(each, call, ARG_MODEL, "$");
  model->converged = true;
  model->logit.intercept = NAN;
  for (; status == STATUS_OK;) {
    status = json_each_next(each, &member);
    if (status != STATUS_OK || member.value.type == JSON_ABSENT) {
      break;
    }
    const char *key = member.key ? member.key : "";
    if (strcmp(key, "model") == 0) {
      model->is_logit = member.value.type == JSON_TEXT && strcmp(member.value.text, "logit") == 0;
    } else if (strcmp(key, "intercept") == 0 && member.value.type == JSON_NUMBER) {
      model->logit.intercept = member.value.number;
    } else if (strcmp(key, "converged") == 0) {
      model->converged = member.value.type != JSON_BOOLEAN || member.value.number != 0;
    } else if (strcmp(key, "reason") == 0 && member.value.type == JSON_TEXT) {
      size_t length = strlen(member.value.text);
      length = length < sizeof model->reason ? length : sizeof model->reason - 1;
      memcpy(model->reason, member.value.text, length);
    }
  }
  if (status == STATUS_OK && !model->is_logit) {
    return call_fail_argument(call, ARG_MODEL, "%s", A_MODEL);
  }
  if (status == STATUS_OK && !model->converged) {
    return call_fail(call, "the model did not converge: %s", model->reason);
  }
  return status;
}

/*
** The numbers of an array of the model, as many as features; x[] is filled from first on. *there: the array has
** members.
*/
static Status model_numbers(JsonEach *each, Call *call, const char *path, int n, double *x, bool *there)
{
  JsonMember member;
  int i = 0;
  Status status = json_each_open(each, call, ARG_MODEL, path);
  for (; status == STATUS_OK;) {
    status = json_each_next(each, &member);
    if (status != STATUS_OK || member.value.type == JSON_ABSENT) {
      break;
    }
    if (i == n || member.value.type != JSON_NUMBER || isinf(member.value.number)) {
      return call_fail_argument(call, ARG_MODEL, A_MODEL ": %s must be %d numbers", path + 2, n);
    }
    x[i++] = member.value.number;
  }
  *there = i > 0;
  if (status == STATUS_OK && i > 0 && i < n) {
    return call_fail_argument(call, ARG_MODEL, A_MODEL ": %s must be %d numbers", path + 2, n);
  }
  return status;
}

/* Counts the features, or, the second time, copies their names. */
static Status model_names(JsonEach *each, Call *call, ModelRead *model, int *n)
{
  JsonMember member;
  Status status = json_each_open(each, call, ARG_MODEL, "$.features");
  for (*n = 0; status == STATUS_OK; ++*n) {
    status = json_each_next(each, &member);
    if (status != STATUS_OK || member.value.type == JSON_ABSENT) {
      break;
    }
    if (member.value.type != JSON_TEXT || *n == REGRESSION_FEATURES_MAX) {
      return call_fail_argument(call, ARG_MODEL, A_MODEL ": features must be names, at most %d",
                                REGRESSION_FEATURES_MAX);
    }
    if (model->name) {
      size_t length = strlen(member.value.text) + 1;
      model->name[*n] = mem_alloc(length, 1);
      if (!model->name[*n]) {
        return STATUS_NOMEM;
      }
      memcpy(model->name[*n], member.value.text, length);
    }
  }
  return status;
}

static Status model_members(JsonEach *each, Call *call, ModelRead *model)
{
  int n = 0;
  bool there = false;
  Status status = model_heads(each, call, model);
  double intercept = model->logit.intercept;
  if (status == STATUS_OK) {
    status = model_names(each, call, model, &n);
  }
  if (status == STATUS_OK) {
    status = logit_alloc(&model->logit, n);
  }
  if (status != STATUS_OK) {
    return status;
  }
  model->name = mem_zero((size_t)n + 1, sizeof *model->name);
  model->x = mem_alloc(2 * (size_t)n + 1, sizeof *model->x);
  model->order = mem_alloc((size_t)n + 1, sizeof *model->order);
  if (!model->name || !model->x || !model->order) {
    return STATUS_NOMEM;
  }
  model->contribution = model->x + n;
  model->logit.intercept = intercept;
  status = model_names(each, call, model, &n);
  if (status == STATUS_OK) {
    status = model_numbers(each, call, "$.coefficients", n, model->logit.coefficient, &there);
  }
  if (status == STATUS_OK && (n == 0 || !there || !isfinite(intercept))) {
    return call_fail_argument(call, ARG_MODEL, A_MODEL ": features, intercept and coefficients must be there");
  }
  return status == STATUS_OK ? model_numbers(each, call, "$.means", n, model->logit.mean, &model->has_means) : status;
}

static Status model_read(Call *call, int param, void *object)
{
  JsonEach each = {0};
  (void)param;
  Status status = model_members(&each, call, object);
  json_each_close(&each);
  return status;
}

/* NULL: the call has failed. */
static ModelRead *model_argument(Call *call)
{
  return call_object(call, ARG_MODEL, sizeof(ModelRead), model_read, model_free);
}

/* ---- Reading a row: false where a feature is NULL or the call has failed */

static bool row_listed(Call *call, ModelRead *model)
{
  int n = model->logit.n_features;
  bool is_null = false;
  if (call_more(call) != n) {
    const char *hint =
      call_more(call) > 1 ? "" : "; a JSON object of features is for logit_predict_named() and logit_reasons_named()";
    call_fail(call, "the model has %d feature%s (%s%s), got %d%s", n, n == 1 ? "" : "s", model->name[0],
              n > 1 ? ", …" : "", call_more(call), hint);
    return false;
  }
  for (int i = 0; i < n; i++) {
    if (call_more_real(call, i, &model->x[i]) != STATUS_OK) {
      return false;
    }
    is_null = is_null || isnan(model->x[i]);
  }
  return !is_null;
}

static Status members_read(Call *call, JsonEach *each, ModelRead *model)
{
  JsonMember member;
  int n = model->logit.n_features, hint = 0;
  Status status = json_each_open(each, call, ARG_FEATURES, "$");
  for (int i = 0; i < n; i++) {
    model->order[i] = -1; /* not seen */
  }
  for (; status == STATUS_OK;) {
    status = json_each_next(each, &member);
    if (status != STATUS_OK || member.value.type == JSON_ABSENT) {
      break;
    }
    if (!member.key) {
      return call_fail_argument(call, ARG_FEATURES, "a JSON object");
    }
    for (int i = 0; i < n; i++) {
      int at = hint + i < n ? hint + i : hint + i - n;
      if (strcmp(model->name[at], member.key) != 0) {
        continue;
      }
      JsonType type = member.value.type;
      if (type == JSON_TEXT || type == JSON_ARRAY || type == JSON_OBJECT || isinf(member.value.number)) {
        return call_fail(call, "feature %.100s must be a number", member.key);
      }
      model->x[at] = type == JSON_NULL ? NAN : member.value.number;
      model->order[at] = at;
      hint = at + 1 < n ? at + 1 : 0;
      break;
    }
  }
  for (int i = 0; i < n && status == STATUS_OK; i++) {
    if (model->order[i] < 0) {
      return call_fail(call, "features: '%.100s' is missing; say null where it is not known", model->name[i]);
    }
  }
  return status;
}

static bool row_named(Call *call, ModelRead *model)
{
  JsonEach each = {0};
  Status status = members_read(call, &each, model);
  json_each_close(&each);
  if (status != STATUS_OK) {
    call_fail_status(call, status);
    return false;
  }
  for (int i = 0; i < model->logit.n_features; i++) {
    if (isnan(model->x[i])) {
      return false;
    }
  }
  return true;
}

/* ---- The answers */

static void predict(Call *call, ModelRead *model, bool known, Cell *out)
{
  double p = known ? logit_predict(&model->logit, model->x) : NAN;
  if (known && isnan(p)) {
    call_fail(call, "the log-odds of this row are beyond the range of numbers");
  } else {
    cell_real(out, p);
  }
}

static void predict_listed_scalar(Call *call, Cell *out)
{
  ModelRead *model = model_argument(call);
  if (model) {
    predict(call, model, row_listed(call, model), out);
  }
}

static void predict_named_scalar(Call *call, Cell *out)
{
  ModelRead *model = model_argument(call);
  if (model) {
    predict(call, model, row_named(call, model), out);
  }
}

static void text_number(Text *text, const char *name, double x)
{
  char digits[JSON_NUMBER_MAX];
  json_number_rounded(x, digits);
  text_add(text, name);
  text_add(text, isfinite(x) ? digits : "null");
}

/* Into order[], largest contribution first, and their number; equal ones in the order of the model. */
static int contributions_order(ModelRead *model)
{
  const double *size = model->contribution;
  int n = 0;
  for (int i = 0; i < model->logit.n_features; i++) {
    if (model->logit.coefficient[i] == 0) {
      continue;
    }
    int at = n++;
    for (; at > 0 && fabs(size[model->order[at - 1]]) < fabs(size[i]); at--) {
      model->order[at] = model->order[at - 1];
    }
    model->order[at] = i;
  }
  return n;
}

static void reasons(Call *call, ModelRead *model, bool known, Cell *out)
{
  Text text = {0};
  double total = 0;
  if (!known) {
    return;
  }
  if (!model->has_means) {
    call_fail_argument(call, ARG_MODEL, A_MODEL ": means must be there");
    return;
  }
  logit_contributions(&model->logit, model->x, model->contribution);
  int n = contributions_order(model);
  for (int i = n; i-- > 0;) {
    total += fabs(model->contribution[model->order[i]]);
  }
  text_add(&text, "[");
  for (int i = 0; i < n; i++) {
    int j = model->order[i];
    text_add(&text, i ? ",{\"feature\":" : "{\"feature\":");
    text_add_json_string(&text, model->name[j]);
    text_number(&text, ",\"value\":", model->x[j]);
    text_number(&text, ",\"mean\":", model->logit.mean[j]);
    text_number(&text, ",\"contribution\":", model->contribution[j]);
    text_number(&text, ",\"share\":", total > 0 ? fabs(model->contribution[j]) / total : 0);
    text_add(&text, "}");
  }
  text_add(&text, "]");
  size_t length = text.length;
  char *bytes = text_take(&text);
  if (bytes) {
    cell_json(out, bytes, length);
  } else {
    call_fail_memory(call);
  }
}

static void reasons_listed_scalar(Call *call, Cell *out)
{
  ModelRead *model = model_argument(call);
  if (model) {
    reasons(call, model, row_listed(call, model), out);
  }
}

static void reasons_named_scalar(Call *call, Cell *out)
{
  ModelRead *model = model_argument(call);
  if (model) {
    reasons(call, model, row_named(call, model), out);
  }
}

/* ---- Specs */

#define EXAMPLE_MODEL \
  "'{\"model\":\"logit\",\"features\":[\"visits\",\"age\"],\"intercept\":-1,\"coefficients\":[-0.5,0.02],\"means\":[" \
  "4,40]}'"
#define PREDICT_RESULT "A probability, 0 … 1"
#define PREDICT_FORMULA "1/(1 + exp(-(intercept + Σ coefficient·feature)))"
#define REASONS_RESULT \
  "A JSON array of {\"feature\",\"value\",\"mean\",\"contribution\",\"share\"}, the largest contribution first; " \
  "features of coefficient 0 are not in it. A contribution above 0 raises the probability of label 1"
#define REASONS_FORMULA \
  "contribution = coefficient·(value - mean), in log-odds against a row of mean features; share = |contribution| / Σ " \
  "|contribution|"
#define LISTED_NULLS "NULL if the model or a feature is NULL"
#define LISTED_ERRORS \
  "An invalid model, or one that did not converge; more or fewer features than the model has; a feature that is not " \
  "a number"
#define NAMED_NULLS "NULL if an argument or a feature of the model is NULL"
#define NAMED_ERRORS \
  "An invalid model, or one that did not converge; features that are not a JSON object, lack a feature of the model, " \
  "or have one that is not a number. Features that the model has not are ignored"

static const ParamSpec PREDICT_PARAMS[] = {
  [ARG_MODEL] = {"model", PARAM_JSON, NULL, 0, 0, NULL, "JSON from logit_fit() or logit_fit_named()"},
  [ARG_FEATURES] = {"features", PARAM_JSON, NULL, 0, 0, NULL,
                    "a JSON object of numbers such as json_object('visits', visits, 'age', age)"},
};

static const ParamSpec FEATURE = {
  "feature", PARAM_REAL, NULL, -INFINITY, INFINITY, NULL, "a number; as many as the model has, in its order"};

const FunctionSpec logit_predict_function = {
  .name = "logit_predict",
  .doc =
    {
      .summary = "Gives the probability of label 1 for a row of features, from a logistic regression.",
      .result = PREDICT_RESULT ".",
      .nulls = LISTED_NULLS ".",
      .errors = LISTED_ERRORS ".",
      .example = "SELECT logit_predict(" EXAMPLE_MODEL ", 2, 30)",
      .formula = PREDICT_FORMULA,
    },
  .params = PREDICT_PARAMS,
  .n_params = 1,
  .more = &FEATURE,
  .scalar = predict_listed_scalar,
};

const FunctionSpec logit_predict_named_function = {
  .name = "logit_predict_named",
  .doc =
    {
      .summary = "Gives the probability of label 1 for named features, from a logistic regression.",
      .result = PREDICT_RESULT ".",
      .nulls = NAMED_NULLS ".",
      .errors = NAMED_ERRORS ".",
      .example = "SELECT logit_predict_named(" EXAMPLE_MODEL ", json_object('age', 30, 'visits', 2))",
      .formula = PREDICT_FORMULA,
    },
  .params = PREDICT_PARAMS,
  .n_params = 2,
  .scalar = predict_named_scalar,
};

const FunctionSpec logit_reasons_function = {
  .name = "logit_reasons",
  .doc =
    {
      .summary = "Gives what each feature of a row adds to the log-odds of label 1, strongest first.",
      .result = REASONS_RESULT ".",
      .nulls = LISTED_NULLS ".",
      .errors = LISTED_ERRORS "; a model without means.",
      .example =
        "SELECT value ->> 'feature', value ->> 'contribution' FROM json_each(logit_reasons(" EXAMPLE_MODEL ", 2, 30))",
      .formula = REASONS_FORMULA,
    },
  .params = PREDICT_PARAMS,
  .n_params = 1,
  .more = &FEATURE,
  .returns_json = true,
  .scalar = reasons_listed_scalar,
};

const FunctionSpec logit_reasons_named_function = {
  .name = "logit_reasons_named",
  .doc =
    {
      .summary = "Gives what each named feature adds to the log-odds of label 1, strongest first.",
      .result = REASONS_RESULT ".",
      .nulls = NAMED_NULLS ".",
      .errors = NAMED_ERRORS "; a model without means.",
      .example = "SELECT value ->> 'feature', value ->> 'share' FROM json_each(logit_reasons_named(" EXAMPLE_MODEL
                 ", json_object('visits', 2, 'age', 30)))",
      .formula = REASONS_FORMULA,
    },
  .params = PREDICT_PARAMS,
  .n_params = 2,
  .returns_json = true,
  .scalar = reasons_named_scalar,
};
