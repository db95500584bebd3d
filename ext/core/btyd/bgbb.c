/*
** BG/BB, the discrete buy-till-you-die model: Fader, Hardie & Shang, Marketing Science 29(6), 2010.
**
** A living customer transacts at each opportunity with chance p ~ Beta(alpha, beta) and, at the beginning of each
** opportunity, dies with chance theta ~ Beta(gamma, delta). A CBS row is x transactions in n opportunities (CbsRow.T),
** the last at opportunity t_x; whole numbers, 0 <= x <= t_x <= n. The likelihood is a sum over when the customer died.
** It is computed as
**   L = B(alpha+x, beta+t_x-x)/B(alpha, beta) B(gamma, delta+t_x)/B(gamma, delta) S(t_x),
** where S(j), the chance of silence from j + 1 to n of one who lived at j, follows from S(n) = 1 by
**   S(j) = gamma/(gamma+delta+j) + (delta+j)/(gamma+delta+j) (beta+j-x)/(alpha+beta+j) S(j + 1):
** positive terms of size 1 for any n, without a Gamma function.
**
** P(alive) is the chance to be alive at n: to have survived the beginning of opportunity n. It is 1 where t_x = n. The
** chance to be alive at n + 1, which others report, is p_alive_at(later = 1). `later` and horizons are whole numbers of
** opportunities; a fraction is dropped.
**
** Accuracy: relative error below 1e-11 for parameters from 1e-6 to 1e6 and n up to 10,000 (log-likelihoods nearer to 0
** than 1e-4: below 1e-15 absolutely; dert() where gamma exceeds 1e4: below 1e-10). Discounts are 0, or 1e-290 and more:
** below, dert() gives NaN. Cost: O(n - t_x) for anything asked about a row and O(horizon) for pmf, so that the caller
** has to bound them; O(1) in the horizon of expected() and in the discount. A fit costs O(largest n + steps) per
** evaluation, where each pair (x, n) takes n - t_x steps for its smallest t_x, however many t_x it has.
*/
#include "btyd_model.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/numerics/special.h"

enum {
  ALPHA,
  BETA,
  GAMMA,
  DELTA
};

#define MOST_OPPORTUNITIES 100000 /* of a fit: its tables have as many rows */
#define LEAST_GROWTH 1e-290       /* of dert(): 1 / growth is near the largest number */
#define STEP_WORK 10              /* of a WatchMeter */

/* ---- Asking ---- */

/* Of one who lived at t_x: the chances of silence to n and death on the way, and of silence and life at n. */
typedef struct Ending {
  double dead, alive;
} Ending;

static Ending ending(const double *theta, const CbsRow *row)
{
  double beta = theta[BETA] + row->t_x - row->x, both = theta[ALPHA] + theta[BETA] + row->t_x;
  double delta = theta[DELTA] + row->t_x, lives = theta[GAMMA] + delta;
  double dead = 0, alive = 1;
  int64_t silent = (int64_t)(row->T - row->t_x);
  for (int64_t i = 0; i < silent; i++) { /* no division depends on the one before */
    double j = (double)i, inverse = 1 / ((both + j) * (lives + j));
    dead += alive * ((both + j) * inverse);
    alive *= (beta + j) * (delta + j) * inverse;
  }
  return (Ending){theta[GAMMA] * dead, alive};
}

static double log_likelihood(const double *theta, const CbsRow *row)
{
  Ending end = ending(theta, row);
  double transactions = log_gamma_rise(theta[ALPHA], row->x) + log_gamma_rise(theta[BETA], row->t_x - row->x) -
                        log_gamma_rise(theta[ALPHA] + theta[BETA], row->t_x);
  double survival = log_gamma_rise(theta[DELTA], row->t_x) - log_gamma_rise(theta[GAMMA] + theta[DELTA], row->t_x);
  return transactions + survival + log(end.dead + end.alive);
}

static double p_alive(const double *theta, const CbsRow *row)
{
  Ending end = ending(theta, row);
  return end.alive / (end.dead + end.alive);
}

static double p_alive_at(const double *theta, const CbsRow *row, double later)
{
  double delta = theta[DELTA] + row->T, i = floor(later);
  double there = exp(log_gamma_rise(delta, i) - log_gamma_rise(theta[GAMMA] + delta, i));
  return p_alive(theta, row) * btyd_chance(there);
}

