/*
** clv_forecast(source[, horizon[, model[, discount[, level[, bootstrap[, seed[, unit]]]]]]]): what each customer is
** expected to buy and is worth.
**
**   SELECT customer, p_alive, expected_purchases, clv, clv_low, clv_high FROM clv_forecast('orders')
**   WHERE horizon = '52 weeks' ORDER BY clv DESC LIMIT 20;
**
** R1  One row per customer, in the order of their first row. orders and value are those so far; x, t_x, T and m are
**     customer_summary()'s.
** R2  model = 'auto' fits BG/NBD, MBG/NBD and Pareto/NBD and takes the lowest AIC of those that converged; fitted_model
**     says which. A model that was asked for and did not converge is an error with its reason. Where none of 'auto'
**     did, the best of those without a finite maximum is taken at its limit, as in a shop whose customers all drop out
**     with one chance: fitted_model says 'bgnbd at its limit', there is no interval, and model_fit() tells the reason.
** R3  expected_purchases: purchase days expected in the horizon after the end of observation. A horizon in months or
**     years is 30.4375 or 365.25 days each; at most 100 years.
** R4  expected_value: expected value of a purchase day, by Gamma-Gamma; where x = 0 it is the mean of the
**     population. A negative m counts as 0. spend_model says 'gamma_gamma', or 'mean' where Gamma-Gamma cannot be
**     fitted (model_fit() tells why), or its q <= 1 (no mean): then every customer has the mean value of all repeat
**     purchase days.
** R5  clv = expected_purchases * expected_value; with a discount the purchases of each week of 7 days count at its
**     end, divided by (1 + discount)^(days / 365.25). No margin is taken off.
** R6  clv_low, clv_high: interval at `level` for the EXPECTED value: how unsure the parameters leave it, not how far a
**     customer may stray from it. By the delta method on log clv; with bootstrap = B by the quantiles of B refits on
**     customers drawn anew. interval_method says which, with the number of refits that could be used (that converged,
**     or ended at their limit); fewer than nine in ten are an error. It says none, and there is no interval, where the
**     model is at its limit, where nobody spent anything at a repeat purchase, and by the delta method where the mean
**     value is not above 0.
** R7  clv_predict_low, clv_predict_high: where this customer's own spending of the horizon will lie with the chance
**     `level`, by the distribution of purchases and values in the models, the parameters taken as they are; with a
**     discount scaled by clv / (expected_purchases * expected_value). Of most customers it begins at 0. Some .1 ms a
**     customer, where it is asked for.
** R8  A source without a value has NULL for m, value, expected_value, clv and its interval.
*/
#include "core/btyd/clv_forecast.h"
#include "fn/events/event_params.h"
#include "summary_params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_YEARS 100
#define REPLICATES_LEAST 20
/* a prediction by all of them, some 20 ms with a discount, is made without a question whether to stop */
#define REPLICATES_MOST 2000

typedef struct ForecastAnswer {
  EventSource source;
  CustomerSummary summary;
  Accumulator inner; /* the summary's; its state is followed by the customer's total */
  ClvForecast forecast;
  char fitted_model[CLV_FORECAST_MODEL_NAME];
  char interval_method[48];
} ForecastAnswer;

enum {
  ARG_SOURCE,
  ARG_HORIZON,
  ARG_MODEL,
  ARG_DISCOUNT,
  ARG_LEVEL,
  ARG_BOOTSTRAP,
  ARG_SEED,
  ARG_UNIT,
  ARG_COUNT
};

static Sum *total_of(const ForecastAnswer *answer, void *state)
{
  return (Sum *)(void *)((char *)state + answer->inner.state_size);
}

static Status forecast_step(void *self, void *state, const Event *event)
{
  ForecastAnswer *answer = self;
  sum_add(total_of(answer, state), event->value);
  return answer->inner.step(&answer->summary, state, event);
}

static void forecast_restart(void *self)
{
  ForecastAnswer *answer = self;
  answer->inner.restart(&answer->summary);
}

/* has_spend: somebody spent something at a repeat purchase. */
static Status make_intervals(Call *call, ForecastAnswer *answer, bool has_spend)
{
  ClvForecast *forecast = &answer->forecast;
  int replicates = (int)call_integer(call, ARG_BOOTSTRAP);
  if (replicates > 0 && replicates < REPLICATES_LEAST) {
    return call_fail_argument(call, ARG_BOOTSTRAP, "0 or %d…%d: fewer make no interval", REPLICATES_LEAST,
                              REPLICATES_MOST);
  }
  snprintf(answer->interval_method, sizeof answer->interval_method,
           clv_forecast_has_interval(forecast) ? "delta" : "none");
  if (replicates == 0 || !has_spend || !forecast->chosen->converged) {
    return STATUS_OK;
  }
  Status status = clv_forecast_bootstrap(forecast, &answer->summary, &answer->source.customers, replicates,
                                         (uint64_t)call_integer(call, ARG_SEED), call_watch(call));
  if (status == STATUS_OK && forecast->n_replicates < 0.9 * replicates) {
    return call_fail(call,
                     "only %d of %d bootstrap replicates could be fitted: too few for an interval. bootstrap = 0 takes "
                     "the delta method",
                     forecast->n_replicates, replicates);
  }
  snprintf(answer->interval_method, sizeof answer->interval_method, "bootstrap %d of %d", forecast->n_replicates,
           replicates);
  return status;
}

