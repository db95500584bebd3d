/*
** cox_fit(time, event, f1[, f2, …]): Cox's proportional-hazards model of the rows of a group, as JSON for cox_risk()
** and cox_survival().
**
**   CREATE TABLE model AS SELECT cox_fit(tenure, churned, contract = 'Two year', monthly_charges) AS fit FROM
**   customers; SELECT customer_id, cox_survival(fit, 12, contract = 'Two year', monthly_charges) FROM model, customers;
**
** R1  {"model":"cox","ties":"efron","features":["f1",…],"coefficients":[…],"standard_errors":[…],"means":[…],
**     "null_log_likelihood":…,
**     "log_likelihood":…,"wald":…,"score":…,"concordance":…,"concordance_se":…,"rows":…,"events":…,"iterations":…,
**     "converged":true,"reason":null,
**     "dropped":[],"last_time":…,"baseline":{"time":[…],"cumulative_hazard":[…]}}. Numbers read back exactly.
** R2  A row with a NULL time, event or feature does not take part; no row gives NULL.
** R3  baseline: the cumulative hazard of a row of mean features at the times of events; of more than STEPS_MAX such
**     times those at which it has risen by STEPS_PART of its whole or the survival exp(-it) has fallen by it, and the
**     last, so that neither is ever further from the true one than that.
** R4  A feature that is constant, or a combination of features before it, has coefficient 0 and standard error null,
**     and is named in dropped. A likelihood without a maximum, and no event, give converged false, a reason that names
**     the features, and null for every estimate.
*/
#include <math.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "core/cox/cox.h"
#include "glue/json_write.h"
#include "glue/spec.h"

#define TIME_MOST 1e15
#define STEPS_MAX 2000               /* of the baseline in the result, */
#define STEPS_PART (2.0 / STEPS_MAX) /* at least so far apart on one of two scales */

enum {
  ARG_TIME,
  ARG_EVENT
};

typedef struct Fitting {
  CoxRows rows;
  double *x; /* the row that is read */
} Fitting;

typedef struct FittingState {
  Fitting *fitting;
} FittingState;

static void fitting_free(void *state)
{
  Fitting *fitting = ((FittingState *)state)->fitting;
  if (!fitting) {
    return;
  }
  cox_rows_free(&fitting->rows);
  mem_free(fitting->x);
  mem_free(fitting);
  ((FittingState *)state)->fitting = NULL;
}

static Status fitting_open(Call *call, FittingState *state)
{
  static const bool USED[COX_FEATURE] = {[COX_TIME] = true};
  int n = call_more(call);
  if (n < 1) {
    return call_fail(call, "give one feature at least");
  }
  if (n > COX_FEATURES_MAX) {
    return call_fail(call, "at most %d features are taken", COX_FEATURES_MAX);
  }
  state->fitting = mem_zero(1, sizeof *state->fitting);
  if (!state->fitting) {
    return STATUS_NOMEM;
  }
  state->fitting->x = mem_alloc((size_t)n, sizeof(double));
  return state->fitting->x ? cox_rows_open(&state->fitting->rows, n, USED) : STATUS_NOMEM;
}

static Status fit_step(Call *call, void *state)
{
  FittingState *own = state;
  Status status = own->fitting ? STATUS_OK : fitting_open(call, own);
  Fitting *fitting = own->fitting;
  if (status != STATUS_OK || !fitting) {
    return status;
  }
  bool is_null = false;
  for (int i = 0; i < fitting->rows.n_features; i++) {
    status = call_more_real(call, i, &fitting->x[i]);
    if (status != STATUS_OK) {
      return status;
    }
    is_null = is_null || isnan(fitting->x[i]);
    if (fabs(fitting->x[i]) > COX_VALUE_MAX) {
      return call_fail(call, "feature %d must be at most " NUMBER_TEXT(COX_VALUE_MAX) " in magnitude", i + 1);
    }
  }
  const CoxRow row = {
    .time = call_real(call, ARG_TIME), .entry = -1, .weight = 1, .event = call_integer(call, ARG_EVENT) == 1};
  return is_null ? STATUS_OK : cox_rows_add(&fitting->rows, &row, fitting->x);
}

/* ---- The result */

typedef struct Names {
  char (*text)[16];
  const char **pointer;
} Names;