/*
** The opportunities that one who is alive lives to see out of the next h: sum over i = 1 ... h of (d)_i / (gamma+d)_i,
** d = delta + n, (d)_i = Gamma(d+i)/Gamma(d). It has the closed form d/(gamma-1) [1 - (d+1)_h/(d+gamma)_h], which is
** 0/0 at gamma = 1, and cancels near it and where h is small beside d.
*/
static double opportunities(double gamma, double d, double h)
{
  if (h <= 256) {
    double chance = 1, sum = 0;
    for (int i = 0; i < (int)h; i++) {
      chance *= (d + i) / (gamma + d + i);
      sum += chance;
    }
    return sum;
  }
  double excess = gamma - 1;
  if (fabs(excess) > 1e-5) {
    return -d * expm1(log_gamma_rise(d + 1, excess) - log_gamma_rise(d + 1 + h, excess)) / excess;
  }
  /* Here a rise by the excess is the excess times digamma in its middle, up to excess^3/24. */
  double slope = digamma(d + 1 + h + excess / 2) - digamma(d + 1 + excess / 2);
  return excess == 0 ? d * slope : -d * expm1(-excess * slope) / excess;
}

/* The chances that go with a living customer: E[p] after this row. */
static double rate(const double *theta, const CbsRow *row)
{
  return (theta[ALPHA] + row->x) / (theta[ALPHA] + theta[BETA] + row->T);
}

static const CbsRow NEW_CUSTOMER = {0, 0, 0};

static double expected_alive(const double *theta, const CbsRow *row, double horizon)
{
  const CbsRow *known = row ? row : &NEW_CUSTOMER;
  return rate(theta, known) * opportunities(theta[GAMMA], theta[DELTA] + known->T, floor(horizon));
}

static double expected(const double *theta, const CbsRow *row, double horizon)
{
  return p_alive(theta, row ? row : &NEW_CUSTOMER) * expected_alive(theta, row, horizon);
}

/*
** The chance that one who is alive makes k transactions in the next h opportunities, for parameters that have taken up
** the row: the likelihood, summed over the C(i, k) orders in which k of i opportunities are used. From i to i + 1 a
** term changes by a rational factor; `log_unit` takes up what would overflow.
*/
static double alive_pmf(double alpha, double beta, double gamma, double delta, double k, double h)
{
  if (k > h) {
    return 0;
  }
  double log_unit = log_gamma_rise(alpha, k) - log_gamma_rise(alpha + beta, k) + log_gamma_rise(delta, k) -
                    log_gamma_rise(gamma + delta, k + 1) + log(gamma);
  double term = 1, sum = 0;
  int64_t last = (int64_t)h;
  for (int64_t used = (int64_t)k; used < last; used++) {
    double i = (double)used;
    sum += term;
    term *= (i + 1) / (i + 1 - k) * ((beta + i - k) / (alpha + beta + i)) * ((delta + i) / (gamma + 1 + delta + i));
    if (sum > 1e150 || term > 1e150) {
      term *= 1e-150;
      sum *= 1e-150;
      log_unit += 150 * 2.30258509299404568402;
    }
  }
  return exp(log_unit + log(sum + term * ((gamma + delta + h) / gamma)));
}

static double pmf(const double *theta, const CbsRow *row, double n, double horizon)
{
  const CbsRow *known = row ? row : &NEW_CUSTOMER;
  Ending end = ending(theta, known);
  double total = end.dead + end.alive;
  double of_the_living = alive_pmf(theta[ALPHA] + known->x, theta[BETA] + known->T - known->x, theta[GAMMA],
                                   theta[DELTA] + known->T, n, floor(horizon));
  return btyd_chance((n == 0 ? end.dead / total : 0) + end.alive / total * of_the_living);
}

/*
** Discounted expected residual transactions: sum over i >= 1 of e^(-delta i) E[transaction at n + i], here as the
** paper's 2F1(1, ...; 1/(1+d)) transformed to the argument -1/d, where it keeps its digits as d tends to 0. Without
** discounting it is finite for gamma > 1 alone.
*/
static double dert(const double *theta, const CbsRow *row, double discount)
{
  const CbsRow *known = row ? row : &NEW_CUSTOMER;
  double gamma = theta[GAMMA], d = theta[DELTA] + known->T, growth = expm1(discount), seen;
  if (growth <= 0) {
    seen = gamma > 1 ? d / (gamma - 1) : INFINITY;
  } else if (growth < LEAST_GROWTH) {
    seen = NAN;
  } else {
    seen = exp(log(d / (gamma + d) / growth) + log_hypergeometric(1, gamma, gamma + d + 1, -1 / growth));
  }
  return p_alive(theta, known) * rate(theta, known) * seen;
}

