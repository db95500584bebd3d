/*
** Logistic regression: fits P(label = 1) to the features of the rows of a group.
**
**   logit_fit(label, f1[, f2, …])                         aggregate  JSON: maximum likelihood
**   logit_fit_named(label, features[, l2[, weight]])      aggregate  JSON: features by name, with a penalty and weights
**
**   CREATE TABLE model AS SELECT logit_fit_named(churned, json_object('tenure', tenure, 'charges', monthly_charges))
**   AS fit FROM customers; SELECT customer_id, logit_predict(fit, tenure, monthly_charges) FROM model, customers;
**
** R1  The result: {"model":"logit","features":["tenure",…],"intercept":…,"coefficients":[…],"intercept_se":…,
**     "standard_errors":[…],"means":[…],
**     "standard_deviations":[…],"log_likelihood":…,"null_log_likelihood":…,"rows":…,"positives":…,"weight":…,"l2":…,
**     "iterations":…,
**     "converged":true,"reason":null,"dropped":[]}. Numbers read back exactly. logit_fit() calls its features f1, f2, …
** R2  label is 0 or 1, or no or yes, false or true. A row with a NULL label or feature does not take part; no row gives
**     NULL.
** R3  features is a JSON object of numbers, false and true; text that is a number counts as one. Every row has the
**     same keys, in any order: a key that is missing or new is an error, NULL is said as null.
** R4  l2 is the penalty on the squares of the coefficients of the standardised features, one for all rows; 0 (the
**     default) is none. weight counts the row so many times (default 1); 0: it does not take part.
** R5  What cannot be estimated is named. A constant feature, and (without l2) one that is a combination of others, is
**     dropped: coefficient 0, standard error null, and an entry {"feature":…,"why":"constant" or "collinear with …"}
**     in dropped. Separation (without l2), one class only and no convergence give converged false, a reason that
**     names the features, and null for every estimate.
*/
#include "core/regression/logit.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "glue/call.h"
#include "glue/json_read.h"
#include "glue/json_write.h"
#include "glue/spec.h"

enum {
  ARG_LABEL,
  ARG_FEATURES,
  ARG_L2,
  ARG_WEIGHT
};

typedef struct Fitting {
  RegressionRows rows;
  double l2;
  double *x;     /* the row that is read */
  char **name;   /* NULL: f1, f2, … */
  size_t *taken; /* the last row that had feature i */
  size_t turn, slots;
  JsonEach each;
} Fitting;

typedef struct FittingState {
  Fitting *fitting;
} FittingState;

static Fitting *fitting_of(FittingState *state)
{
  if (!state->fitting) {
    state->fitting = mem_zero(1, sizeof *state->fitting);
  }
  return state->fitting;
}

static void fitting_free(void *state)
{
  Fitting *fitting = ((FittingState *)state)->fitting;
  if (!fitting) {
    return;
  }
  for (int i = 0; fitting->name && i < fitting->rows.n_features; i++) {
    mem_free(fitting->name[i]);
  }
  mem_free(fitting->name);
  mem_free(fitting->taken);
  mem_free(fitting->x);
  json_each_close(&fitting->each);
  regression_rows_free(&fitting->rows);
  mem_free(fitting);
  ((FittingState *)state)->fitting = NULL;
}

/* ---- logit_fit() */

static Status too_large(Call *call, const char *name)
{
  return call_fail(call, "feature %s must be at most " NUMBER_TEXT(REGRESSION_VALUE_MAX) " in magnitude", name);
}

static Status fit_step(Call *call, void *state)
{
  Fitting *fitting = fitting_of(state);
  int n = call_more(call);
  if (!fitting) {
    return STATUS_NOMEM;
  }
  if (!fitting->x) {
    if (n < 1) {
      return call_fail(call, "give one feature at least");
    }
    fitting->x = mem_alloc((size_t)n, sizeof *fitting->x);
    if (!fitting->x) {
      return STATUS_NOMEM;
    }
    fitting->rows.n_features = n;
  }
  bool is_null = false;
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
  return is_null ? STATUS_OK : regression_rows_add(&fitting->rows, fitting->x, call_integer(call, ARG_LABEL) == 1, 1);
}

