/*
** The shop at an instant: what is known of all customers, the purchase models fitted to it, and a customer's features.
*/
#include "churn_snapshot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"

#define ODDS_MOST 30.0 /* log-odds of a probability that is 0 or 1 to all digits that matter */

static double log_odds_of(double p)
{
  return fmax(fmin(log(p) - log1p(-p), ODDS_MOST), -ODDS_MOST);
}

/* FNV-1a of text, and the finaliser of SplitMix64. */
uint64_t customer_hash(const Customers *customers, uint32_t id)
{
  CustomerKey key = customers_key(customers, id);
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; key.text && i < key.length; i++) {
    hash = (hash ^ (unsigned char)key.text[i]) * UINT64_C(0x100000001b3);
  }
  hash = key.text ? hash : (uint64_t)key.integer + UINT64_C(0x9e3779b97f4a7c15);
  hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
  return hash ^ hash >> 31;
}

double churn_snapshot_probability(const ChurnSnapshot *shop, const CbsRow *past)
{
  if (shop->model) {
    return shop->model->pmf(shop->theta, past, 0, shop->horizon);
  }
  double T = past ? past->T : 0, x = past ? past->x : 0;
  return exp(-(x + 1) * log1p(shop->horizon / (shop->prior + T)));
}

double churn_snapshot_log_odds(const ChurnSnapshot *shop, const CbsRow *past)
{
  return log_odds_of(churn_snapshot_probability(shop, past));
}

double churn_snapshot_frequency_part(const ChurnSnapshot *shop, const CbsRow *past)
{
  CbsRow just_bought = {past->x, past->t_x, past->t_x};
  return past->x > 0 ? churn_snapshot_log_odds(shop, &just_bought) - churn_snapshot_log_odds(shop, NULL) : 0;
}

/* 2: a maximum; 1: none, but a limit; 0: neither. */
static int fit_rank(const BtydFit *fit)
{
  bool usable = fit->converged || fit->at_limit;
  for (int i = 0; i < fit->model->n_parameters; i++) {
    usable = usable && isfinite(fit->theta[i]) && fit->theta[i] > 0;
  }
  return !usable ? 0 : fit->converged ? 2 : 1;
}

static void churn_snapshot_take(ChurnSnapshot *shop, const BtydFit *fit)
{
  shop->model = fit->model;
  shop->at_limit = !fit->converged;
  memcpy(shop->theta, fit->theta, sizeof shop->theta);
}

/*
** The likelier model, one that converged before one at its limit; `known`: the model that is a feature, which is taken
** beside it. Of a model that was asked for alone, that one.
*/
static Status churn_snapshot_fit(const Churn *churn, ChurnSnapshot *shop, const BtydModel *known, Cbs *pasts, char *why,
                                 const Watch *watch)
{
  static const BtydModel *const MODEL[] = {&MBGNBD, &BGNBD};
  BtydFit fit[2];
  int best = -1, rank[2] = {0, 0};
  Status status = cbs_finish(pasts, watch);
  why[0] = 0;
  for (int i = 0; i < 2 && status == STATUS_OK && pasts->n > 0; i++) {
    if (churn->wanted == (i ? CHURN_WANT_MBGNBD : CHURN_WANT_BGNBD)) {
      continue;
    }
    status = btyd_fit(MODEL[i], pasts, &fit[i], watch);
    rank[i] = status == STATUS_OK ? fit_rank(&fit[i]) : 0;
    if (status == STATUS_OK && rank[i] == 0) {
      snprintf(why, CHURN_MODEL_WHY, "%s: %s", MODEL[i]->name, fit[i].reason);
    } else if (status == STATUS_OK && (best < 0 || rank[i] > rank[best] ||
                                       (rank[i] == rank[best] && fit[i].log_likelihood > fit[best].log_likelihood))) {
      best = i;
    }
  }
  if (status != STATUS_OK || best < 0) {
    return status;
  }
  churn_snapshot_take(shop, &fit[best]);
  shop->alive = shop->model;
  memcpy(shop->alive_theta, shop->theta, sizeof shop->theta);
  snprintf(why, CHURN_MODEL_WHY, "%s", shop->at_limit ? fit[best].reason : "");
  for (int i = 0; i < 2; i++) {
    if (MODEL[i] == known && rank[i] > 0) {
      churn_snapshot_take(shop, &fit[i]);
    }
  }
  return status;
}

Status churn_snapshot_build(Churn *churn, const Customers *customers, ChurnInstant instant, const Watch *watch)
{
  ChurnSnapshot *shop = &churn->shop[instant];
  const ChurnSnapshot *learned =
    instant == CHURN_AS_OF && churn->method == CHURN_LOGIT ? &churn->shop[CHURN_CUT] : NULL;
  uint64_t share = instant == CHURN_CUT ? (customers->count + CHURN_FIT_CUSTOMERS - 1) / CHURN_FIT_CUSTOMERS : 1;
  const ChurnTimes *times = &churn->times;
  Cbs pasts = {.watch = watch};
  double gaps = 0, repeats = 0, ages = 0, value = 0, n = 0;
  Status status = STATUS_OK;
  *shop = (ChurnSnapshot){.horizon = instant == CHURN_CUT ? days_between(times->cut, times->as_of)
                                                          : days_between(times->as_of, times->until)};
  for (uint32_t id = 0; id < customers->count && status == STATUS_OK; id++) {
    ChurnPast past;
    if (churn_past(times, customers_state(customers, id), instant, &past)) {
      gaps += (double)past.t_x;
      repeats += (double)past.x;
      ages += (double)past.age;
      value += past.value;
      n++;
      if (share <= 1 || customer_hash(customers, id) / CHURN_FOLDS % share == 0) {
        status = cbs_add(&pasts, cbs_row_of(&past), NULL, 1);
      }
    }
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
    }
  }
  shop->gap = repeats > 0 ? gaps / repeats : NAN;
  shop->repeats = n > 0 ? repeats / n : 0;
  shop->value = n > 0 ? value / n : 0;
  shop->prior = (ages + shop->horizon) / (repeats + 1);
  if (status == STATUS_OK) {
    status = churn_snapshot_fit(churn, shop, learned ? learned->model : NULL, &pasts, churn->model_why, watch);
  }
  if (learned && shop->model != learned->model) { /* the feature is there as it was learned, or not at all */
    shop->model = learned->model;
    shop->at_limit = learned->at_limit;
    memcpy(shop->theta, learned->theta, sizeof shop->theta);
  }
  cbs_free(&pasts);
  return status;
}

double churn_snapshot_value(const ChurnSnapshot *shop)
{
  return shop->value / (shop->repeats + 1);
}

void churn_snapshot_features(const Churn *churn, uint32_t id, ChurnInstant instant, const ChurnPast *past, double *x)
{
  const ChurnSnapshot *shop = &churn->shop[instant];
  CbsRow model_past = cbs_row_of(past);
  churn_features(past, shop->gap, churn_snapshot_value(shop),
                 shop->model ? churn_snapshot_log_odds(shop, &model_past) : 0, x);
  if (!churn->has_value) {
    x[CHURN_VALUE] = 0;
  }
  for (int i = CHURN_FEATURES; i < churn->n_features; i++) {
    x[i] = signals_view(churn->signals, instant, id, past->first, i - CHURN_FEATURES).evidence;
  }
}
