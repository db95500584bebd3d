#include "clv_forecast.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "spending.h"

#define KNOWN_BITS 12
#define KNOWN_SLOTS (1 << KNOWN_BITS)
#define LOG_STEP 1e-4 /* of a log parameter: truncation about 1e-8, rounding about 1e-9 of the derivative */

const BtydModel *const CLV_FORECAST_MODEL[CLV_FORECAST_MODELS] = {&BGNBD, &MBGNBD, &PARETO_NBD};

/* What is known of a CBS row, by bits of `has`. */
enum {
  HAS_ROW = 1,
  HAS_P_ALIVE = 2,
  HAS_PURCHASES = 4,
  HAS_DISCOUNTED = 8,
  HAS_VARIANCE = 16
};

typedef struct Known {
  int64_t x, recency, age;
  unsigned has;
  double p_alive, purchases, discounted;
  double variance; /* of log discounted, by the delta method */
} Known;

typedef struct Memory {
  Known known[KNOWN_SLOTS];
  bool has_interval; /* of the customer whose interval by bootstrap was asked for last */
  uint32_t customer;
  Interval interval;
  bool has_prediction; /* likewise, of the customer whose prediction was */
  uint32_t predicted;
  Interval prediction;
} Memory;

/* Fitting */

const BtydFit *clv_forecast_choose(const BtydFit fit[CLV_FORECAST_MODELS], bool any_model)
{
  const BtydFit *best = NULL;
  for (int i = 0; i < CLV_FORECAST_MODELS; i++) {
    bool usable = fit[i].model && (fit[i].converged || (any_model && fit[i].at_limit));
    bool tie = usable && best && fit[i].converged == best->converged;
    if (usable && (!best || (tie ? btyd_aic(&fit[i]) < btyd_aic(best) : fit[i].converged))) {
      best = &fit[i];
    }
  }
  return best;
}

void clv_forecast_model_name(const BtydFit *fit, char text[CLV_FORECAST_MODEL_NAME])
{
  snprintf(text, CLV_FORECAST_MODEL_NAME, "%s%s", fit->model->name, fit->at_limit ? " at its limit" : "");
}

/* Gamma-Gamma without a finite mean (q <= 1) says nothing of a new customer. */
static bool spend_has_mean(const BtydFit *fit)
{
  return fit->theta[1] > 1;
}

static Status prepare_discounting(ClvForecast *forecast)
{
  double week = DAYS_PER_WEEK / forecast->unit_days;
  double weekly = expm1(log1p(forecast->annual_discount) * DAYS_PER_WEEK / DAYS_PER_YEAR);
  return discounting_make(&forecast->discounting, forecast->horizon, weekly, week,
                          discounting_time_scale(forecast->model, forecast->chosen->theta));
}

Status clv_forecast_fit(ClvForecast *forecast, const SummaryCbs *cbs, int which, const Watch *watch)
{
  Status status = STATUS_OK;
  forecast->memory = mem_zero(1, sizeof *forecast->memory);
  if (!forecast->memory) {
    return STATUS_NOMEM;
  }
  for (int i = 0; i < CLV_FORECAST_MODELS && status == STATUS_OK; i++) {
    if (which == CLV_FORECAST_AUTO || which == i) {
      status = btyd_fit(CLV_FORECAST_MODEL[i], &cbs->purchases, &forecast->fit[i], watch);
    }
  }
  if (status == STATUS_OK) {
    status = btyd_fit(&GAMMA_GAMMA, &cbs->spend, &forecast->spend, watch);
  }
  if (status != STATUS_OK) {
    return status;
  }
  forecast->mean = cbs->mean;
  forecast->mean_sd = cbs->mean_sd;
  forecast->has_spend = forecast->spend.converged && spend_has_mean(&forecast->spend);
  forecast->chosen = clv_forecast_choose(forecast->fit, which == CLV_FORECAST_AUTO);
  forecast->model = forecast->chosen ? forecast->chosen->model : NULL;
  return forecast->model ? prepare_discounting(forecast) : STATUS_OK;
}

void clv_forecast_reasons(const BtydFit fit[CLV_FORECAST_MODELS], char text[CLV_FORECAST_REASONS])
{
  const char *first = NULL;
  bool same = true;
  size_t used = 0;
  for (int i = 0; i < CLV_FORECAST_MODELS; i++) {
    if (fit[i].model) {
      first = first ? first : fit[i].reason;
      same = same && strcmp(first, fit[i].reason) == 0;
    }
  }
  text[0] = 0;
  for (int i = 0; i < CLV_FORECAST_MODELS && used < CLV_FORECAST_REASONS; i++) {
    if (fit[i].model && !(same && used)) {
      int n = snprintf(text + used, CLV_FORECAST_REASONS - used, "%s%s%s%s", used ? "; " : "",
                       same ? "" : fit[i].model->name, same ? "" : ": ", fit[i].reason);
      used += n > 0 ? (size_t)n : 0;
    }
  }
}

/* At a limit the likelihood hardly changes any more, and with it no prediction: that is as good a draw as a maximum. */
static bool replicate_usable(const BtydFit *fit)
{
  return fit->converged || fit->at_limit;
}