/* ---- Fitting ---- */

typedef struct Row {
  double weight;
  uint32_t x, t_x, n;
} Row;

/*
** What of S(j) = dies + (beta + j - x) silent S(j + 1) depends on j alone, and of its derivatives: by alpha and by beta
** the last term R has -both R (and beta's own factor), by gamma all has survival (lives - R), by delta -survival dies
** (1 - R/lives).
*/
typedef struct Step {
  double both;       /* 1/(alpha + beta + j) */
  double survival;   /* 1/(gamma + delta + j) */
  double dies;       /* gamma survival */
  double silent;     /* both lives, where lives = (delta + j) survival */
  double lives_rate; /* survival lives */
  double dies_rate;  /* survival dies */
  double delta_rate; /* survival dies / lives */
} Step;

typedef struct Fitter {
  WatchMeter *meter;
  size_t n_rows;
  uint32_t most; /* the largest n */
  Row *row;      /* by x, then n, then falling t_x */
  Step *step;    /* most + 1 */
  /*
  ** above_x[i]: weight of the rows with x > i, and so on: how often ln(alpha + i), ln(beta + i) ... occur in all Beta
  ** functions. most + 1 each, one block.
  */
  double *above_x, *above_misses, *above_t_x;
  double customers, transactions, last;
} Fitter;

static void fitter_close(void *self)
{
  Fitter *fitter = self;
  mem_free(fitter->row);
  mem_free(fitter->step);
  mem_free(fitter->above_x);
  mem_free(fitter);
}

/* Stable. `first` has most + 2 elements. */
static void counting_sort(const Row *from, Row *to, size_t n_rows, size_t *first, size_t most, bool by_x)
{
  memset(first, 0, (most + 2) * sizeof *first);
  for (size_t i = 0; i < n_rows; i++) {
    first[(by_x ? from[i].x : from[i].n) + 1]++;
  }
  for (size_t i = 1; i <= most; i++) {
    first[i] += first[i - 1];
  }
  for (size_t i = 0; i < n_rows; i++) {
    to[first[by_x ? from[i].x : from[i].n]++] = from[i];
  }
}

/* Rows come by (x, t_x, n); read backwards their t_x falls, and stays so among those of equal x and n. */
static Status sort_rows(Fitter *fitter, const Cbs *cbs)
{
  size_t most = fitter->most;
  Row *spare = mem_alloc(cbs->n, sizeof *spare);
  size_t *first = mem_alloc(most + 2, sizeof *first);
  if (spare && first) {
    for (size_t i = 0; i < cbs->n; i++) {
      size_t from = cbs->n - 1 - i;
      fitter->row[i] = (Row){.weight = cbs->weight[from],
                             .x = (uint32_t)cbs->x[from],
                             .t_x = (uint32_t)cbs->t_x[from],
                             .n = (uint32_t)cbs->T[from]};
    }
    counting_sort(fitter->row, spare, cbs->n, first, most, false);
    counting_sort(spare, fitter->row, cbs->n, first, most, true);
  }
  Status status = spare && first ? STATUS_OK : STATUS_NOMEM;
  mem_free(spare);
  mem_free(first);
  return status;
}

/* At i the weight of i, on return that of all above i. */
static void sum_above(double *weight, size_t n)
{
  double sum = 0;
  for (size_t i = n; i-- > 0;) {
    double own = weight[i];
    weight[i] = sum;
    sum += own;
  }
}

static void tabulate(Fitter *fitter)
{
  size_t n = (size_t)fitter->most + 1;
  fitter->above_misses = fitter->above_x + n;
  fitter->above_t_x = fitter->above_misses + n;
  for (size_t i = 0; i < fitter->n_rows; i++) {
    const Row *row = &fitter->row[i];
    fitter->above_x[row->x] += row->weight;
    fitter->above_misses[row->t_x - row->x] += row->weight;
    fitter->above_t_x[row->t_x] += row->weight;
    fitter->customers += row->weight;
    fitter->transactions += row->weight * row->x;
    fitter->last += row->weight * row->t_x;
  }
  sum_above(fitter->above_x, n);
  sum_above(fitter->above_misses, n);
  sum_above(fitter->above_t_x, n);
}

