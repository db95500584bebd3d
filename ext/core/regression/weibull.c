#include "weibull.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/newton.h"
#include "weibull_fit.h"

#define STEPS_MAX 100
#define HALVINGS_MAX 60
#define DECREMENT_ZERO 1e-24  /* squared distance to the maximum, in standard errors */
#define DECREMENT_NOISE 1e-10 /* below this, one that no longer shrinks is rounding error */
#define STILL 1e-6            /* a step below this share of the variables is no movement */
#define COLLINEAR 1e-11       /* unexplained share of a column's variance */
#define RUNAWAY_FROM 24       /* steps: where the direction of a runaway is measured, and */
#define RUNAWAY_ASK 40        /* is asked whether it is one */
#define NEGLIGIBLE 1e-3       /* share of the largest part of a direction */

/* ---- Rows */

Status weibull_rows_add(WeibullRows *rows, double time, bool event, const double *x)
{
  if (!(time > 0)) {
    rows->zero_times++;
    return STATUS_OK;
  }
  size_t n = (size_t)rows->n_features;
  if (!rows->row) {
    rows->row = mem_alloc(n + 1, sizeof *rows->row);
    rows->rows.n_features = rows->n_features + 1;
  }
  if (!rows->row) {
    return STATUS_NOMEM;
  }
  if (n > 0) {
    memcpy(rows->row, x, n * sizeof *x);
  }
  rows->row[n] = log(time);
  if (event) {
    sum_add(&rows->log_times, rows->row[n]);
  }
  return regression_rows_add(&rows->rows, rows->row, event, 1);
}

void weibull_rows_free(WeibullRows *rows)
{
  regression_rows_free(&rows->rows);
  mem_free(rows->row);
  *rows = (WeibullRows){.n_features = rows->n_features};
}

/* ---- Room for a fit */

static Status fit_open(WeibullFit *fit, const RegressionRows *rows)
{
  size_t m = (size_t)rows->n_features + 1;
  *fit = (WeibullFit){.rows = rows, .m = 1, .events = (double)rows->positives};
  fit->owned = mem_zero(2 * m * m + 6 * m, sizeof *fit->owned);
  fit->column = mem_zero(m, sizeof *fit->column);
  fit->x = mem_alloc(m, sizeof *fit->x);
  if (!fit->owned || !fit->column || !fit->x) {
    return STATUS_NOMEM;
  }
  double **vectors[] = {&fit->beta, &fit->step, &fit->trial, &fit->gradient, &fit->early, &fit->away};
  for (int i = 0; i < 6; i++) {
    *vectors[i] = fit->owned + (size_t)i * m;
  }
  fit->hessian = fit->owned + 6 * m;
  fit->factor = fit->hessian + m * m;
  for (int r = 0; r < REGRESSION_BLOCK; r++) {
    fit->ones[r] = 1;
  }
  return STATUS_OK;
}

static void fit_close(WeibullFit *fit)
{
  mem_free(fit->x);
  mem_free(fit->column);
  mem_free(fit->owned);
}

/* ---- Collinear features */

/* Leaves in fit->column the features that are neither constant nor a combination of features before them, then ln T. */
static Status columns_choose(WeibullFit *fit, Weibull *weibull, const Watch *watch)
{
  int n = weibull->n_features, kept = 0, *was = weibull->apart; /* which row of the products a kept column has */
  for (int j = 0; j < n; j++) {
    if (fit->rows->sd[j] > 0) {
      fit->column[fit->m++] = j;
    } else {
      weibull->feature[j].state = REGRESSION_CONSTANT;
    }
  }
  size_t m = (size_t)fit->m;
  Status status = m > 1 ? weibull_squares(fit, watch) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  for (int v = 1; v < (int)m; v++) {
    const double *products = fit->hessian + (size_t)v * m;
    double *row = fit->factor + (size_t)kept * m;
    if (watch_due(watch, (size_t)v + 1, m * m)) {
      return STATUS_INTERRUPT;
    }
    double left = cholesky_row(m, fit->factor, (size_t)kept, was, products, products[v], row);
    int column = fit->column[v];
    if (left > COLLINEAR * products[v]) {
      row[kept] = sqrt(left);
      was[kept++] = v;
      fit->column[kept] = column;
    } else {
      RegressionFeature *feature = &weibull->feature[column];
      feature->state = REGRESSION_COLLINEAR;
      feature->n_partners =
        cholesky_partners(m, fit->factor, (size_t)kept, row, fit->step, feature->partners, REGRESSION_PARTNERS);
      for (int p = 0; p < feature->n_partners && p < REGRESSION_PARTNERS; p++) {
        feature->partners[p] = fit->column[feature->partners[p] + 1];
      }
    }
  }
  fit->column[kept + 1] = n;
  fit->m = kept + 2;
  return STATUS_OK;
}

