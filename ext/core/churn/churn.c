#include "churn.h"

#include <math.h>
#include <stdio.h>

#include "churn_snapshot.h"
#include "core/base/mem.h"

#define WATCH_ROWS 1024

/* Learning */

/* The customers of the cut-off, and whether there is enough to learn from; else `why` says what is missing. */
static Status can_learn(Churn *churn, const Customers *customers, size_t *n, bool *can, const Watch *watch)
{
  const ChurnTimes *times = &churn->times;
  double before = days_between(churn->first_time, times->cut);
  double least = ceil(CHURN_HISTORY * days_between(times->recent, times->cut));
  size_t class[2] = {0, 0}, needed = (size_t)(CHURN_PER_FEATURE * churn->n_features);
  char *why = churn->why;
  for (uint32_t id = 0; id < customers->count; id++) {
    const ChurnState *state = customers_state(customers, id);
    if (state->zone[0].days || state->zone[1].days) {
      class[churn_returned(times, state)]++;
    }
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  *n = class[0] + class[1];
  if (churn->wanted == CHURN_WANT_BGNBD || churn->wanted == CHURN_WANT_MBGNBD) {
    snprintf(why, CHURN_WHY, "as asked");
  } else if (before < least) {
    snprintf(why, CHURN_WHY,
             "too little history: %lld days before the horizon that was to be learned from, %lld are needed",
             (long long)fmax(before, 0), (long long)least);
  } else if (class[0] < needed || class[1] < needed) {
    snprintf(why, CHURN_WHY,
             "too few customers to learn from: of those of a horizon ago %zu bought again and %zu did not, "
             "%zu of either are needed",
             class[1], class[0], needed);
  } else {
    *can = true;
  }
  return STATUS_OK;
}

static Status held_out_alloc(ChurnHeldOut *held, size_t n)
{
  held->n = n;
  held->label = mem_alloc(n + 1, 1);
  held->fold = mem_alloc(n + 1, 1);
  held->log_odds = mem_alloc(n + 1, sizeof(double));
  held->gone = mem_alloc(n + 1, sizeof(double));
  return held->label && held->fold && held->log_odds && held->gone ? STATUS_OK : STATUS_NOMEM;
}

static void held_out_free(ChurnHeldOut *held)
{
  mem_free(held->label);
  mem_free(held->fold);
  mem_free(held->log_odds);
  mem_free(held->gone);
  *held = (ChurnHeldOut){0};
}

/*
** Labels, folds and, where wanted, features of the customers of the cut-off. matrix NULL: log-odds of the purchase
** model.
*/
static Status training_rows(Churn *churn, const Customers *customers, double *matrix, const Watch *watch)
{
  ChurnHeldOut *held = &churn->held_out;
  const ChurnSnapshot *shop = &churn->shop[CHURN_CUT];
  size_t row = 0, n_first = 0;
  double frequency = 0;
  for (uint32_t id = 0; id < customers->count; id++) {
    const ChurnState *state = customers_state(customers, id);
    ChurnPast past;
    if (id % WATCH_ROWS == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (!churn_past(&churn->times, state, CHURN_CUT, &past)) {
      continue;
    }
    CbsRow model_past = cbs_row_of(&past);
    held->label[row] = !churn_returned(&churn->times, state);
    held->fold[row] = (unsigned char)(customer_hash(customers, id) % CHURN_FOLDS);
    if (matrix) {
      churn_snapshot_features(churn, id, CHURN_CUT, &past, matrix + row * (size_t)churn->n_features);
      if (held->fold[row] == 0 && shop->model) { /* a fifth is enough for a mean */
        frequency += churn_snapshot_frequency_part(shop, &model_past);
        n_first++;
      }
    } else {
      held->log_odds[row] = churn_snapshot_log_odds(shop, &model_past);
    }
    if (churn->keep_held_out) {
      held->gone[row] = shop->model ? 1 - shop->model->p_alive(shop->theta, &model_past) : NAN;
    }
    row++;
  }
  churn->mean_frequency = n_first ? frequency / (double)n_first : 0;
  return STATUS_OK;
}

/*
** Each fold's log-odds by the model of the others. Of many customers one fold is plenty for the two numbers of a
** calibration.
*/
static Status cross_validate(Churn *churn, const double *matrix, double *weight, int n_folds, const Watch *watch)
{
  ChurnHeldOut *held = &churn->held_out;
  size_t p = (size_t)churn->n_features;
  Status status = STATUS_OK;
  for (int f = 0; f < n_folds && status == STATUS_OK; f++) {
    Logit others = {0};
    for (size_t i = 0; i < held->n; i++) {
      weight[i] = held->fold[i] != f;
    }
    status = logit_fit_matrix(matrix, held->n, churn->n_features, held->label, weight, CHURN_RIDGE, &others, watch);
    for (size_t i = 0; i < held->n && status == STATUS_OK; i++) {
      if (held->fold[i] == f) {
        held->log_odds[i] = logit_converged(&others) ? logit_log_odds(&others, matrix + i * p) : NAN;
      }
    }
    logit_free(&others);
  }
  return status;
}

/* The calibration line through the folds that were held out; false where there is none that rises. */
static Status calibrate(Churn *churn, double *weight, int n_folds, bool *works, const Watch *watch)
{
  ChurnHeldOut *held = &churn->held_out;
  Logit line = {0};
  Status status = STATUS_OK;
  *works = true;
  for (size_t i = 0; i < held->n; i++) {
    weight[i] = held->fold[i] < n_folds;
    held->log_odds[i] = held->fold[i] < n_folds ? held->log_odds[i] : 0;
    *works = *works && isfinite(held->log_odds[i]);
  }
  if (*works) {
    status = logit_fit_matrix(held->log_odds, held->n, 1, held->label, weight, CHURN_LINE_RIDGE, &line, watch);
    *works = status == STATUS_OK && logit_converged(&line) && line.coefficient[0] > 0;
  }
  if (*works) {
    churn->slope = line.coefficient[0];
    churn->intercept = line.intercept;
  }
  logit_free(&line);
  return status;
}

/*
** The intercept with which the mean probability of all customers of the cut-off is the share that bought nothing, the
** slope given: Newton's method for a sum that rises in it.
*/
static Status keep_mean(Churn *churn, const double *matrix, const Watch *watch)
{
  ChurnHeldOut *held = &churn->held_out;
  double step = 1, gone = 0;
  for (size_t i = 0; i < held->n; i++) {
    held->log_odds[i] = churn->slope * logit_log_odds(&churn->logit, matrix + i * (size_t)churn->n_features);
    gone += held->label[i];
  }
  for (int iteration = 0; iteration < 20 && fabs(step) > 1e-9; iteration++) {
    double sum = 0, rise = 0;
    for (size_t i = 0; i < held->n; i++) {
      double p = logit_probability(churn->intercept + held->log_odds[i]);
      sum += p;
      rise += p * (1 - p);
      if (i % WATCH_ROWS == 0 && watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
    step = rise > 0 ? fmax(fmin((gone - sum) / rise, 1), -1) : 0;
    churn->intercept += step;
  }
  return STATUS_OK;
}

static Status learn(Churn *churn, const Customers *customers, const Watch *watch)
{
  size_t n = churn->held_out.n;
  int n_folds = churn->keep_held_out || n <= CHURN_ALL_FOLDS ? CHURN_FOLDS : 1;
  bool works = false;
  double *matrix = mem_alloc(n + 1, (size_t)churn->n_features * sizeof *matrix);
  double *weight = mem_alloc(n + 1, sizeof *weight);
  Status status = matrix && weight ? training_rows(churn, customers, matrix, watch) : STATUS_NOMEM;
  if (status == STATUS_OK) {
    status = cross_validate(churn, matrix, weight, n_folds, watch);
  }
  if (status == STATUS_OK) {
    status = calibrate(churn, weight, n_folds, &works, watch);
  }
  if (status == STATUS_OK) {
    status =
      logit_fit_matrix(matrix, n, churn->n_features, churn->held_out.label, NULL, CHURN_RIDGE, &churn->logit, watch);
  }
  if (status == STATUS_OK && works && logit_converged(&churn->logit)) {
    churn->method = CHURN_LOGIT;
    status = n_folds < CHURN_FOLDS ? keep_mean(churn, matrix, watch) : STATUS_OK;
  } else if (status == STATUS_OK) {
    snprintf(churn->why, sizeof churn->why, "what was learned does not predict held-out customers");
  }
  mem_free(weight);
  mem_free(matrix);
  return status;
}

/* Applying */

static double row_probability(const Churn *churn, uint32_t id, const ChurnPast *past)
{
  if (churn->method != CHURN_LOGIT) {
    CbsRow model_past = cbs_row_of(past);
    return churn_snapshot_probability(&churn->shop[CHURN_AS_OF], &model_past);
  }
  double x[CHURN_FEATURES_MAX];
  churn_snapshot_features(churn, id, CHURN_AS_OF, past, x);
  return logit_probability(churn->intercept + churn->slope * logit_log_odds(&churn->logit, x));
}

static Status apply(Churn *churn, const Customers *customers, const Watch *watch)
{
  churn->probability = mem_alloc((size_t)customers->count + 1, sizeof(double));
  if (!churn->probability) {
    return STATUS_NOMEM;
  }
  for (uint32_t id = 0; id < customers->count; id++) {
    ChurnPast past;
    if (id % WATCH_ROWS == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    churn->probability[id] = churn_past(&churn->times, customers_state(customers, id), CHURN_AS_OF, &past)
                               ? row_probability(churn, id, &past)
                               : NAN;
  }
  return STATUS_OK;
}

Status churn_fit(Churn *churn, const Customers *customers, const Watch *watch)
{
  size_t n = 0;
  churn->n_features = CHURN_FEATURES + (churn->signals ? churn->signals->n_features : 0);
  churn->method = CHURN_MODEL;
  bool learning = false;
  Status status = can_learn(churn, customers, &n, &learning, watch);
  if (status == STATUS_OK && (learning || churn->keep_held_out)) {
    status = churn_snapshot_build(churn, customers, CHURN_CUT, watch);
    if (status == STATUS_OK) {
      status = held_out_alloc(&churn->held_out, n);
    }
  }
  if (status == STATUS_OK && learning) {
    status = learn(churn, customers, watch);
  }
  if (status == STATUS_OK && !churn->keep_held_out) {
    held_out_free(&churn->held_out);
    status = churn_snapshot_build(churn, customers, CHURN_AS_OF, watch);
  }
  if (status == STATUS_OK && churn->keep_held_out && churn->method != CHURN_LOGIT) {
    status = training_rows(churn, customers, NULL, watch);
  }
  ChurnInstant instant = churn->keep_held_out ? CHURN_CUT : CHURN_AS_OF;
  if (status == STATUS_OK && churn->method != CHURN_LOGIT && !churn->shop[instant].model) {
    churn->method = CHURN_RATE;
  }
  return status == STATUS_OK && !churn->keep_held_out ? apply(churn, customers, watch) : status;
}

/* Telling */

/*
** Purchases a day of one who is alive: the mean of the gamma posterior of the rate, (r + x) / (alpha + T) in either
** model.
*/
static double rate_alive(const ChurnSnapshot *shop, const ChurnPast *past)
{
  return shop->alive ? (shop->alive_theta[0] + (double)past->x) / (shop->alive_theta[1] + (double)past->age)
                     : (1 + (double)past->x) / (shop->prior + (double)past->age);
}

ChurnRow churn_row(const Churn *churn, const Customers *customers, uint32_t customer)
{
  const ChurnSnapshot *shop = &churn->shop[CHURN_AS_OF];
  ChurnRow row = {.p_alive = NAN};
  churn_past(&churn->times, customers_state(customers, customer), CHURN_AS_OF, &row.past);
  CbsRow past = cbs_row_of(&row.past);
  row.usual_gap = churn_usual_gap(&row.past, shop->gap);
  row.overdue_ratio = (double)row.past.since / row.usual_gap;
  if (shop->alive) {
    row.p_alive = shop->alive->p_alive(shop->alive_theta, &past);
  }
  row.expected_purchases = rate_alive(shop, &row.past) * shop->horizon;
  row.expected_value = row.expected_purchases * row.past.value / (double)(row.past.x + 1);
  return row;
}

/* Puts a reason among the largest so far. */
static int reason_add(ChurnReason *reasons, int n, ChurnReason reason)
{
  int at = n < CHURN_REASONS ? n : CHURN_REASONS;
  while (at > 0 && fabs(reasons[at - 1].log_odds) < fabs(reason.log_odds)) {
    if (at < CHURN_REASONS) {
      reasons[at] = reasons[at - 1];
    }
    at--;
  }
  if (at < CHURN_REASONS) {
    reasons[at] = reason;
  }
  return n < CHURN_REASONS ? n + 1 : n;
}

/*
** By cause; the feature of the purchase model belongs to the purchases and to the silence, in the parts that it is
** made of.
*/
static void contributions_of(const Churn *churn, const ChurnPast *past, const double *x, double *cause)
{
  const ChurnSnapshot *shop = &churn->shop[CHURN_AS_OF];
  double feature[CHURN_FEATURES_MAX], frequency = 0;
  CbsRow model_past = cbs_row_of(past);
  logit_contributions(&churn->logit, x, feature);
  if (shop->model) {
    frequency = churn_snapshot_frequency_part(shop, &model_past) - churn->mean_frequency;
    frequency *= churn->logit.coefficient[CHURN_P_ALIVE];
  }
  cause[CAUSE_SILENCE] = feature[CHURN_RECENCY] + feature[CHURN_OVERDUE] + feature[CHURN_P_ALIVE] - frequency;
  cause[CAUSE_FREQUENCY] = feature[CHURN_FREQUENCY] + frequency;
  cause[CAUSE_VALUE] = feature[CHURN_VALUE];
  cause[CAUSE_TREND] = feature[CHURN_TREND];
  cause[CAUSE_AGE] = feature[CHURN_AGE];
  for (int i = CHURN_FEATURES; i < churn->n_features; i++) {
    cause[CHURN_CAUSES + i - CHURN_FEATURES] = feature[i];
  }
}

int churn_reasons(const Churn *churn, const Customers *customers, uint32_t customer, ChurnReason reasons[CHURN_REASONS])
{
  const ChurnSnapshot *shop = &churn->shop[CHURN_AS_OF];
  double x[CHURN_FEATURES_MAX], cause[CHURN_CAUSES + SIGNAL_FEATURES_MAX];
  ChurnPast past;
  int n = 0, n_causes = CHURN_CAUSES + churn->n_features - CHURN_FEATURES;
  churn_past(&churn->times, customers_state(customers, customer), CHURN_AS_OF, &past);
  if (churn->method != CHURN_LOGIT) {
    CbsRow model_past = cbs_row_of(&past);
    double frequency = churn_snapshot_frequency_part(shop, &model_past);
    double all = churn_snapshot_log_odds(shop, &model_past) - churn_snapshot_log_odds(shop, NULL);
    n = reason_add(reasons, n, (ChurnReason){CAUSE_SILENCE, all - frequency});
    n = reason_add(reasons, n, (ChurnReason){CAUSE_FREQUENCY, frequency});
  } else {
    churn_snapshot_features(churn, customer, CHURN_AS_OF, &past, x);
    contributions_of(churn, &past, x, cause);
    for (int i = 0; i < n_causes; i++) {
      const SignalFeature *signal = i < CHURN_CAUSES ? NULL : &churn->signals->feature[i - CHURN_CAUSES];
      if (!signal || signal->measure == SIGNAL_DATE || x[CHURN_FEATURES + i - CHURN_CAUSES] != 0) {
        n = reason_add(reasons, n, (ChurnReason){i, churn->slope * cause[i]});
      }
    }
  }
  while (n > 1 && fabs(reasons[n - 1].log_odds) < CHURN_REASON_LEAST) {
    n--;
  }
  return n;
}

void churn_free(Churn *churn)
{
  logit_free(&churn->logit);
  held_out_free(&churn->held_out);
  mem_free(churn->probability);
  churn->probability = NULL;
}
