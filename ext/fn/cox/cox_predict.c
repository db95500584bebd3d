/*
** What a proportional-hazards model says about a row.
**
**   cox_risk(model, f1[, f2, …])            scalar  its hazard, as a multiple of that of a row of mean features
**   cox_survival(model, time, f1[, f2, …])  scalar  the chance that it stays longer than `time`
**
** R1  model is the JSON of cox_fit(), or by hand
**     {"model":"cox","coefficients":[…],"means":[…],"last_time":…,"baseline":{"time":[…],"cumulative_hazard":[…]}};
**     cox_risk() needs no baseline. It is read once for rows that bring the same text. A model that did not converge is
**     refused, with its reason.
** R2  Features are given in the order of the model, as many. A NULL one gives NULL.
** R3  cox_survival() is NULL beyond last_time, where nobody was observed, and 1 before the first time of an event.
*/
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/cox/cox.h"
#include "glue/call.h"
#include "glue/json_read.h"
#include "glue/spec.h"

#define A_MODEL "a model from cox_fit()"
#define STEPS_MAX 1000000
#define TIME_MOST 1e15

enum {
  ARG_MODEL,
  ARG_TIME
};

typedef struct List {
  double *x;
  int n, slots;
} List;

typedef struct ModelRead {
  List coefficient, mean, time, hazard;
  double last_time;
  bool is_cox, converged;
  char reason[COX_REASON];
} ModelRead;

static void model_free(void *object)
{
  ModelRead *model = object;
  mem_free(model->coefficient.x);
  mem_free(model->mean.x);
  mem_free(model->time.x);
  mem_free(model->hazard.x);
  mem_free(model);
}

static Status model_heads(JsonEach *each, Call *call, ModelRead *model)
{
  JsonMember member;
  Status status = json_each_open(each, call, ARG_MODEL, "$");
  model->converged = true;
  model->last_time = NAN;
  for (; status == STATUS_OK;) {
    status = json_each_next(each, &member);
    if (status != STATUS_OK || member.value.type == JSON_ABSENT) {
      break;
    }
    const char *key = member.key ? member.key : "";
    if (strcmp(key, "model") == 0) {
      model->is_cox = member.value.type == JSON_TEXT && strcmp(member.value.text, "cox") == 0;
    } else if (strcmp(key, "last_time") == 0 && member.value.type == JSON_NUMBER) {
      model->last_time = member.value.number;
    } else if (strcmp(key, "converged") == 0) {
      model->converged = member.value.type != JSON_BOOLEAN || member.value.number != 0;
    } else if (strcmp(key, "reason") == 0 && member.value.type == JSON_TEXT) {
      size_t length = strlen(member.value.text);
      length = length < sizeof model->reason ? length : sizeof model->reason - 1;
      memcpy(model->reason, member.value.text, length);
    }
  }
  if (status == STATUS_OK && !model->is_cox) {
    return call_fail_argument(call, ARG_MODEL, "%s", A_MODEL);
  }
  if (status == STATUS_OK && !model->converged) {
    return call_fail(call, "the model did not converge: %s", model->reason);
  }
  return status;
}

static Status list_read(JsonEach *each, Call *call, const char *path, List *list, int most)
{
  JsonMember member;
  Status status = json_each_open(each, call, ARG_MODEL, path);
  for (; status == STATUS_OK;) {
    status = json_each_next(each, &member);
    if (status != STATUS_OK || member.value.type == JSON_ABSENT) {
      break;
    }
    if (list->n == most || member.key || member.value.type != JSON_NUMBER || isinf(member.value.number)) {
      return call_fail_argument(call, ARG_MODEL, A_MODEL ": %s must be numbers, at most %d", path + 2, most);
    }
    if (list->n == list->slots) {
      int slots = 2 * list->slots + 16;
      double *grown = mem_resize(list->x, (size_t)slots, sizeof *grown);
      if (!grown) {
        return STATUS_NOMEM;
      }
      list->x = grown;
      list->slots = slots;
    }
    list->x[list->n++] = member.value.number;
  }
  return status;
}

static Status model_check(Call *call, const ModelRead *model)
{
  bool rises = model->time.n == model->hazard.n;
  if (model->coefficient.n == 0 || model->mean.n != model->coefficient.n) {
    return call_fail_argument(call, ARG_MODEL,
                              A_MODEL ": coefficients and means must be there, one of each for a feature");
  }
  for (int i = 0; i < model->time.n && rises; i++) {
    rises =
      model->hazard.x[i] >= (i ? model->hazard.x[i - 1] : 0) && (i == 0 || model->time.x[i] > model->time.x[i - 1]);
  }
  return rises ? STATUS_OK
               : call_fail_argument(call, ARG_MODEL,
                                    A_MODEL ": the times and hazards of baseline must be as many, and ascending");
}

static Status model_read(Call *call, int param, void *object)
{
  ModelRead *model = object;
  JsonEach each = {0};
  (void)param;
  Status status = model_heads(&each, call, model);
  if (status == STATUS_OK) {
    status = list_read(&each, call, "$.coefficients", &model->coefficient, COX_FEATURES_MAX);
  }
  if (status == STATUS_OK) {
    status = list_read(&each, call, "$.means", &model->mean, COX_FEATURES_MAX);
  }
  if (status == STATUS_OK) {
    status = list_read(&each, call, "$.baseline.time", &model->time, STEPS_MAX);
  }
  if (status == STATUS_OK) {
    status = list_read(&each, call, "$.baseline.cumulative_hazard", &model->hazard, STEPS_MAX);
  }
  json_each_close(&each);
  return status == STATUS_OK ? model_check(call, model) : status;
}