static Status forecast_customers(Call *call, ForecastAnswer *answer)
{
  SummaryCbs cbs = {0};
  ClvForecast *forecast = &answer->forecast;
  Status status = summary_cbs(&answer->summary, &answer->source.customers, forecast->unit_days,
                              answer->source.has_value, NULL, &cbs, call_watch(call));
  if (status == STATUS_OK) {
    status = clv_forecast_fit(forecast, &cbs, call_choice(call, ARG_MODEL) - 1, call_watch(call));
  }
  bool has_spend = cbs.spend.n > 0; /* else no column that an interval is for was asked for, or no value is above 0 */
  summary_cbs_free(&cbs);
  if (status != STATUS_OK) {
    return status;
  }
  if (!forecast->model) {
    char reasons[CLV_FORECAST_REASONS];
    clv_forecast_reasons(forecast->fit, reasons);
    return call_fail(call, "no model could be fitted: %s", reasons);
  }
  clv_forecast_model_name(forecast->chosen, answer->fitted_model);
  return make_intervals(call, answer, has_spend);
}

static Status forecast_compute(Call *call, void *state, int64_t *n_rows)
{
  ForecastAnswer *answer = state;
  ClvForecast *forecast = &answer->forecast;
  Duration horizon = call_duration(call, ARG_HORIZON);
  double days = (double)horizon.ms / (double)MS_PER_DAY + horizon.months * DAYS_PER_MONTH;
  forecast->unit_days = UNIT_DAYS[call_choice(call, ARG_UNIT)];
  forecast->horizon = days / forecast->unit_days;
  forecast->annual_discount = call_real(call, ARG_DISCOUNT);
  forecast->level = call_real(call, ARG_LEVEL);
  if (!(days > 0 && days <= MOST_YEARS * DAYS_PER_YEAR)) {
    return call_fail_argument(call, ARG_HORIZON, "above 0 and at most %d years", MOST_YEARS);
  }
  if (!(forecast->level > 0 && forecast->level < 1)) {
    return call_fail_argument(call, ARG_LEVEL, "above 0 and below 1");
  }
  answer->summary.zone = event_source_zone(call);
  answer->inner = customer_summary_accumulator(&answer->summary);
  Accumulator accumulator = {
    .state_size = answer->inner.state_size + sizeof(Sum),
    .step = forecast_step,
    .restart = forecast_restart,
    .any_order = answer->inner.any_order,
  };
  Status status = event_source_read(call, &accumulator, answer, (EventSourceOptions){0}, &answer->source);
  if (status == STATUS_OK) {
    status =
      customer_summary_finish(&answer->summary, &answer->source.customers, answer->source.as_of.last, call_watch(call));
  }
  if (status == STATUS_OK && answer->summary.n_rows) {
    status = forecast_customers(call, answer);
  }
  *n_rows = answer->summary.n_rows;
  return status;
}

enum {
  COLUMN_CUSTOMER,
  COLUMN_X,
  COLUMN_T_X,
  COLUMN_T,
  COLUMN_M,
  COLUMN_ORDERS,
  COLUMN_VALUE,
  COLUMN_P_ALIVE,
  COLUMN_EXPECTED_PURCHASES,
  COLUMN_EXPECTED_VALUE,
  COLUMN_CLV,
  COLUMN_CLV_LOW,
  COLUMN_CLV_HIGH,
  COLUMN_CLV_PREDICT_LOW,
  COLUMN_CLV_PREDICT_HIGH,
  COLUMN_FITTED_MODEL,
  COLUMN_SPEND_MODEL,
  COLUMN_INTERVAL_METHOD,
  COLUMN_COUNT
};

#define OF_VALUE \
  (1 << COLUMN_M | 1 << COLUMN_VALUE | 1 << COLUMN_EXPECTED_VALUE | 1 << COLUMN_CLV | 1 << COLUMN_CLV_LOW | \
   1 << COLUMN_CLV_HIGH | 1 << COLUMN_CLV_PREDICT_LOW | 1 << COLUMN_CLV_PREDICT_HIGH | 1 << COLUMN_SPEND_MODEL | \
   1 << COLUMN_INTERVAL_METHOD)

