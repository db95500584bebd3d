/*
** What is a customer worth? The value of a purchase, and what is still to come, discounted. On fitted models.
**
**   expected_value(model, x, m)                              scalar  of a purchase
**   dert(model, discount, x, t_x, T[, z…])                   scalar  purchases to come, discounted, without end
**   clv_expected(model, spend_model, horizon, discount, x, t_x, T, m[, period[, z…]])
**                                                            scalar  value to come, discounted
**
**   SELECT customer, clv_expected(fit, spend, 52, 0.0025, x, t_x, T, m) FROM models, customer_summary('orders');
**
** R1–R4 of btyd_params.h, but for m.
** R5  m is the mean value of the x repeat purchases. Where x is 0 it says nothing and may be NULL, as
**     customer_summary() gives it: the customer is then expected to spend as all do. NULL with x above 0 gives NULL.
** R6  dert(): discount is the effective rate per unit of the model's time, above 0: 10 % a year is pow(1.1, 7/365.25) -
**     1 per week.
** R7  clv_expected(): discount is the effective rate per period, a period is `period` units of the model's time, and
**     purchases count at the end of their period, the last of which may be cut short by the horizon. With discount 0 it
**     is expected_value() * expected_purchases(). At most 10,000 periods.
*/
#include <math.h>

#include "btyd_params.h"

#define PERIODS_MAX 10000

/* R5. False: the call has failed, or its result is NULL. */
static bool value_read(Call *call, int model, int x, int m, double *value)
{
  if (call_is_null(call, m) && call_integer(call, x) > 0) {
    return false;
  }
  const BtydFit *spend = question_model(call, model, QUANTITY_VALUE);
  if (spend) {
    double repeats = (double)call_integer(call, x);
    *value = spend->model->expected_value(spend->theta, repeats, repeats > 0 ? call_real(call, m) : 0);
    double p = spend->theta[0], q = spend->theta[1];
    if (p * repeats + q <= 1) {
      call_fail(call,
                repeats > 0 ? "p x + q of 1 or less: the mean is infinite" : "q of 1 or less: the mean is infinite");
      return false;
    }
  }
  return spend;
}

/* Whether an argument that has to be there, up to the one before m, is NULL. */
static bool is_null_before(const Call *call, int m)
{
  for (int i = 0; i < m; i++) {
    if (call_is_null(call, i)) {
      return true;
    }
  }
  return false;
}

#define MEAN_PARAM \
  ENTRY("m", PARAM_REAL, NULL, 0, INFINITY, NULL, "mean value of the x repeat purchases; NULL where x is 0")
#define MEAN_NULLS \
  "NULL if an argument is NULL; but m may be NULL where x is 0: the value is then what all customers are expected to " \
  "spend"

/* ---- expected_value() */

enum {
  ARG_MODEL,
  ARG_X,
  ARG_M
};

static void value_scalar(Call *call, Cell *out)
{
  double value;
  if (!is_null_before(call, ARG_M) && value_read(call, ARG_MODEL, ARG_X, ARG_M, &value)) {
    question_answer(call, value, out);
  }
}

static const ParamSpec VALUE_PARAMS[] = {
  [ARG_MODEL] = {"model", PARAM_JSON, NULL, 0, 0, NULL, MODEL_HELP("gamma_gamma_fit()", SPEND_JSON)},
  [ARG_X] = {"x", PARAM_INTEGER, NULL, 0, INFINITY, NULL, "repeat purchases"},
  [ARG_M] = MEAN_PARAM,
};

const FunctionSpec expected_value_function = {
  .name = "expected_value",
  .doc =
    {
      .summary =
        "Gives the expected mean value of a customer's purchases: between what the customer spent and what all do.",
      .result = "A value in the unit of the data.",
      .nulls = MEAN_NULLS ".",
      .errors =
        MODEL_ERRORS "a negative m; q of 1 or less, where the mean is infinite; another model than gamma_gamma.",
      .example = "SELECT round(expected_value(" A_SPEND_MODEL ", 2, 22.35), 2)",
      .formula = "(1 - w) v p / (q - 1) + w m, w = p x / (p x + q - 1), v = gamma (Fader, Hardie & Lee 2005, "
                 "Gamma-Gamma; Fader & Hardie 2013)",
    },
  .params = VALUE_PARAMS,
  .n_params = COUNT_OF(VALUE_PARAMS),
  .sees_null = true,
  .scalar = value_scalar,
};

/* ---- dert() */

enum {
  ARG_DERT_MODEL,
  ARG_DERT_DISCOUNT,
  ARG_DERT_X,
  ARG_DERT_T_X,
  ARG_DERT_T
};

static void dert_scalar(Call *call, Cell *out)
{
  Question q;
  double discount = call_real(call, ARG_DERT_DISCOUNT);
  if (!(discount > 0)) {
    call_fail_argument(call, ARG_DERT_DISCOUNT, "above 0");
  } else if (question_read(call, QUANTITY_DERT, ARG_DERT_X, &q)) {
    question_answer(call, q.model->dert(q.theta, &q.row, log1p(discount)), out);
  }
}

static const ParamSpec DERT_PARAMS[] = {
  [ARG_DERT_MODEL] = MODEL_PARAM,
  [ARG_DERT_DISCOUNT] = {"discount", PARAM_REAL, NULL, 0, INFINITY, NULL,
                         "effective rate per unit of the model's time, above 0: for 10 % a year pow(1.1, 7/365.25) - 1 "
                         "in a model of weeks, pow(1.1, 1/365.25) - 1 in one of days"},
  [ARG_DERT_X] = X_PARAM(REQUIRED),
  [ARG_DERT_T_X] = T_X_PARAM(REQUIRED),
  [ARG_DERT_T] = T_PARAM(REQUIRED),
};

