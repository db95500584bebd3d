/*
** Gamma-Gamma, the model of what a customer spends: Fader & Hardie, "The Gamma-Gamma model of monetary value", note
** 025, 2013.
**
** The value of a purchase is Gamma(p, rate nu), nu ~ Gamma(q, rate gamma) over customers, independent of how often they
** buy. Of x repeat purchases with mean m (Past.x and Past.t_x; Past.T is 0; x >= 1, m > 0) the density is, with y = m x
** the total,
**   f(m | x) = Gamma(px+q)/(Gamma(px) Gamma(q)) gamma^q m^(px-1) x^(px) / (gamma + y)^(px+q)
**            = 1/(m B(px, q)) (1 + y/gamma)^-q (1 + gamma/y)^-px,
** whose second form cancels nothing. gamma is in the unit of value.
**
** E[M | x, m] = p (gamma + y)/(px + q - 1), which is (1-w) gamma p/(q-1) + w m with w = px/(px+q-1), and holds for q <=
** 1 too. Where px + q <= 1 (so for x = 0 and q <= 1) the mean is infinite and the answer is INFINITY: such a population
** has no mean value, and the caller has to say so. x = 0: a customer of whom nothing is known, m is not read.
**
** Accuracy: relative error below 1e-11. Cost: O(1) per question. A fit costs per evaluation one reciprocal per row (one
** logarithm per 16), and a few Gamma functions per distinct x. The Hessian comes at no further cost.
*/
#include "btyd_model.h"

#include <math.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/numerics/special.h"

enum {
  P,
  Q,
  GAMMA
};

/* ---- Asking ---- */

static double log_likelihood(const double *theta, const CbsRow *row)
{
  if (row->x == 0) {
    return 0; /* no value is known */
  }
  double shape = theta[P] * row->x, ratio = row->t_x * row->x / theta[GAMMA];
  return -log_beta(shape, theta[Q]) - log(row->t_x) - theta[Q] * log1p(ratio) - shape * log1p(1 / ratio);
}

static double expected_value(const double *theta, double x, double m)
{
  double total = x == 0 ? 0 : m * x, order = theta[P] * x + theta[Q] - 1;
  return order > 0 ? theta[P] * (theta[GAMMA] + total) / order : INFINITY;
}

/* ---- Fitting ---- */

#define BLOCK 16 /* rows whose product goes through one logarithm */
#define BLOCK_SAFE 1e18
#define ROW_WORK 20    /* of a WatchMeter */
#define GROUP_WORK 500 /* apart from its rows */
#define LARGE_SHAPE 50

/* The rows of one x. */
typedef struct Group {
  double x, weight, log_total; /* the sum of ln(m x), by weight */
  size_t begin, weighted, end; /* rows of weight 1 come first, others from `weighted` */
} Group;

typedef struct Fitter {
  WatchMeter *meter;
  size_t n_groups;
  Group *group;
  double *total, *weight; /* of each row, in one block: m x; by group, then as in it */
  double largest;
  double customers, log_m, mean; /* the sums of the weights and of ln m, the mean of m */
} Fitter;

static void fitter_close(void *self)
{
  Fitter *fitter = self;
  mem_free(fitter->group);
  mem_free(fitter->total);
  mem_free(fitter);
}

/* The rows that begin at `begin` and share an x, those of weight 1 first; returns where they end. */
static size_t add_group(Fitter *fitter, const Cbs *cbs, size_t begin)
{
  Group *group = &fitter->group[fitter->n_groups++];
  double x = cbs->x[begin];
  *group = (Group){.x = x, .begin = begin};
  for (group->end = begin; group->end < cbs->n && cbs->x[group->end] == x; group->end++) {
    double m = cbs->t_x[group->end], weight = cbs->weight[group->end];
    group->weight += weight;
    group->log_total += weight * log(m * x);
    fitter->log_m += weight * log(m);
    fitter->mean += weight * m;
    fitter->largest = fmax(fitter->largest, m * x);
  }
  size_t to = begin;
  for (int weighted = 0; weighted < 2; weighted++) {
    group->weighted = to;
    for (size_t i = begin; i < group->end; i++) {
      if ((cbs->weight[i] != 1) == weighted) {
        fitter->total[to] = cbs->t_x[i] * x;
        fitter->weight[to++] = cbs->weight[i];
      }
    }
  }
  fitter->customers += group->weight;
  return group->end;
}

