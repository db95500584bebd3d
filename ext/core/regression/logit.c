#include "logit.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/newton.h"
#include "core/numerics/stats.h"
#include "logit_fit.h"
#include "logit_separation.h"

#define STEPS_MAX 100
#define HALVINGS_MAX 40
#define DECREMENT_ZERO 1e-20  /* squared distance to the maximum, in standard errors */
#define DECREMENT_NOISE 1e-10 /* below this, one that no longer shrinks is rounding error */
#define STILL 1e-6            /* a step below this share of the coefficients is no movement */
#define COLLINEAR 1e-11       /* unexplained share of a column's variance */
#define RUNAWAY_FROM 12       /* steps: where the direction of a runaway is measured, */
#define RUNAWAY_TO 24
#define RUNAWAY_ASK 32 /* and is asked whether it separates */

/* ---- Constant and collinear columns ---- */

/* Leaves in fit->column those that are no combination of columns before them. */
static Status collinear_drop(LogitFit *fit, Logit *logit, const Watch *watch)
{
  size_t m = (size_t)fit->m;
  Status status = logit_gram(fit, watch);
  if (status != STATUS_OK) {
    return status;
  }
  /* Rows and columns of the factor are the kept columns; hessian row v belongs to column[v] as it was. */
  int kept = 0;
  int *was = logit->separating; /* n_features, not in use yet: which hessian row a kept column has */
  for (int v = 1; v < fit->m; v++) {
    const double *gram = fit->hessian + (size_t)v * m;
    double *row = fit->factor + (size_t)kept * m;
    if (watch_due(watch, (size_t)v + 1, m * m)) {
      return STATUS_INTERRUPT;
    }
    double left = cholesky_row(m, fit->factor, (size_t)kept, was, gram, gram[v], row);
    int column = fit->column[v];
    if (left > COLLINEAR * gram[v]) {
      row[kept] = sqrt(left);
      was[kept++] = v;
      fit->column[kept] = column;
    } else {
      RegressionFeature *feature = &logit->feature[column];
      feature->state = REGRESSION_COLLINEAR;
      feature->n_partners =
        cholesky_partners(m, fit->factor, (size_t)kept, row, fit->step, feature->partners, REGRESSION_PARTNERS);
      for (int p = 0; p < feature->n_partners && p < REGRESSION_PARTNERS; p++) {
        feature->partners[p] = fit->column[feature->partners[p] + 1];
      }
    }
  }
  fit->m = kept + 1;
  return STATUS_OK;
}

/* ---- Newton's method ---- */

static Status fit_open(LogitFit *fit, const RegressionRows *rows, double l2)
{
  *fit = (LogitFit){.rows = rows, .l2 = l2, .m = 1};
  size_t m = (size_t)rows->n_features + 1;
  double *numbers = mem_zero(2 * m * m + 6 * m, sizeof *numbers);
  fit->owned = numbers;
  fit->column = mem_zero(m, sizeof *fit->column);
  fit->x = mem_alloc(m, sizeof *fit->x);
  if (!numbers || !fit->column || !fit->x) {
    return STATUS_NOMEM;
  }
  double **vectors[] = {&fit->beta, &fit->step, &fit->trial, &fit->gradient, &fit->early, &fit->away};
  for (int i = 0; i < 6; i++) {
    *vectors[i] = numbers + (size_t)i * m;
  }
  fit->hessian = numbers + 6 * m;
  fit->factor = fit->hessian + m * m;
  for (int r = 0; r < REGRESSION_BLOCK; r++) {
    fit->ones[r] = 1;
  }
  for (int j = 0; j < rows->n_features; j++) {
    if (rows->sd[j] > 0) {
      fit->column[fit->m++] = j;
    }
  }
  return STATUS_OK;
}

static void fit_close(LogitFit *fit)
{
  mem_free(fit->x);
  mem_free(fit->column);
  mem_free(fit->owned);
}

static Status value_at(void *self, const double *at, double *value, const Watch *watch)
{
  LogitFit *fit = self;
  Status status = logit_evaluate(fit, at, watch);
  *value = fit->value;
  return status;
}

static Status fit_step(LogitFit *fit, bool *moved, const Watch *watch)
{
  Newton newton = {(size_t)fit->m, HALVINGS_MAX, value_at, fit, fit->beta, fit->trial, fit->step, fit->value};
  Status status = newton_move(&newton, moved, watch);
  fit->steps += *moved;
  return status;
}

