#include "sbg.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/optimize.h"
#include "core/numerics/stats.h"

#define LOG_HIGH 18.0 /* of alpha and beta: beyond it the churn rate is constant to 1e-8 */
#define LOG_FLAT 7.0  /* a search that ended beyond this without a maximum was on its way there */

/* ---- Counts */

Status sbg_counts_add(SbgCounts *counts, size_t period, bool lost, double weight)
{
  if (period > counts->size) {
    size_t size = period > 32 ? 2 * period : 64;
    double *both = mem_zero(2 * size, sizeof *both);
    if (!both) {
      return STATUS_NOMEM;
    }
    if (counts->last > 0) {
      memcpy(both, counts->lost, counts->last * sizeof *both);
      memcpy(both + size, counts->kept, counts->last * sizeof *both);
    }
    mem_free(counts->lost);
    counts->lost = both;
    counts->kept = both + size;
    counts->size = size;
  }
  (lost ? counts->lost : counts->kept)[period - 1] += weight;
  counts->last = period > counts->last ? period : counts->last;
  counts->rows++;
  return STATUS_OK;
}

void sbg_counts_free(SbgCounts *counts)
{
  mem_free(counts->lost);
  *counts = (SbgCounts){0};
}

/* ---- The fit */

typedef struct Sums {
  const SbgCounts *counts;
  double *at_risk; /* by period - 1 */
  size_t n;
  double lost;
} Sums;

/* at: ln alpha, ln beta. */
static void evaluate_hessian(void *self, const double *at, double *value, double *gradient, double *hessian)
{
  const Sums *sums = self;
  double alpha = exp(at[0]), beta = exp(at[1]);
  /* sums of n / (alpha + beta + t - 1), of (n - d) / (beta + t - 1), and of their squares */
  double risk1 = 0, risk2 = 0, kept1 = 0, kept2 = 0;
  Sum total = {0};
  sum_add(&total, sums->lost * at[0]);
  for (size_t i = 0; i < sums->n; i++) {
    double risk = sums->at_risk[i], kept = risk - sums->counts->lost[i];
    double b = beta + (double)i, s = alpha + b, term = risk / s;
    /* Two logarithms that nearly cancel where alpha is small beside beta + t. */
    sum_add(&total, -kept * log1p(alpha / b) - sums->counts->lost[i] * log(s));
    risk1 += term;
    risk2 += term / s;
    term = kept / b;
    kept1 += term;
    kept2 += term / b;
  }
  *value = sum_value(&total);
  gradient[0] = sums->lost - alpha * risk1;
  gradient[1] = beta * (kept1 - risk1);
  if (hessian) {
    hessian[0] = alpha * (alpha * risk2 - risk1);
    hessian[2] = alpha * beta * risk2;
    hessian[3] = gradient[1] + beta * beta * (risk2 - kept2);
  }
}

static void evaluate(void *self, const double *at, double *value, double *gradient)
{
  evaluate_hessian(self, at, value, gradient, NULL);
}

/* What is known before a search; SBG_CONVERGED: nothing stands against one. */
static SbgEnd end_before(const Sums *sums)
{
  double first = sums->counts->lost[0];
  if (!(sums->lost > 0)) {
    return SBG_NONE_LOST;
  }
  if (sums->n == 1) {
    return SBG_ONE_PERIOD;
  }
  for (size_t i = 1; i < sums->n; i++) {
    if (sums->counts->lost[i] > 0) {
      return SBG_CONVERGED;
    }
  }
  return first > 0 ? SBG_FIRST_ONLY : SBG_NONE_LOST;
}

