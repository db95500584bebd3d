#include "churn.h"

#include <math.h>
#include <stdio.h>

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

/* All features of a customer at an instant, n_features of them. */
static void features_of(const Churn *churn, uint32_t id, ChurnInstant instant, const ChurnHistory *history, double *x)
{
  churn_snapshot_features(&churn->snapshot[instant], history, x);
  if (!churn->has_value) {
    x[CHURN_VALUE] = 0;
  }
  for (int i = CHURN_FEATURES; i < churn->n_features; i++) {
    x[i] = signals_view(churn->signals, instant, id, history->first, i - CHURN_FEATURES).evidence;
  }
}

/*
** Labels, folds and, where wanted, features of the customers of the cut-off. matrix NULL: log-odds of the purchase
** model.
*/
static Status training_rows(Churn *churn, const Customers *customers, double *matrix, const Watch *watch)
{
  ChurnHeldOut *held = &churn->held_out;
  const ChurnSnapshot *snapshot = &churn->snapshot[CHURN_CUT];
  size_t row = 0, n_first = 0;
  double frequency = 0;
  for (uint32_t id = 0; id < customers->count; id++) {
    const ChurnState *state = customers_state(customers, id);
    ChurnHistory history;
    if (id % WATCH_ROWS == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (!churn_history(&churn->times, state, CHURN_CUT, &history)) {
      continue;
    }
    CbsRow cbs = churn_cbs_row(&history);
    held->label[row] = !churn_returned(&churn->times, state);
    held->fold[row] = (unsigned char)(churn_snapshot_hash(customers, id) % CHURN_FOLDS);
    if (matrix) {
      features_of(churn, id, CHURN_CUT, &history, matrix + row * (size_t)churn->n_features);
      if (held->fold[row] == 0 && snapshot->model) { /* a fifth is enough for a mean */
        frequency += churn_snapshot_frequency_part(snapshot, &cbs);
        n_first++;
      }
    } else {
      held->log_odds[row] = churn_snapshot_log_odds(snapshot, &cbs);
    }
    if (churn->keep_held_out) {
      held->gone[row] = snapshot->model ? 1 - snapshot->model->p_alive(snapshot->theta, &cbs) : NAN;
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
    churn->method = CHURN_METHOD_LOGIT;
    status = n_folds < CHURN_FOLDS ? keep_mean(churn, matrix, watch) : STATUS_OK;
  } else if (status == STATUS_OK) {
    snprintf(churn->why, sizeof churn->why, "what was learned does not predict held-out customers");
  }
  mem_free(weight);
  mem_free(matrix);
  return status;
}

/* Applying */

static double row_probability(const Churn *churn, uint32_t id, const ChurnHistory *history)
{
  if (churn->method != CHURN_METHOD_LOGIT) {
    CbsRow cbs = churn_cbs_row(history);
    return churn_snapshot_probability(&churn->snapshot[CHURN_AS_OF], &cbs);
  }
  double x[CHURN_FEATURES_MAX];
  features_of(churn, id, CHURN_AS_OF, history, x);
  return logit_probability(churn->intercept + churn->slope * logit_log_odds(&churn->logit, x));
}

static Status apply(Churn *churn, const Customers *customers, const Watch *watch)
{
  churn->probability = mem_alloc((size_t)customers->count + 1, sizeof(double));
  if (!churn->probability) {
    return STATUS_NOMEM;
  }
  for (uint32_t id = 0; id < customers->count; id++) {
    ChurnHistory history;
    if (id % WATCH_ROWS == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    churn->probability[id] = churn_history(&churn->times, customers_state(customers, id), CHURN_AS_OF, &history)
                               ? row_probability(churn, id, &history)
                               : NAN;
  }
  return STATUS_OK;
}

static Status snapshot_at(Churn *churn, const Customers *customers, ChurnInstant instant, const Watch *watch)
{
  const ChurnSnapshot *learned =
    instant == CHURN_AS_OF && churn->method == CHURN_METHOD_LOGIT ? &churn->snapshot[CHURN_CUT] : NULL;
  return churn_snapshot_build(&churn->snapshot[instant], &churn->times, instant, customers, churn->wanted, learned,
                              churn->model_why, watch);
}

Status churn_fit(Churn *churn, const Customers *customers, const Watch *watch)
{
  size_t n = 0;
  churn->n_features = CHURN_FEATURES + (churn->signals ? churn->signals->n_features : 0);
  churn->method = CHURN_METHOD_MODEL;
  bool learning = false;
  Status status = can_learn(churn, customers, &n, &learning, watch);
  if (status == STATUS_OK && (learning || churn->keep_held_out)) {
    status = snapshot_at(churn, customers, CHURN_CUT, watch);
    if (status == STATUS_OK) {
      status = held_out_alloc(&churn->held_out, n);
    }
  }
  if (status == STATUS_OK && learning) {
    status = learn(churn, customers, watch);
  }
  if (status == STATUS_OK && !churn->keep_held_out) {
    held_out_free(&churn->held_out);
    status = snapshot_at(churn, customers, CHURN_AS_OF, watch);
  }
  if (status == STATUS_OK && churn->keep_held_out && churn->method != CHURN_METHOD_LOGIT) {
    status = training_rows(churn, customers, NULL, watch);
  }
  ChurnInstant instant = churn->keep_held_out ? CHURN_CUT : CHURN_AS_OF;
  if (status == STATUS_OK && churn->method != CHURN_METHOD_LOGIT && !churn->snapshot[instant].model) {
    churn->method = CHURN_METHOD_RATE;
  }
  return status == STATUS_OK && !churn->keep_held_out ? apply(churn, customers, watch) : status;
}

/* Telling */

/*
** Purchases a day of one who is alive: the mean of the gamma posterior of the rate, (r + x) / (alpha + T) in either
** model.
*/
static double rate_alive(const ChurnSnapshot *snapshot, const ChurnHistory *history)
{
  return snapshot->alive
           ? (snapshot->alive_theta[0] + (double)history->x) / (snapshot->alive_theta[1] + (double)history->age)
           : (1 + (double)history->x) / (snapshot->prior + (double)history->age);
}

ChurnRow churn_row(const Churn *churn, const Customers *customers, uint32_t customer)
{
  const ChurnSnapshot *snapshot = &churn->snapshot[CHURN_AS_OF];
  ChurnRow row = {.p_alive = NAN};
  churn_history(&churn->times, customers_state(customers, customer), CHURN_AS_OF, &row.history);
  CbsRow cbs = churn_cbs_row(&row.history);
  row.usual_gap = churn_usual_gap(&row.history, snapshot->gap);
  row.overdue_ratio = (double)row.history.since / row.usual_gap;
  if (snapshot->alive) {
    row.p_alive = snapshot->alive->p_alive(snapshot->alive_theta, &cbs);
  }
  row.expected_purchases = rate_alive(snapshot, &row.history) * snapshot->horizon;
  row.expected_value = row.expected_purchases * row.history.value / (double)(row.history.x + 1);
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
static void contributions_of(const Churn *churn, const ChurnHistory *history, const double *x, double *cause)
{
  const ChurnSnapshot *snapshot = &churn->snapshot[CHURN_AS_OF];
  double feature[CHURN_FEATURES_MAX], frequency = 0;
  CbsRow cbs = churn_cbs_row(history);
  logit_contributions(&churn->logit, x, feature);
  if (snapshot->model) {
    frequency = churn_snapshot_frequency_part(snapshot, &cbs) - churn->mean_frequency;
    frequency *= churn->logit.coefficient[CHURN_P_ALIVE];
  }
  cause[CHURN_CAUSE_SILENCE] = feature[CHURN_RECENCY] + feature[CHURN_OVERDUE] + feature[CHURN_P_ALIVE] - frequency;
  cause[CHURN_CAUSE_FREQUENCY] = feature[CHURN_FREQUENCY] + frequency;
  cause[CHURN_CAUSE_VALUE] = feature[CHURN_VALUE];
  cause[CHURN_CAUSE_TREND] = feature[CHURN_TREND];
  cause[CHURN_CAUSE_AGE] = feature[CHURN_AGE];
  for (int i = CHURN_FEATURES; i < churn->n_features; i++) {
    cause[CHURN_CAUSES + i - CHURN_FEATURES] = feature[i];
  }
}

int churn_reasons(const Churn *churn, const Customers *customers, uint32_t customer, ChurnReason reasons[CHURN_REASONS])
{
  const ChurnSnapshot *snapshot = &churn->snapshot[CHURN_AS_OF];
  double x[CHURN_FEATURES_MAX], cause[CHURN_CAUSES + SIGNAL_FEATURES_MAX];
  ChurnHistory history;
  int n = 0, n_causes = CHURN_CAUSES + churn->n_features - CHURN_FEATURES;
  churn_history(&churn->times, customers_state(customers, customer), CHURN_AS_OF, &history);
  if (churn->method != CHURN_METHOD_LOGIT) {
    CbsRow cbs = churn_cbs_row(&history);
    double frequency = churn_snapshot_frequency_part(snapshot, &cbs);
    double all = churn_snapshot_log_odds(snapshot, &cbs) - churn_snapshot_log_odds(snapshot, NULL);
    n = reason_add(reasons, n, (ChurnReason){CHURN_CAUSE_SILENCE, all - frequency});
    n = reason_add(reasons, n, (ChurnReason){CHURN_CAUSE_FREQUENCY, frequency});
  } else {
    features_of(churn, customer, CHURN_AS_OF, &history, x);
    contributions_of(churn, &history, x, cause);
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