static double most_opportunities(const Cbs *cbs)
{
  double most = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    most = fmax(most, cbs->T[i]);
  }
  return most;
}

static Status fitter_open(const Cbs *cbs, void **self, WatchMeter *meter)
{
  Fitter *fitter = mem_zero(1, sizeof *fitter);
  *self = NULL;
  if (!fitter) {
    return STATUS_NOMEM;
  }
  fitter->meter = meter;
  fitter->n_rows = cbs->n;
  fitter->most = (uint32_t)most_opportunities(cbs);
  fitter->row = mem_alloc(cbs->n, sizeof *fitter->row);
  fitter->step = mem_alloc((size_t)fitter->most + 1, sizeof *fitter->step);
  fitter->above_x = mem_zero(3 * ((size_t)fitter->most + 1), sizeof *fitter->above_x);
  if (!fitter->row || !fitter->step || !fitter->above_x || sort_rows(fitter, cbs) != STATUS_OK) {
    fitter_close(fitter);
    return STATUS_NOMEM;
  }
  tabulate(fitter);
  *self = fitter;
  return STATUS_OK;
}

/*
** The steps; returns the sum of all ln of Beta functions, with its gradient. Ratios near 1 go through log1p and their
** derivatives through the difference, so that little is lost where parameters grow without end.
*/
static double prepare(Fitter *fitter, const double *theta, double *gradient)
{
  double alpha = theta[ALPHA], beta = theta[BETA], gamma = theta[GAMMA], delta = theta[DELTA], sum = 0;
  memset(gradient, 0, 4 * sizeof *gradient);
  for (size_t j = 0; j <= fitter->most; j++) {
    double i = (double)j, x = fitter->above_x[j], t_x = fitter->above_t_x[j], misses = fitter->above_misses[j];
    double both = 1 / (alpha + beta + i), survival = 1 / (gamma + delta + i);
    Step *step = &fitter->step[j];
    step->both = both;
    step->survival = survival;
    step->dies = gamma * survival;
    step->silent = both * ((delta + i) * survival);
    step->lives_rate = (delta + i) * survival * survival;
    step->dies_rate = gamma * survival * survival;
    step->delta_rate = gamma * survival / (delta + i);
    if (t_x > 0) { /* alpha+i over alpha+beta+i as often as there are x, delta+i over gamma+delta+i */
      double rest = t_x - x;
      sum += rest * log(both) - x * log1p(beta / (alpha + i)) - t_x * log1p(gamma / (delta + i));
      gradient[ALPHA] += both * (x * (beta / (alpha + i)) - rest);
      gradient[BETA] -= both * t_x;
      gradient[GAMMA] -= survival * t_x;
      gradient[DELTA] += survival * t_x * (gamma / (delta + i));
    }
    if (misses > 0) {
      sum += misses * log(beta + i);
      gradient[BETA] += misses / (beta + i);
    }
  }
  return sum;
}

/* The sum of ln S(t_x) over rows that share x and n, with its gradient: one walk down from n, which passes each t_x. */
static double add_endings(const Fitter *fitter, double beta, const Row *row, const Row *end, double *gradient)
{
  double x = row->x, s = 1, by_alpha = 0, by_beta = 0, by_gamma = 0, by_delta = 0, sum = 0;
  for (uint32_t j = row->n; row < end; row++) {
    for (; j > row->t_x; j--) {
      const Step *step = &fitter->step[j - 1];
      double silent = (beta + (j - 1 - x)) * step->silent, last = silent * s, both = step->both * last;
      by_alpha = silent * by_alpha - both;
      by_beta = silent * by_beta + (step->silent * s - both);
      by_gamma = silent * by_gamma + (step->lives_rate - step->survival * last);
      by_delta = silent * by_delta - (step->dies_rate - step->delta_rate * last);
      s = step->dies + last;
    }
    double share = row->weight / s;
    sum += row->weight * log(s);
    gradient[ALPHA] += share * by_alpha;
    gradient[BETA] += share * by_beta;
    gradient[GAMMA] += share * by_gamma;
    gradient[DELTA] += share * by_delta;
  }
  return sum;
}