/* Whether what grows without end separates the labels: where it went late, all in all, and from the start. */
static Status runaway_find(LogitFit *fit, Logit *logit, const Watch *watch)
{
  double *late = fit->steps >= RUNAWAY_TO ? fit->away : NULL, *all = fit->steps > RUNAWAY_FROM ? fit->early : NULL;
  double *candidate[] = {late, all, fit->step, fit->beta};
  Status status = STATUS_OK;
  for (int v = 0; v < fit->m && fit->steps > RUNAWAY_FROM; v++) {
    fit->early[v] = fit->beta[v] - fit->early[v];
  }
  for (int i = 0; i < 4 && status == STATUS_OK && logit->end == LOGIT_UNFINISHED; i++) {
    if (candidate[i]) {
      status = logit_separation_find(fit, candidate[i], logit, watch);
    }
  }
  return status;
}

/*
** The end of the climb is a step that rises no more and moves no more: along a separating direction the rise vanishes
** too, by a factor e a step, while the steps stay as large as they were.
*/
static bool is_maximum(const LogitFit *fit, double decrement, double last)
{
  bool level = decrement <= DECREMENT_ZERO || (decrement <= DECREMENT_NOISE && decrement > last / 4);
  return level && (fit->l2 > 0 ||
                   largest_size((size_t)fit->m, fit->step) <= STILL * fmax(1, largest_size((size_t)fit->m, fit->beta)));
}

static Status fit_climb(LogitFit *fit, Logit *logit, const Watch *watch)
{
  double last = INFINITY;
  size_t m = (size_t)fit->m;
  bool moved = true, asked = false, positive;
  memset(fit->beta, 0, m * sizeof *fit->beta);
  fit->beta[0] = log(fit->rows->weight[1] / fit->rows->weight[0]);
  logit->end = LOGIT_UNFINISHED;
  Status status = logit_evaluate(fit, fit->beta, watch);
  while (status == STATUS_OK && moved && fit->steps < STEPS_MAX) {
    if (fit->l2 == 0 && fit->least_margin > 0) { /* every row is right: there is no maximum */
      memcpy(fit->away, fit->beta, m * sizeof *fit->away);
      status = logit_separation_find(fit, fit->away, logit, watch);
      if (logit->end != LOGIT_UNFINISHED) {
        return status;
      }
    }
    if (status == STATUS_OK) {
      status = cholesky_factor_watched(m, fit->hessian, LEAST_PIVOT, fit->factor, &positive, watch);
    }
    if (status != STATUS_OK || !positive) {
      break;
    }
    cholesky_solve(m, fit->factor, fit->gradient, fit->step);
    double decrement = dot_product(m, fit->gradient, fit->step);
    if (is_maximum(fit, decrement, last)) {
      logit->end = LOGIT_CONVERGED;
      return status;
    }
    last = decrement;
    if (fit->steps == RUNAWAY_FROM) {
      memcpy(fit->early, fit->beta, m * sizeof *fit->early);
    }
    if (fit->steps == RUNAWAY_TO) {
      memcpy(fit->away, fit->step, m * sizeof *fit->away);
    }
    if (fit->l2 == 0 && fit->steps == RUNAWAY_ASK && !asked) {
      asked = true;
      status = logit_separation_find(fit, fit->away, logit, watch);
      if (logit->end != LOGIT_UNFINISHED) {
        return status;
      }
    }
    if (status == STATUS_OK) {
      status = fit_step(fit, &moved, watch);
    }
  }
  return status == STATUS_OK && fit->l2 == 0 ? runaway_find(fit, logit, watch) : status;
}

/*
** The inverse of the factor of the information at the end, row by row into hessian; variance of variable v: sum over
** rows of its square.
*/
static Status errors_set(LogitFit *fit, Logit *logit, const Watch *watch)
{
  size_t m = (size_t)fit->m;
  double intercept = 0;
  for (size_t v = 0; v < m; v++) {
    fit->step[v] = 0;
  }
  for (size_t i = 0; i < m; i++) {
    double *restrict row = fit->hessian + i * m, at_zero = 0;
    if (watch_due(watch, i + 1, m * m)) {
      return STATUS_INTERRUPT;
    }
    memset(row, 0, i * sizeof *row);
    row[i] = 1;
    for (size_t k = 0; k < i; k++) { /* along the rows, which vectorises */
      const double *restrict above = fit->hessian + k * m;
      double share = fit->factor[i * m + k];
      for (size_t j = 0; j <= k; j++) {
        row[j] -= share * above[j];
      }
    }
    for (size_t j = 0; j <= i; j++) {
      row[j] /= fit->factor[i * m + i];
      fit->step[j] += row[j] * row[j];
      int column = fit->column[j];
      /* the row of zeros, standardised */
      at_zero += j == 0 ? row[j] : -row[j] * (logit->mean[column] / logit->sd[column]);
    }
    intercept += at_zero * at_zero;
  }
  logit->intercept_error = sqrt(intercept);
  for (size_t v = 1; v < m; v++) {
    logit->error[fit->column[v]] = sqrt(fit->step[v]) / logit->sd[fit->column[v]];
  }
  return STATUS_OK;
}