static void forecast_cell(const void *state, int64_t row, int column, Cell *out)
{
  const ForecastAnswer *answer = state;
  const ClvForecast *forecast = &answer->forecast;
  const Customers *customers = &answer->source.customers;
  CustomerSummaryRow customer;
  if (OF_VALUE >> column & 1 && !answer->source.has_value) {
    cell_null(out);
    return;
  }
  customer_summary_get(&answer->summary, customers, (uint32_t)row, &customer);
  switch (column) {
    case COLUMN_CUSTOMER:
      cell_customer(out, customers, customer.customer);
      break;
    case COLUMN_X:
      cell_integer(out, customer.repeats);
      break;
    case COLUMN_T_X:
      cell_real(out, (double)customer.recency / forecast->unit_days);
      break;
    case COLUMN_T:
      cell_real(out, (double)customer.age / forecast->unit_days);
      break;
    case COLUMN_M:
      cell_real(out, customer.mean);
      break;
    case COLUMN_ORDERS:
      cell_integer(out, customer.orders);
      break;
    case COLUMN_VALUE:
      cell_real(out, sum_value(total_of(answer, customers_state(customers, customer.customer))));
      break;
    case COLUMN_P_ALIVE:
      cell_real(out, clv_forecast_p_alive(forecast, &customer));
      break;
    case COLUMN_EXPECTED_PURCHASES:
      cell_real(out, clv_forecast_purchases(forecast, &customer));
      break;
    case COLUMN_EXPECTED_VALUE:
      cell_real(out, clv_forecast_mean_value(forecast, &customer));
      break;
    case COLUMN_CLV:
      cell_real(out, clv_forecast_value(forecast, &customer));
      break;
    case COLUMN_CLV_LOW:
      cell_real(out, clv_forecast_interval(forecast, &customer).low);
      break;
    case COLUMN_CLV_HIGH:
      cell_real(out, clv_forecast_interval(forecast, &customer).high);
      break;
    case COLUMN_CLV_PREDICT_LOW:
      cell_finite(out, clv_forecast_predict(forecast, &customer).low);
      break;
    case COLUMN_CLV_PREDICT_HIGH:
      cell_finite(out, clv_forecast_predict(forecast, &customer).high);
      break;
    case COLUMN_FITTED_MODEL:
      cell_string(out, answer->fitted_model);
      break;
    case COLUMN_SPEND_MODEL:
      cell_static(out, forecast->has_spend ? GAMMA_GAMMA.name : "mean");
      break;
    case COLUMN_INTERVAL_METHOD:
      cell_string(out, answer->interval_method);
      break;
  }
}

static void forecast_answer_free(void *state)
{
  ForecastAnswer *answer = state;
  event_source_free(&answer->source);
  customer_summary_free(&answer->summary);
  clv_forecast_free(&answer->forecast);
}

