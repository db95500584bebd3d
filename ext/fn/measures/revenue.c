/*
** Retention of recurring revenue from its movements.
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

enum {
  ARG_NRR_START,
  ARG_NRR_EXPANSION,
  ARG_NRR_CONTRACTION,
  ARG_NRR_CHURN,
  ARG_NRR_REACTIVATION
};

static void nrr_scalar(Call *call, Cell *out)
{
  double start = call_real(call, ARG_NRR_START), expansion = call_real(call, ARG_NRR_EXPANSION);
  double contraction = call_real(call, ARG_NRR_CONTRACTION), churn = call_real(call, ARG_NRR_CHURN);
  double reactivation = call_real(call, ARG_NRR_REACTIVATION);
  if (losses_fit(call, start, contraction, churn)) {
    ratio(out, fmax(start + expansion - contraction - churn + reactivation, 0), start); /* below 0 by rounding only */
  }
}

enum {
  ARG_GRR_START,
  ARG_GRR_CONTRACTION,
  ARG_GRR_CHURN
};

static void grr_scalar(Call *call, Cell *out)
{
  double start = call_real(call, ARG_GRR_START), contraction = call_real(call, ARG_GRR_CONTRACTION);
  double churn = call_real(call, ARG_GRR_CHURN);
  if (losses_fit(call, start, contraction, churn)) {
    ratio(out, fmax(start - contraction - churn, 0), start);
  }
}

enum {
  ARG_QUICK_NEW,
  ARG_QUICK_EXPANSION,
  ARG_QUICK_CONTRACTION,
  ARG_QUICK_CHURN,
  ARG_QUICK_REACTIVATION
};

static void quick_ratio_scalar(Call *call, Cell *out)
{
  double gained =
    call_real(call, ARG_QUICK_NEW) + call_real(call, ARG_QUICK_EXPANSION) + call_real(call, ARG_QUICK_REACTIVATION);
  ratio(out, gained, call_real(call, ARG_QUICK_CONTRACTION) + call_real(call, ARG_QUICK_CHURN));
}

#define MONEY_NULLS "NULL if an argument is NULL (an optional one is then 0)"
#define MONEY_ERRORS "An argument that is negative, infinite or not a number"
#define MOST 1e300

#define REVENUE_PARAM(name, help) ENTRY(name, PARAM_REAL, NULL, 0, MOST, NULL, help)
#define START_PARAM REVENUE_PARAM("start", "recurring revenue at the start of the period")
#define EXPANSION_PARAM REVENUE_PARAM("expansion", "what existing customers pay more")
#define CONTRACTION_PARAM REVENUE_PARAM("contraction", "what existing customers pay less, as a positive number")
#define CHURN_PARAM REVENUE_PARAM("churn", "what was lost with customers who left, as a positive number")

static const ParamSpec NRR_PARAMS[] = {
  [ARG_NRR_START] = START_PARAM,
  [ARG_NRR_EXPANSION] = EXPANSION_PARAM,
  [ARG_NRR_CONTRACTION] = CONTRACTION_PARAM,
  [ARG_NRR_CHURN] = CHURN_PARAM,
  [ARG_NRR_REACTIVATION] = {"reactivation", PARAM_REAL, "0", 0, MOST, NULL,
                            "what customers pay who came back; the usual definition leaves it out"},
};

const FunctionSpec nrr_function = {
  .name = "nrr",
  .doc =
    {
      .summary = "Gives the net revenue retention of a period.",
      .result = "A fraction, above 1 where expansion outweighs the losses; NULL where start is 0.",
      .nulls = MONEY_NULLS ".",
      .errors = MONEY_ERRORS "; contraction + churn above start.",
      .example = "SELECT nrr(1000, 150, 40, 60)",
      .formula = "(start + expansion - contraction - churn [+ reactivation]) / start",
    },
  .params = NRR_PARAMS,
  .n_params = COUNT_OF(NRR_PARAMS),
  .scalar = nrr_scalar,
};

static const ParamSpec GRR_PARAMS[] = {
  [ARG_GRR_START] = START_PARAM,
  [ARG_GRR_CONTRACTION] = CONTRACTION_PARAM,
  [ARG_GRR_CHURN] = CHURN_PARAM,
};

const FunctionSpec grr_function = {
  .name = "grr",
  .doc =
    {
      .summary = "Gives the gross revenue retention of a period.",
      .result = "A fraction in 0 … 1; NULL where start is 0.",
      .nulls = MONEY_NULLS ".",
      .errors = MONEY_ERRORS "; contraction + churn above start.",
      .example = "SELECT grr(1000, 40, 60)",
      .formula = "(start - contraction - churn) / start",
    },
  .params = GRR_PARAMS,
  .n_params = COUNT_OF(GRR_PARAMS),
  .scalar = grr_scalar,
};

static const ParamSpec QUICK_PARAMS[] = {
  [ARG_QUICK_NEW] = REVENUE_PARAM("new", "recurring revenue of new customers"),
  [ARG_QUICK_EXPANSION] = EXPANSION_PARAM,
  [ARG_QUICK_CONTRACTION] = CONTRACTION_PARAM,
  [ARG_QUICK_CHURN] = CHURN_PARAM,
  [ARG_QUICK_REACTIVATION] = {"reactivation", PARAM_REAL, "0", 0, MOST, NULL, "what customers pay who came back"},
};

const FunctionSpec quick_ratio_function = {
  .name = "quick_ratio",
  .doc =
    {
      .summary = "Gives the quick ratio of recurring revenue: what was gained for each unit that was lost.",
      .result = "A number of 0 or more; NULL where nothing was lost.",
      .nulls = MONEY_NULLS ".",
      .errors = MONEY_ERRORS ".",
      .example = "SELECT quick_ratio(200, 150, 40, 60, 10)",
      .formula = "(new + expansion + reactivation) / (churn + contraction)",
    },
  .params = QUICK_PARAMS,
  .n_params = COUNT_OF(QUICK_PARAMS),
  .scalar = quick_ratio_scalar,
};