/* ---- Directions without a maximum */

/* Exactly, where it is one column. */
static void apart_alone(const RegressionRows *rows, Weibull *weibull)
{
  int n = weibull->n_features;
  if (rows->low[1][n] == rows->high[1][n] && rows->high[0][n] <= rows->high[1][n]) {
    weibull->end = WEIBULL_LARGEST;
    return;
  }
  for (int j = 0; j < n; j++) {
    double at = rows->low[1][j];
    bool above = rows->high[0][j] <= at, below = rows->low[0][j] >= at;
    if (rows->sd[j] == 0 || at != rows->high[1][j] || (!above && !below)) {
      continue;
    }
    if (weibull->n_apart == 0) {
      weibull->apart_at = at;
      weibull->apart_above = above;
    }
    weibull->apart[weibull->n_apart++] = j;
    weibull->end = WEIBULL_ONE_SIDED;
  }
}

static Status runaway_find(WeibullFit *fit, Weibull *weibull, const Watch *watch)
{
  bool never = false;
  Status status = weibull_never_falls(fit, fit->away, &never, watch);
  if (status != STATUS_OK || !never) {
    return status;
  }
  int last = fit->m - 1;
  double least = NEGLIGIBLE * largest_size((size_t)last, fit->away + 1);
  weibull->end = fabs(fit->away[last]) > least ? WEIBULL_TOLD : WEIBULL_COMBINED;
  for (;;) {
    int best = 0;
    for (int v = 1; v < last; v++) {
      best = fabs(fit->away[v]) > (best ? fabs(fit->away[best]) : least) ? v : best;
    }
    if (!best) {
      return STATUS_OK;
    }
    weibull->apart[weibull->n_apart++] = fit->column[best];
    fit->away[best] = 0;
  }
}

/* ---- Newton's method */

static Status value_at(void *self, const double *at, double *value, const Watch *watch)
{
  return weibull_evaluate(self, at, value, watch);
}

static Status fit_step(WeibullFit *fit, bool *moved, const Watch *watch)
{
  Newton newton = {(size_t)fit->m, HALVINGS_MAX, value_at, fit, fit->beta, fit->trial, fit->step, fit->value};
  Status status = newton_move(&newton, moved, watch);
  fit->value = newton.value;
  fit->steps += *moved;
  return status;
}

/* From fit->beta; *converged: to the maximum, where hessian and factor are those of it. */
static Status climb(WeibullFit *fit, bool *converged, const Watch *watch)
{
  size_t m = (size_t)fit->m;
  double last = INFINITY;
  *converged = false;
  fit->steps = 0;
  Status status = weibull_evaluate(fit, fit->beta, &fit->value, watch);
  while (status == STATUS_OK && fit->steps < STEPS_MAX) {
    bool positive;
    status = cholesky_factor_watched(m, fit->hessian, LEAST_PIVOT, fit->factor, &positive, watch);
    if (status != STATUS_OK || !positive) {
      return status;
    }
    cholesky_solve(m, fit->factor, fit->gradient, fit->step);
    double decrement = dot_product((size_t)fit->m, fit->gradient, fit->step);
    bool still = largest_size((size_t)fit->m, fit->step) <= STILL * largest_size((size_t)fit->m, fit->beta);
    if (still && (decrement < DECREMENT_ZERO || (decrement < DECREMENT_NOISE && decrement >= last))) {
      for (size_t v = 0; v < m; v++) {
        fit->beta[v] += fit->step[v]; /* free digits: the Hessian and the value are those of here */
      }
      *converged = true;
      return STATUS_OK;
    }
    if (fit->steps == RUNAWAY_ASK) {
      return STATUS_OK;
    }
    last = decrement;
    bool moved;
    status = fit_step(fit, &moved, watch);
    if (status == STATUS_OK && !moved) {
      status = weibull_evaluate(fit, fit->beta, &fit->value, watch); /* the Hessian was another point's */
      *converged = status == STATUS_OK && still && decrement < DECREMENT_NOISE &&
                   cholesky_factor(m, fit->hessian, LEAST_PIVOT, fit->factor);
      return status;
    }
    if (fit->steps == RUNAWAY_FROM) {
      memcpy(fit->early, fit->beta, m * sizeof *fit->early);
    }
    for (size_t v = 0; v < m; v++) {
      fit->away[v] = fit->steps > RUNAWAY_FROM ? fit->beta[v] - fit->early[v] : fit->step[v];
    }
  }
  return status;
}

