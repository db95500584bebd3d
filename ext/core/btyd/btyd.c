#include "btyd.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "btyd_search.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/numerics/cholesky.h"
#include "core/numerics/optimize.h"

#define COEFFICIENT_RUNAWAY 10.0 /* times the range of its covariate, where there is no maximum: it is what runs away */
/* of the coefficient of a standardised covariate: more is one that runs away too slowly to be seen */
#define VARIANCE_MOST 1e6
#define PERIODS_BETWEEN 500 /* of a discounted sum, two questions to the watch: some 10 ms */

const BtydModel *const BTYD_MODELS[] = {&BGNBD, &MBGNBD, &PARETO_NBD, &BGBB, &GAMMA_GAMMA, NULL};

const BtydModel *btyd_find(const char *name)
{
  for (int i = 0; BTYD_MODELS[i]; i++) {
    const char *a = BTYD_MODELS[i]->name, *b = name;
    for (; *a && *a == (*b >= 'A' && *b <= 'Z' ? *b + 32 : *b); a++, b++) {
    }
    if (*a == 0 && *b == 0) {
      return BTYD_MODELS[i];
    }
  }
  return NULL;
}

static bool is_count(double x)
{
  return x >= 0 && x <= 9007199254740992.0 && x == floor(x);
}

const char *btyd_row_problem(const BtydModel *model, const CbsRow *row)
{
  if (!is_count(row->x)) {
    return "x must be a whole number, 0 or more";
  }
  if (model->spend) {
    return row->x < 1         ? "x must be 1 or more: the first purchase has no part in m"
           : !(row->t_x > 0)  ? "m must be above 0"
           : row->t_x > 1e300 ? "m is too large"
                              : NULL;
  }
  if (!(row->t_x >= 0) || !(row->T >= row->t_x) || row->T > 1e300) {
    return model->discrete ? "0 <= t_x <= n is needed" : "0 <= t_x <= T is needed";
  }
  if ((row->x == 0) != (row->t_x == 0)) {
    return row->x == 0 ? "t_x must be 0 where x is 0" : "t_x must be above 0 where x is";
  }
  if (model->discrete && row->T > OPPORTUNITIES_MOST) {
    return "n must be at most 1000000"; /* OPPORTUNITIES_MOST */
  }
  if (model->discrete && (!is_count(row->t_x) || !is_count(row->T) || row->x > row->t_x)) {
    return "x, t_x and n must be whole numbers with x <= t_x <= n";
  }
  return NULL;
}

int btyd_parameter_problem(const BtydModel *model, const double *theta)
{
  for (int i = 0; i < model->n_parameters; i++) {
    if (!(theta[i] >= PARAMETER_LOW && theta[i] <= PARAMETER_HIGH)) {
      return i;
    }
  }
  return -1;
}

static double scale_of(const BtydModel *model, const Cbs *cbs)
{
  double sum = 0, weight = 0;
  if (model->discrete) {
    return 1;
  }
  for (size_t i = 0; i < cbs->n; i++) {
    sum += cbs->weight[i] * (model->spend ? cbs->t_x[i] : cbs->T[i]);
    weight += cbs->weight[i];
  }
  return sum > 0 ? sum / weight : 1;
}

/*
** How the covariates are standardised for a fit, so that their origin and unit change nothing: z to (z - mean) / sd. sd
** 0: constant.
*/
typedef struct Scale {
  double time;
  double mean[BTYD_COVARIATES], sd[BTYD_COVARIATES], range[BTYD_COVARIATES]; /* range: of the standardised */
} Scale;

static void covariate_scale(const Cbs *cbs, int k, Scale *scale)
{
  const double *z = cbs->z + k;
  size_t step = (size_t)cbs->n_covariates;
  double sum = 0, squares = 0, weight = 0, low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < cbs->n; i++) {
    low = fmin(low, z[i * step]);
    high = fmax(high, z[i * step]);
    weight += cbs->weight[i];
  }
  double range = high - low, middle = low + range / 2;
  for (size_t i = 0; i < cbs->n && range > 0; i++) {
    sum += cbs->weight[i] * ((z[i * step] - middle) / range);
  }
  double mean = sum / weight;
  for (size_t i = 0; i < cbs->n && range > 0; i++) {
    double from_mean = (z[i * step] - middle) / range - mean;
    squares += cbs->weight[i] * from_mean * from_mean;
  }
  scale->mean[k] = middle + mean * range;
  scale->sd[k] = range > 1e-14 * fmax(fabs(low), fabs(high)) ? range * sqrt(squares / weight) : 0;
  scale->range[k] = scale->sd[k] > 0 ? range / scale->sd[k] : 0;
}

