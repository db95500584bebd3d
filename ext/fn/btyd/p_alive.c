/*
** Is a customer still one? On a fitted model, now and later.
**
**   p_alive(model, x, t_x, T[, z…])              scalar  the chance that the customer is still active at T
**   p_alive_at(model, x, t_x, T, later[, z…])    scalar  the chance, as seen at T, to be still active at T + later
**
**   SELECT customer, p_alive(fit, x, t_x, T) FROM model, customer_summary('orders');
**
** R1–R4 of btyd_params.h.
** R5  p_alive_at() is what is expected at T of the time T + later, purchases in between neither assumed nor excluded:
**     p_alive_at(…, 0) is p_alive(), and it only falls. It is not p_alive(model, x, t_x, T + later), which takes the
**     customer to have bought nothing until then.
*/
#include <math.h>

#include "btyd_params.h"

enum {
  ARG_MODEL,
  ARG_X,
  ARG_T_X,
  ARG_T,
  ARG_LATER,
  ARG_COUNT
};

static void p_alive_scalar(Call *call, Cell *out)
{
  Question q;
  if (question_read(call, QUANTITY_P_ALIVE, ARG_X, &q)) {
    question_answer(call, q.model->p_alive(q.theta, &q.row), out);
  }
}

static void p_alive_at_scalar(Call *call, Cell *out)
{
  Question q;
  if (question_read(call, QUANTITY_P_ALIVE_AT, ARG_X, &q) && question_time_fits(call, &q, ARG_LATER)) {
    question_answer(call, q.model->p_alive_at(q.theta, &q.row, call_real(call, ARG_LATER)), out);
  }
}

/* The first four are those of p_alive(). */
static const ParamSpec PARAMS[] = {
  [ARG_MODEL] = MODEL_PARAM,
  [ARG_X] = X_PARAM(REQUIRED),
  [ARG_T_X] = T_X_PARAM(REQUIRED),
  [ARG_T] = T_PARAM(REQUIRED),
  [ARG_LATER] = {"later", PARAM_REAL, NULL, 0, INFINITY, NULL,
                 "how long after T, in the model's unit; bgbb: opportunities, a whole number"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const FunctionSpec p_alive_function = {
  .name = "p_alive",
  .doc =
    {
      .summary = "Gives the probability that a customer is still active at the end of observation.",
      .result = "A probability, 0 … 1.",
      .nulls = "NULL if an argument is NULL.",
      .errors = CBS_ERRORS "a gamma_gamma model.",
      .example = "SELECT round(p_alive(" A_MODEL ", 2, 30.43, 38.86), 4)",
      .formula = "BG/NBD: 1 if x = 0, else 1 / (1 + a/(b+x-1) ((alpha+T)/(alpha+t_x))^(r+x)) (Fader, Hardie & Lee "
                 "2005); MBG/NBD: 1 / (1 + a/(b+x) ((alpha+T)/(alpha+t_x))^(r+x)) for every x (Batislam, Denizel & "
                 "Filiztekin 2007); Pareto/NBD: Schmittlein, Morrison & Colombo 1987; BG/BB: Fader, Hardie & Shang "
                 "2010, alive at the opportunity n",
    },
  .params = PARAMS,
  .n_params = ARG_LATER,
  .more = &COVARIATE_PARAM,
  .scalar = p_alive_scalar,
};

const FunctionSpec p_alive_at_function = {
  .name = "p_alive_at",
  .doc =
    {
      .summary = "Gives the probability that a customer will still be active some time after the end of observation.",
      .result = "A probability, 0 … p_alive(model, x, t_x, T); it falls with later.",
      .nulls = "NULL if an argument is NULL.",
      .errors = CBS_ERRORS "a negative later; a gamma_gamma model.",
      .example = "SELECT round(p_alive_at(" A_MODEL ", 2, 30.43, 38.86, 52), 4)",
      .formula = "P(alive at T) * E[P(no dropout in (T, T + later] | alive at T, purchase and dropout rates)], the "
                 "rates as the past x, t_x, T leaves them. Purchases in between are neither assumed nor excluded",
    },
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .more = &COVARIATE_PARAM,
  .scalar = p_alive_at_scalar,
};