const FunctionSpec dert_function = {
  .name = "dert",
  .doc =
    {
      .summary = "Gives the discounted expected residual transactions: the present value of all purchases to come, one "
                 "unit of value each.",
      .result = "A number of purchases, 0 or more; times expected_value() it is the residual lifetime value.",
      .nulls = "NULL if an argument is NULL.",
      .errors = CBS_ERRORS "a discount of 0 or less; a gamma_gamma model.",
      .example = "SELECT round(dert(" A_MODEL ", 0.00183, 2, 30.43, 38.86), 4)",
      .formula = "integral over t > 0 of e^(-delta t) d E[purchases in (T, T + t]], delta = ln(1 + discount) "
                 "(Pareto/NBD: Fader, Hardie & Lee 2005, RFM and CLV); BG/BB: the sum over the opportunities to come "
                 "of P(purchase) / (1 + discount)^i (Fader, Hardie & Shang 2010)",
    },
  .params = DERT_PARAMS,
  .n_params = COUNT_OF(DERT_PARAMS),
  .more = &COVARIATE_PARAM,
  .scalar = dert_scalar,
};

/* ---- clv_expected() */

enum {
  ARG_CLV_MODEL,
  ARG_CLV_SPEND_MODEL,
  ARG_CLV_HORIZON,
  ARG_CLV_DISCOUNT,
  ARG_CLV_X,
  ARG_CLV_T_X,
  ARG_CLV_T,
  ARG_CLV_M,
  ARG_CLV_PERIOD
};

static void clv_scalar(Call *call, Cell *out)
{
  Question q;
  double value, horizon = call_real(call, ARG_CLV_HORIZON), period = call_real(call, ARG_CLV_PERIOD);
  if (is_null_before(call, ARG_CLV_M)) {
    return;
  }
  if (!(period > 0)) {
    call_fail_argument(call, ARG_CLV_PERIOD, "above 0");
    return;
  }
  if (horizon / period > PERIODS_MAX) {
    call_fail_argument(call, ARG_CLV_HORIZON, "at most %d periods of %.15g", PERIODS_MAX, period);
    return;
  }
  if (value_read(call, ARG_CLV_SPEND_MODEL, ARG_CLV_X, ARG_CLV_M, &value) &&
      question_read(call, QUANTITY_EXPECTED, ARG_CLV_X, &q) && question_time_fits(call, &q, ARG_CLV_HORIZON) &&
      question_time_fits(call, &q, ARG_CLV_PERIOD)) {
    double purchases, discount = call_real(call, ARG_CLV_DISCOUNT);
    Status status = btyd_discounted(q.model, q.theta, &q.row, horizon, discount, period, &purchases, call_watch(call));
    if (status == STATUS_OK) {
      question_answer(call, value * purchases, out);
    } else {
      call_fail_status(call, status);
    }
  }
}

static const ParamSpec CLV_PARAMS[] = {
  [ARG_CLV_MODEL] = MODEL_PARAM,
  [ARG_CLV_SPEND_MODEL] = {"spend_model", PARAM_JSON, NULL, 0, 0, NULL, MODEL_HELP("gamma_gamma_fit()", SPEND_JSON)},
  [ARG_CLV_HORIZON] = HORIZON_PARAM,
  [ARG_CLV_DISCOUNT] =
    {"discount", PARAM_REAL, NULL, 0, INFINITY, NULL,
     "effective rate per period, 0 or more: with weeks and period 1, 10 % a year is pow(1.1, 7/365.25) - 1"},
  [ARG_CLV_X] = X_PARAM(REQUIRED),
  [ARG_CLV_T_X] = T_X_PARAM(REQUIRED),
  [ARG_CLV_T] = T_PARAM(REQUIRED),
  [ARG_CLV_M] = MEAN_PARAM,
  [ARG_CLV_PERIOD] = {"period", PARAM_REAL, "1", 0, INFINITY, NULL,
                      "length of a discount period in the model's unit: 1, or 4.345 for months in a model of weeks"},
};

const FunctionSpec clv_expected_function = {
  .name = "clv_expected",
  .doc =
    {
      .summary = "Gives the expected value of a customer's purchases in the time to come, discounted.",
      .result = "A value in the unit of the data; margin and acquisition cost are yours to apply.",
      .nulls = MEAN_NULLS "; a NULL period is 1.",
      .errors = CBS_ERRORS
      "an invalid spend_model; a negative horizon, discount or m; a period of 0 or less, or more than " NUMBER_TEXT(
        PERIODS_MAX) " of them in the horizon.",
      .example = "SELECT round(clv_expected(" A_MODEL ", " A_SPEND_MODEL ", 52, 0.00183, 2, 30.43, 38.86, 22.35), 2)",
      .formula = "expected_value(spend_model, x, m) * sum over i of (E[purchases by i] - E[purchases by i - 1]) / (1 + "
                 "discount)^i, i the ends of the periods (Fader, Hardie & Lee 2005)",
    },
  .params = CLV_PARAMS,
  .n_params = COUNT_OF(CLV_PARAMS),
  .more = &COVARIATE_PARAM,
  .sees_null = true,
  .scalar = clv_scalar,
};