/*
** The same rows in units of `scale->time`, covariates standardised; shares what does not change. What does is the
** caller's to free (scaled->t_x).
*/
static Status scaled_copy(const Cbs *cbs, const Scale *scale, Cbs *scaled)
{
  *scaled = *cbs;
  size_t n_covariates = (size_t)cbs->n_covariates;
  double *numbers = mem_alloc(cbs->n + 1, (2 + n_covariates) * sizeof *numbers);
  scaled->t_x = numbers;
  if (!numbers) {
    return STATUS_NOMEM;
  }
  scaled->T = numbers + cbs->n;
  scaled->z = numbers + 2 * cbs->n;
  for (size_t i = 0; i < cbs->n; i++) {
    scaled->t_x[i] = cbs->t_x[i] / scale->time;
    scaled->T[i] = cbs->T[i] / scale->time;
    for (size_t k = 0; k < n_covariates; k++) {
      scaled->z[i * n_covariates + k] = (cbs->z[i * n_covariates + k] - scale->mean[k]) / scale->sd[k];
    }
  }
  return STATUS_OK;
}

/* What the densities of the scaled times lack of those of the times. */
static double log_likelihood_shift(const BtydModel *model, const Cbs *cbs, double scale)
{
  double densities = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    densities += cbs->weight[i] * (model->spend ? 1 : cbs->x[i]);
  }
  return densities * log(scale);
}

/*
** From parameters of standardised covariates to those of the covariates as they were given. Row i of `jacobian` is the
** derivative of variable i by the former ones: the logarithms of the parameters move with the coefficients times the
** means.
*/
static void unstandardise(BtydFit *fit, const Scale *scale)
{
  const BtydModel *model = fit->model;
  int p = model->n_parameters, q = fit->n_covariates, n = fit->n_variables;
  double jacobian[BTYD_VARIABLES * BTYD_VARIABLES] = {0}, product[BTYD_VARIABLES * BTYD_VARIABLES];
  const double one[BTYD_PARAMETERS] = {1, 1, 1, 1}, back = -1;
  for (int i = 0; i < p; i++) {
    jacobian[i * n + i] = 1;
  }
  for (int k = 0; k < 2 * q; k++) {
    double moved[BTYD_PARAMETERS], unit = 1, none = 0, sd = scale->sd[k % q],
                                   *coefficient = k < q ? &fit->transaction[k] : &fit->dropout[k - q];
    /* the parameters at z - 1 instead of z, for a coefficient of 1 */
    model->apply(one, k < q ? &unit : &none, k < q ? &none : &unit, &back, 1, moved);
    *coefficient /= sd;
    for (int i = 0; i < p; i++) {
      double shift = log(moved[i]) * scale->mean[k % q];
      fit->theta[i] *= exp(shift * *coefficient);
      jacobian[i * n + p + k] = shift / sd;
    }
    jacobian[(p + k) * n + p + k] = 1 / sd;
  }
  for (int i = 0; i < n * n; i++) {
    product[i] = dot_product((size_t)n, jacobian + i / n * n, fit->covariance + i % n * n); /* symmetric */
  }
  for (int i = 0; i < n * n && fit->converged; i++) {
    fit->covariance[i] = dot_product((size_t)n, jacobian + i % n * n, product + i / n * n);
  }
}

/* Of customers with mean covariates. */
static void natural_parameters(const BtydModel *model, const Optimum *optimum, const Scale *scale, double *theta)
{
  for (int i = 0; i < model->n_parameters; i++) {
    theta[i] = exp(optimum->at[i]) * (model->time_parameters >> i & 1 ? scale->time : 1);
  }
}

