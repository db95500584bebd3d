/*
** Scores, ties and likelihood of a proportional-hazards model: x once, then r only, going back in time.
*/
#include <math.h>
#include <string.h>

#include "core/base/compiler.h"
#include "core/numerics/stats.h"
#include "cox_fit.h"

#define SCORE_SPAN 300 /* exp() of scores up to this needs no shift */
#define PRODUCT_LEAST 1e-200

double cox_weight(const CoxFit *fit, size_t row)
{
  return fit->rows->used[COX_WEIGHT] ? cox_at(fit->rows, COX_WEIGHT, row) : 1;
}

/* ---- Scores */

/* Not inlined: gcc would forget that nothing overlaps. */
APART static void column_add(double b, const double *restrict x, double *restrict score, size_t n)
{
  for (size_t r = 0; r < n; r++) {
    score[r] += b * x[r];
  }
}

Status cox_scores(CoxFit *fit, const double *at, const Watch *watch)
{
  const CoxRows *rows = fit->rows;
  double high = -INFINITY, low = INFINITY;
  memset(fit->score, 0, rows->count * sizeof *fit->score);
  for (size_t first = 0; first < rows->count; first += COX_BLOCK) {
    size_t n = rows->count - first < COX_BLOCK ? rows->count - first : COX_BLOCK;
    double *score = fit->score + first;
    if (watch_due(watch, first / COX_BLOCK, COX_BLOCK * ((size_t)fit->m + 16))) {
      return STATUS_INTERRUPT;
    }
    for (int v = 0; v < fit->m; v++) {
      column_add(at[v], cox_chunk(rows, fit->column[v], first) + first % COX_CHUNK, score, n);
    }
    for (size_t r = 0; r < n; r++) {
      high = score[r] > high ? score[r] : high;
      low = score[r] < low ? score[r] : low;
    }
  }
  fit->shift = high > SCORE_SPAN || low < -SCORE_SPAN ? high : 0;
  return STATUS_OK;
}

/* ---- Ties */

void cox_walk_start(CoxWalk *walk, const CoxFit *fit)
{
  *walk = (CoxWalk){.fit = fit, .row = fit->rows->count, .leaving = fit->rows->count};
}

/* Takes out the rows that enter at `time` or later; whoever has the event then stays, and is of the same stratum. */
static void walk_leave(CoxWalk *walk, double time)
{
  const CoxRows *rows = walk->fit->rows;
  while (walk->leaving > 0 && cox_at(rows, COX_ENTRY, rows->by_entry[walk->leaving - 1]) >= time) {
    twofold_add(&walk->risk, -walk->fit->score[rows->by_entry[--walk->leaving]]);
    walk->at_risk--;
  }
  if (walk->at_risk == 0) {
    walk->risk = (Twofold){0};
  }
}

void cox_tie_sums(CoxTies ties, double all, double own, double weight, CoxTie *tie, double *log_sum)
{
  double inverse = 1 / all;
  tie->risk = all;
  tie->hazard = tie->own = weight * inverse;
  tie->square = tie->hazard * inverse;
  tie->cross = tie->crossed = 0;
  if (ties == COX_BRESLOW || tie->n_events == 1) {
    if (log_sum) {
      *log_sum = weight * log(all);
    }
    return;
  }
  double n = (double)tie->n_events, mean = weight / n, product = 1, logs = 0;
  tie->hazard = tie->own = tie->square = 0;
  for (size_t k = 0; k < tie->n_events; k++) {
    double gone = (double)k / n, left = all - gone * own, h = mean / left, hh = h / left;
    tie->hazard += h;
    tie->own += h * (1 - gone);
    tie->square += hh;
    tie->cross += gone * hh;
    tie->crossed += gone * gone * hh;
    product *= left * inverse;
    if (product < PRODUCT_LEAST) {
      logs += log(product);
      product = 1;
    }
  }
  if (log_sum) {
    *log_sum = mean * (n * log(all) + logs + log(product));
  }
}

bool cox_walk_next(CoxWalk *walk, CoxTie *tie, double *log_sum)
{
  const CoxFit *fit = walk->fit;
  const CoxRows *rows = fit->rows;
  const unsigned char *marks = rows->marks;
  bool entries = rows->used[COX_ENTRY], weights = rows->used[COX_WEIGHT];
  size_t i = walk->row;
  double own = 0, weight = 0;
  tie->n_events = 0;
  if (i < rows->count && marks[i] & COX_NEW_STRATUM) {
    walk->risk = (Twofold){0};
    walk->at_risk = 0;
    walk->leaving = i;
  }
  while (i > 0) {
    double r = fit->score[--i];
    if (entries) {
      twofold_add(&walk->risk, r);
    } else {
      walk->risk.high += r;
    }
    walk->at_risk++;
    if (marks[i] & COX_EVENT) {
      tie->n_events++;
      own += r;
      weight += weights ? cox_weight(fit, i) : 1;
    }
    if (!(marks[i] & COX_FIRST)) {
      continue;
    }
    if (tie->n_events) {
      if (entries) {
        walk_leave(walk, cox_at(rows, COX_TIME, i));
      }
      tie->first = i;
      walk->row = i;
      cox_tie_sums(fit->ties, walk->risk.high + walk->risk.low, own, weight, tie, log_sum);
      return true;
    }
    if (marks[i] & COX_NEW_STRATUM) {
      walk->risk = (Twofold){0};
      walk->at_risk = 0;
      walk->leaving = i;
    }
  }
  walk->row = 0;
  return false;
}

Status cox_likelihood(CoxFit *fit, const Watch *watch)
{
  const CoxRows *rows = fit->rows;
  const unsigned char *marks = rows->marks;
  bool weights = rows->used[COX_WEIGHT];
  Sum sum = {0};
  for (size_t first = 0; first < rows->count; first += WATCH_EVERY) {
    size_t end = rows->count - first < WATCH_EVERY ? rows->count : first + WATCH_EVERY;
    double part = 0;
    if (watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    for (size_t i = first; i < end; i++) {
      double score = fit->score[i] - fit->shift, weight = weights ? cox_weight(fit, i) : 1;
      part += marks[i] & COX_EVENT ? weight * score : 0;
      fit->score[i] = weight * exp(score);
    }
    sum_add(&sum, part);
  }
  CoxWalk walk;
  CoxTie tie;
  double logs, least = INFINITY;
  cox_walk_start(&walk, fit);
  for (size_t n = 0; cox_walk_next(&walk, &tie, &logs); n++) {
    fit->hazard[tie.first] = tie.hazard;
    if (tie.n_events > 1) {
      fit->hazard[tie.first + 1] = tie.own;
    }
    least = tie.risk < least ? tie.risk : least;
    sum_add(&sum, -logs);
    if (n % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  fit->log_likelihood = sum_value(&sum);
  if (!(least > 0) || !isfinite(fit->log_likelihood)) {
    fit->log_likelihood = -INFINITY;
  }
  return STATUS_OK;
}

Status cox_evaluate(CoxFit *fit, const double *at, const Watch *watch)
{
  Status status = cox_scores(fit, at, watch);
  return status == STATUS_OK ? cox_likelihood(fit, watch) : status;
}