static void coefficients_set(const LogitFit *fit, Logit *logit)
{
  Sum intercept = {0};
  sum_add(&intercept, fit->beta[0]);
  for (int j = 0; j < logit->n_features; j++) {
    logit->coefficient[j] = 0;
  }
  for (int v = 1; v < fit->m; v++) {
    int j = fit->column[v];
    logit->coefficient[j] = fit->beta[v] / logit->sd[j];
    sum_add(&intercept, -logit->coefficient[j] * logit->mean[j]);
  }
  logit->intercept = sum_value(&intercept);
  logit->log_likelihood = fit->log_likelihood;
}

static bool logit_describe(const RegressionRows *rows, double l2, Logit *logit)
{
  double none = rows->weight[0], some = rows->weight[1], total = none + some;
  logit->l2 = l2;
  logit->rows = rows->count;
  logit->positives = rows->positives;
  logit->weight = total;
  logit->intercept = logit->intercept_error = logit->log_likelihood = NAN;
  logit->null_log_likelihood = rows->count ? 0 : NAN;
  if (some > 0) {
    logit->null_log_likelihood += some * log(some / total);
  }
  if (none > 0) {
    logit->null_log_likelihood += none * log(none / total);
  }
  for (int j = 0; j < logit->n_features; j++) {
    logit->coefficient[j] = logit->error[j] = NAN;
    logit->mean[j] = rows->mean[j];
    logit->sd[j] = rows->sd[j];
    logit->feature[j].state = rows->sd[j] > 0 ? REGRESSION_USED : REGRESSION_CONSTANT;
  }
  logit->end = rows->count == 0 ? LOGIT_NO_ROWS : LOGIT_ONE_CLASS;
  return some > 0 && none > 0;
}

Status logit_fit(RegressionRows *rows, double l2, Logit *logit, const Watch *watch)
{
  LogitFit fit = {0};
  Status status = logit_alloc(logit, rows->n_features);
  if (status == STATUS_OK) {
    status = regression_rows_standardise(rows, watch);
  }
  if (status != STATUS_OK || !logit_describe(rows, l2, logit)) {
    goto done;
  }
  logit->end = LOGIT_UNFINISHED;
  status = fit_open(&fit, rows, l2);
  if (status == STATUS_OK && l2 == 0) {
    status = collinear_drop(&fit, logit, watch);
  }
  if (status == STATUS_OK && l2 == 0) {
    logit_separation_single(rows, logit);
  }
  if (status != STATUS_OK || logit->end != LOGIT_UNFINISHED) {
    goto done;
  }
  status = fit_climb(&fit, logit, watch);
  logit->iterations = fit.steps;
  if (status == STATUS_OK && logit->end == LOGIT_CONVERGED) {
    coefficients_set(&fit, logit);
    status = errors_set(&fit, logit, watch);
  }
done:
  fit_close(&fit);
  if (status != STATUS_OK) {
    logit_free(logit);
  }
  return status;
}

Status logit_fit_matrix(const double *matrix, size_t n, int n_features, const unsigned char *label,
                        const double *weight, double l2, Logit *logit, const Watch *watch)
{
  RegressionRows rows = {.n_features = n_features};
  Status status = STATUS_OK;
  *logit = (Logit){0};
  for (size_t i = 0; i < n && status == STATUS_OK; i++) {
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
    }
    if (status == STATUS_OK && (!weight || weight[i] > 0)) {
      status = regression_rows_add(&rows, matrix + i * (size_t)n_features, label[i] != 0, weight ? weight[i] : 1);
    }
  }
  if (status == STATUS_OK) {
    status = logit_fit(&rows, l2, logit, watch);
  }
  regression_rows_free(&rows);
  return status;
}
