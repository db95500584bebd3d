/*
** Going forward in time: the sums at risk, in two parts each so that what is left at the end is right; the baseline,
** and robust errors.
*/
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "cox.h"
#include "cox_fit.h"

/* What is at risk at a time, and hazard and drift (the part of it that moves the mean of x) so far. */
typedef struct CoxResiduals {
  CoxFit *fit;
  size_t first, end;             /* the rows of this time */
  size_t entering, entering_end; /* by_entry[entering … entering_end - 1] came in after the last time */
  size_t stratum_end;
  double time, weight;            /* weight: of its events */
  Twofold risk, people, *sums;    /* at risk, with the rows of this time: r, weights, r x */
  double *own;                    /* r x of the events of this time */
  double hazard, square, *drift;  /* before this time */
  CoxTie tie;                     /* of this time */
  double *drift_step, *drift_own; /* what it adds; for the rows of its events */
  void *owned;
  WatchMeter meter;
} CoxResiduals;

/* After cox_evaluate(); forward_close() also after it failed. */
static Status forward_open(CoxResiduals *forward, CoxFit *fit, const Watch *watch)
{
  size_t m = (size_t)fit->m;
  *forward = (CoxResiduals){.fit = fit, .meter = {.watch = watch}};
  forward->owned = mem_zero(6 * m + 1, sizeof(double));
  if (!forward->owned) {
    return STATUS_NOMEM;
  }
  forward->sums = forward->owned;
  forward->own = (double *)(void *)(forward->sums + m);
  forward->drift = forward->own + m;
  forward->drift_step = forward->drift + m;
  forward->drift_own = forward->drift_step + m;
  return STATUS_OK;
}

static void forward_close(CoxResiduals *forward)
{
  mem_free(forward->owned);
  forward->owned = NULL;
}

/* Brings a row in (sign 1) or takes it out (-1). False: to stop. */
static bool row_move(CoxResiduals *forward, size_t row, double sign)
{
  const CoxFit *fit = forward->fit;
  double r = sign * fit->score[row];
  twofold_add(&forward->risk, r);
  twofold_add(&forward->people, sign * cox_weight(fit, row));
  for (int v = 0; v < fit->m; v++) {
    twofold_add(&forward->sums[v], r * cox_at(fit->rows, fit->column[v], row));
  }
  return !watch_spend(&forward->meter, 64 * ((size_t)fit->m + 1));
}

static bool stratum_start(CoxResiduals *forward)
{
  const CoxFit *fit = forward->fit;
  const CoxRows *rows = fit->rows;
  size_t end = forward->end + 1;
  forward->risk = forward->people = (Twofold){0};
  memset(forward->sums, 0, (size_t)fit->m * sizeof *forward->sums);
  memset(forward->drift, 0, (size_t)fit->m * sizeof *forward->drift);
  forward->hazard = forward->square = 0;
  forward->entering_end = forward->end;
  while (end < rows->count && !(rows->marks[end] & COX_NEW_STRATUM)) {
    end++;
  }
  for (size_t i = end; i-- > forward->end && !rows->used[COX_ENTRY];) {
    if (!row_move(forward, i, 1)) {
      return false;
    }
  }
  forward->stratum_end = end;
  return true;
}

/* The next time; false: there is none, or meter.stopped. */
static bool forward_next(CoxResiduals *forward)
{
  const CoxFit *fit = forward->fit;
  const CoxRows *rows = fit->rows;
  bool entries = rows->used[COX_ENTRY];
  for (size_t i = forward->first; i < forward->end; i++) {
    if ((!entries || cox_at(rows, COX_ENTRY, i) < forward->time) && !row_move(forward, i, -1)) {
      return false;
    }
  }
  forward->hazard += forward->tie.hazard;
  forward->square += forward->tie.square;
  for (int v = 0; v < fit->m; v++) {
    forward->drift[v] += forward->drift_step[v];
  }
  if (forward->end == rows->count) {
    return false;
  }
  if (rows->marks[forward->end] & COX_NEW_STRATUM && !stratum_start(forward)) {
    return false;
  }
  size_t i = forward->first = forward->end;
  double own = 0;
  forward->time = cox_at(rows, COX_TIME, i);
  forward->entering = forward->entering_end;
  for (; entries && forward->entering_end < forward->stratum_end; forward->entering_end++) {
    size_t row = rows->by_entry[forward->entering_end];
    if (cox_at(rows, COX_ENTRY, row) >= forward->time) {
      break;
    }
    if (!row_move(forward, row, 1)) {
      return false;
    }
  }
  memset(forward->own, 0, (size_t)fit->m * sizeof *forward->own);
  forward->tie = (CoxTie){.first = i};
  forward->weight = 0;
  do {
    if (rows->marks[i] & COX_EVENT) {
      forward->tie.n_events++;
      forward->weight += cox_weight(fit, i);
      own += fit->score[i];
      for (int v = 0; v < fit->m; v++) {
        forward->own[v] += fit->score[i] * cox_at(rows, fit->column[v], i);
      }
    }
    i++;
  } while (i < rows->count && !(rows->marks[i] & COX_FIRST));
  forward->end = i;
  if (forward->tie.n_events) {
    cox_tie_sums(fit->ties, forward->risk.high + forward->risk.low, own, forward->weight, &forward->tie, NULL);
  }
  for (int v = 0; v < fit->m; v++) {
    const CoxTie *tie = &forward->tie;
    double all = forward->sums[v].high + forward->sums[v].low, gone = forward->own[v];
    forward->drift_step[v] = tie->square * all - tie->cross * gone;
    forward->drift_own[v] = fit->ties == COX_EFRON
                              ? (tie->square - tie->cross) * all - (tie->cross - tie->crossed) * gone
                              : forward->drift_step[v];
  }
  return true;
}