/* NULL: the call has failed. */
static const ModelRead *model_argument(Call *call)
{
  return call_object(call, ARG_MODEL, sizeof(ModelRead), model_read, model_free);
}

/* Σ coefficient (x - mean); false where a feature is NULL or the call has failed. */
static bool score_read(Call *call, const ModelRead *model, double *score)
{
  int n = model->coefficient.n;
  bool known = true;
  *score = 0;
  if (call_more(call) != n) {
    call_fail(call, "the model has %d feature%s, got %d", n, n == 1 ? "" : "s", call_more(call));
    return false;
  }
  for (int i = 0; i < n; i++) {
    double x;
    if (call_more_real(call, i, &x) != STATUS_OK) {
      return false;
    }
    known = known && !isnan(x);
    *score += model->coefficient.x[i] * (x - model->mean.x[i]);
  }
  if (known && isnan(*score)) {
    call_fail(call, "the risk of this row is beyond the range of numbers");
  }
  return known && !isnan(*score);
}

static void risk_scalar(Call *call, Cell *out)
{
  const ModelRead *model = model_argument(call);
  double score;
  if (!model || !score_read(call, model, &score)) {
    return;
  }
  double risk = exp(score);
  if (isinf(risk)) {
    call_fail(call, "the risk of this row is beyond the range of numbers");
  } else {
    cell_real(out, risk);
  }
}

/* The hazard at the last step up to a time. */
static double hazard_at(const ModelRead *model, double time)
{
  int low = 0, high = model->time.n;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (model->time.x[middle] <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low ? model->hazard.x[low - 1] : 0;
}

static void survival_scalar(Call *call, Cell *out)
{
  const ModelRead *model = model_argument(call);
  double score, time = call_real(call, ARG_TIME);
  if (!model) {
    return;
  }
  if (isnan(model->last_time)) {
    call_fail_argument(call, ARG_MODEL, A_MODEL ": last_time must be there");
    return;
  }
  if (!score_read(call, model, &score) || time > model->last_time) {
    return;
  }
  double hazard = hazard_at(model, time);
  cell_real(out, hazard > 0 ? exp(-exp(log(hazard) + score)) : 1);
}

#define EXAMPLE_MODEL \
  "'{\"model\":\"cox\",\"coefficients\":[-0.8,0.02],\"means\":[0.4,40],\"last_time\":24,\"baseline\":{\"time\":[1,12," \
  "24],\"cumulative_hazard\":[0.05,0.3,0.5]}}'"
#define PREDICT_NULLS "NULL if an argument is NULL"
#define PREDICT_ERRORS \
  "An invalid model, or one that did not converge; more or fewer features than the model has; a feature that is not " \
  "a number"

static const ParamSpec PREDICT_PARAMS[] = {
  [ARG_MODEL] = {"model", PARAM_JSON, NULL, 0, 0, NULL, "JSON from cox_fit()"},
  [ARG_TIME] = {"time", PARAM_REAL, NULL, 0, TIME_MOST, NULL,
                "a time from the beginning, 0 to " NUMBER_TEXT(TIME_MOST) " in the unit of the model's times"},
};

static const ParamSpec FEATURE = {
  "feature", PARAM_REAL, NULL, -INFINITY, INFINITY, NULL, "a number; as many as the model has, in its order"};

const FunctionSpec cox_risk_function = {
  .name = "cox_risk",
  .doc =
    {
      .summary = "Gives the hazard ratio of a customer against the average one, by a proportional-hazards model.",
      .result = "A hazard ratio, above 0: 1 for a row of mean features.",
      .nulls = PREDICT_NULLS ".",
      .errors = PREDICT_ERRORS "; a risk beyond the range of numbers.",
      .example = "SELECT cox_risk(" EXAMPLE_MODEL ", 1, 30)",
      .formula = "exp(Σ coefficient·(feature - mean))",
    },
  .params = PREDICT_PARAMS,
  .n_params = 1,
  .more = &FEATURE,
  .scalar = risk_scalar,
};

const FunctionSpec cox_survival_function = {
  .name = "cox_survival",
  .doc =
    {
      .summary = "Gives the chance that a customer stays longer than a time, by a proportional-hazards model.",
      .result = "A probability, 0 … 1.",
      .nulls = PREDICT_NULLS ", or time is beyond the model's last_time, where nobody was observed.",
      .errors = PREDICT_ERRORS "; a time below 0.",
      .example = "SELECT cox_survival(" EXAMPLE_MODEL ", 12, 1, 30)",
      .formula = "exp(-H(time)·exp(Σ coefficient·(feature - mean))), H: the cumulative hazard of baseline. Of one who "
                 "is still there at s: cox_survival(model, t, …)/cox_survival(model, s, …)",
    },
  .params = PREDICT_PARAMS,
  .n_params = 2,
  .more = &FEATURE,
  .scalar = survival_scalar,
};
