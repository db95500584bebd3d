/*
** Fits a model of purchase histories to the customers of a group, one row each.
**
**   bgnbd_fit(x, t_x, T[, weight[, z…]])          aggregate  JSON
**   mbgnbd_fit(x, t_x, T[, weight[, z…]])         aggregate  JSON
**   pareto_nbd_fit(x, t_x, T[, weight[, z…]])     aggregate  JSON
**   bgbb_fit(x, t_x, n[, weight])                 aggregate  JSON
**   gamma_gamma_fit(x, m[, weight])               aggregate  JSON
**
**   CREATE TABLE model AS SELECT bgnbd_fit(x, t_x, T) AS fit FROM customer_summary('orders') WHERE unit = 'week';
**
** R1  The JSON is described in btyd_json.h, with what it says where the fit did not converge. It is never without
**     `converged` and `reason`.
** R2  A row stands for `weight` customers (default 1): fitting SELECT x, t_x, T, count(*) … GROUP BY 1, 2, 3 gives the
**     digits of fitting the customers. Weight 0: the row does not take part; a negative one is an error.
** R3  A row with a NULL among x, t_x, T, m and z does not take part; no row gives NULL. A NULL weight is 1.
** R4  A CBS row (x, t_x, T) that cannot be is an error that names it. gamma_gamma_fit() is of the customers with x > 0
** and m > 0;
**     others do not take part, so that rows of customer_summary(), whose m is NULL where x is 0, and refunds need no
**     filter.
** R5  Covariates are numbers that do not change with time, at most 8, as many in every row. A category is 0/1 columns,
**     one less than it has values.
*/
#include <math.h>
#include <string.h>

#include "btyd_json.h"
#include "btyd_params.h"
#include "core/base/mem.h"

typedef struct Fitting {
  const BtydModel *model;
  Cbs *cbs;
} Fitting;

#define COVARIATE_MOST 1e100 /* in size */

/* The covariates of the row; *is_null where one of them is. */
static Status covariates_read(Call *call, double z[BTYD_COVARIATES], bool *is_null)
{
  int n = call_more(call);
  if (n > BTYD_COVARIATES) {
    return call_fail(call, "at most %d covariates are taken, got %d", BTYD_COVARIATES, n);
  }
  for (int i = 0; i < n; i++) {
    Status status = call_more_real(call, i, &z[i]);
    if (status != STATUS_OK) {
      return status;
    }
    if (fabs(z[i]) > COVARIATE_MOST) {
      return call_fail(call, "z %d must be at most " NUMBER_TEXT(COVARIATE_MOST) " in size, got %.15g", i + 1, z[i]);
    }
    *is_null = *is_null || isnan(z[i]);
  }
  return STATUS_OK;
}

static Status row_add(Call *call, Fitting *fitting, const BtydModel *model, CbsRow row, double weight)
{
  double z[BTYD_COVARIATES];
  bool is_null = false;
  Status status = covariates_read(call, z, &is_null);
  if (status != STATUS_OK || is_null || weight == 0) {
    return status;
  }
  if (!fitting->cbs) {
    fitting->cbs = mem_zero(1, sizeof *fitting->cbs);
    if (!fitting->cbs) {
      return STATUS_NOMEM;
    }
    fitting->cbs->n_covariates = call_more(call);
    fitting->model = model;
  }
  return cbs_add(fitting->cbs, row, z, weight, call_watch(call));
}

enum {
  ARG_X,
  ARG_T_X,
  ARG_T,
  ARG_N = ARG_T, /* of bgbb_fit() */
  ARG_WEIGHT
};

enum { /* of gamma_gamma_fit() */
  ARG_M = ARG_X + 1,
  ARG_SPEND_WEIGHT
};

static Status cbs_row_add(Call *call, Fitting *fitting, const BtydModel *model, CbsRow row)
{
  return cbs_row_check(call, model, &row) ? row_add(call, fitting, model, row, call_real(call, ARG_WEIGHT))
                                          : STATUS_ERROR;
}

static Status cbs_step(Call *call, Fitting *fitting, const BtydModel *model)
{
  CbsRow row = {(double)call_integer(call, ARG_X), call_real(call, ARG_T_X), call_real(call, ARG_T)};
  return cbs_row_add(call, fitting, model, row);
}

static Status bgnbd_step(Call *call, void *state)
{
  return cbs_step(call, state, &BGNBD);
}

static Status mbgnbd_step(Call *call, void *state)
{
  return cbs_step(call, state, &MBGNBD);
}

static Status pareto_nbd_step(Call *call, void *state)
{
  return cbs_step(call, state, &PARETO_NBD);
}

static Status bgbb_step(Call *call, void *state)
{
  CbsRow row = {(double)call_integer(call, ARG_X), (double)call_integer(call, ARG_T_X),
                (double)call_integer(call, ARG_N)};
  return cbs_row_add(call, state, &BGBB, row);
}

