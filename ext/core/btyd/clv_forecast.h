/*
** What each customer of a summary (core/btyd/customer_summary.h) will buy and is worth: purchases by a buy-till-you-die
** model, value by Gamma-Gamma.
**
**   E[purchases in the horizon]  of the chosen model (core/btyd/btyd.h): the lowest AIC of those that converged (where
**                                none of all did: of those at their limits), or the one asked for
**   E[value of a purchase day]   Gamma-Gamma (Fader & Hardie 2013) of x and m; where it cannot be fitted, the mean
**                                value of all repeat purchase days, the same for everybody
**   value of the horizon         their product; with a discount, each week's purchases at the week's end over
**                                (1 + d)^(week's end)
**
** Intervals hold the uncertainty of the parameters, so of the EXPECTED value; what one customer really spends varies
** far more.
**   delta      log value ± z sd, sd^2 = g' C g: g the gradient of log value by the log parameters (central
**              differences for the purchases, analytic for the value), C their covariance (the inverse of minus the
**              Hessian). The two models are taken as independent, as Gamma-Gamma itself does.
**   bootstrap  customers drawn anew with replacement, both models fitted again; the interval is of quantiles (type
**              7) of the replicates' values.
** The choice of the model is not part of either.
**
** Fits cost by distinct (x, t_x, T). A prediction is computed when it is first asked for and shared by customers with
** the same CBS row that are asked for soon after (a direct-mapped cache of 4096 rows). A prediction is one evaluation
** of the model, with a discount some 16 for a year (core/btyd/discounting.h); an interval takes eight times as many
** more, with B replicates B times.
*/
#ifndef RETAIN_CORE_BTYD_CLV_FORECAST_H
#define RETAIN_CORE_BTYD_CLV_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/numerics/stats.h"
#include "customer_summary.h"
#include "discounting.h"
#include "summary_cbs.h"

#define CLV_FORECAST_MODELS 3
#define CLV_FORECAST_AUTO (-1) /* the lowest AIC */
extern const BtydModel *const CLV_FORECAST_MODEL[CLV_FORECAST_MODELS];

/* Parameters of one bootstrap replicate. */
typedef struct Replicate {
  double purchases[BTYD_PARAMETERS], spend[BTYD_PARAMETERS], mean;
} Replicate;

/*
** Set the first group, clv_forecast_fit(), optionally clv_forecast_bootstrap(), then ask. {0} is a valid empty object;
** not to be copied once it is fitted (`chosen` points into it).
*/
typedef struct ClvForecast {
  double unit_days;
  double horizon;         /* in the unit */
  double annual_discount; /* effective, per year of 365.25 days */
  double level;

  BtydFit fit[CLV_FORECAST_MODELS]; /* .model NULL: not asked for */
  const BtydModel *model;           /* the chosen one; NULL: none that was asked for can be used */
  const BtydFit *chosen;
  BtydFit spend;
  bool has_spend; /* Gamma-Gamma is used; else `mean` */
  double mean, mean_sd;
  Discounting discounting; /* of the weeks of the horizon */

  Replicate *replicate;
  int n_replicates;      /* that could be fitted */
  double *values;        /* room for one per replicate */
  struct Memory *memory; /* of what was computed */
} ClvForecast;

/*
** Fits the spend model and all models (which = CLV_FORECAST_AUTO) or one, and chooses. Where all were tried and none
** converged, one that has no finite maximum is taken at its limit (chosen->at_limit; it has no intervals). Where there
** is none either, `model` stays NULL and fit[].reason says why.
*/
Status clv_forecast_fit(ClvForecast *forecast, const SummaryCbs *cbs, int which, const Watch *watch);

/*
** Of the fits (those with .model set) that converged the one with the lowest AIC; where none did and `any_model` would
** do, of those at their limits. NULL: none.
*/
const BtydFit *clv_forecast_choose(const BtydFit fit[CLV_FORECAST_MODELS], bool any_model);

/* "bgnbd", or "bgnbd at its limit". */
#define CLV_FORECAST_MODEL_NAME 40
void clv_forecast_model_name(const BtydFit *fit, char text[CLV_FORECAST_MODEL_NAME]);

/* Why none of the fits (those with .model set) converged: "nobody bought again", or each model's own reason. */
#define CLV_FORECAST_REASONS (CLV_FORECAST_MODELS * (BTYD_REASON + 20))
void clv_forecast_reasons(const BtydFit fit[CLV_FORECAST_MODELS], char text[CLV_FORECAST_REASONS]);

/*
** Replicates of the fits by `seed`; those that end at their limit are as good as those that converge, others are left
** out (n_replicates says how many are in). The same seed gives the same draws on every platform.
*/
Status clv_forecast_bootstrap(ClvForecast *forecast, const CustomerSummary *summary, const Customers *customers,
                              int replicates, uint64_t seed, const Watch *watch);

/* Of a customer; only those of recent CBS rows are remembered. NaN where there is no such number. */
double clv_forecast_p_alive(const ClvForecast *forecast, const CustomerSummaryRow *row);
double clv_forecast_purchases(const ClvForecast *forecast, const CustomerSummaryRow *row);
double clv_forecast_mean_value(const ClvForecast *forecast, const CustomerSummaryRow *row); /* of a purchase day */
/* of the horizon: the lifetime value */
double clv_forecast_value(const ClvForecast *forecast, const CustomerSummaryRow *row);

/*
** Not by the delta method at a limit, where no Hessian knows the errors, or where the mean value is 0 or less and has
** no logarithm.
*/
bool clv_forecast_has_interval(const ClvForecast *forecast);
/* of clv_forecast_value() */
Interval clv_forecast_interval(const ClvForecast *forecast, const CustomerSummaryRow *row);

/*
** Where the customer's own spending of the horizon will lie with the chance `level` (spending.h), the parameters taken
** as they are; with a discount scaled by what it takes off the mean. NaN where there is no Gamma-Gamma.
*/
Interval clv_forecast_predict(const ClvForecast *forecast, const CustomerSummaryRow *row);

void clv_forecast_free(ClvForecast *forecast); /* may run twice */

#endif
