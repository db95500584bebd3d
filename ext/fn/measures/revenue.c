/*
** Retention of recurring revenue from its movements (definition 26).
**
**   nrr(start, expansion, contraction, churn[, reactivation])          scalar
**   grr(start, contraction, churn)                                     scalar
**   quick_ratio(new, expansion, contraction, churn[, reactivation])    scalar
**
**   SELECT nrr(1000, 150, 40, 60), grr(1000, 40, 60), quick_ratio(200, 150, 40, 60, 10);  -- 1.05, 0.9, 3.6
**
** R1  All are sums of money of 0 or more; a negative or infinite one is an error: losses are given as positive numbers.
** R2  Where start is 0 (quick_ratio: where nothing was lost) the result is NULL.
** R3  contraction + churn above start is an error beyond rounding: more was lost than there was.
*/
#include <math.h>

#include "glue/spec.h"

#define ROUNDING 1e-12

/* R3. */
static bool losses_fit(Call *call, double start, double contraction, double churn)
{
  if (contraction + churn > start * (1 + ROUNDING)) {
    call_fail(call, "contraction + churn must be at most start, %.15g, got %.15g", start, contraction + churn);
    return false;
  }
  return true;
}

static void ratio(Cell *out, double part, double whole)
{
  if (isfinite(part) && isfinite(whole) && (whole == 0 || isfinite(part / whole))) {
    cell_ratio(out, part, whole);
  } else {
    cell_null(out);
  }
}

static void nrr_scalar(Call *call, Cell *out)
{
  double start = call_real(call, 0), expansion = call_real(call, 1), contraction = call_real(call, 2);
  double churn = call_real(call, 3), reactivation = call_real(call, 4);
  if (losses_fit(call, start, contraction, churn)) {
    ratio(out, fmax(start + expansion - contraction - churn + reactivation, 0), start); /* below 0 by rounding only */
  }
}

static void grr_scalar(Call *call, Cell *out)
{
  double start = call_real(call, 0), contraction = call_real(call, 1), churn = call_real(call, 2);
  if (losses_fit(call, start, contraction, churn)) {
    ratio(out, fmax(start - contraction - churn, 0), start);
  }
}

static void quick_ratio_scalar(Call *call, Cell *out)
{
  ratio(out, call_real(call, 0) + call_real(call, 1) + call_real(call, 4), call_real(call, 2) + call_real(call, 3));
}

#define MONEY_NULLS "NULL if an argument is NULL (an optional one is then 0)"
#define MONEY_ERRORS "an argument that is negative, infinite or no number"
#define MOST 1e300

static const ParamSpec NRR_PARAMS[] = {
  {"start", PARAM_REAL, NULL, 0, MOST, NULL, "recurring revenue at the start of the period"},
  {"expansion", PARAM_REAL, NULL, 0, MOST, NULL, "what existing customers pay more"},
  {"contraction", PARAM_REAL, NULL, 0, MOST, NULL, "what existing customers pay less, as a positive number"},
  {"churn", PARAM_REAL, NULL, 0, MOST, NULL, "what was lost with customers who left, as a positive number"},
  {"reactivation", PARAM_REAL, "0", 0, MOST, NULL, "what customers pay who came back; the definition leaves it out"},
};

const FunctionSpec nrr_function = {
  .name = "nrr",
  .doc =
    {
      .summary = "Net revenue retention of a period",
      .result = "a fraction, above 1 where expansion outweighs the losses; NULL where start is 0",
      .nulls = MONEY_NULLS,
      .errors = MONEY_ERRORS "; contraction + churn above start",
      .example = "SELECT nrr(1000, 150, 40, 60)",
      .formula = "(start + expansion - contraction - churn [+ reactivation]) / start",
    },
  .params = NRR_PARAMS,
  .n_params = COUNT_OF(NRR_PARAMS),
  .scalar = nrr_scalar,
};

static const ParamSpec GRR_PARAMS[] = {
  {"start", PARAM_REAL, NULL, 0, MOST, NULL, "recurring revenue at the start of the period"},
  {"contraction", PARAM_REAL, NULL, 0, MOST, NULL, "what existing customers pay less, as a positive number"},
  {"churn", PARAM_REAL, NULL, 0, MOST, NULL, "what was lost with customers who left, as a positive number"},
};

const FunctionSpec grr_function = {
  .name = "grr",
  .doc =
    {
      .summary = "Gross revenue retention of a period",
      .result = "a fraction in 0 … 1; NULL where start is 0",
      .nulls = MONEY_NULLS,
      .errors = MONEY_ERRORS "; contraction + churn above start",
      .example = "SELECT grr(1000, 40, 60)",
      .formula = "(start - contraction - churn) / start",
    },
  .params = GRR_PARAMS,
  .n_params = COUNT_OF(GRR_PARAMS),
  .scalar = grr_scalar,
};

static const ParamSpec QUICK_PARAMS[] = {
  {"new", PARAM_REAL, NULL, 0, MOST, NULL, "recurring revenue of new customers"},
  {"expansion", PARAM_REAL, NULL, 0, MOST, NULL, "what existing customers pay more"},
  {"contraction", PARAM_REAL, NULL, 0, MOST, NULL, "what existing customers pay less, as a positive number"},
  {"churn", PARAM_REAL, NULL, 0, MOST, NULL, "what was lost with customers who left, as a positive number"},
  {"reactivation", PARAM_REAL, "0", 0, MOST, NULL, "what customers pay who came back"},
};

const FunctionSpec quick_ratio_function = {
  .name = "quick_ratio",
  .doc =
    {
      .summary = "Quick ratio of recurring revenue: what was gained for each unit that was lost",
      .result = "a number of 0 or more; NULL where nothing was lost",
      .nulls = MONEY_NULLS,
      .errors = MONEY_ERRORS,
      .example = "SELECT quick_ratio(200, 150, 40, 60, 10)",
      .formula = "(new + expansion + reactivation) / (churn + contraction)",
    },
  .params = QUICK_PARAMS,
  .n_params = COUNT_OF(QUICK_PARAMS),
  .scalar = quick_ratio_scalar,
};