static bool names_make(Names *names, int n)
{
  names->text = mem_alloc((size_t)n, sizeof *names->text);
  names->pointer = mem_alloc((size_t)n, sizeof *names->pointer);
  for (int i = 0; i < n && names->text && names->pointer; i++) {
    snprintf(names->text[i], sizeof names->text[i], "f%d", i + 1);
    names->pointer[i] = names->text[i];
  }
  return names->text && names->pointer;
}

static void write_estimates(JsonText *json, const Cox *cox, const Names *names)
{
  static const char *const LISTS[] = {"],\"coefficients\":[", "],\"standard_errors\":[", "],\"means\":["};
  text_add(&json->text, "{\"model\":\"cox\",\"ties\":\"efron\",\"features\":[");
  for (int j = 0; j < cox->n_features; j++) {
    text_add(&json->text, j ? "," : "");
    text_add_json_string(&json->text, names->pointer[j]);
  }
  for (int list = 0; list < 3; list++) {
    text_add(&json->text, LISTS[list]);
    for (int j = 0; j < cox->n_features; j++) {
      const CoxFeature *feature = &cox->feature[j];
      text_add(&json->text, j ? "," : "");
      json_text_number(json, list == 0 ? feature->coefficient : list == 1 ? feature->error : feature->mean);
    }
  }
  text_add(&json->text, "]");
}

static void write_reason(JsonText *json, const Cox *cox, const Names *names)
{
  char reason[COX_REASON];
  bool converged = cox->end == COX_CONVERGED, first = true;
  text_add(&json->text, converged ? ",\"converged\":true,\"reason\":null" : ",\"converged\":false,\"reason\":");
  if (!converged) {
    cox_reason(cox, names->pointer, reason);
    text_add_json_string(&json->text, reason);
  }
  text_add(&json->text, ",\"dropped\":[");
  for (int j = 0; j < cox->n_features; j++) {
    cox_dropped(cox, j, names->pointer, reason);
    if (!reason[0]) {
      continue;
    }
    text_add(&json->text, first ? "{\"feature\":" : ",{\"feature\":");
    text_add_json_string(&json->text, names->pointer[j]);
    text_add(&json->text, ",\"why\":");
    text_add_json_string(&json->text, reason);
    text_add(&json->text, "}");
    first = false;
  }
  text_add(&json->text, "]");
}

/*
** Leaves the steps with an event; of many those at which survival or cumulative hazard has moved by STEPS_PART of its
** whole way, and the last.
*/
static size_t steps_thin(CoxStep *steps, size_t n)
{
  size_t events = 0, kept = 0;
  for (size_t i = 0; i < n; i++) {
    if (steps[i].events > 0) {
      steps[events++] = steps[i];
    }
  }
  double part = events > STEPS_MAX ? STEPS_PART : 0, whole = events ? steps[events - 1].hazard : 0, told = 0;
  for (size_t i = 0; i < events; i++) {
    double hazard = steps[i].hazard;
    if (hazard - told < part * whole && exp(-told) - exp(-hazard) < part && i + 1 < events) {
      continue;
    }
    told = hazard;
    steps[kept++] = steps[i];
  }
  return kept;
}

static void write_baseline(JsonText *json, CoxStep *steps, size_t n)
{
  double last = n ? steps[n - 1].time : NAN;
  size_t kept = steps ? steps_thin(steps, n) : 0;
  json_text_named(json, "last_time", last);
  for (int list = 0; list < 2; list++) {
    text_add(&json->text, list == 0 ? ",\"baseline\":{\"time\":[" : "],\"cumulative_hazard\":[");
    for (size_t k = 0; k < kept; k++) {
      text_add(&json->text, k ? "," : "");
      json_text_number(json, list == 0 ? steps[k].time : steps[k].hazard);
    }
  }
  text_add(&json->text, "]}}");
}

static Status write_model(Call *call, Cox *cox, const Names *names, Cell *out)
{
  JsonText json = {.call = call};
  CoxConcordance pairs = {.value = NAN, .error = NAN};
  CoxStep *steps = NULL;
  size_t n_steps = 0;
  Status status = STATUS_OK;
  if (cox->end == COX_CONVERGED) {
    status = cox_concordance(cox, &pairs, call_watch(call));
  }
  if (cox->end == COX_CONVERGED && status == STATUS_OK) {
    status = cox_baseline(cox, &steps, &n_steps, call_watch(call));
  }
  if (status != STATUS_OK) {
    return status;
  }
  write_estimates(&json, cox, names);
  json_text_named(&json, "null_log_likelihood", cox->null_log_likelihood);
  json_text_named(&json, "log_likelihood", cox->log_likelihood);
  json_text_named(&json, "wald", cox->wald);
  json_text_named(&json, "score", cox->score);
  json_text_named(&json, "concordance", pairs.value);
  json_text_named(&json, "concordance_se", pairs.error);
  json_text_named(&json, "rows", (double)cox->rows);
  json_text_named(&json, "events", (double)cox->events);
  json_text_named(&json, "iterations", cox->iterations);
  write_reason(&json, cox, names);
  write_baseline(&json, steps, n_steps);
  mem_free(steps);
  json_text_result(&json, out);
  return STATUS_OK;
}

