#include "cox.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/newton.h"
#include "cox_fit.h"

#define STEPS_MAX 100
#define HALVINGS_MAX 40
#define DECREMENT_ZERO 1e-23  /* squared distance to the maximum, in standard errors, for each event */
#define DECREMENT_NOISE 1e-10 /* below this, one that no longer shrinks is rounding error */
#define COLLINEAR 1e-11       /* unexplained share of a column's information */
#define CONSTANT 1e-12        /* information as a share of the sum that it is a difference of */
#define CONSTANT_SHARE 1e-14  /* a range below this share of the values is rounding */
#define LEAST_RANGE 1e-100
#define RUNAWAY_FROM 8    /* steps: from here on it is asked whether the likelihood has a maximum, */
#define RUNAWAY_STEP 0.05 /* where a step is still as large as this, in standard deviations */

/* ---- Standardising */

/* The sums of a chunk, in which rounding does not yet matter: of weight * (x / range - mean) to the power 1 or 2. */
static double chunk_sum(const double *restrict x, const double *restrict weight, size_t n, double middle, double scale,
                        double mean, bool squares)
{
  double lane[4] = {0};
  for (size_t i = 0; i < n; i++) {
    double z = (x[i] - middle) * scale - mean;
    lane[i % 4] += (weight ? weight[i] : 1) * (squares ? z * z : z);
  }
  return lane[0] + lane[1] + (lane[2] + lane[3]);
}

static double column_sum(const CoxRows *rows, int column, double middle, double scale, double mean, bool squares)
{
  Sum sum = {0};
  for (size_t first = 0; first < rows->count; first += COX_CHUNK) {
    size_t n = rows->count - first < COX_CHUNK ? rows->count - first : COX_CHUNK;
    sum_add(&sum, chunk_sum(cox_chunk(rows, column, first),
                            rows->used[COX_WEIGHT] ? cox_chunk(rows, COX_WEIGHT, first) : NULL, n, middle, scale, mean,
                            squares));
  }
  return sum_value(&sum);
}

/* Mean and standard deviation of a column by weight; then the column is standardised. */
static void column_standardise(const CoxRows *rows, int column, double weight_sum, CoxFeature *feature)
{
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < rows->count; i++) {
    double x = cox_at(rows, column, i);
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  double range = high - low, middle = low + range / 2;
  feature->mean = low;
  feature->sd = 0;
  if (!(range > LEAST_RANGE && range > CONSTANT_SHARE * fmax(fabs(low), fabs(high)))) {
    return;
  }
  double mean = column_sum(rows, column, middle, 1 / range, 0, false) / weight_sum;
  feature->mean = middle + mean * range;
  feature->sd = range * sqrt(column_sum(rows, column, middle, 1 / range, mean, true) / weight_sum);
  double scale = 1 / feature->sd;
  for (size_t first = 0; first < rows->count; first += COX_CHUNK) {
    size_t n = rows->count - first < COX_CHUNK ? rows->count - first : COX_CHUNK;
    double *x = cox_chunk(rows, column, first);
    for (size_t i = 0; i < n; i++) {
      x[i] = (x[i] - feature->mean) * scale;
    }
  }
}