static const Customers *forecast_customer_index(const void *state)
{
  return &((const ForecastAnswer *)state)->source.customers;
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_CUSTOMER] = {"customer", "", "the customer's key as in the source"},
  [COLUMN_X] = {"x", "INTEGER", "repeat purchases: purchase days after the first"},
  [COLUMN_T_X] = {"t_x", "REAL", "first to last purchase day, in the unit; 0 where x = 0"},
  [COLUMN_T] = {"T", "REAL", "first purchase day to the end of observation, in the unit"},
  [COLUMN_M] = {"m", "REAL", "mean value of a repeat purchase day; NULL where x = 0 or the source has no value"},
  [COLUMN_ORDERS] = {"orders", "INTEGER", "rows of the customer so far"},
  [COLUMN_VALUE] = {"value", "REAL", "sum of the values so far; NULL where the source has no value"},
  [COLUMN_P_ALIVE] = {"p_alive", "REAL", "chance that the customer is still one at the end of observation"},
  [COLUMN_EXPECTED_PURCHASES] = {"expected_purchases", "REAL", "expected purchase days in the horizon"},
  [COLUMN_EXPECTED_VALUE] = {"expected_value", "REAL",
                             "expected value of a purchase day, where a mean m below 0, as of refunds, counts as 0; "
                             "NULL where the source has no value"},
  [COLUMN_CLV] = {"clv", "REAL", "expected value of the horizon, discounted; NULL where the source has no value"},
  [COLUMN_CLV_LOW] = {"clv_low", "REAL",
                      "lower end of the interval of clv: uncertainty of the expected value by that of the parameters"},
  [COLUMN_CLV_HIGH] = {"clv_high", "REAL", "upper end of the interval of clv"},
  [COLUMN_CLV_PREDICT_LOW] = {"clv_predict_low", "REAL",
                              "lower end of where this customer's own spending of the horizon will lie with the chance "
                              "level: 0 for most. Wider than clv_low, which is of the mean of such customers"},
  [COLUMN_CLV_PREDICT_HIGH] = {"clv_predict_high", "REAL",
                               "upper end of it; NULL where spend_model is mean, of which no spread is known"},
  [COLUMN_FITTED_MODEL] = {"fitted_model", "TEXT",
                           "the model of the purchases: bgnbd, mbgnbd or pareto_nbd; followed by 'at its limit' where "
                           "none of them has a finite maximum (model_fit() says why), and then without an interval"},
  [COLUMN_SPEND_MODEL] = {"spend_model", "TEXT",
                          "the model of the value: gamma_gamma, or mean (of all repeat purchase days) where that "
                          "cannot be fitted; NULL where the source has no value"},
  [COLUMN_INTERVAL_METHOD] = {"interval_method", "TEXT",
                              "delta, bootstrap with the number of replicates that could be fitted, or none; NULL "
                              "where the source has no value"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  [ARG_HORIZON] =
    {"horizon", PARAM_DURATION, "52 weeks", 0, 0, NULL,
     "how far to forecast from as_of, such as '90 days' or '1 year', at most " NUMBER_TEXT(
       MOST_YEARS) " years; a month is " NUMBER_TEXT(DAYS_PER_MONTH) " days, a year " NUMBER_TEXT(DAYS_PER_YEAR)},
  [ARG_MODEL] = {"model", PARAM_CHOICE, "auto", 0, 0, "auto|bgnbd|mbgnbd|pareto_nbd",
                 "the model of the purchases; auto: of those that converge the one with the lowest AIC"},
  [ARG_DISCOUNT] = {"discount", PARAM_REAL, "0", 0, 1, NULL,
                    "effective discount rate per year, 0.1 for 10 %; a week's purchases count at its end"},
  [ARG_LEVEL] = {"level", PARAM_REAL, "0.95", 0, 1, NULL,
                 "confidence level of clv_low … clv_high, above 0 and below 1"},
  [ARG_BOOTSTRAP] = {"bootstrap", PARAM_INTEGER, "0", 0, REPLICATES_MOST, NULL,
                     "number of refits on customers drawn anew, of which the interval is then made (200 is "
                     "usual, " NUMBER_TEXT(REPLICATES_LEAST) " the least, " NUMBER_TEXT(
                       REPLICATES_MOST) " the most); 0: the delta method. Costs a fit each, and a prediction of every "
                                        "customer that is read"},
  [ARG_SEED] = {"seed", PARAM_INTEGER, "1", -9.2e18, 9.2e18, NULL,
                "of the bootstrap's draws; the same seed gives the same intervals"},
  [ARG_UNIT] = UNIT_PARAM("t_x and T, and of nothing else"),
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec clv_forecast_table = {
  .name = "clv_forecast",
  .doc =
    {
      .summary = "Forecasts what each customer will buy and is worth: P(alive), expected purchases, expected value and "
                 "lifetime value with an interval.",
      .result = "A row per customer, in the order of their first row; none for an empty source.",
      .nulls = "Rows with a NULL customer or time do not take part; a NULL value counts as 0. Without a value column "
               "m, value, expected_value, clv and its interval are NULL.",
      .errors = "No model can be fitted (the reasons are given: nobody bought again, all customers alike, no finite "
                "maximum); a horizon above " NUMBER_TEXT(
                  MOST_YEARS) " years; a level outside 0 … 1; fewer than nine in ten bootstrap replicates can be "
                              "fitted; an unknown source or column; an invalid customer, time or value.",
      .example = "SELECT customer, x, round(p_alive, 3) AS p_alive, round(expected_purchases, 2) AS "
                 "expected_purchases, round(clv, 1) AS clv, round(clv_low, 1) AS clv_low, round(clv_high, 1) AS "
                 "clv_high, fitted_model FROM clv_forecast((SELECT retain_log(customer_id, ordered_at, amount) FROM "
                 "demo_orders(500, 1))) WHERE horizon = '26 weeks' ORDER BY clv DESC LIMIT 3",
      .formula = "clv = sum over weeks i of (E[purchases by i] - E[purchases by i - 1]) / (1 + discount)^(days of i / "
                 "365.25) * E[value | x, m]. BG/NBD: Fader, Hardie & Lee 2005; MBG/NBD: Batislam, Denizel & Filiztekin "
                 "2007; Pareto/NBD: Schmittlein, Morrison & Colombo 1987; Gamma-Gamma: Fader & Hardie 2013. Interval: "
                 "clv * exp(+-z sd), sd^2 = g'Cg, C the covariance of the log parameters, g the gradient of log clv.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_OPTIONAL,
  .value_columns = OF_VALUE,
  .state_size = sizeof(ForecastAnswer),
  .compute = forecast_compute,
  .cell = forecast_cell,
  .free = forecast_answer_free,
  .customers = forecast_customer_index,
};
