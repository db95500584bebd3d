/*
** Rates of customers, from counts and from rows, and the interval of any rate.
**
**   retention_rate(start, end, new)                    scalar     count form: (end - new) / start
**   retention_rate(was_customer, is_customer)          aggregate  exact form, a row per customer
**   churn_rate(lost, base)                             scalar     lost / base
**   repeat_purchase_rate(repeat, total)                scalar     repeat / total
**   repeat_purchase_rate(orders)                       aggregate  a row per customer
**   rate_low(k, n[, level]), rate_high(k, n[, level])  scalar     Wilson interval of k / n
**   rates_differ(k1, n1, k2, n2)                       scalar     p of Fisher's exact test
**
**   SELECT retention_rate(1000, 1100, 300);  -- 0.8
**
** R1  Counts are numbers of 0 or more; they may be averages or weighted sums. A negative or infinite one is an error.
** R2  Base 0 gives NULL: nobody could stay, leave or come back.
** R3  A part above its whole (new > end, lost > base, repeat > total, k > n) is an error: arguments were exchanged.
** R4  The count form may exceed 1, when lost customers came back: it is the exact form that is a share.
** R5  The aggregates answer for the rows of a group or of a window frame; they count, so a sliding frame is exact.
** R6  A row with a NULL argument does not take part. Where a LEFT JOIN marks the lost with NULL: `b.id IS NOT NULL`.
** R7  level is above 0 and below 1. k = 0 gives low = 0, k = n gives high = 1.
** R8  rates_differ() is two-sided (core/numerics/fisher.h) and takes whole numbers. A rate of nobody differs from none:
**     NULL.
*/
#include <math.h>

#include "core/numerics/fisher.h"
#include "core/numerics/stats.h"
#include "glue/call.h"
#include "glue/spec.h"

/* R3: argument `part`, at most argument `whole`. */
static bool part_fits(Call *call, int part, int whole, const char *whole_name)
{
  if (call_real(call, part) <= call_real(call, whole)) {
    return true;
  }
  call_fail_argument(call, part, "at most %s (%.15g)", whole_name, call_real(call, whole));
  return false;
}

/* ---- retention_rate() */

enum {
  ARG_START,
  ARG_END,
  ARG_NEW
};

static void retention_scalar(Call *call, Cell *out)
{
  if (!part_fits(call, ARG_NEW, ARG_END, "end")) {
    return;
  }
  cell_ratio(out, call_real(call, ARG_END) - call_real(call, ARG_NEW), call_real(call, ARG_START));
}

static const ParamSpec RETENTION_PARAMS[] = {
  [ARG_START] = {"start", PARAM_REAL, NULL, 0, INFINITY, NULL, "customers at the start of the period"},
  [ARG_END] = {"end", PARAM_REAL, NULL, 0, INFINITY, NULL, "customers at the end of the period, new ones included"},
  [ARG_NEW] = {"new", PARAM_REAL, NULL, 0, INFINITY, NULL, "customers acquired in the period; at most end"},
};

const FunctionSpec retention_rate_function = {
  .name = "retention_rate",
  .doc =
    {
      .summary = "Gives the customer retention rate (CRR) from three counts.",
      .result =
        "A fraction: 0.8 means that 80 % stayed. Above 1 where customers lost before the period came back in it.",
      .nulls = "NULL if an argument is NULL or start is 0.",
      .errors = "A count that is negative or not a number; new above end.",
      .example = "SELECT retention_rate(1000, 1100, 300)",
      .formula = "(end - new) / start. Too low when new customers leave within the period, too high when lost ones "
                 "come back; retention_rate(was_customer, is_customer) is exact",
    },
  .params = RETENTION_PARAMS,
  .n_params = COUNT_OF(RETENTION_PARAMS),
  .scalar = retention_scalar,
};

enum {
  ARG_WAS_CUSTOMER,
  ARG_IS_CUSTOMER
};

typedef struct Retention {
  int64_t start, stayed;
} Retention;

static void retention_count(Call *call, Retention *retention, int64_t times)
{
  if (call_integer(call, ARG_WAS_CUSTOMER) == 0) {
    return;
  }
  retention->start += times;
  retention->stayed += call_integer(call, ARG_IS_CUSTOMER) != 0 ? times : 0;
}