static Status fit_search(Sums *sums, SbgFit *fit, const Watch *watch)
{
  Problem problem = {.n = 2,
                     .self = sums,
                     .evaluate = evaluate,
                     .evaluate_hessian = evaluate_hessian,
                     .low = -LOG_HIGH * 2,
                     .high = LOG_HIGH,
                     .n_bounded = 2};
  double start[2] = {0, log((1 - fit->churn) / fit->churn)};
  Optimum optimum;
  if (!(start[1] > -3)) {
    start[1] = -3;
  }
  if (start[1] > 15) {
    start[1] = 15;
  }
  Status status = maximise(&problem, start, &optimum, watch);
  if (status != STATUS_OK) {
    return status;
  }
  fit->iterations = optimum.iterations;
  if (optimum.outcome != OUTCOME_MAXIMUM) {
    bool flat = optimum.at[0] > LOG_FLAT && optimum.at[1] > 0;
    fit->end = flat ? SBG_NOT_FALLING : SBG_UNFINISHED;
    return STATUS_OK;
  }
  fit->end = SBG_CONVERGED;
  fit->alpha = exp(optimum.at[0]);
  fit->beta = exp(optimum.at[1]);
  fit->log_likelihood = optimum.value;
  memcpy(fit->covariance, optimum.inverse, sizeof fit->covariance);
  return STATUS_OK;
}

Status sbg_fit(const SbgCounts *counts, SbgFit *fit, const Watch *watch)
{
  Sums sums = {.counts = counts};
  double at_risk = 0, exposure = 0;
  *fit = (SbgFit){.end = SBG_NOBODY,
                  .alpha = NAN,
                  .beta = NAN,
                  .covariance = {{NAN, NAN}, {NAN, NAN}},
                  .log_likelihood = NAN,
                  .rows = counts->rows};
  if (counts->last == 0) {
    return STATUS_OK;
  }
  sums.at_risk = mem_alloc(counts->last, sizeof *sums.at_risk);
  if (!sums.at_risk) {
    return STATUS_NOMEM;
  }
  for (size_t i = counts->last; i-- > 0;) {
    at_risk += counts->lost[i] + counts->kept[i];
    sums.at_risk[i] = at_risk;
    sums.n = sums.n == 0 && at_risk > 0 ? i + 1 : sums.n;
    sums.lost += counts->lost[i];
    exposure += at_risk;
  }
  fit->customers = at_risk;
  fit->lost = sums.lost;
  fit->periods = sums.n;
  fit->churn = exposure > 0 ? sums.lost / exposure : 0;
  Status status = STATUS_OK;
  if (at_risk > 0) {
    fit->end = end_before(&sums);
    if (fit->end == SBG_CONVERGED) {
      status = fit_search(&sums, fit, watch);
    }
  }
  mem_free(sums.at_risk);
  return status;
}

const char *sbg_reason(const SbgFit *fit)
{
  switch (fit->end) {
    case SBG_NOBODY:
      return "no customer takes part";
    case SBG_NONE_LOST:
      return "no customer was lost: alpha goes to 0";
    case SBG_ONE_PERIOD:
      return "no customer was observed for more than one period, which tells the churn rate of that period but not how "
             "it changes";
    case SBG_FIRST_ONLY:
      return "customers were lost in period 1 alone: alpha and beta go to 0";
    case SBG_NOT_FALLING:
      return "the churn rate does not fall with time, customers do not differ: alpha and beta grow without end at a "
             "constant churn rate";
    case SBG_UNFINISHED:
      return "the search for a maximum of the likelihood ended without one";
    default:
      return NULL;
  }
}

/* ---- What the model says */

double sbg_retention(double alpha, double beta, double t)
{
  double b = beta + (t - 1);
  return b / (alpha + b);
}

/* ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi)/2 for x >= 16; the next term is below 2e-16. */
static double stirling_rest(double x)
{
  double y = 1 / (x * x);
  return (1.0 / 12 + y * (-1.0 / 360 + y * (1.0 / 1260 + y * (-1.0 / 1680 + y * (1.0 / 1188))))) / x;
}