/* ---- The baseline */

typedef struct Steps {
  CoxStep *step;
  size_t n, slots;
} Steps;

static Status steps_add(Steps *steps, CoxResiduals *forward)
{
  CoxFit *fit = forward->fit;
  size_t m = (size_t)fit->m;
  if (steps->n == steps->slots) {
    size_t slots = steps->slots + steps->slots / 2 + 64;
    CoxStep *grown = mem_resize(steps->step, slots, sizeof *grown);
    if (!grown) {
      return STATUS_NOMEM;
    }
    steps->step = grown;
    steps->slots = slots;
  }
  double scale = exp(-fit->shift), hazard = forward->hazard + forward->tie.hazard,
         variance = forward->square + forward->tie.square;
  for (size_t v = 0; v < m; v++) {
    fit->trial[v] = forward->drift[v] + forward->drift_step[v];
  }
  cholesky_solve(m, fit->factor, fit->trial, fit->step);
  for (size_t v = 0; v < m; v++) {
    variance += fit->trial[v] * fit->step[v];
  }
  watch_spend(&forward->meter, m * m + 256);
  steps->step[steps->n++] = (CoxStep){
    .stratum = fit->rows->used[COX_STRATUM] ? (uint32_t)cox_at(fit->rows, COX_STRATUM, forward->first) : 0,
    .time = forward->time,
    .at_risk = forward->people.high + forward->people.low,
    .events = forward->weight,
    .hazard = hazard * scale,
    .error = sqrt(variance) * scale,
  };
  return STATUS_OK;
}

Status cox_baseline(Cox *cox, CoxStep **steps, size_t *n_steps, const Watch *watch)
{
  CoxResiduals forward = {0};
  Steps made = {0};
  Status status = cox_evaluate(cox->fit, cox->fit->beta, watch);
  if (status == STATUS_OK) {
    status = forward_open(&forward, cox->fit, watch);
  }
  while (status == STATUS_OK && forward_next(&forward)) {
    status = steps_add(&made, &forward);
  }
  if (forward.meter.stopped) {
    status = STATUS_INTERRUPT;
  }
  forward_close(&forward);
  if (status != STATUS_OK) {
    mem_free(made.step);
    made = (Steps){0};
  }
  *steps = made.step;
  *n_steps = made.n;
  return status;
}

/* ---- Robust errors */

typedef struct Robust {
  CoxResiduals forward;
  double *cluster; /* residuals by cluster, m each; NULL: a row is a cluster, and is done at once */
  double *residual, *meat;
} Robust;

/* Adds a residual to its cluster, or its square to the meat. False: to stop. */
static bool residual_put(Robust *robust, size_t row)
{
  const CoxFit *fit = robust->forward.fit;
  size_t m = (size_t)fit->m;
  if (robust->cluster) {
    size_t cluster = fit->rows->used[COX_CLUSTER] ? (size_t)cox_at(fit->rows, COX_CLUSTER, row) : row;
    for (size_t v = 0; v < m; v++) {
      robust->cluster[cluster * m + v] += robust->residual[v];
    }
    return !watch_spend(&robust->forward.meter, 16 * (m + 1));
  }
  for (size_t v = 0; v < m; v++) {
    for (size_t w = 0; w <= v; w++) {
      robust->meat[v * m + w] += robust->residual[v] * robust->residual[w];
    }
  }
  return !watch_spend(&robust->forward.meter, (m + 16) * (m + 1));
}

static bool robust_time(Robust *robust)
{
  CoxResiduals *forward = &robust->forward;
  const CoxFit *fit = forward->fit;
  const CoxRows *rows = fit->rows;
  const CoxTie *tie = &forward->tie;
  for (size_t e = forward->entering; e < forward->entering_end; e++) { /* what came before the entry does not count */
    size_t row = rows->by_entry[e];
    for (int v = 0; v < fit->m; v++) {
      robust->residual[v] = fit->score[row] * (cox_at(rows, fit->column[v], row) * forward->hazard - forward->drift[v]);
    }
    if (!residual_put(robust, row)) {
      return false;
    }
  }
  for (size_t row = forward->first; row < forward->end; row++) {
    bool event = rows->marks[row] & COX_EVENT;
    double r = fit->score[row], weight = cox_weight(fit, row),
           hazard = forward->hazard + (event ? tie->own : tie->hazard);
    if (rows->used[COX_ENTRY] && cox_at(rows, COX_ENTRY, row) >= forward->time) {
      continue;
    }
    for (int v = 0; v < fit->m; v++) {
      double x = cox_at(rows, fit->column[v], row), all = forward->sums[v].high + forward->sums[v].low;
      double drift = forward->drift[v] + (event ? forward->drift_own[v] : forward->drift_step[v]);
      robust->residual[v] = r * (drift - x * hazard);
      if (event) {
        robust->residual[v] +=
          weight * (x - (tie->hazard * all - (tie->hazard - tie->own) * forward->own[v]) / forward->weight);
      }
    }
    if (!residual_put(robust, row)) {
      return false;
    }
  }
  return true;
}