static void fit_from(BtydFit *fit, const Optimum *optimum, const Scale *scale)
{
  const BtydModel *model = fit->model;
  natural_parameters(model, optimum, scale, fit->theta);
  for (int i = 0; i < fit->n_covariates; i++) {
    fit->transaction[i] = optimum->at[model->n_parameters + i];
    fit->dropout[i] = optimum->at[model->n_parameters + fit->n_covariates + i];
  }
  fit->log_likelihood = optimum->value;
  fit->iterations = optimum->iterations;
  fit->evaluations = optimum->evaluations;
  fit->converged = optimum->outcome == OUTCOME_MAXIMUM;
  fit->at_limit = optimum->outcome == OUTCOME_RUNAWAY;
  if (fit->converged) {
    memcpy(fit->covariance, optimum->inverse, sizeof(double) * (size_t)(fit->n_variables * fit->n_variables));
  }
  if (fit->n_covariates) {
    unstandardise(fit, scale);
  }
}

/*
** The covariate whose coefficient has run away; false: none has. Those of dropout only where dropout has an end: else
** they are not determined, and drift.
*/
static bool runaway_find(const BtydFit *fit, const Optimum *optimum, const Scale *scale, bool at_limit, int *covariate,
                         bool *of_dropout)
{
  double most = COEFFICIENT_RUNAWAY;
  for (int k = 0; k < (at_limit ? 1 : 2) * fit->n_covariates; k++) {
    double size = fabs(optimum->at[fit->model->n_parameters + k]) * scale->range[k % fit->n_covariates];
    if (size > most) {
      most = size;
      *covariate = k % fit->n_covariates + 1;
      *of_dropout = k >= fit->n_covariates;
    }
  }
  return most > COEFFICIENT_RUNAWAY;
}

/*
** Of a covariate that tells apart few customers the steps are soon as short as those near a maximum, and its error has
** no end.
*/
static void refuse_undetermined(const BtydFit *fit, Optimum *optimum)
{
  int n = fit->n_variables;
  for (int i = fit->model->n_parameters; i < n && optimum->outcome == OUTCOME_MAXIMUM; i++) {
    optimum->outcome = optimum->inverse[i * n + i] > VARIANCE_MOST ? OUTCOME_STUCK : OUTCOME_MAXIMUM;
  }
}

/*
** Why there is no maximum; where a limit, of customers with mean covariates, is known, that says more than how the
** search ended.
*/
static void explain(BtydFit *fit, const Optimum *optimum, const Scale *scale)
{
  char clause[BTYD_REASON - 100] = "";
  char supremum[NUMBER_TEXT_MAX];
  size_t size = sizeof fit->reason;
  double at_mean[BTYD_PARAMETERS];
  natural_parameters(fit->model, optimum, scale, at_mean);
  bool known = fit->model->limit && fit->model->limit(at_mean, clause, sizeof clause), of_dropout = false;
  int covariate = 0;
  number_to_text(fit->log_likelihood, 10, supremum);
  if (optimum->outcome == OUTCOME_MAXIMUM) {
    fit->reason[0] = 0;
  } else if (runaway_find(fit, optimum, scale, known, &covariate, &of_dropout)) {
    snprintf(
      fit->reason, size,
      "no finite maximum: the coefficient of covariate %d on %s grows without end; does it follow from the purchases?",
      covariate, of_dropout ? "dropout" : "transactions");
  } else if (optimum->outcome == OUTCOME_RUNAWAY) {
    snprintf(fit->reason, size, "no finite maximum: %s; the log-likelihood tends to %s",
             known ? clause : "a parameter tends to zero or grows without end", supremum);
  } else if (known) {
    snprintf(fit->reason, size, "no maximum was reached: %s", clause);
  } else if (optimum->outcome == OUTCOME_SADDLE) {
    snprintf(fit->reason, size,
             "the gradient is small but the likelihood is flat in some direction: these customers do not determine all "
             "parameters%s",
             fit->n_covariates ? " (are the covariates sums of each other?)" : "");
  } else {
    snprintf(fit->reason, size, "the search stopped after %d iterations without reaching a maximum",
             optimum->iterations);
  }
}