static Status retention_step(Call *call, void *state)
{
  retention_count(call, state, 1);
  return STATUS_OK;
}

static void retention_inverse(Call *call, void *state)
{
  retention_count(call, state, -1);
}

static void retention_value(Call *call, const void *state, Cell *out)
{
  (void)call;
  const Retention *retention = state;
  if (retention) {
    cell_ratio(out, (double)retention->stayed, (double)retention->start);
  }
}

static const ParamSpec RETENTION_ROWS_PARAMS[] = {
  [ARG_WAS_CUSTOMER] = {"was_customer", PARAM_INTEGER, NULL, 0, 1, NULL,
                        "whether the row's customer was one at the start: a condition, 0 or 1"},
  [ARG_IS_CUSTOMER] = {"is_customer", PARAM_INTEGER, NULL, 0, 1, NULL,
                       "whether the row's customer is one at the end: a condition, 0 or 1"},
};

const FunctionSpec retention_rate_rows_function = {
  .name = "retention_rate",
  .doc =
    {
      .summary = "Gives the exact retention rate over rows, one row per customer.",
      .result = "The fraction of the rows with was_customer that also have is_customer; new customers (was_customer "
                "false) do not count.",
      .nulls = "A row with a NULL argument does not take part: for a LEFT JOIN pass `b.customer_id IS NOT NULL`, not a "
               "column that is NULL for the lost. NULL where no row has was_customer.",
      .errors = "A condition other than 0 and 1 ('yes', a count): compare it, as in answer = 'yes' or orders > 0.",
      .example = "SELECT retention_rate(was, is_now) FROM (SELECT min(ordered_at) < '2024-07-01' AS was, "
                 "max(ordered_at) >= '2024-07-01' AS is_now FROM demo_orders(200, 1) GROUP BY customer_id)",
      .formula = "|start set still customers at the end| / |start set|",
    },
  .params = RETENTION_ROWS_PARAMS,
  .n_params = COUNT_OF(RETENTION_ROWS_PARAMS),
  .state_size = sizeof(Retention),
  .step = retention_step,
  .inverse = retention_inverse,
  .value = retention_value,
};

/* ---- churn_rate() */

enum {
  ARG_LOST,
  ARG_BASE
};

static void churn_scalar(Call *call, Cell *out)
{
  if (part_fits(call, ARG_LOST, ARG_BASE, "base")) {
    cell_ratio(out, call_real(call, ARG_LOST), call_real(call, ARG_BASE));
  }
}

static const ParamSpec CHURN_PARAMS[] = {
  [ARG_LOST] = {"lost", PARAM_REAL, NULL, 0, INFINITY, NULL, "customers lost in the period; at most base"},
  [ARG_BASE] = {"base", PARAM_REAL, NULL, 0, INFINITY, NULL,
                "customers who could be lost: those at the start, start + new, or the average of start and end; say "
                "which you used"},
};

const FunctionSpec churn_rate_function = {
  .name = "churn_rate",
  .doc =
    {
      .summary = "Gives the churn rate from two counts, on the base that you choose.",
      .result = "A fraction in 0 … 1.",
      .nulls = "NULL if an argument is NULL or base is 0.",
      .errors = "A count that is negative or not a number; lost above base.",
      .example = "SELECT churn_rate(50, 1000)",
      .formula = "lost / base. On the base `start`, and without customers coming back, churn = 1 - retention",
    },
  .params = CHURN_PARAMS,
  .n_params = COUNT_OF(CHURN_PARAMS),
  .scalar = churn_scalar,
};

/* ---- repeat_purchase_rate() */

enum {
  ARG_REPEAT,
  ARG_TOTAL
};

static void repeat_scalar(Call *call, Cell *out)
{
  if (part_fits(call, ARG_REPEAT, ARG_TOTAL, "total")) {
    cell_ratio(out, call_real(call, ARG_REPEAT), call_real(call, ARG_TOTAL));
  }
}

static const ParamSpec REPEAT_PARAMS[] = {
  [ARG_REPEAT] = {"repeat", PARAM_REAL, NULL, 0, INFINITY, NULL, "customers with two or more purchases; at most total"},
  [ARG_TOTAL] = {"total", PARAM_REAL, NULL, 0, INFINITY, NULL, "customers with one or more purchases"},
};

