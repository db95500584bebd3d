/*
** What the scalar functions on a fitted model have in common: the model, the customer's CBS row (x, t_x, T:
** customer-by- sufficient-statistic) and covariates, read and checked.
**
** R1  model is JSON as btyd_json.h has it, from a …_fit() or written by hand. One that did not converge, or whose kind
**     has no such quantity, is an error.
** R2  x repeat purchases, the last at t_x, seen until T, all in the unit of the model, as customer_summary() gives
**     them; for bgbb x transactions in T opportunities, the last at the t_x-th. A row that cannot be is an error.
** R3  As many covariates as the model was fitted with follow the other arguments, in the order of the fit.
** R4  NULL in any argument gives NULL. A result that is not a finite number (arguments of 1e300) is an error, never
**     NULL.
*/
#ifndef RETAIN_FN_BTYD_BTYD_PARAMS_H
#define RETAIN_FN_BTYD_BTYD_PARAMS_H

#include "core/btyd/btyd.h"
#include "glue/call.h"
#include "glue/spec.h"

typedef enum Quantity {
  QUANTITY_P_ALIVE,
  QUANTITY_P_ALIVE_AT,
  QUANTITY_EXPECTED,
  QUANTITY_PMF,
  QUANTITY_DERT,
  QUANTITY_VALUE
} Quantity;

typedef struct Question {
  const BtydModel *model;
  double theta[BTYD_PARAMETERS]; /* with the customer's covariates applied */
  CbsRow row;
  bool is_new;
} Question;

/* What the model's functions take: NULL is a new customer. */
static inline const CbsRow *question_row(const Question *question)
{
  return question->is_new ? NULL : &question->row;
}

/*
** The model in argument `param`, which has to have `quantity`. NULL: the call has failed. Borrowed as
** btyd_json_argument() is.
*/
const BtydFit *question_model(Call *call, int param, Quantity quantity);

/*
** The model in argument 0 about the customer whose x, t_x and T are arguments x, x + 1 and x + 2, with the
** covariates in the arguments after the params. is_new: the call has none of these; it is about a new customer. False:
** the call has failed, or its result is NULL.
*/
bool question_read(Call *call, Quantity quantity, int x, Question *question);

/* Whether a CBS row is one that the model knows. False: the call has failed. */
bool cbs_row_check(Call *call, const BtydModel *model, const CbsRow *row);

/*
** Whether a length of time is one that the model knows: bgbb counts in whole opportunities, up to a million. False: the
** call has failed.
*/
bool question_time_fits(Call *call, const Question *question, int param);

/* The result; R4. */
void question_answer(Call *call, double value, Cell *out);

/* The same arguments, and sentences about them, in all functions. */
#define MODEL_HELP(fit, example) "JSON from a fit such as " fit ", or your own such as " example
#define BGNBD_JSON "{\"model\":\"bgnbd\",\"parameters\":{\"r\":0.243,\"alpha\":4.414,\"a\":0.793,\"b\":2.426}}"
#define SPEND_JSON "{\"model\":\"gamma_gamma\",\"parameters\":{\"p\":6.25,\"q\":3.74,\"gamma\":15.45}}"
#define A_MODEL "'" BGNBD_JSON "'"
#define A_SPEND_MODEL "'" SPEND_JSON "'"
#define MODEL_PARAM ENTRY("model", PARAM_JSON, NULL, 0, 0, NULL, MODEL_HELP("bgnbd_fit()", BGNBD_JSON))
#define HORIZON_PARAM \
  ENTRY("horizon", PARAM_REAL, NULL, 0, INFINITY, NULL, \
        "length of the time to come, in the model's unit (weeks, if it was fitted on weeks); bgbb: opportunities, a " \
        "whole number up to " NUMBER_TEXT(OPPORTUNITIES_MOST))
#define X_PARAM(fallback) ENTRY("x", PARAM_INTEGER, fallback, 0, INFINITY, NULL, "repeat purchases; bgbb: transactions")
#define T_X_PARAM(fallback) \
  ENTRY("t_x", PARAM_REAL, fallback, 0, INFINITY, NULL, \
        "time from the first to the last purchase, 0 where x is 0; bgbb: number of the opportunity of the last " \
        "transaction")
#define T_PARAM(fallback) \
  ENTRY("T", PARAM_REAL, fallback, 0, INFINITY, NULL, \
        "time from the first purchase to the end of observation; bgbb: number of opportunities")
#define REQUIRED NULL
#define OPTIONAL ""
extern const ParamSpec COVARIATE_PARAM;

#define MODEL_ERRORS "An invalid model; a model that did not converge; "
#define CBS_ERRORS MODEL_ERRORS "t_x above T, or 0 with x above 0; another number of covariates than the model has; "

#endif