/* Where the search without features begins: about as many events as expected, and no row so late that e^z is large. */
static void start_find(WeibullFit *fit, int column)
{
  const RegressionRows *rows = fit->rows;
  double latest = (fmax(rows->high[0][column], rows->high[1][column]) - rows->mean[column]) / rows->sd[column];
  fit->beta[0] = log(fit->events / (double)rows->count);
  fit->beta[1] = fmin(1.28, 3 / latest); /* 1.28: the deviation of W */
}

/* ---- The result */

/*
** From the variables to intercept, coefficients and log_sigma: z = (ln T - intercept - coefficient . x) / sigma, of the
** columns as they were given. `jacobian` has a row for each of the results, and their covariance is jacobian V
** jacobian', as products of what cholesky_solve() gives.
*/
static Status result_make(WeibullFit *fit, Weibull *weibull, const Watch *watch)
{
  size_t m = (size_t)fit->m, n = (size_t)weibull->n_features, size = n + 2;
  const double *mean = fit->rows->mean, *sd = fit->rows->sd;
  double last = fit->beta[m - 1], spread = sd[n] / last;
  double *jacobian = mem_zero(m * m + m * m, sizeof *jacobian), *solved = jacobian ? jacobian + m * m : NULL;
  if (!jacobian) {
    return STATUS_NOMEM;
  }
  Sum intercept = {0};
  sum_add(&intercept, mean[n]);
  sum_add(&intercept, -spread * fit->beta[0]);
  jacobian[0] = -spread;
  jacobian[m - 1] = spread * fit->beta[0] / last;
  for (size_t v = 1; v + 1 < m; v++) {
    size_t j = (size_t)fit->column[v];
    double coefficient = -spread * fit->beta[v] / sd[j];
    weibull->coefficient[j] = coefficient;
    sum_add(&intercept, -coefficient * mean[j]);
    jacobian[v * m + v] = -spread / sd[j];
    jacobian[v * m + m - 1] = -coefficient / last;
    jacobian[v] = spread / sd[j] * mean[j];
    jacobian[m - 1] += coefficient / last * mean[j];
  }
  jacobian[m * m - 1] = -1 / last;
  weibull->intercept = sum_value(&intercept);
  weibull->log_sigma = log(spread);
  weibull->shape = 1 / spread;
  for (size_t a = 0; a < m; a++) {
    if (watch_stop(watch)) {
      mem_free(jacobian);
      return STATUS_INTERRUPT;
    }
    cholesky_solve(m, fit->factor, jacobian + a * m, solved + a * m);
    size_t row = a == 0 ? 0 : a + 1 == m ? n + 1 : (size_t)fit->column[a] + 1;
    for (size_t b = 0; b <= a; b++) {
      size_t column = b == 0 ? 0 : b + 1 == m ? n + 1 : (size_t)fit->column[b] + 1;
      double covariance = dot_product((size_t)fit->m, jacobian + b * m, solved + a * m);
      weibull->covariance[row * size + column] = weibull->covariance[column * size + row] = covariance;
    }
  }
  mem_free(jacobian);
  return STATUS_OK;
}