/*
** ln(1 + x) - x for x > 0, without cancellation: with r = x / (2 + x), ln(1 + x) = 2 (r + r^3/3 + ...) and x = 2r + x
** r.
*/
static double log1p_rest(double x)
{
  if (x > 0.2) {
    return log1p(x) - x;
  }
  double r = x / (2 + x), square = r * r, sum = 0;
  for (int k = 19; k >= 3; k -= 2) {
    sum = sum * square + 1.0 / k;
  }
  return r * (2 * square * sum - x);
}

#define PRODUCT_MOST 4096.0 /* factors, where alpha is large: Stirling's terms are then of its size */
#define PRODUCT_FEW 64.0
#define LARGE 500.0
#define STIRLING_FROM 16.0

double sbg_survival(double alpha, double beta, double t)
{
  double product = 1, most = alpha > LARGE ? PRODUCT_MOST : PRODUCT_FEW;
  bool all = t <= most;
  double n = all ? t : STIRLING_FROM;
  double i = 0;
  while (i < n && (all || beta + i < STIRLING_FROM)) {
    product *= (beta + i) / (alpha + beta + i);
    i++;
  }
  if (all || product == 0) {
    return product;
  }
  /*
  ** Gamma(b + n) Gamma(a + b) / (Gamma(b) Gamma(a + b + n)), with (b + n) (a / (b + n)) and b (a / b) taken out, which
  ** cancel.
  */
  double b = beta + i, a = alpha, end = beta + t;
  n = t - i;
  double x1 = a / end, x2 = a / b;
  double log_s = (b - 0.5) * log1p_rest(x2) - (end - 0.5) * log1p_rest(x1) + 0.5 * (x1 - x2) - a * log1p(n / (a + b));
  log_s += (stirling_rest(end) - stirling_rest(b)) - (stirling_rest(a + end) - stirling_rest(a + b));
  return product * exp(log_s);
}

#define TAIL 40.0             /* e^-40: where the integrand is a plain exponential */
#define NOTHING 1e-20         /* beside the largest value */
#define DISCOUNT_LEAST 1e-250 /* is none, for all that can be told apart */

/*
** ln of theta^a (1 - theta)^b at theta = 1 / (1 + e^-s); e: e^s. The logarithm of the part that is small, so that
** nothing cancels.
*/
static double log_density(double a, double b, double s, double e)
{
  return s > 0 ? -b * s - (a + b) * log1p(1 / e) : a * s - (a + b) * log1p(e);
}

/*
** The mean over theta ~ beta(a, b) of (1 - theta) (1 + d) / (d + theta), in s = ln(theta / (1 - theta)), where the
** density is theta^a (1 - theta)^b.
*/
static double residual_mean(double a, double b, double d)
{
  double mode = log(a) - log(b), curvature = a / (a + b) * b;
  double step = fmin(0.18, 0.45 / sqrt(curvature)), top = log_density(a, b, mode, exp(mode));
  double left = fmin(fmin(log(d), mode), 0) - TAIL, right = fmax(mode, 0) + TAIL;
  double below = 0, above = 0, most = 0; /* sums of the density, and of it times the term; the largest of the latter */
  for (int side = -1; side <= 1; side += 2) {
    double s = side < 0 ? mode : mode + step, e = exp(s), growth = exp(side * step);
    for (;;) {
      double weight = exp(log_density(a, b, s, e) - top), term = weight * (1 + d) / (d + (1 + d) * e);
      below += weight;
      above += term;
      most = fmax(most, term);
      if (weight < NOTHING && term < NOTHING * most) {
        break;
      }
      if (side < 0 ? s < left : s > right) { /* what is left: a geometric series */
        below += weight / expm1((side < 0 ? a : b) * step);
        above += term / expm1((side < 0 ? a : b + 1) * step);
        break;
      }
      s += side * step;
      e *= growth;
    }
  }
  return above / below;
}

double sbg_residual_lifetime(double alpha, double beta, double discount, double renewed)
{
  double b = beta + renewed;
  if (!(discount > DISCOUNT_LEAST)) {
    return alpha > 1 ? b / (alpha - 1) : INFINITY;
  }
  return residual_mean(alpha, b, discount);
}