static Status standardise(CoxRows *rows, Cox *cox, const Watch *watch)
{
  Sum sum = {0};
  for (size_t i = 0; i < rows->count && rows->used[COX_WEIGHT]; i++) {
    sum_add(&sum, cox_at(rows, COX_WEIGHT, i));
  }
  cox->weight = rows->used[COX_WEIGHT] ? sum_value(&sum) : (double)rows->count;
  for (int j = 0; j < cox->n_features; j++) {
    if (watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    column_standardise(rows, COX_FEATURE + j, cox->weight, &cox->feature[j]);
    if (!(cox->feature[j].sd > 0)) {
      cox->feature[j].state = COX_CONSTANT;
    }
  }
  return STATUS_OK;
}

/* ---- Constant and collinear columns */

/*
** Leaves the variables that have information of their own; hessian and gradient become those of them. total[v]: the sum
** that hessian[v][v] is a difference of.
*/
static void variables_keep(CoxFit *fit, Cox *cox)
{
  size_t m = (size_t)fit->m, kept = 0;
  int *was = cox->fit->column + cox->n_features; /* the second half: which row of the hessian a kept variable has */
  for (size_t v = 0; v < m; v++) {
    const double *information = fit->hessian + v * m;
    double *row = fit->factor + kept * m;
    CoxFeature *feature = &cox->feature[fit->column[v] - COX_FEATURE];
    /* columns have variance 1, so that an event's information is about 1 */
    if (!(information[v] > CONSTANT * (double)cox->events)) {
      feature->state = COX_CONSTANT;
      continue;
    }
    double left = cholesky_row(m, fit->factor, kept, was, information, information[v], row);
    if (left > COLLINEAR * information[v]) {
      row[kept] = sqrt(left);
      was[kept] = (int)v;
      fit->column[kept++] = fit->column[v];
    } else {
      feature->state = COX_COLLINEAR;
      feature->n_partners = cholesky_partners(m, fit->factor, kept, row, fit->trial, feature->partners, COX_PARTNERS);
      for (int p = 0; p < feature->n_partners && p < COX_PARTNERS; p++) {
        feature->partners[p] = fit->column[feature->partners[p]] - COX_FEATURE;
      }
    }
  }
  /* row i comes from row was[i] >= i, so that nothing is overwritten before it is read */
  for (size_t i = 0; i < kept; i++) {
    fit->gradient[i] = fit->gradient[was[i]];
    for (size_t j = 0; j <= i; j++) {
      fit->hessian[i * kept + j] = fit->hessian[(size_t)was[i] * m + (size_t)was[j]];
    }
  }
  fit->m = (int)kept;
}

/* ---- Newton's method */

static Status fit_open(CoxFit *fit, CoxRows *rows, CoxTies ties)
{
  *fit = (CoxFit){.rows = rows, .ties = ties};
  size_t m = (size_t)rows->n_features, n = rows->count;
  double *numbers = mem_zero(2 * m * m + 5 * m + 1, sizeof *numbers);
  fit->owned = numbers;
  fit->column = mem_zero(2 * m + 1, sizeof *fit->column);
  fit->score = mem_alloc(n, sizeof *fit->score);
  fit->hazard = mem_zero(n, sizeof *fit->hazard);
  fit->late = rows->used[COX_ENTRY] ? mem_zero(n, sizeof *fit->late) : NULL;
  if (!numbers || !fit->column || !fit->score || !fit->hazard || (rows->used[COX_ENTRY] && !fit->late)) {
    return STATUS_NOMEM;
  }
  double **vectors[] = {&fit->beta, &fit->step, &fit->trial, &fit->gradient, &fit->early};
  for (size_t i = 0; i < 5; i++) {
    *vectors[i] = numbers + i * m;
  }
  fit->hessian = numbers + 5 * m;
  fit->factor = fit->hessian + m * m;
  return STATUS_OK;
}

static void fit_close(CoxFit *fit)
{
  if (!fit) {
    return;
  }
  mem_free(fit->owned);
  mem_free(fit->column);
  mem_free(fit->score);
  mem_free(fit->hazard);
  mem_free(fit->late);
  mem_free(fit);
}

/* From the gradient and the hessian the step, and its squared length in standard errors; false: no information. */
static bool step_find(CoxFit *fit, double *decrement)
{
  size_t m = (size_t)fit->m;
  if (!cholesky_factor(m, fit->hessian, LEAST_PIVOT, fit->factor)) {
    return false;
  }
  cholesky_solve(m, fit->factor, fit->gradient, fit->step);
  *decrement = dot_product(m, fit->step, fit->gradient);
  return isfinite(*decrement);
}

static Status value_at(void *self, const double *at, double *value, const Watch *watch)
{
  CoxFit *fit = self;
  Status status = cox_evaluate(fit, at, watch);
  *value = fit->log_likelihood;
  return status;
}

static Status fit_step(CoxFit *fit, bool *moved, const Watch *watch)
{
  Newton newton = {(size_t)fit->m, HALVINGS_MAX, value_at, fit, fit->beta, fit->trial, fit->step, fit->log_likelihood};
  return newton_move(&newton, moved, watch);
}

/* Whether the likelihood rises for ever in this direction; then its columns are marked, as few as do it. */
static Status rise_find(CoxFit *fit, Cox *cox, const double *direction, const Watch *watch)
{
  double *part = fit->trial, most = largest_size((size_t)fit->m, direction);
  bool rises = false;
  for (int v = 0; v < fit->m; v++) {
    part[v] = fabs(direction[v]) > 1e-6 * most ? direction[v] : 0;
  }
  Status status = most > 0 ? cox_rises(fit, part, &rises, watch) : STATUS_OK;
  if (status != STATUS_OK || !rises) {
    return status;
  }
  cox->end = COX_MONOTONE;
  for (int v = 0; v < fit->m && status == STATUS_OK; v++) {
    double kept = part[v];
    part[v] = 0;
    status = kept != 0 && largest_size((size_t)fit->m, part) > 0 ? cox_rises(fit, part, &rises, watch) : STATUS_OK;
    if (kept != 0 && (!rises || largest_size((size_t)fit->m, part) == 0)) {
      part[v] = kept;
    }
    cox->feature[fit->column[v] - COX_FEATURE].monotone = part[v] != 0;
  }
  return status;
}

/* Single columns, upwards and downwards; the last step; all that was gone. */
static Status monotone_find(CoxFit *fit, Cox *cox, const Watch *watch)
{
  double *one = fit->early;
  Status status = STATUS_OK;
  for (int v = 0; v < fit->m; v++) {
    bool rises = false;
    for (int sign = -1; sign <= 1 && status == STATUS_OK && !rises; sign += 2) {
      memset(one, 0, (size_t)fit->m * sizeof *one);
      one[v] = sign;
      status = cox_rises(fit, one, &rises, watch);
    }
    if (status != STATUS_OK) {
      return status;
    }
    if (!rises) {
      continue;
    }
    cox->feature[fit->column[v] - COX_FEATURE].monotone = true;
    cox->end = COX_MONOTONE;
  }
  const double *direction[] = {fit->step, fit->beta};
  for (int i = 0; i < 2 && status == STATUS_OK && cox->end != COX_MONOTONE; i++) {
    status = rise_find(fit, cox, direction[i], watch);
  }
  return status;
}

static Status newton(CoxFit *fit, Cox *cox, const Watch *watch)
{
  double decrement = 0, last = INFINITY;
  bool moved = true;
  Status status = STATUS_OK;
  cox->end = COX_UNFINISHED;
  for (cox->iterations = 0; cox->iterations < STEPS_MAX && status == STATUS_OK; cox->iterations++) {
    bool informed = step_find(fit, &decrement);
    if (cox->iterations == 0) {
      cox->score = decrement;
    }
    if (informed &&
        (decrement <= DECREMENT_ZERO * (double)cox->events || (decrement < DECREMENT_NOISE && decrement > last / 4))) {
      /*
      ** A rare level at which nobody leaves promises as little. Its error is large: a standardised one is at least
      ** |step| / sqrt(decrement).
      */
      if (largest_size((size_t)fit->m, fit->step) > sqrt(decrement)) {
        status = monotone_find(fit, cox, watch);
      }
      if (cox->end == COX_MONOTONE || status != STATUS_OK) {
        return status;
      }
      cox->end = COX_CONVERGED;
      for (int v = 0; v < fit->m; v++) {
        fit->beta[v] += fit->step[v];
      }
      return STATUS_OK;
    }
    bool asks = !informed || (cox->iterations >= RUNAWAY_FROM && cox->iterations % 4 == 0 &&
                              largest_size((size_t)fit->m, fit->step) > RUNAWAY_STEP);
    if (asks) {
      status = monotone_find(fit, cox, watch);
    }
    if (cox->end == COX_MONOTONE || !informed || status != STATUS_OK) {
      return status;
    }
    last = decrement;
    status = fit_step(fit, &moved, watch);
    if (status == STATUS_OK && moved) {
      status = cox_information(fit, NULL, watch);
    }
    if (status == STATUS_OK && !moved) {
      break;
    }
  }
  return status == STATUS_OK ? monotone_find(fit, cox, watch) : status;
}

/* ---- The result */

static void result_clear(Cox *cox)
{
  size_t n = (size_t)cox->n_features;
  for (size_t i = 0; i < n * n; i++) {
    cox->covariance[i] = cox->robust[i] = NAN;
  }
  for (size_t j = 0; j < n; j++) {
    CoxFeature *feature = &cox->feature[j];
    feature->coefficient = cox->end == COX_CONVERGED && feature->state != COX_USED ? 0 : NAN;
    feature->error = feature->robust_error = NAN;
  }
  if (cox->end != COX_CONVERGED) {
    cox->log_likelihood = cox->wald = cox->score = NAN;
  }
}

static Status result_set(Cox *cox)
{
  CoxFit *fit = cox->fit;
  size_t m = (size_t)fit->m, n = (size_t)cox->n_features;
  for (size_t v = 0; v < m; v++) {
    memset(fit->trial, 0, m * sizeof *fit->trial);
    fit->trial[v] = 1;
    cholesky_solve(m, fit->factor, fit->trial, fit->step);
    size_t j = (size_t)(fit->column[v] - COX_FEATURE);
    for (size_t w = 0; w <= v; w++) {
      size_t k = (size_t)(fit->column[w] - COX_FEATURE);
      cox->covariance[j * n + k] = cox->covariance[k * n + j] = fit->step[w] / cox->feature[j].sd / cox->feature[k].sd;
    }
    cox->feature[j].coefficient = fit->beta[v] / cox->feature[j].sd;
    cox->feature[j].error = sqrt(fit->step[v]) / cox->feature[j].sd;
  }
  cox->wald = 0;
  for (size_t v = 0; v < m; v++) { /* beta' H beta */
    double sum = fit->hessian[v * m + v] * fit->beta[v];
    for (size_t w = 0; w < v; w++) {
      sum += 2 * fit->hessian[v * m + w] * fit->beta[w];
    }
    cox->wald += sum * fit->beta[v];
  }
  cox->log_likelihood = fit->log_likelihood;
  return STATUS_OK;
}

static size_t times_count(const CoxRows *rows)
{
  size_t n = 0;
  for (size_t i = 0; i < rows->count; i++) { /* those with the event are first in their time */
    n += (rows->marks[i] & (COX_FIRST | COX_EVENT)) == (COX_FIRST | COX_EVENT);
  }
  return n;
}

static Status fit_run(Cox *cox, const Watch *watch)
{
  CoxFit *fit = cox->fit;
  for (int j = 0; j < cox->n_features; j++) {
    if (cox->feature[j].state == COX_USED) {
      fit->column[fit->m++] = COX_FEATURE + j;
    }
  }
  Status status = cox_evaluate(fit, fit->beta, watch);
  if (status == STATUS_OK) {
    status = cox_information(fit, NULL, watch);
  }
  if (status != STATUS_OK) {
    return status;
  }
  cox->null_log_likelihood = fit->log_likelihood;
  variables_keep(fit, cox);
  cox->n_used = fit->m;
  status = newton(fit, cox, watch);
  if (status != STATUS_OK) {
    return status;
  }
  result_clear(cox);
  return cox->end == COX_CONVERGED ? result_set(cox) : STATUS_OK;
}

Status cox_fit(CoxRows *rows, CoxTies ties, Cox *cox, const Watch *watch)
{
  size_t n = (size_t)rows->n_features;
  *cox = (Cox){.ties = ties,
               .n_features = rows->n_features,
               .rows = rows->count,
               .events = rows->events,
               .null_log_likelihood = NAN};
  cox->feature = mem_zero(n + 1, sizeof *cox->feature);
  cox->covariance = mem_zero(2 * n * n + 1, sizeof *cox->covariance);
  if (!cox->feature || !cox->covariance) {
    return STATUS_NOMEM;
  }
  cox->robust = cox->covariance + n * n;
  cox->end = rows->count == 0 ? COX_NO_ROWS : COX_NO_EVENTS;
  for (size_t j = 0; j < n; j++) {
    cox->feature[j].mean = cox->feature[j].sd = NAN;
  }
  result_clear(cox);
  if (rows->events == 0) {
    return STATUS_OK;
  }
  Status status = cox_rows_sort(rows, watch);
  if (status == STATUS_OK) {
    status = standardise(rows, cox, watch);
  }
  if (status != STATUS_OK) {
    return status;
  }
  cox->times = times_count(rows);
  cox->fit = mem_zero(1, sizeof *cox->fit);
  if (!cox->fit) {
    return STATUS_NOMEM;
  }
  status = fit_open(cox->fit, rows, ties);
  return status == STATUS_OK ? fit_run(cox, watch) : status;
}

void cox_close(Cox *cox)
{
  fit_close(cox->fit);
  cox->fit = NULL;
}

void cox_free(Cox *cox)
{
  cox_close(cox);
  mem_free(cox->feature);
  mem_free(cox->covariance);
  *cox = (Cox){0};
}

double cox_mean_score(const Cox *cox)
{
  double sum = 0;
  for (int j = 0; j < cox->n_features; j++) {
    if (cox->feature[j].state == COX_USED) {
      sum += cox->feature[j].coefficient * cox->feature[j].mean;
    }
  }
  return sum;
}