/*
** Parameters are those at covariates of 0, which may lie far from any: at the year 0, where customers came in 2020 to
** 2025. Without covariates they are out of range where a maximum is as good as at a limit.
*/
static void check_range(BtydFit *fit)
{
  int bad = fit->converged ? btyd_parameter_problem(fit->model, fit->theta) : -1;
  if (bad < 0) {
    return;
  }
  fit->converged = false;
  if (fit->n_covariates) {
    snprintf(fit->reason, sizeof fit->reason,
             "%s at covariates of 0 is beyond 1e-15…1e15: take covariates nearer to 0, such as year - 2020",
             fit->model->parameter[bad]);
  } else {
    char value[NUMBER_TEXT_MAX];
    fit->at_limit = true;
    number_to_text(fit->theta[bad], 6, value);
    snprintf(fit->reason, sizeof fit->reason,
             "the maximum is beyond what can be asked about: %s is %s there, not 1e-15…1e15",
             fit->model->parameter[bad], value);
  }
}

Status btyd_fit(const BtydModel *model, const Cbs *cbs, BtydFit *fit, const Watch *watch)
{
  WatchMeter meter = {.watch = watch};
  int n_covariates = model->takes_covariates ? cbs->n_covariates : 0;
  *fit = (BtydFit){.model = model,
                   .n_covariates = n_covariates,
                   .n_variables = model->n_parameters + 2 * n_covariates,
                   .customers = cbs_customers(cbs),
                   .rows = cbs->n,
                   .log_likelihood = NAN};
  for (int i = 0; i < BTYD_PARAMETERS; i++) {
    fit->theta[i] = NAN;
  }
  const char *nobody = model == &GAMMA_GAMMA ? "nobody bought again for a value above 0" : "there are no customers";
  const char *unfit = cbs->n == 0   ? nobody
                      : cbs->n == 1 ? (fit->customers > 1 ? "all customers are alike" : "there is only one customer")
                                    : model->unfit(cbs);
  if (unfit) {
    snprintf(fit->reason, sizeof fit->reason, "%s", unfit);
    return STATUS_OK;
  }
  Cbs scaled = {0};
  Optimum best;
  Scale scale = {.time = scale_of(model, cbs)};
  for (int k = 0; k < n_covariates; k++) {
    covariate_scale(cbs, k, &scale);
    if (!(scale.sd[k] > 0)) {
      snprintf(fit->reason, sizeof fit->reason, "covariate %d is the same for all customers", k + 1);
      return STATUS_OK;
    }
  }
  Status status = watch_stop(watch) ? STATUS_INTERRUPT : scaled_copy(cbs, &scale, &scaled);
  if (status == STATUS_OK) {
    status = btyd_search(model, &scaled, n_covariates, &best, &meter);
  }
  if (status == STATUS_OK) {
    refuse_undetermined(fit, &best);
    fit_from(fit, &best, &scale);
    fit->log_likelihood -= log_likelihood_shift(model, cbs, scale.time);
    explain(fit, &best, &scale);
    check_range(fit);
  }
  mem_free(scaled.t_x);
  return status;
}

double btyd_aic(const BtydFit *fit)
{
  return 2 * fit->n_variables - 2 * fit->log_likelihood;
}

double btyd_bic(const BtydFit *fit)
{
  return fit->n_variables * log(fit->customers) - 2 * fit->log_likelihood;
}

Status btyd_discounted(const BtydModel *model, const double *theta, const CbsRow *row, double horizon, double discount,
                       double period, double *sum, const Watch *watch)
{
  *sum = 0;
  if (discount == 0) {
    *sum = model->expected(theta, row, horizon);
    return STATUS_OK;
  }
  double before = 0, end = 0, alive = model->expected_alive && row ? model->p_alive(theta, row) : 1;
  for (int64_t i = 1; end < horizon * (1 - 1e-12); i++) {
    end = fmin((double)i * period, horizon);
    double by_end =
      model->expected_alive ? alive * model->expected_alive(theta, row, end) : model->expected(theta, row, end);
    *sum += (by_end - before) * exp(-log1p(discount) * end / period);
    before = by_end;
    if (i % PERIODS_BETWEEN == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}