static void fit_value(Call *call, const void *state, Cell *out)
{
  Fitting *fitting = state ? ((const FittingState *)state)->fitting : NULL;
  Cox cox = {0};
  Names names = {0};
  if (!fitting || fitting->rows.count == 0) {
    return;
  }
  Status status = names_make(&names, fitting->rows.n_features)
                    ? cox_fit(&fitting->rows, COX_EFRON, &cox, call_watch(call))
                    : STATUS_NOMEM;
  if (status == STATUS_OK) {
    status = write_model(call, &cox, &names, out);
  }
  if (status != STATUS_OK) {
    call_fail_status(call, status);
  }
  mem_free(names.text);
  mem_free(names.pointer);
  cox_free(&cox);
}

static const ParamSpec PARAMS[] = {
  [ARG_TIME] = {"time", PARAM_REAL, NULL, 0, TIME_MOST, NULL,
                "how long it was observed, 0 to " NUMBER_TEXT(TIME_MOST) " in any unit, such as the months of tenure"},
  [ARG_EVENT] = {"event", PARAM_TRUTH, NULL, 0, 0, NULL,
                 "1, yes or true: it ended then; 0, no or false: it goes on (censored)"},
};

static const ParamSpec FEATURE = {
  "feature",
  PARAM_REAL,
  NULL,
  -INFINITY,
  INFINITY,
  NULL,
  "a number, one or more features; a category is 0/1 columns, one less than it has values"};

const FunctionSpec cox_fit_function = {
  .name = "cox_fit",
  .doc =
    {
      .summary = "Fits Cox's proportional-hazards model of how long customers stay on numeric features.",
      .result = "JSON "
                "{\"model\":\"cox\",\"ties\",\"features\",\"coefficients\",\"standard_errors\",\"means\",\"null_log_"
                "likelihood\",\"log_likelihood\",\"wald\",\"score\",\"concordance\",\"concordance_se\",\"rows\","
                "\"events\",\"iterations\",\"converged\",\"reason\",\"dropped\",\"last_time\",\"baseline\"}, for "
                "cox_risk() and cox_survival(). Where converged is false the estimates are null and reason says why: "
                "no event, or features of which the likelihood has no maximum. A constant feature, or one that is a "
                "combination of others, has coefficient 0 and is named in dropped. cox_model() is the same for a "
                "table, with texts, strata, entries, weights and clusters.",
      .nulls = "A row with a NULL time, event or feature does not take part; NULL where no row does.",
      .errors = "A time that is not a number from 0 to " NUMBER_TEXT(
        TIME_MOST) "; an invalid event; a feature that is not a "
                   "number, or beyond ±" NUMBER_TEXT(COX_VALUE_MAX) "; no feature, or more "
                                                                    "than " NUMBER_TEXT(COX_FEATURES_MAX) ".",
      .example = "SELECT cox_fit(column1, column2, column3) ->> '$.coefficients[0]' FROM (VALUES (3, 1, 1), (5, 1, 0), "
                 "(6, 0, 1), (8, 1, 1), (9, 0, 0), (12, 1, 0))",
      .formula =
        "hazard(t | x) = h0(t) exp(Σ coefficient·feature); maximum of the partial likelihood (Cox 1972), ties by Efron "
        "(1977), Newton's method; baseline: cumulative hazard at the means, Efron's sums, at the times of events; of "
        "more than " NUMBER_TEXT(STEPS_MAX) " those at which it has risen by 2/" NUMBER_TEXT(
          STEPS_MAX) " of its whole or survival has fallen by 2/" NUMBER_TEXT(STEPS_MAX),
    },
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .more = &FEATURE,
  .returns_json = true,
  .state_size = sizeof(FittingState),
  .step = fit_step,
  .value = fit_value,
  .free = fitting_free,
};