const FunctionSpec repeat_purchase_rate_function = {
  .name = "repeat_purchase_rate",
  .doc =
    {
      .summary = "Gives the repeat purchase rate from two counts.",
      .result = "A fraction in 0 … 1.",
      .nulls = "NULL if an argument is NULL or total is 0.",
      .errors = "A count that is negative or not a number; repeat above total.",
      .example = "SELECT repeat_purchase_rate(300, 1000)",
      .formula = "customers with >= 2 purchases / customers with >= 1",
    },
  .params = REPEAT_PARAMS,
  .n_params = COUNT_OF(REPEAT_PARAMS),
  .scalar = repeat_scalar,
};

enum {
  ARG_ORDERS
};

typedef struct Repeat {
  int64_t total, repeat;
} Repeat;

static void repeat_count(Call *call, Repeat *repeat, int64_t times)
{
  int64_t orders = call_integer(call, ARG_ORDERS);
  repeat->total += orders >= 1 ? times : 0;
  repeat->repeat += orders >= 2 ? times : 0;
}

static Status repeat_step(Call *call, void *state)
{
  repeat_count(call, state, 1);
  return STATUS_OK;
}

static void repeat_inverse(Call *call, void *state)
{
  repeat_count(call, state, -1);
}

static void repeat_value(Call *call, const void *state, Cell *out)
{
  (void)call;
  const Repeat *repeat = state;
  if (repeat) {
    cell_ratio(out, (double)repeat->repeat, (double)repeat->total);
  }
}

static const ParamSpec REPEAT_ROWS_PARAMS[] = {
  [ARG_ORDERS] = {"orders", PARAM_INTEGER, NULL, 0, INFINITY, NULL, "number of purchases of the row's customer"},
};

const FunctionSpec repeat_purchase_rate_rows_function = {
  .name = "repeat_purchase_rate",
  .doc =
    {
      .summary = "Gives the repeat purchase rate over rows, one row per customer.",
      .result = "The fraction, of the rows with 1 or more orders, that have 2 or more.",
      .nulls = "A row with NULL does not take part; NULL where no row has an order.",
      .errors = "A number of orders that is negative or not whole.",
      .example = "SELECT repeat_purchase_rate(orders) FROM (SELECT count(*) AS orders FROM demo_orders(200, 1) GROUP "
                 "BY customer_id)",
      .formula = "customers with >= 2 purchases / customers with >= 1",
    },
  .params = REPEAT_ROWS_PARAMS,
  .n_params = COUNT_OF(REPEAT_ROWS_PARAMS),
  .state_size = sizeof(Repeat),
  .step = repeat_step,
  .inverse = repeat_inverse,
  .value = repeat_value,
};

/* ---- rate_low(), rate_high() */

enum {
  ARG_K,
  ARG_N,
  ARG_LEVEL
};

/* R2, R3, R7. False: the result is NULL or an error. */
static bool rate_interval(Call *call, Interval *interval)
{
  double k = call_real(call, ARG_K), n = call_real(call, ARG_N), level = call_real(call, ARG_LEVEL);
  if (!(level > 0 && level < 1)) {
    call_fail_argument(call, ARG_LEVEL, "above 0 and below 1");
    return false;
  }
  if (!part_fits(call, ARG_K, ARG_N, "n") || n == 0) {
    return false;
  }
  *interval = wilson_interval(k, n, level);
  return true;
}

static void rate_low_scalar(Call *call, Cell *out)
{
  Interval interval;
  if (rate_interval(call, &interval)) {
    cell_real(out, interval.low);
  }
}

static void rate_high_scalar(Call *call, Cell *out)
{
  Interval interval;
  if (rate_interval(call, &interval)) {
    cell_real(out, interval.high);
  }
}

static const ParamSpec RATE_PARAMS[] = {
  [ARG_K] = {"k", PARAM_REAL, NULL, 0, INFINITY, NULL, "how many did; at most n"},
  [ARG_N] = {"n", PARAM_REAL, NULL, 0, INFINITY, NULL, "how many could"},
  [ARG_LEVEL] = {"level", PARAM_REAL, "0.95", 0, 1, NULL, "confidence level, above 0 and below 1"},
};

#define RATE_NULLS "NULL if k or n is NULL or n is 0; a NULL level is 0.95"
#define RATE_ERRORS \
  "A count that is negative or not a number; k above n; a level that is not above 0 and below 1 (95 is not, 0.95 is)"
