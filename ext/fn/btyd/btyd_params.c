#include "btyd_params.h"

#include <math.h>
#include <string.h>

#include "btyd_json.h"
#include "core/base/mem.h"

const ParamSpec COVARIATE_PARAM = {
  "z",
  PARAM_REAL,
  "",
  -INFINITY,
  INFINITY,
  NULL,
  "covariates of the customer, for bgnbd, mbgnbd and pareto_nbd: any number up to " NUMBER_TEXT(
    BTYD_COVARIATES) ", as many as the model has, in the same order"};

static bool model_answers(const BtydModel *model, int quantity)
{
  switch (quantity) {
    case QUANTITY_P_ALIVE:
      return model->p_alive;
    case QUANTITY_P_ALIVE_AT:
      return model->p_alive_at;
    case QUANTITY_EXPECTED:
      return model->expected;
    case QUANTITY_PMF:
      return model->pmf;
    case QUANTITY_DERT:
      return model->dert;
    default:
      return model->expected_value;
  }
}

const BtydFit *question_model(Call *call, int param, Quantity quantity)
{
  const BtydFit *fit = btyd_json_argument(call, param);
  if (fit && !model_answers(fit->model, (int)quantity)) {
    char *names = btyd_json_names(model_answers, (int)quantity);
    if (names) {
      call_fail_argument(call, param, "a model of the kind %s", names);
    } else {
      call_fail_memory(call);
    }
    mem_free(names);
    return NULL;
  }
  return fit;
}

/* R3. False: the call has failed, or its result is NULL. */
static bool apply_covariates(Call *call, const BtydFit *fit, Question *question)
{
  int n = call_more(call);
  double z[BTYD_COVARIATES];
  memcpy(question->theta, fit->theta, sizeof question->theta);
  if (n != fit->n_covariates) {
    call_fail(call, "the model has %d covariates, got %d", fit->n_covariates, n);
    return false;
  }
  if (n == 0) {
    return true;
  }
  for (int i = 0; i < n; i++) {
    Status status = call_more_real(call, i, &z[i]);
    if (status != STATUS_OK) {
      call_fail_status(call, status);
      return false;
    }
    if (isnan(z[i])) {
      return false;
    }
  }
  fit->model->apply(fit->theta, fit->transaction, fit->dropout, z, n, question->theta);
  int bad = btyd_parameter_problem(fit->model, question->theta);
  if (bad >= 0) {
    call_fail(call, "the covariates take parameter %s of the model to %.15g, outside %.15g…%.15g",
              fit->model->parameter[bad], question->theta[bad], PARAMETER_LOW, PARAMETER_HIGH);
  }
  return bad < 0;
}

bool cbs_row_check(Call *call, const BtydModel *model, const CbsRow *row)
{
  const char *problem = btyd_row_problem(model, row);
  if (problem) {
    call_fail(call, "%s, got x = %.15g, t_x = %.15g, %s = %.15g", problem, row->x, row->t_x,
              model->discrete ? "n" : "T", row->T);
  }
  return !problem;
}

/*
** The CBS row in three arguments: all of them, none (a new customer), or NULL. False: the call has failed, or its
** result is NULL.
*/
static bool cbs_row_read(Call *call, int first, Question *question)
{
  int given = 0;
  for (int i = first; i < first + 3; i++) {
    given += call_is_given(call, i);
  }
  question->is_new = given == 0;
  if (given == 1 || given == 2) {
    call_fail(call, "x, t_x and T are needed, or none of them");
    return false;
  }
  if (given == 0) {
    return true;
  }
  if (call_is_null(call, first) || call_is_null(call, first + 1) || call_is_null(call, first + 2)) {
    return false;
  }
  question->row = (CbsRow){(double)call_integer(call, first), call_real(call, first + 1), call_real(call, first + 2)};
  return cbs_row_check(call, question->model, &question->row);
}

bool question_read(Call *call, Quantity quantity, int x, Question *question)
{
  const BtydFit *fit = question_model(call, 0, quantity);
  if (!fit) {
    return false;
  }
  question->model = fit->model;
  if (!cbs_row_read(call, x, question)) {
    return false;
  }
  if (question->is_new && fit->n_covariates > 0) {
    call_fail(call,
              "the model has covariates: for a new customer give x, t_x and T as 0, and the covariates after them");
    return false;
  }
  return apply_covariates(call, fit, question);
}

bool question_time_fits(Call *call, const Question *question, int param)
{
  double time = call_real(call, param);
  if (question->model->discrete && time != floor(time)) {
    call_fail_argument(call, param, "a whole number of opportunities for %s", question->model->name);
    return false;
  }
  if (question->model->discrete && time > OPPORTUNITIES_MOST) {
    call_fail_argument(call, param, "at most %d opportunities for %s", OPPORTUNITIES_MOST, question->model->name);
    return false;
  }
  return true;
}

void question_answer(Call *call, double value, Cell *out)
{
  if (isfinite(value)) {
    cell_real(out, value);
  } else {
    call_fail(call,
              "the result is not a finite number: an argument or a parameter of the model is too large or too small");
  }
}