static Status replicate_fit(ClvForecast *forecast, const SummaryCbs *cbs, const Watch *watch)
{
  BtydFit fit, spend = {0};
  Status status = btyd_fit(forecast->model, &cbs->purchases, &fit, watch);
  if (status == STATUS_OK && replicate_usable(&fit) && forecast->has_spend) {
    status = btyd_fit(&GAMMA_GAMMA, &cbs->spend, &spend, watch);
  }
  bool spend_usable = !forecast->has_spend || (replicate_usable(&spend) && spend_has_mean(&spend));
  if (status != STATUS_OK || !replicate_usable(&fit) || !spend_usable) {
    return status;
  }
  Replicate *replicate = &forecast->replicate[forecast->n_replicates++];
  memcpy(replicate->purchases, fit.theta, sizeof fit.theta);
  memcpy(replicate->spend, spend.theta, sizeof spend.theta);
  replicate->mean = cbs->mean;
  return STATUS_OK;
}

Status clv_forecast_bootstrap(ClvForecast *forecast, const CustomerSummary *summary, const Customers *customers,
                              int replicates, uint64_t seed, const Watch *watch)
{
  uint32_t n = summary->n_rows;
  uint32_t *copies = mem_alloc((size_t)n + 1, sizeof *copies);
  forecast->replicate = mem_alloc((size_t)replicates + 1, sizeof *forecast->replicate);
  forecast->values = mem_alloc((size_t)replicates + 1, sizeof *forecast->values);
  Status status = copies && forecast->replicate && forecast->values ? STATUS_OK : STATUS_NOMEM;
  for (int k = 0; k < replicates && status == STATUS_OK; k++) {
    Random random = random_seed(seed, (uint64_t)k);
    SummaryCbs cbs = {0};
    memset(copies, 0, n * sizeof *copies);
    for (uint32_t i = 0; i < n; i++) {
      copies[(uint32_t)(random_uniform(&random) * n)]++;
      if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
        status = STATUS_INTERRUPT;
        break;
      }
    }
    if (status == STATUS_OK) {
      status = summary_cbs(summary, customers, forecast->unit_days, true, copies, &cbs, watch);
    }
    if (status == STATUS_OK) {
      status = replicate_fit(forecast, &cbs, watch);
    }
    summary_cbs_free(&cbs);
  }
  mem_free(copies);
  return status;
}

void clv_forecast_free(ClvForecast *forecast)
{
  mem_free(forecast->memory);
  mem_free(forecast->replicate);
  mem_free(forecast->values);
  discounting_free(&forecast->discounting);
  forecast->memory = NULL;
  forecast->replicate = NULL;
  forecast->values = NULL;
  forecast->n_replicates = 0;
}

/* Purchases */

static Known *recall(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  uint64_t hash = (uint64_t)row->repeats * UINT64_C(0x9e3779b97f4a7c15);
  hash ^= (uint64_t)row->recency << 24 ^ (uint64_t)row->age;
  hash = (hash * UINT64_C(0xd6e8feb86659fd93)) >> (64 - KNOWN_BITS);
  Known *known = &forecast->memory->known[hash];
  if (!known->has || known->x != row->repeats || known->recency != row->recency || known->age != row->age) {
    *known = (Known){.x = row->repeats, .recency = row->recency, .age = row->age, .has = HAS_ROW};
  }
  return known;
}

double clv_forecast_p_alive(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  Known *known = recall(forecast, row);
  if (!(known->has & HAS_P_ALIVE)) {
    CbsRow cbs = summary_cbs_row(row, forecast->unit_days);
    known->p_alive = forecast->model->p_alive(forecast->chosen->theta, &cbs);
    known->has |= HAS_P_ALIVE;
  }
  return known->p_alive;
}

double clv_forecast_purchases(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  Known *known = recall(forecast, row);
  if (!(known->has & HAS_PURCHASES)) {
    CbsRow cbs = summary_cbs_row(row, forecast->unit_days);
    known->purchases = forecast->model->expected(forecast->chosen->theta, &cbs, forecast->horizon);
    known->has |= HAS_PURCHASES;
  }
  return known->purchases;
}

static double discounted_at(const ClvForecast *forecast, const double *theta, const CbsRow *row)
{
  return discounting_value(&forecast->discounting, forecast->model, theta, row);
}

static double discounted(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  if (forecast->annual_discount == 0) {
    return clv_forecast_purchases(forecast, row);
  }
  Known *known = recall(forecast, row);
  if (!(known->has & HAS_DISCOUNTED)) {
    CbsRow cbs = summary_cbs_row(row, forecast->unit_days);
    known->discounted = discounted_at(forecast, forecast->chosen->theta, &cbs);
    known->has |= HAS_DISCOUNTED;
  }
  return known->discounted;
}

/* g' C g, n variables. */
static double quadratic_form(int n, const double *g, const double *covariance)
{
  double sum = 0;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      sum += g[i] * covariance[i * n + j] * g[j];
    }
  }
  return sum;
}