static Status fitter_open(const Cbs *cbs, void **self, WatchMeter *meter)
{
  size_t n_groups = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    n_groups += i == 0 || cbs->x[i] != cbs->x[i - 1];
  }
  Fitter *fitter = mem_zero(1, sizeof *fitter);
  *self = NULL;
  if (!fitter) {
    return STATUS_NOMEM;
  }
  fitter->group = mem_alloc(n_groups, sizeof *fitter->group);
  fitter->total = mem_alloc(cbs->n, 2 * sizeof *fitter->total);
  if (!fitter->group || !fitter->total) {
    fitter_close(fitter);
    return STATUS_NOMEM;
  }
  fitter->meter = meter;
  fitter->weight = fitter->total + cbs->n;
  for (size_t i = 0; i < cbs->n;) {
    i = add_group(fitter, cbs, i);
  }
  fitter->mean /= fitter->customers;
  *self = fitter;
  return STATUS_OK;
}

/*
** Over the rows of a group with totals y: weighted sums of ln(1 + gamma/y), ln(1 + y/gamma), u = gamma/(gamma+y), v = 1
** - u and u v.
*/
typedef struct Sums {
  double log_u, log_v, u, v, uv; /* log_u is that of 1/v: it goes to 0 with u */
} Sums;

/*
** Rows of weight 1, BLOCK at a time, in four lanes: adds ln(gamma+y), u and u^2 to `log_rate`, `u` and `square`;
** returns how many.
*/
static size_t add_blocks(const double *total, size_t n, double gamma, double *log_rate, double *u, double *square)
{
  double us[4] = {0}, squares[4] = {0};
  size_t i = 0;
  for (; i + BLOCK <= n; i += BLOCK) {
    double product[4] = {1, 1, 1, 1};
    for (size_t j = i; j < i + BLOCK; j += 4) {
      for (size_t lane = 0; lane < 4; lane++) {
        double rate = gamma + total[j + lane], share = gamma / rate;
        product[lane] *= rate;
        us[lane] += share;
        squares[lane] += share * share;
      }
    }
    *log_rate += log((product[0] * product[1]) * (product[2] * product[3]));
  }
  *u += (us[0] + us[1]) + (us[2] + us[3]);
  *square += (squares[0] + squares[1]) + (squares[2] + squares[3]);
  return i;
}

static Sums sum_fast(const Fitter *fitter, const Group *group, double gamma)
{
  double log_rate = 0, u = 0, square = 0;
  size_t i = group->begin;
  i += add_blocks(fitter->total + i, group->weighted - i, gamma, &log_rate, &u, &square);
  for (; i < group->end; i++) {
    double weight = fitter->weight[i], rate = gamma + fitter->total[i], share = gamma / rate;
    log_rate += weight * log(rate);
    u += weight * share;
    square += weight * share * share;
  }
  return (Sums){log_rate - group->log_total, log_rate - group->weight * log(gamma), u, group->weight - u, u - square};
}

/* Where u or v may be tiny, and be multiplied by a large p or q: on the way to the limits p, q -> infinity. */
static Sums sum_exact(const Fitter *fitter, const Group *group, double gamma)
{
  Sums sums = {0};
  for (size_t i = group->begin; i < group->end; i++) {
    double weight = fitter->weight[i], total = fitter->total[i], rate = gamma + total;
    double u = gamma / rate, v = total / rate;
    sums.log_u += weight * log1p(gamma / total);
    sums.log_v += weight * log1p(total / gamma);
    sums.u += weight * u;
    sums.v += weight * v;
    sums.uv += weight * u * v;
  }
  return sums;
}

/* digamma(a + n) - digamma(a), n > 0, without the cancellation of large a (DLMF 5.11.2). */
static double digamma_rise(double a, double n)
{
  if (a < 20) {
    return digamma(a + n) - digamma(a);
  }
  double b = a + n, u = 1 / (a * a), v = 1 / (b * b);
  double tail_a = u * (1.0 / 12 - u * (1.0 / 120 - u * (1.0 / 252 - u * (1.0 / 240))));
  double tail_b = v * (1.0 / 12 - v * (1.0 / 120 - v * (1.0 / 252 - v * (1.0 / 240))));
  return log1p(n / a) + 0.5 * n / (a * b) + (tail_a - tail_b);
}