static void evaluate(void *self, const double *variables, double *value, double *gradient)
{
  Fitter *fitter = self;
  double theta[4];
  *value = -INFINITY;
  for (int i = 0; i < 4; i++) {
    theta[i] = exp(variables[i]);
    if (!(theta[i] > 1e-100 && theta[i] < 1e100)) {
      memset(gradient, 0, 4 * sizeof *gradient);
      return;
    }
  }
  if (watch_spend(fitter->meter, STEP_WORK * (size_t)fitter->most)) {
    return;
  }
  double sum = prepare(fitter, theta, gradient);
  for (size_t i = 0, end; i < fitter->n_rows; i = end) {
    const Row *row = &fitter->row[i];
    for (end = i + 1; end < fitter->n_rows && fitter->row[end].x == row->x && fitter->row[end].n == row->n;) {
      end++;
    }
    sum += add_endings(fitter, theta[BETA], row, fitter->row + end, gradient);
    if (watch_spend(fitter->meter, STEP_WORK * (end - i + (row->n - fitter->row[end - 1].t_x)))) {
      return;
    }
  }
  *value = sum;
  for (int i = 0; i < 4; i++) {
    gradient[i] *= theta[i];
  }
}

/* The mean chances, as guessed from the data, with more or less difference between customers. */
static bool start(const void *self, int k, double *variables)
{
  static const double PRECISION[] = {3, 1, 30, 0.3, 300};
  const Fitter *fitter = self;
  if (k >= (int)(sizeof PRECISION / sizeof PRECISION[0])) {
    return false;
  }
  double buys = fmin(fmax((fitter->transactions + 1) / (fitter->last + 2), 0.02), 0.98);
  double dies = fmin(fmax(fitter->customers / (fitter->customers + fitter->last + 1), 0.02), 0.98);
  variables[ALPHA] = log(PRECISION[k] * buys);
  variables[BETA] = log(PRECISION[k] * (1 - buys));
  variables[GAMMA] = log(PRECISION[k] * dies);
  variables[DELTA] = log(PRECISION[k] * (1 - dies));
  return true;
}

/* How far a pair of parameters is from where estimates lie. */
static double extremity(double a, double b)
{
  return fmax(fabs(log(a)), fabs(log(b)));
}

static bool limit(const double *theta, char *text, size_t size)
{
  bool first = extremity(theta[ALPHA], theta[BETA]) >= extremity(theta[GAMMA], theta[DELTA]);
  double a = theta[first ? ALPHA : GAMMA], b = theta[first ? BETA : DELTA], share = a / (a + b);
  char stays[NUMBER_TEXT_MAX];
  const char *of_a = first ? "alpha" : "gamma", *of_b = first ? "beta" : "delta";
  number_to_text(share, 6, stays);
  if (fmin(a, b) > 1e3 || fmax(a, b) < 1e-3) {
    snprintf(text, size, "%s and %s %s while %s/(%s+%s) stays %s", of_a, of_b, a > 1 ? "grow without end" : "tend to 0",
             of_a, of_a, of_b, stays);
  } else if (share < 1e-3 || share > 1 - 1e-3) {
    snprintf(text, size, "%s/(%s+%s) tends to %d: %s %s", of_a, of_a, of_b, share > 0.5,
             share > 0.5 ? (a > 1e3 ? of_a : of_b) : (b > 1e3 ? of_b : of_a),
             fmax(a, b) > 1e3 ? "grows without end" : "tends to 0");
  } else {
    return false;
  }
  return true;
}

static const char *unfit(const Cbs *cbs)
{
  bool none = true, always = true;
  double most = most_opportunities(cbs);
  for (size_t i = 0; i < cbs->n; i++) {
    none = none && cbs->x[i] == 0;
    always = always && cbs->x[i] == cbs->T[i];
  }
  return none                        ? "nobody made a transaction"
         : always                    ? "everybody made a transaction at every opportunity"
         : most < 3                  ? "fewer than 3 opportunities do not determine four parameters"
         : most > MOST_OPPORTUNITIES ? "more than 100000 opportunities: count in longer periods"
                                     : NULL;
}

const BtydModel BGBB = {
  .name = "bgbb",
  .title = "BG/BB",
  .n_parameters = 4,
  .parameter = {"alpha", "beta", "gamma", "delta"},
  .discrete = true,
  .open = fitter_open,
  .evaluate = evaluate,
  .start = start,
  .close = fitter_close,
  .pair = {{ALPHA, BETA, .falls = true}, {GAMMA, DELTA, .falls = true}},
  .limit = limit,
  .unfit = unfit,
  .log_likelihood = log_likelihood,
  .p_alive = p_alive,
  .p_alive_at = p_alive_at,
  .expected = expected,
  .expected_alive = expected_alive,
  .pmf = pmf,
  .dert = dert,
};