static bool clusters_close(Robust *robust, size_t n_clusters)
{
  size_t m = (size_t)robust->forward.fit->m;
  for (size_t c = 0; c < n_clusters; c++) {
    const double *residual = robust->cluster + c * m;
    for (size_t v = 0; v < m; v++) {
      for (size_t w = 0; w <= v; w++) {
        robust->meat[v * m + w] += residual[v] * residual[w];
      }
    }
    if (watch_spend(&robust->forward.meter, m * m + 1)) {
      return false;
    }
  }
  return true;
}

/* H^-1 meat H^-1, in the units of the features. */
static void robust_set(Cox *cox, double *meat)
{
  CoxFit *fit = cox->fit;
  size_t m = (size_t)fit->m, n = (size_t)cox->n_features;
  for (size_t v = 0; v < m; v++) {
    for (size_t w = v + 1; w < m; w++) {
      meat[v * m + w] = meat[w * m + v];
    }
  }
  for (int side = 0; side < 2; side++) { /* each row by the inverse, and the transpose of that once more */
    for (size_t v = 0; v < m; v++) {
      memcpy(fit->trial, meat + v * m, m * sizeof *meat);
      cholesky_solve(m, fit->factor, fit->trial, meat + v * m);
    }
    for (size_t v = 0; v < m; v++) {
      for (size_t w = 0; w < v; w++) {
        double kept = meat[v * m + w];
        meat[v * m + w] = meat[w * m + v];
        meat[w * m + v] = kept;
      }
    }
  }
  for (size_t v = 0; v < m; v++) {
    size_t j = (size_t)(fit->column[v] - COX_FEATURE);
    for (size_t w = 0; w < m; w++) {
      size_t k = (size_t)(fit->column[w] - COX_FEATURE);
      cox->robust[j * n + k] = (meat[v * m + w] + meat[w * m + v]) / 2 / cox->feature[j].sd / cox->feature[k].sd;
    }
    cox->feature[j].robust_error = sqrt(cox->robust[j * n + j]);
  }
}

/* How many clusters have a row. */
static Status clusters_count(const CoxRows *rows, size_t *n)
{
  unsigned char *seen = mem_zero((size_t)rows->n_clusters + 1, 1);
  Status status = seen ? STATUS_OK : STATUS_NOMEM;
  *n = 0;
  for (size_t i = 0; seen && i < rows->count; i++) {
    size_t cluster = (size_t)cox_at(rows, COX_CLUSTER, i);
    *n += !seen[cluster];
    seen[cluster] = 1;
  }
  mem_free(seen);
  return status;
}

Status cox_robust(Cox *cox, size_t *n_clusters, const Watch *watch)
{
  CoxFit *fit = cox->fit;
  const CoxRows *rows = fit->rows;
  size_t m = (size_t)fit->m, kept = rows->used[COX_CLUSTER] ? rows->n_clusters
                                    : rows->used[COX_ENTRY] ? rows->count
                                                            : 0;
  Robust robust = {0};
  Status status = STATUS_OK;
  *n_clusters = rows->count;
  if (rows->used[COX_CLUSTER]) {
    status = clusters_count(rows, n_clusters);
  }
  if (status == STATUS_OK && *n_clusters <= m) {
    status = STATUS_ERROR;
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = cox_evaluate(fit, fit->beta, watch);
  if (status == STATUS_OK) {
    status = forward_open(&robust.forward, fit, watch);
  }
  robust.residual = mem_zero(m * m + m + 1, sizeof(double));
  robust.cluster = kept ? mem_zero(kept * m + 1, sizeof(double)) : NULL;
  if (status == STATUS_OK && (!robust.residual || (kept && !robust.cluster))) {
    status = STATUS_NOMEM;
  }
  if (status == STATUS_OK) {
    robust.meat = robust.residual + m;
  }
  while (status == STATUS_OK && forward_next(&robust.forward) && robust_time(&robust)) {
  }
  if (status == STATUS_OK && (robust.forward.meter.stopped || !clusters_close(&robust, kept))) {
    status = STATUS_INTERRUPT;
  }
  if (status == STATUS_OK) {
    robust_set(cox, robust.meat);
  }
  mem_free(robust.residual);
  mem_free(robust.cluster);
  forward_close(&robust.forward);
  return status;
}
