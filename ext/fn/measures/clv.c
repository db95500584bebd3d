/*
** clv(avg_order_value, frequency, lifespan[, margin[, discount_rate]]): simple customer lifetime value.
**
**   SELECT clv(50, 4, 3);              -- 600: 50 an order, 4 orders a year, 3 years
**   SELECT clv(50, 4, 3, 0.3, 0.1);    -- 149.21…: 30 % of it is margin, later years discounted by 10 %
**
** R1  frequency counts orders per period, lifespan the same periods, discount_rate is per that period: all in years, or
**     all in months.
** R2  Without a discount rate the value is exactly avg_order_value * frequency * lifespan * margin.
** R3  With one it is avg_order_value * frequency * margin * (1 - (1 + d)^-lifespan) / d: the sum of each period's
**     value,
**     paid at its end, over (1 + d)^i. Fractions of a period count, see core/measures/clv.h.
** R4  margin and discount_rate are fractions: a margin above 1 or a rate outside 0 … 1 is an error (30 for 30 % is
**     noticed). A negative order value (refunds) or margin (sold at a loss) is taken as it is.
** R5  A value beyond the largest double is an error.
*/
#include "core/measures/clv.h"

#include <math.h>

#include "glue/call.h"
#include "glue/spec.h"

enum {
  ARG_AVG_ORDER_VALUE,
  ARG_FREQUENCY,
  ARG_LIFESPAN,
  ARG_MARGIN,
  ARG_DISCOUNT_RATE,
  ARG_COUNT
};

static void clv_scalar(Call *call, Cell *out)
{
  double periods = clv_periods(call_real(call, ARG_LIFESPAN), call_real(call, ARG_DISCOUNT_RATE));
  double value =
    call_real(call, ARG_AVG_ORDER_VALUE) * call_real(call, ARG_FREQUENCY) * periods * call_real(call, ARG_MARGIN);
  if (isfinite(value)) {
    cell_real(out, value);
  } else {
    call_fail(call, "the value is too large for a number");
  }
}

static const ParamSpec CLV_PARAMS[] = {
  [ARG_AVG_ORDER_VALUE] = {"avg_order_value", PARAM_REAL, NULL, -INFINITY, INFINITY, NULL, "mean value of an order"},
  [ARG_FREQUENCY] = {"frequency", PARAM_REAL, NULL, 0, INFINITY, NULL, "orders per period"},
  [ARG_LIFESPAN] = {"lifespan", PARAM_REAL, NULL, 0, INFINITY, NULL,
                    "how many periods a customer stays; may be a fraction"},
  [ARG_MARGIN] = {"margin", PARAM_REAL, "1", -INFINITY, 1, NULL, "share of the value that is earned, 0.3 for 30 %"},
  [ARG_DISCOUNT_RATE] = {"discount_rate", PARAM_REAL, "0", 0, 1, NULL, "discount per period, 0.1 for 10 %"},
};
_Static_assert(COUNT_OF(CLV_PARAMS) == ARG_COUNT, "a parameter is not numbered");

const FunctionSpec clv_function = {
  .name = "clv",
  .doc =
    {
      .summary = "Gives the simple customer lifetime value from averages.",
      .result = "The value of one customer, in the unit of avg_order_value.",
      .nulls = "NULL if avg_order_value, frequency or lifespan is NULL; a NULL margin is 1, a NULL discount_rate 0.",
      .errors = "A negative frequency or lifespan; a margin above 1; a discount_rate outside 0 … 1; an argument that "
                "is not a number.",
      .example = "SELECT clv(50, 4, 3), clv(50, 4, 3, 0.3), clv(50, 4, 3, 0.3, 0.1)",
      .formula = "avg_order_value * frequency * margin * a, where a = lifespan without discount, else (1 - (1 + "
                 "d)^-lifespan) / d: for whole lifespans the sum of 1/(1 + d)^i, i = 1 … lifespan (each period paid at "
                 "its end); the same formula between them",
    },
  .params = CLV_PARAMS,
  .n_params = COUNT_OF(CLV_PARAMS),
  .scalar = clv_scalar,
};