static double purchases_variance(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  Known *known = recall(forecast, row);
  if (!(known->has & HAS_VARIANCE)) {
    const BtydFit *fit = forecast->chosen;
    CbsRow cbs = summary_cbs_row(row, forecast->unit_days);
    double g[BTYD_PARAMETERS] = {0}, theta[BTYD_PARAMETERS];
    memcpy(theta, fit->theta, sizeof theta);
    for (int i = 0; i < fit->n_variables; i++) {
      theta[i] = fit->theta[i] * exp(LOG_STEP);
      double above = discounted_at(forecast, theta, &cbs);
      theta[i] = fit->theta[i] * exp(-LOG_STEP);
      g[i] = log(above / discounted_at(forecast, theta, &cbs)) / (2 * LOG_STEP);
      theta[i] = fit->theta[i];
    }
    known->variance = quadratic_form(fit->n_variables, g, fit->covariance);
    known->has |= HAS_VARIANCE;
  }
  return known->variance;
}

/* Value */

/* Refunds can make m negative, for which the model has no meaning: that is taken as 0. */
static double spend_mean(const double *theta, const CustomerSummaryRow *row)
{
  return GAMMA_GAMMA.expected_value(theta, (double)row->repeats, fmax(row->mean, 0));
}

/* The gradient of the logarithm of spend_mean(), p (gamma + x m) / (p x + q - 1), by ln p, ln q, ln gamma. */
static void spend_gradient(const double *theta, const CustomerSummaryRow *row, double *gradient)
{
  double p = theta[0], q = theta[1], gamma = theta[2], x = (double)row->repeats;
  double shape = p * x + q - 1;
  gradient[0] = 1 - p * x / shape;
  gradient[1] = -q / shape;
  gradient[2] = gamma / (gamma + (x > 0 ? x * fmax(row->mean, 0) : 0));
}

double clv_forecast_mean_value(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  return forecast->has_spend ? spend_mean(forecast->spend.theta, row) : forecast->mean;
}

static double mean_variance(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  if (!forecast->has_spend) {
    double relative = forecast->mean_sd / forecast->mean;
    return relative * relative;
  }
  double g[BTYD_PARAMETERS] = {0};
  spend_gradient(forecast->spend.theta, row, g);
  return quadratic_form(forecast->spend.n_variables, g, forecast->spend.covariance);
}

double clv_forecast_value(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  return discounted(forecast, row) * clv_forecast_mean_value(forecast, row);
}

static Interval bootstrap_interval(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  Memory *memory = forecast->memory;
  if (memory->has_interval && memory->customer == row->customer) {
    return memory->interval;
  }
  CbsRow cbs = summary_cbs_row(row, forecast->unit_days);
  double p[2] = {(1 - forecast->level) / 2, (1 + forecast->level) / 2}, quantile[2];
  for (int k = 0; k < forecast->n_replicates; k++) {
    const Replicate *replicate = &forecast->replicate[k];
    double mean = forecast->has_spend ? spend_mean(replicate->spend, row) : replicate->mean;
    forecast->values[k] = mean * discounted_at(forecast, replicate->purchases, &cbs);
  }
  quantiles_select(forecast->values, (size_t)forecast->n_replicates, p, 2, quantile, &WATCH_NEVER);
  memory->interval = (Interval){quantile[0], quantile[1]};
  memory->customer = row->customer;
  memory->has_interval = true;
  return memory->interval;
}

bool clv_forecast_has_interval(const ClvForecast *forecast)
{
  bool by_delta = forecast->chosen->converged && (forecast->has_spend || forecast->mean > 0);
  return forecast->n_replicates || by_delta;
}

Interval clv_forecast_interval(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  if (forecast->n_replicates) {
    return bootstrap_interval(forecast, row);
  }
  if (!clv_forecast_has_interval(forecast)) {
    return (Interval){NAN, NAN};
  }
  double value = clv_forecast_value(forecast, row);
  if (value == 0) {
    return (Interval){0, 0};
  }
  return log_interval(value, sqrt(purchases_variance(forecast, row) + mean_variance(forecast, row)), forecast->level);
}

Interval clv_forecast_predict(const ClvForecast *forecast, const CustomerSummaryRow *row)
{
  Memory *memory = forecast->memory;
  if (!forecast->has_spend) {
    return (Interval){NAN, NAN};
  }
  if (!memory->has_prediction || memory->predicted != row->customer) {
    PurchaseCounts counts;
    CbsRow cbs = summary_cbs_row(row, forecast->unit_days);
    double purchases = clv_forecast_purchases(forecast, row);
    double kept = purchases > 0 ? discounted(forecast, row) / purchases : 1;
    purchase_counts(forecast->model, forecast->chosen->theta, &cbs, forecast->horizon, &counts);
    Interval spent =
      spending_interval(&counts, forecast->spend.theta, cbs.x, cbs.x > 0 ? fmax(row->mean, 0) : 0, forecast->level);
    memory->prediction = (Interval){kept * spent.low, kept * spent.high};
    memory->predicted = row->customer;
    memory->has_prediction = true;
  }
  return memory->prediction;
}