/* ---- logit_fit_named() */

static Status name_add(Fitting *fitting, const char *key)
{
  size_t n = (size_t)fitting->rows.n_features, length = strlen(key) + 1;
  if (n == fitting->slots) {
    size_t slots = 2 * n + 16;
    char **name = mem_resize(fitting->name, slots, sizeof *name);
    fitting->name = name ? name : fitting->name;
    double *x = name ? mem_resize(fitting->x, slots, sizeof *x) : NULL;
    fitting->x = x ? x : fitting->x;
    size_t *taken = x ? mem_resize(fitting->taken, slots, sizeof *taken) : NULL;
    fitting->taken = taken ? taken : fitting->taken;
    if (!taken) {
      return STATUS_NOMEM;
    }
    fitting->slots = slots;
  }
  fitting->name[n] = mem_alloc(length, 1);
  if (!fitting->name[n]) {
    return STATUS_NOMEM;
  }
  memcpy(fitting->name[n], key, length);
  fitting->taken[n] = 0;
  fitting->rows.n_features++;
  return STATUS_OK;
}

/*
** The feature of a key; it is looked for from `hint` on, where it is when the order is that of the first row. -1:
** none.
*/
static int name_find(const Fitting *fitting, const char *key, int hint)
{
  int n = fitting->rows.n_features;
  for (int i = 0; i < n; i++) {
    int at = hint + i < n ? hint + i : hint + i - n;
    if (strcmp(fitting->name[at], key) == 0) {
      return at;
    }
  }
  return -1;
}

static Status member_read(Call *call, Fitting *fitting, const JsonMember *member, bool first, int hint)
{
  if (!member->key) {
    return call_fail_argument(call, ARG_FEATURES, "a JSON object");
  }
  int at = name_find(fitting, member->key, hint < fitting->rows.n_features ? hint : 0);
  if (at < 0 && !first) {
    return call_fail(call, "features: '%.100s' is new, the first row did not have it", member->key);
  }
  if (at < 0) {
    if (fitting->rows.n_features == REGRESSION_FEATURES_MAX) {
      return call_fail(call, "features: at most %d are taken", REGRESSION_FEATURES_MAX);
    }
    Status status = name_add(fitting, member->key);
    if (status != STATUS_OK) {
      return status;
    }
    at = fitting->rows.n_features - 1;
  }
  if (fitting->taken[at] == fitting->turn) {
    return call_fail(call, "features: '%.100s' is there twice", member->key);
  }
  fitting->taken[at] = fitting->turn;
  JsonType type = member->value.type;
  if (type == JSON_TEXT) {
    return call_fail(call, "feature %.100s must be a number, got '%.60s'", member->key, member->value.text);
  }
  if (type == JSON_ARRAY || type == JSON_OBJECT || isinf(member->value.number)) {
    return call_fail(call, "feature %.100s must be a number", member->key);
  }
  fitting->x[at] = type == JSON_NULL ? NAN : member->value.number;
  return fabs(fitting->x[at]) > REGRESSION_VALUE_MAX ? too_large(call, member->key) : STATUS_OK;
}