/* R4. */
static Status gamma_gamma_step(Call *call, void *state)
{
  CbsRow row = {(double)call_integer(call, ARG_X), call_real(call, ARG_M), 0};
  return row.x > 0 && row.t_x > 0 ? row_add(call, state, &GAMMA_GAMMA, row, call_real(call, ARG_SPEND_WEIGHT))
                                  : STATUS_OK;
}

static void fit_value(Call *call, const void *state, Cell *out)
{
  const Fitting *fitting = state;
  if (!fitting || !fitting->cbs) {
    return;
  }
  BtydFit fit;
  Status status = cbs_finish(fitting->cbs, call_watch(call));
  if (status == STATUS_OK) {
    status = btyd_fit(fitting->model, fitting->cbs, &fit, call_watch(call));
  }
  if (status == STATUS_OK) {
    btyd_json_result(call, &fit, out);
  } else {
    call_fail_status(call, status);
  }
}

static void fit_free(void *state)
{
  Fitting *fitting = state;
  if (fitting->cbs) {
    cbs_free(fitting->cbs);
    mem_free(fitting->cbs);
    fitting->cbs = NULL;
  }
}

#define WEIGHT_PARAM \
  ENTRY("weight", PARAM_REAL, "1", 0, INFINITY, NULL, "how many customers the row stands for, 0 or more")

static const ParamSpec CBS_FIT_PARAMS[] = {
  [ARG_X] = X_PARAM(REQUIRED),
  [ARG_T_X] = T_X_PARAM(REQUIRED),
  [ARG_T] = T_PARAM(REQUIRED),
  [ARG_WEIGHT] = WEIGHT_PARAM,
};

static const ParamSpec BGBB_PARAMS[] = {
  [ARG_X] = {"x", PARAM_INTEGER, NULL, 0, INFINITY, NULL, "transactions; at most t_x"},
  [ARG_T_X] = {"t_x", PARAM_INTEGER, NULL, 0, INFINITY, NULL,
               "number of the opportunity of the last transaction, from 1; 0 where x is 0"},
  [ARG_N] = {"n", PARAM_INTEGER, NULL, 0, INFINITY, NULL, "number of opportunities"},
  [ARG_WEIGHT] = WEIGHT_PARAM,
};

static const ParamSpec GAMMA_GAMMA_PARAMS[] = {
  [ARG_X] = {"x", PARAM_INTEGER, NULL, 0, INFINITY, NULL, "repeat purchases"},
  [ARG_M] = {"m", PARAM_REAL, NULL, -INFINITY, INFINITY, NULL, "mean value of the repeat purchases"},
  [ARG_SPEND_WEIGHT] = WEIGHT_PARAM,
};

#define FIT_RESULT(parameters) \
  "JSON: {\"model\":…,\"parameters\":{" parameters \
  "},\"log_likelihood\":…,\"customers\":…,\"rows\":…,\"standard_errors\":{…},\"covariance\":[[…]],\"iterations\":…," \
  "\"converged\":true,\"reason\":null}. customers is the sum of the weights, rows the number of distinct ones. " \
  "Standard errors and covariance are of the logarithms of the parameters. Where the fit did not converge, " \
  "parameters is null, stopped_at has the last point and reason says why"
#define FIT_NULLS(columns) \
  "A row with NULL in " columns " does not take part; a NULL weight is 1; NULL where no row takes part"
#define FIT_ERRORS(what) \
  what "; a negative weight. What cannot be fitted is not an error: converged is false; the use of such a model is " \
       "an error"
#define CBS_FIT_ERRORS \
  FIT_ERRORS("x not whole; t_x above T, or 0 with x above 0; more than " NUMBER_TEXT(BTYD_COVARIATES) " covariates")
#define FIT_EXAMPLE_ROWS \
  " FROM customer_summary((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(400, 1)))"
#define FIT_METHOD \
  "Maximum likelihood on distinct rows; converged means a small gradient and a negative definite Hessian. "

const FunctionSpec bgnbd_fit_function = {
  .name = "bgnbd_fit",
  .doc =
    {
      .summary = "Fits BG/NBD: customers buy at their own rate, and may leave after each repeat purchase.",
      .result = FIT_RESULT("\"r\":…,\"alpha\":…,\"a\":…,\"b\":…") ".",
      .nulls = FIT_NULLS("x, t_x, T or a covariate") ".",
      .errors = CBS_FIT_ERRORS ".",
      .example = "SELECT json_extract(bgnbd_fit(x, t_x, T), '$.converged')" FIT_EXAMPLE_ROWS,
      .formula = FIT_METHOD "Fader, Hardie & Lee 2005; covariates z as in Fader & Hardie 2007: alpha "
                            "exp(-transaction'z), a exp(dropout'z), b exp(dropout'z)",
    },
  .params = CBS_FIT_PARAMS,
  .n_params = COUNT_OF(CBS_FIT_PARAMS),
  .more = &COVARIATE_PARAM,
  .returns_json = true,
  .state_size = sizeof(Fitting),
  .step = bgnbd_step,
  .value = fit_value,
  .free = fit_free,
};

