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
uint64_t churn_snapshot_hash(const Customers *customers, uint32_t id)
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

double churn_snapshot_probability(const ChurnSnapshot *snapshot, const CbsRow *row)
{
  if (snapshot->model) {
    return snapshot->model->pmf(snapshot->theta, row, 0, snapshot->horizon);
  }
  double T = row ? row->T : 0, x = row ? row->x : 0;
  return exp(-(x + 1) * log1p(snapshot->horizon / (snapshot->prior + T)));
}

double churn_snapshot_log_odds(const ChurnSnapshot *snapshot, const CbsRow *row)
{
  return log_odds_of(churn_snapshot_probability(snapshot, row));
}

double churn_snapshot_frequency_part(const ChurnSnapshot *snapshot, const CbsRow *row)
{
  CbsRow just_bought = {row->x, row->t_x, row->t_x};
  return row->x > 0 ? churn_snapshot_log_odds(snapshot, &just_bought) - churn_snapshot_log_odds(snapshot, NULL) : 0;
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

static void churn_snapshot_take(ChurnSnapshot *snapshot, const BtydFit *fit)
{
  snapshot->model = fit->model;
  snapshot->at_limit = !fit->converged;
  memcpy(snapshot->theta, fit->theta, sizeof snapshot->theta);
}

/*
** The likelier model, one that converged before one at its limit; `known`: the model that is a feature, which is taken
** beside it. Of a model that was asked for alone, that one.
*/
static Status churn_snapshot_fit(ChurnWanted wanted, ChurnSnapshot *snapshot, const BtydModel *known, Cbs *cbs,
                                 char *why, const Watch *watch)
{
  static const BtydModel *const MODEL[] = {&MBGNBD, &BGNBD};
  BtydFit fit[2];
  int best = -1, rank[2] = {0, 0};
  Status status = cbs_finish(cbs, watch);
  why[0] = 0;
  for (int i = 0; i < 2 && status == STATUS_OK && cbs->n > 0; i++) {
    if (wanted == (i ? CHURN_WANT_MBGNBD : CHURN_WANT_BGNBD)) {
      continue;
    }
    status = btyd_fit(MODEL[i], cbs, &fit[i], watch);
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
  churn_snapshot_take(snapshot, &fit[best]);
  snapshot->alive = snapshot->model;
  memcpy(snapshot->alive_theta, snapshot->theta, sizeof snapshot->theta);
  snprintf(why, CHURN_MODEL_WHY, "%s", snapshot->at_limit ? fit[best].reason : "");
  for (int i = 0; i < 2; i++) {
    if (MODEL[i] == known && rank[i] > 0) {
      churn_snapshot_take(snapshot, &fit[i]);
    }
  }
  return status;
}

Status churn_snapshot_build(ChurnSnapshot *snapshot, const ChurnTimes *times, ChurnInstant instant,
                            const Customers *customers, ChurnWanted wanted, const ChurnSnapshot *learned,
                            char why[CHURN_MODEL_WHY], const Watch *watch)
{
  uint64_t share = instant == CHURN_CUT ? (customers->count + CHURN_FIT_CUSTOMERS - 1) / CHURN_FIT_CUSTOMERS : 1;
  Cbs cbs = {0};
  double gaps = 0, repeats = 0, ages = 0, value = 0, n = 0;
  Status status = STATUS_OK;
  *snapshot = (ChurnSnapshot){.horizon = instant == CHURN_CUT ? days_between(times->cut, times->as_of)
                                                              : days_between(times->as_of, times->until)};
  for (uint32_t id = 0; id < customers->count && status == STATUS_OK; id++) {
    ChurnHistory history;
    if (churn_history(times, customers_state(customers, id), instant, &history)) {
      gaps += (double)history.t_x;
      repeats += (double)history.x;
      ages += (double)history.age;
      value += history.value;
      n++;
      if (share <= 1 || churn_snapshot_hash(customers, id) / CHURN_FOLDS % share == 0) {
        status = cbs_add(&cbs, churn_cbs_row(&history), NULL, 1, watch);
      }
    }
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
    }
  }
  snapshot->gap = repeats > 0 ? gaps / repeats : NAN;
  snapshot->repeats = n > 0 ? repeats / n : 0;
  snapshot->value = n > 0 ? value / n : 0;
  snapshot->prior = (ages + snapshot->horizon) / (repeats + 1);
  if (status == STATUS_OK) {
    status = churn_snapshot_fit(wanted, snapshot, learned ? learned->model : NULL, &cbs, why, watch);
  }
  if (learned && snapshot->model != learned->model) { /* the feature is there as it was learned, or not at all */
    snapshot->model = learned->model;
    snapshot->at_limit = learned->at_limit;
    memcpy(snapshot->theta, learned->theta, sizeof snapshot->theta);
  }
  cbs_free(&cbs);
  return status;
}

double churn_snapshot_value(const ChurnSnapshot *snapshot)
{
  return snapshot->value / (snapshot->repeats + 1);
}

void churn_snapshot_features(const ChurnSnapshot *snapshot, const ChurnHistory *history, double x[CHURN_FEATURES])
{
  CbsRow row = churn_cbs_row(history);
  churn_features(history, snapshot->gap, churn_snapshot_value(snapshot),
                 snapshot->model ? churn_snapshot_log_odds(snapshot, &row) : 0, x);
}