static Status features_read(Call *call, Fitting *fitting)
{
  bool first = fitting->turn++ == 0;
  int n = 0;
  JsonMember member = {0};
  Status status = json_each_open(&fitting->each, call, ARG_FEATURES, "$");
  while (status == STATUS_OK) {
    status = json_each_next(&fitting->each, &member);
    if (status != STATUS_OK || member.value.type == JSON_ABSENT) {
      break;
    }
    status = member_read(call, fitting, &member, first, n++);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (fitting->rows.n_features == 0) {
    return call_fail_argument(call, ARG_FEATURES, "a JSON object with a feature at least");
  }
  for (int i = 0; n < fitting->rows.n_features && i < fitting->rows.n_features; i++) {
    if (fitting->taken[i] != fitting->turn) {
      return call_fail(call, "features: '%.100s' is missing, the first row had it; say null where it is not known",
                       fitting->name[i]);
    }
  }
  return STATUS_OK;
}

static Status fit_named_step(Call *call, void *state)
{
  Fitting *fitting = fitting_of(state);
  if (!fitting) {
    return STATUS_NOMEM;
  }
  double l2 = call_real(call, ARG_L2), weight = call_real(call, ARG_WEIGHT);
  if (fitting->turn > 0 && l2 != fitting->l2) {
    return call_fail_argument(call, ARG_L2, "the same in all rows (%.15g)", fitting->l2);
  }
  fitting->l2 = l2;
  Status status = features_read(call, fitting);
  bool is_null = weight == 0;
  for (int i = 0; i < fitting->rows.n_features && !is_null; i++) {
    is_null = isnan(fitting->x[i]);
  }
  if (status != STATUS_OK || is_null) {
    return status;
  }
  return regression_rows_add(&fitting->rows, fitting->x, call_integer(call, ARG_LABEL) == 1, weight);
}

/* ---- The result */

static void write_name(JsonText *json, const Fitting *fitting, int i)
{
  if (fitting->name) {
    text_add_json_string(&json->text, fitting->name[i]);
  } else {
    text_add(&json->text, "\"f");
    json_text_number(json, i + 1);
    text_add(&json->text, "\"");
  }
}

static void write_end(JsonText *json, const Fitting *fitting, const Logit *logit)
{
  char reason[LOGIT_REASON];
  const char *const *names = (const char *const *)fitting->name;
  text_add(&json->text,
           logit_converged(logit) ? ",\"converged\":true,\"reason\":null" : ",\"converged\":false,\"reason\":");
  if (!logit_converged(logit)) {
    logit_reason(logit, names, reason);
    text_add_json_string(&json->text, reason);
  }
  text_add(&json->text, ",\"dropped\":[");
  bool first = true;
  for (int i = 0; i < logit->n_features; i++) {
    logit_dropped(logit, i, names, reason);
    if (!reason[0]) {
      continue;
    }
    text_add(&json->text, first ? "{\"feature\":" : ",{\"feature\":");
    write_name(json, fitting, i);
    text_add(&json->text, ",\"why\":");
    text_add_json_string(&json->text, reason);
    text_add(&json->text, "}");
    first = false;
  }
  text_add(&json->text, "]}");
}

static void write_model(Call *call, const Fitting *fitting, const Logit *logit, Cell *out)
{
  JsonText json = {.call = call};
  int n = logit->n_features;
  text_add(&json.text, "{\"model\":\"logit\",\"features\":[");
  for (int i = 0; i < n; i++) {
    if (i) {
      text_add(&json.text, ",");
    }
    write_name(&json, fitting, i);
  }
  text_add(&json.text, "]");
  json_text_named(&json, "intercept", logit->intercept);
  json_text_named_numbers(&json, "coefficients", logit->coefficient, n);
  json_text_named(&json, "intercept_se", logit->intercept_error);
  json_text_named_numbers(&json, "standard_errors", logit->error, n);
  json_text_named_numbers(&json, "means", logit->mean, n);
  json_text_named_numbers(&json, "standard_deviations", logit->sd, n);
  json_text_named(&json, "log_likelihood", logit->log_likelihood);
  json_text_named(&json, "null_log_likelihood", logit->null_log_likelihood);
  json_text_named(&json, "rows", (double)logit->rows);
  json_text_named(&json, "positives", (double)logit->positives);
  json_text_named(&json, "weight", logit->weight);
  json_text_named(&json, "l2", logit->l2);
  json_text_named(&json, "iterations", logit->iterations);
  write_end(&json, fitting, logit);
  json_text_result(&json, out);
}

static void fit_value(Call *call, const void *state, Cell *out)
{
  Fitting *fitting = state ? ((const FittingState *)state)->fitting : NULL;
  Logit logit = {0};
  if (!fitting || fitting->rows.count == 0) {
    return;
  }
  Status status = logit_fit(&fitting->rows, fitting->l2, &logit, call_watch(call));
  if (status == STATUS_OK) {
    write_model(call, fitting, &logit, out);
  } else {
    call_fail_status(call, status);
  }
  logit_free(&logit);
}

/* ---- Specs */

#define LABEL_HELP "what happened: 1, yes or true; or 0, no or false"
#define FIT_RESULT \
  "JSON " \
  "{\"model\":\"logit\",\"features\",\"intercept\",\"coefficients\",\"intercept_se\",\"standard_errors\",\"means\"," \
  "\"standard_deviations\",\"log_likelihood\",\"null_log_likelihood\",\"rows\",\"positives\",\"weight\",\"l2\"," \
  "\"iterations\",\"converged\",\"reason\",\"dropped\"}, for logit_predict() and logit_reasons(). Where converged is " \
  "false the estimates are null and reason says why: one class only, separation, with the features that cause it. A " \
  "constant feature, or without l2 one that is a combination of others, has coefficient 0 and is named in dropped"
#define FIT_FORMULA \
  "P(label = 1) = 1/(1 + exp(-(intercept + Σ coefficient·feature))). Maximum of Σ log-likelihood - l2/2·Σ s², s: " \
  "coefficients of the features standardised by population standard deviation, by Newton's method (McCullagh & " \
  "Nelder 1989); standard errors from the inverse information, of the penalised likelihood where there is l2"

static const ParamSpec FIT_PARAMS[] = {
  [ARG_LABEL] = {"label", PARAM_TRUTH, NULL, 0, 0, NULL, LABEL_HELP},
};

static const ParamSpec FIT_FEATURE = {
  "feature",
  PARAM_REAL,
  NULL,
  -INFINITY,
  INFINITY,
  NULL,
  "a number, one or more features; a category is 0/1 columns, one less than it has values"};

const FunctionSpec logit_fit_function = {
  .name = "logit_fit",
  .doc =
    {
      .summary = "Fits a logistic regression of a 0/1 label on numeric features.",
      .result = FIT_RESULT ".",
      .nulls = "A row with a NULL label or feature does not take part; NULL where no row does.",
      .errors = "An invalid label; a feature that is not a number, or beyond ±" NUMBER_TEXT(
        REGRESSION_VALUE_MAX) "; no feature.",
      .example = "SELECT logit_fit(column1, column2) FROM (VALUES (0, 1), (0, 2), (1, 2), (0, 3), (1, 4), (1, 5))",
      .formula = FIT_FORMULA,
    },
  .params = FIT_PARAMS,
  .n_params = COUNT_OF(FIT_PARAMS),
  .more = &FIT_FEATURE,
  .returns_json = true,
  .state_size = sizeof(FittingState),
  .step = fit_step,
  .value = fit_value,
  .free = fitting_free,
};

static const ParamSpec FIT_NAMED_PARAMS[] = {
  [ARG_LABEL] = {"label", PARAM_TRUTH, NULL, 0, 0, NULL, LABEL_HELP},
  [ARG_FEATURES] = {"features", PARAM_JSON, NULL, 0, 0, NULL,
                    "a JSON object of numbers such as json_object('tenure', tenure, 'charges', charges), of the same "
                    "keys in every row"},
  [ARG_L2] = {"l2", PARAM_REAL, "0", 0, INFINITY, NULL,
              "penalty on the squares of the standardised coefficients, 0 or more, one for all rows"},
  [ARG_WEIGHT] = {"weight", PARAM_REAL, "1", 0, INFINITY, NULL, "how many times the row counts, 0 or more"},
};

const FunctionSpec logit_fit_named_function = {
  .name = "logit_fit_named",
  .doc =
    {
      .summary = "Fits a logistic regression of a 0/1 label on named features, with penalty and weights.",
      .result = FIT_RESULT ".",
      .nulls = "A row with a NULL label, features or feature does not take part; NULL where no row does. A NULL l2 is "
               "0, a NULL weight 1.",
      .errors =
        "An invalid label; features that are not a JSON object, or hold something else than numbers, true, false and "
        "null; a key that another row lacks, or twice; a negative l2 or weight; rows of different l2.",
      .example = "SELECT logit_fit_named(column1, json_object('visits', column2), 1.0) FROM (VALUES (0, 1), (0, 2), "
                 "(1, 2), (0, 3), (1, 4), (1, 5))",
      .formula = FIT_FORMULA,
    },
  .params = FIT_NAMED_PARAMS,
  .n_params = COUNT_OF(FIT_NAMED_PARAMS),
  .returns_json = true,
  .state_size = sizeof(FittingState),
  .step = fit_named_step,
  .value = fit_value,
  .free = fitting_free,
};