const FunctionSpec mbgnbd_fit_function = {
  .name = "mbgnbd_fit",
  .doc =
    {
      .summary = "Fits MBG/NBD: as BG/NBD, but customers may leave after the first purchase too.",
      .result = FIT_RESULT("\"r\":…,\"alpha\":…,\"a\":…,\"b\":…") ".",
      .nulls = FIT_NULLS("x, t_x, T or a covariate") ".",
      .errors = CBS_FIT_ERRORS ".",
      .example = "SELECT json_extract(mbgnbd_fit(x, t_x, T), '$.converged')" FIT_EXAMPLE_ROWS,
      .formula = FIT_METHOD "Batislam, Denizel & Filiztekin 2007; Hoppe & Wagner 2007; covariates z as in bgnbd_fit()",
    },
  .params = CBS_FIT_PARAMS,
  .n_params = COUNT_OF(CBS_FIT_PARAMS),
  .more = &COVARIATE_PARAM,
  .returns_json = true,
  .state_size = sizeof(Fitting),
  .step = mbgnbd_step,
  .value = fit_value,
  .free = fit_free,
};

const FunctionSpec pareto_nbd_fit_function = {
  .name = "pareto_nbd_fit",
  .doc =
    {
      .summary = "Fits Pareto/NBD: customers buy at their own rate, and may leave at any time.",
      .result = FIT_RESULT("\"r\":…,\"alpha\":…,\"s\":…,\"beta\":…") ".",
      .nulls = FIT_NULLS("x, t_x, T or a covariate") ".",
      .errors = CBS_FIT_ERRORS ".",
      .example = "SELECT json_extract(pareto_nbd_fit(x, t_x, T), '$.converged')" FIT_EXAMPLE_ROWS,
      .formula = FIT_METHOD "Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005; covariates z as in Fader & "
                            "Hardie 2007: alpha exp(-transaction'z), beta exp(-dropout'z)",
    },
  .params = CBS_FIT_PARAMS,
  .n_params = COUNT_OF(CBS_FIT_PARAMS),
  .more = &COVARIATE_PARAM,
  .returns_json = true,
  .state_size = sizeof(Fitting),
  .step = pareto_nbd_step,
  .value = fit_value,
  .free = fit_free,
};

const FunctionSpec bgbb_fit_function = {
  .name = "bgbb_fit",
  .doc =
    {
      .summary = "Fits BG/BB: at each of n opportunities (a yearly appeal, an event) customers buy or not, and may "
                 "leave before it.",
      .result = FIT_RESULT("\"alpha\":…,\"beta\":…,\"gamma\":…,\"delta\":…") ".",
      .nulls = FIT_NULLS("x, t_x or n") ".",
      .errors = FIT_ERRORS("x, t_x or n not whole; x above t_x, t_x above n, t_x 0 with x above 0") ".",
      .example =
        "SELECT round(json_extract(bgbb_fit(column1, column2, 6, column3), '$.log_likelihood'), 1) FROM (VALUES "
        "(0,0,3464),(1,1,1091),(1,2,277),(1,3,129),(1,4,78),(1,5,119),(1,6,129),(2,2,613),(2,3,255),(2,4,155),(2,5,173)"
        ",(2,6,234),(3,3,322),(3,4,181),(3,5,225),(3,6,357),(4,4,240),(4,5,284),(4,6,512),(5,5,335),(5,6,728),(6,6,"
        "1203))",
      .formula = FIT_METHOD "Fader, Hardie & Shang 2010",
    },
  .params = BGBB_PARAMS,
  .n_params = COUNT_OF(BGBB_PARAMS),
  .returns_json = true,
  .state_size = sizeof(Fitting),
  .step = bgbb_step,
  .value = fit_value,
  .free = fit_free,
};

const FunctionSpec gamma_gamma_fit_function = {
  .name = "gamma_gamma_fit",
  .doc =
    {
      .summary = "Fits Gamma-Gamma: what customers spend per purchase, for expected_value() and clv_expected().",
      .result = FIT_RESULT("\"p\":…,\"q\":…,\"gamma\":…") ".",
      .nulls = FIT_NULLS("x or m (or with x = 0, or m of 0 or less)") ".",
      .errors = FIT_ERRORS("x not whole or negative") ".",
      .example = "SELECT json_extract(gamma_gamma_fit(x, m), '$.converged')" FIT_EXAMPLE_ROWS,
      .formula = FIT_METHOD "Fader, Hardie & Lee 2005 (RFM and CLV); Fader & Hardie 2013: m of x purchases is Gamma(p "
                            "x, v x), v is Gamma(q, gamma)",
    },
  .params = GAMMA_GAMMA_PARAMS,
  .n_params = COUNT_OF(GAMMA_GAMMA_PARAMS),
  .returns_json = true,
  .state_size = sizeof(Fitting),
  .step = gamma_gamma_step,
  .value = fit_value,
  .free = fit_free,
};