#define RATE_FORMULA \
  "Wilson score interval: (k + z²/2 ± z·sqrt(k(n - k)/n + z²/4)) / (n + z²), z = normal quantile of (1 + level)/2 " \
  "(Wilson 1927)"

const FunctionSpec rate_low_function = {
  .name = "rate_low",
  .doc =
    {
      .summary = "Gives the lower end of the confidence interval of a rate k / n.",
      .result = "A fraction in 0 … k/n.",
      .nulls = RATE_NULLS ".",
      .errors = RATE_ERRORS ".",
      .example = "SELECT rate_low(8, 10), rate_low(8, 10, 0.9)",
      .formula = RATE_FORMULA,
    },
  .params = RATE_PARAMS,
  .n_params = COUNT_OF(RATE_PARAMS),
  .scalar = rate_low_scalar,
};

const FunctionSpec rate_high_function = {
  .name = "rate_high",
  .doc =
    {
      .summary = "Gives the upper end of the confidence interval of a rate k / n.",
      .result = "A fraction in k/n … 1.",
      .nulls = RATE_NULLS ".",
      .errors = RATE_ERRORS ".",
      .example = "SELECT rate_high(8, 10), rate_high(8, 10, 0.9)",
      .formula = RATE_FORMULA,
    },
  .params = RATE_PARAMS,
  .n_params = COUNT_OF(RATE_PARAMS),
  .scalar = rate_high_scalar,
};

/* ---- rates_differ() */

enum {
  ARG_K1,
  ARG_N1,
  ARG_K2,
  ARG_N2
};

/* R3 of whole numbers. */
static bool count_fits(Call *call, int part, int whole, const char *whole_name)
{
  if (call_integer(call, part) <= call_integer(call, whole)) {
    return true;
  }
  call_fail_argument(call, part, "at most %s (%lld)", whole_name, (long long)call_integer(call, whole));
  return false;
}

static void rates_differ_scalar(Call *call, Cell *out)
{
  int64_t n1 = call_integer(call, ARG_N1), n2 = call_integer(call, ARG_N2);
  if (count_fits(call, ARG_K1, ARG_N1, "n1") && count_fits(call, ARG_K2, ARG_N2, "n2") && n1 > 0 && n2 > 0) {
    cell_real(out, fisher_exact(call_integer(call, ARG_K1), n1, call_integer(call, ARG_K2), n2));
  }
}

#define COUNT_MOST 1e9
_Static_assert((int64_t)COUNT_MOST == FISHER_COUNT_MAX, "the limit that is shown is the one that holds");

static const ParamSpec DIFFER_PARAMS[] = {
  [ARG_K1] = {"k1", PARAM_INTEGER, NULL, 0, COUNT_MOST, NULL, "how many did in the first group; at most n1"},
  [ARG_N1] = {"n1", PARAM_INTEGER, NULL, 0, COUNT_MOST, NULL, "how many could in the first group"},
  [ARG_K2] = {"k2", PARAM_INTEGER, NULL, 0, COUNT_MOST, NULL, "how many did in the second group; at most n2"},
  [ARG_N2] = {"n2", PARAM_INTEGER, NULL, 0, COUNT_MOST, NULL, "how many could in the second group"},
};

const FunctionSpec rates_differ_function = {
  .name = "rates_differ",
  .doc =
    {
      .summary = "Tests whether two rates, k1 of n1 and k2 of n2, differ by more than chance.",
      .result = "p, the probability of a difference at least as unlikely where the true rates are the same: below 0.05 "
                "is the usual sign that they are not. Of many pairs that are looked at, one in twenty is below by "
                "chance.",
      .nulls = "NULL if an argument is NULL, or n1 or n2 is 0.",
      .errors = "A count that is negative, not whole or above " NUMBER_TEXT(COUNT_MOST) "; k1 above n1, k2 above n2.",
      .example = "SELECT rates_differ(151, 1000, 120, 1000)",
      .formula =
        "Fisher's exact test (Fisher 1935), two-sided: the sum of the hypergeometric probabilities that are at "
        "most that of the counts observed, to a part of 1e-7, as R's fisher.test",
    },
  .params = DIFFER_PARAMS,
  .n_params = COUNT_OF(DIFFER_PARAMS),
  .scalar = rates_differ_scalar,
};