/* All estimates NaN; a dropped feature's stay so in the covariance. */
static Status result_open(Weibull *weibull, int n_features)
{
  size_t n = (size_t)n_features, size = n + 2;
  *weibull = (Weibull){.n_features = n_features, .intercept = NAN, .log_sigma = NAN, .shape = NAN};
  weibull->log_likelihood = weibull->null_log_likelihood = NAN;
  weibull->coefficient = mem_alloc(n + 1, sizeof *weibull->coefficient);
  weibull->covariance = mem_alloc(size * size, sizeof *weibull->covariance);
  weibull->feature = mem_zero(n + 1, sizeof *weibull->feature);
  weibull->apart = mem_zero(n + 1, sizeof *weibull->apart);
  if (!weibull->coefficient || !weibull->covariance || !weibull->feature || !weibull->apart) {
    return STATUS_NOMEM;
  }
  for (size_t j = 0; j < n; j++) {
    weibull->coefficient[j] = NAN;
  }
  for (size_t i = 0; i < size * size; i++) {
    weibull->covariance[i] = NAN;
  }
  return STATUS_OK;
}

void weibull_free(Weibull *weibull)
{
  mem_free(weibull->coefficient);
  mem_free(weibull->covariance);
  mem_free(weibull->feature);
  mem_free(weibull->apart);
  *weibull = (Weibull){0};
}

/* The maximum without features, which is where the search with features begins, then that. */
static Status fit_run(WeibullFit *fit, double constant, Weibull *weibull, const Watch *watch)
{
  int full = fit->m, first = fit->column[1];
  bool converged;
  fit->m = 2;
  fit->column[1] = weibull->n_features;
  start_find(fit, weibull->n_features);
  Status status = climb(fit, &converged, watch);
  if (status != STATUS_OK) {
    return status;
  }
  weibull->iterations = fit->steps;
  if (converged) {
    weibull->null_log_likelihood = fit->value + constant;
  }
  if (full > 2) {
    double last = fit->beta[1];
    fit->m = full;
    fit->column[1] = first;
    fit->beta[1] = 0;
    fit->beta[full - 1] = last;
    status = climb(fit, &converged, watch);
    weibull->iterations += fit->steps;
  }
  if (status != STATUS_OK) {
    return status;
  }
  weibull->end = converged ? WEIBULL_CONVERGED : WEIBULL_UNFINISHED;
  if (!converged) {
    return runaway_find(fit, weibull, watch);
  }
  weibull->log_likelihood = fit->value + constant;
  for (int j = 0; j < weibull->n_features; j++) {
    weibull->coefficient[j] = 0;
  }
  return result_make(fit, weibull, watch);
}

Status weibull_fit(WeibullRows *rows, Weibull *weibull, const Watch *watch)
{
  RegressionRows *table = &rows->rows;
  int n = rows->n_features;
  WeibullFit fit = {0};
  Status status = result_open(weibull, n);
  weibull->rows = table->count;
  weibull->events = table->positives;
  weibull->zero_times = rows->zero_times;
  weibull->end = table->count == 0 ? WEIBULL_NO_ROWS : table->positives == 0 ? WEIBULL_NO_EVENTS : WEIBULL_CONVERGED;
  if (status != STATUS_OK || weibull->end != WEIBULL_CONVERGED) {
    return status;
  }
  status = regression_rows_standardise(table, watch);
  if (status != STATUS_OK) {
    return status;
  }
  if (table->sd[n] == 0) {
    weibull->end = WEIBULL_ONE_TIME;
    return STATUS_OK;
  }
  apart_alone(table, weibull);
  if (weibull->end != WEIBULL_CONVERGED) {
    return STATUS_OK;
  }
  /* besides what weibull_evaluate() gives */
  double constant = -(double)table->positives * log(table->sd[n]) - sum_value(&rows->log_times);
  status = fit_open(&fit, table);
  if (status == STATUS_OK) {
    status = columns_choose(&fit, weibull, watch);
  }
  if (status == STATUS_OK) {
    status = fit_run(&fit, constant, weibull, watch);
  }
  fit_close(&fit);
  return status;
}
