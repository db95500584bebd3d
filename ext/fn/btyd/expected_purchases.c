/*
** How often will a customer buy? On a fitted model, for a customer with a past or a new one.
**
**   expected_purchases(model, horizon)                        scalar  of a new customer, after the first purchase
**   expected_purchases(model, horizon, x, t_x, T[, z…])       scalar  of a customer with this past, in (T, T + horizon]
**   purchase_pmf(model, n, horizon)                           scalar  the chance of n purchases, likewise
**   purchase_pmf(model, n, horizon, x, t_x, T[, z…])          scalar
**
**   SELECT customer, expected_purchases(fit, 52, x, t_x, T) FROM model, customer_summary('orders');
**
** R1–R4 of btyd_params.h.
** R5  A new customer stands just after the first purchase (bgbb: before the first opportunity). With covariates, x = 0,
**     t_x = 0, T = 0 and the covariates say the same.
** R6  Over all n, purchase_pmf() sums to 1, and n * purchase_pmf() to expected_purchases().
*/
#include <math.h>

#include "btyd_params.h"

/* ---- expected_purchases() */

enum {
  ARG_MODEL,
  ARG_HORIZON,
  ARG_X,
  ARG_T_X,
  ARG_T
};

static void expected_scalar(Call *call, Cell *out)
{
  Question q;
  if (question_read(call, QUANTITY_EXPECTED, ARG_X, &q) && question_time_fits(call, &q, ARG_HORIZON)) {
    double horizon = call_real(call, ARG_HORIZON);
    question_answer(call, q.model->expected(q.theta, question_row(&q), horizon), out);
  }
}

static const ParamSpec EXPECTED_PARAMS[] = {
  [ARG_MODEL] = MODEL_PARAM,       [ARG_HORIZON] = HORIZON_PARAM, [ARG_X] = X_PARAM(OPTIONAL),
  [ARG_T_X] = T_X_PARAM(OPTIONAL), [ARG_T] = T_PARAM(OPTIONAL),
};

#define NEW_NULLS "NULL if an argument is NULL, x, t_x and T too: a new customer is one for whom they are left out"
#define NEW_ERRORS \
  CBS_ERRORS "only some of x, t_x and T; a model with covariates without them (a new customer has x, t_x and T 0); "

const FunctionSpec expected_purchases_function = {
  .name = "expected_purchases",
  .doc =
    {
      .summary =
        "Gives the expected number of purchases of a customer in the time to come; of a new one without x, t_x and T.",
      .result = "A number of purchases in (T, T + horizon], 0 or more.",
      .nulls = NEW_NULLS ".",
      .errors = NEW_ERRORS "a negative horizon; a gamma_gamma model.",
      .example = "SELECT round(expected_purchases(" A_MODEL ", 39, 2, 30.43, 38.86), 4)",
      .formula = "BG/NBD: P(alive) (a+b+x-1)/(a-1) [1 - ((alpha+T)/(alpha+T+t))^(r+x) 2F1(r+x, b+x; a+b+x-1; "
                 "t/(alpha+T+t))] (Fader, Hardie & Lee 2005); MBG/NBD: Batislam, Denizel & Filiztekin 2007; "
                 "Pareto/NBD: Schmittlein, Morrison & Colombo 1987; BG/BB: Fader, Hardie & Shang 2010. Evaluated so "
                 "that a = 1, s = 1, hundreds of purchases and a + b < 1 are as exact as the rest",
    },
  .params = EXPECTED_PARAMS,
  .n_params = COUNT_OF(EXPECTED_PARAMS),
  .more = &COVARIATE_PARAM,
  .scalar = expected_scalar,
};

/* ---- purchase_pmf() */

enum {
  ARG_PMF_MODEL,
  ARG_PMF_N,
  ARG_PMF_HORIZON,
  ARG_PMF_X,
  ARG_PMF_T_X,
  ARG_PMF_T
};

static void pmf_scalar(Call *call, Cell *out)
{
  Question q;
  if (question_read(call, QUANTITY_PMF, ARG_PMF_X, &q) && question_time_fits(call, &q, ARG_PMF_HORIZON)) {
    double n = (double)call_integer(call, ARG_PMF_N), horizon = call_real(call, ARG_PMF_HORIZON);
    double mass = q.model->pmf(q.theta, question_row(&q), n, horizon);
    question_answer(call, mass > 1 ? 1 : mass, out); /* by a rounding */
  }
}

#define PMF_N_MAX 1000000

static const ParamSpec PMF_PARAMS[] = {
  [ARG_PMF_MODEL] = MODEL_PARAM,
  [ARG_PMF_N] = {"n", PARAM_INTEGER, NULL, 0, PMF_N_MAX, NULL, "number of purchases, 0 … " NUMBER_TEXT(PMF_N_MAX)},
  [ARG_PMF_HORIZON] = HORIZON_PARAM,
  [ARG_PMF_X] = X_PARAM(OPTIONAL),
  [ARG_PMF_T_X] = T_X_PARAM(OPTIONAL),
  [ARG_PMF_T] = T_PARAM(OPTIONAL),
};

const FunctionSpec purchase_pmf_function = {
  .name = "purchase_pmf",
  .doc =
    {
      .summary = "Gives the probability that a customer makes exactly n purchases in the time to come; of a new one "
                 "without x, t_x and T.",
      .result = "A probability, 0 … 1; 1 - purchase_pmf(model, 0, horizon, …) is the chance of a purchase at all.",
      .nulls = NEW_NULLS ".",
      .errors = NEW_ERRORS "n not whole or negative; a negative horizon; a gamma_gamma model.",
      .example = "SELECT round(purchase_pmf(" A_MODEL ", 0, 39, 2, 30.43, 38.86), 4)",
      .formula = "P(X(t) = n) of Fader, Hardie & Lee 2005 (BG/NBD), Fader & Hardie 2005 (Pareto/NBD), Fader, Hardie & "
                 "Shang 2010 (BG/BB), conditional on the past where one is given",
    },
  .params = PMF_PARAMS,
  .n_params = COUNT_OF(PMF_PARAMS),
  .more = &COVARIATE_PARAM,
  .scalar = pmf_scalar,
};