/* In the logarithms of the parameters. hessian may be NULL. */
static void evaluate_hessian(void *self, const double *variables, double *value, double *gradient, double *hessian)
{
  const Fitter *fitter = self;
  double p = exp(variables[P]), q = exp(variables[Q]), gamma = exp(variables[GAMMA]);
  double sum = -fitter->log_m, by_p = 0, by_q = 0, by_gamma = 0;
  double pp = 0, pq = 0, qq = 0, p_gamma = 0, q_gamma = 0, gamma_gamma = 0;
  bool inside = p > 1e-100 && p < 1e100 && q > 1e-100 && q < 1e100 && gamma > 1e-100 && gamma < 1e100;
  bool fast = p < LARGE_SHAPE && q < LARGE_SHAPE && gamma > 1 / BLOCK_SAFE && gamma + fitter->largest < BLOCK_SAFE;
  for (size_t i = 0; inside && i < fitter->n_groups; i++) {
    const Group *group = &fitter->group[i];
    inside = !watch_spend(fitter->meter, GROUP_WORK + ROW_WORK * (group->end - group->begin));
    Sums sums = fast ? sum_fast(fitter, group, gamma) : sum_exact(fitter, group, gamma);
    double weight = group->weight, shape = p * group->x;
    sum -= weight * log_beta(shape, q) + (shape * sums.log_u + q * sums.log_v);
    by_p += shape * (weight * digamma_rise(shape, q) - sums.log_u);
    by_q += q * (weight * digamma_rise(q, shape) - sums.log_v);
    by_gamma += q * sums.v - shape * sums.u;
    if (hessian) {
      double common = weight * trigamma(shape + q);
      pp += shape * shape * (common - weight * trigamma(shape));
      pq += shape * q * common;
      qq += q * q * common;
      p_gamma -= shape * sums.u;
      q_gamma += q * sums.v;
      gamma_gamma -= (shape + q) * sums.uv;
    }
  }
  *value = inside ? sum : -INFINITY;
  gradient[P] = by_p;
  gradient[Q] = by_q;
  gradient[GAMMA] = by_gamma;
  if (hessian) {
    hessian[0] = pp + by_p;
    hessian[3] = pq;
    hessian[4] = qq - fitter->customers * q * q * trigamma(q) + by_q;
    hessian[6] = p_gamma;
    hessian[7] = q_gamma;
    hessian[8] = gamma_gamma;
  }
}

static void evaluate(void *self, const double *variables, double *value, double *gradient)
{
  evaluate_hessian(self, variables, value, gradient, NULL);
}

/* Populations with the mean of the data. */
static bool start(const void *self, int k, double *variables)
{
  static const double SHAPES[][2] = {{4, 4}, {1, 2}, {30, 4}, {2, 40}, {0.3, 1.5}, {300, 300}};
  const Fitter *fitter = self;
  if (k >= (int)(sizeof SHAPES / sizeof SHAPES[0])) {
    return false;
  }
  double p = SHAPES[k][0], q = SHAPES[k][1];
  variables[P] = log(p);
  variables[Q] = log(q);
  variables[GAMMA] = log(fitter->mean * (q - 1) / p);
  return true;
}

static bool limit(const double *theta, char *text, size_t size)
{
  double p = theta[P], q = theta[Q], mean = p * theta[GAMMA] / (q - 1);
  char stays[NUMBER_TEXT_MAX], value[NUMBER_TEXT_MAX];
  number_to_text(mean, 6, stays);
  number_to_text(p * theta[GAMMA], 6, value);
  if (p > 1e3 && q > 1e3) {
    snprintf(text, size, "p and q grow without end while p gamma/(q-1) stays %s: all values are nearly alike", stays);
  } else if (q > 1e3) {
    snprintf(text, size, "q and gamma grow without end while p gamma/(q-1) stays %s: customers do not differ", stays);
  } else if (p > 1e3) {
    snprintf(text, size, "p grows without end while p gamma stays %s: a customer's values do not vary", value);
  } else if (q < 1e-3) {
    snprintf(text, size, "q tends to 0: the values vary too widely to have a mean");
  } else if (p < 1e-3) {
    snprintf(text, size, "p tends to 0: the values vary too widely");
  } else {
    return false;
  }
  return true;
}

static const char *unfit(const Cbs *cbs)
{
  for (size_t i = 1; i < cbs->n; i++) {
    if (cbs->t_x[i] != cbs->t_x[0]) {
      return cbs->n < 4 ? "fewer than 4 different customers do not determine three parameters" : NULL;
    }
  }
  return "all mean values are alike";
}

const BtydModel GAMMA_GAMMA = {
  .name = "gamma_gamma",
  .title = "Gamma-Gamma",
  .n_parameters = 3,
  .parameter = {"p", "q", "gamma"},
  .time_parameters = 1u << GAMMA,
  .spend = true,
  .open = fitter_open,
  .evaluate = evaluate,
  .evaluate_hessian = evaluate_hessian,
  .start = start,
  .close = fitter_close,
  .pair = {{Q, GAMMA}, {P, GAMMA, .opposite = true}},
  .limit = limit,
  .unfit = unfit,
  .log_likelihood = log_likelihood,
  .expected_value = expected_value,
};
