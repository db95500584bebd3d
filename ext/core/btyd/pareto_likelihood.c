/*
** The Pareto/NBD likelihood over many customers, in time shared between them.
**
** With E(u) = (1 + u / alpha)^-(r + x) (1 + u / beta)^-s the likelihood of (x, t_x, T) is, to Gamma(r + x) / Gamma(r)
** alpha^-x,
**
**   E(T) + tail(t_x) - tail(T),  tail(t) = the integral of s / (beta + u) E(u) over t < u < end,
**
** and every derivative has the same form, with weights (MOMENT_...). As tail(T) < E(T), the difference loses nothing.
** tail depends on the customer only by x and a time. So for each x it is added up over the gaps between the times that
** occur, from the last to the first, in units of E at the gap's beginning, where nothing overflows; a customer then
** costs two look-ups, an exponential and a logarithm.
**
** In data by days the gaps are the same for each x, and four Gauss-Legendre nodes each are plenty: logarithms at the
** nodes are taken once per evaluation for all x (the common ruler). An x with few customers, or times without a grid,
** have a ruler of their own, of its own times only, and panels of whatever order they need. With covariates alpha and
** beta differ by customer, and each is integrated alone.
**
** Relative error of a customer's likelihood < 1e-12. Memory: 40 bytes per distinct row and up to 300 per distinct time.
*/
#include "pareto_likelihood.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "btyd_model.h"
#include "core/base/mem.h"
#include "core/numerics/special.h"
#include "core/numerics/stats.h"
#include "pareto_integral.h"

#define COMMON_MOST 65536 /* times in the common ruler */
#define COMMON_WORTH 2    /* how many of its gaps cost what one of an own ruler costs */
#define NODES 4           /* of a gap of the common ruler, where it is narrow: */
/* with (R / (alpha + u) + s / (beta + u) + 8 / min) * gap below this, the error is below 1e-13 */
#define NARROW 0.34
#define ROW_WORK 100 /* of a WatchMeter */
#define MARK_WORK 400
#define ROW_ALONE_WORK 2000 /* with covariates */
#define GROUP_WORK 500      /* apart from its rows and marks */
#define VARIABLE_MOST 300.0 /* a logarithm whose exponential is still far from overflow, squared too */

enum {
  R,
  ALPHA,
  S,
  BETA
};

/* What E and the weights need at a time. */
typedef struct Mark {
  double log_alpha, alpha, log_beta, beta; /* as MOMENT_..., 1 left out */
} Mark;

/* The gap after a mark. Logarithms relative to the gap's begin, those of beta times s. */
typedef struct Gap {
  double rise_alpha[NODES], rise_beta[NODES], alpha[NODES], beta[NODES], weight[NODES];
  double end_alpha, end_beta;     /* the rises over the whole gap */
  double width_alpha, width_rest; /* gap / (alpha + u), and the rest of what NARROW bounds */
} Gap;

/* The customers of one x. Their times are marks first … last of the common ruler, or times[first …] of their own. */
typedef struct Group {
  double x, weight;
  size_t begin, end;  /* rows */
  size_t first, last; /* of the ruler */
  bool common;
} Group;

typedef struct Fitter {
  const Cbs *cbs;
  WatchMeter *meter;
  Group *groups;
  size_t n_groups;
  uint32_t *from, *to; /* of a row: its t_x and T, counted from the group's first */
  double *common;      /* distinct times, ascending */
  size_t n_common;
  double *own; /* the groups' own times, one after the other */
  size_t n_own;
  Mark *marks; /* of the common ruler … */
  Gap *gaps;   /* … in which the last is not used */
  Mark *own_marks;
  double (*tails)[MOMENTS]; /* of a group, by mark: s times the moments, over E there */
  double mean_rate, mean_T;
} Fitter;

/* ---- Opening */

static int compare(double a, double b)
{
  return (a > b) - (a < b);
}

/* How many distinct values there are; they are moved to the front of the sorted ones. */
static size_t distinct(double *x, size_t n)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    if (kept == 0 || x[i] != x[kept - 1]) {
      x[kept++] = x[i];
    }
  }
  return kept;
}

/* Where a value that is there is. */
static size_t place(const double *sorted, size_t n, double value)
{
  size_t low = 0, high = n;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    *(compare(sorted[middle], value) <= 0 ? &low : &high) = middle;
  }
  return low;
}

/* The distinct times of rows begin … end - 1. */
static Status times_of(const Fitter *f, size_t begin, size_t end, double *times, size_t *n_times)
{
  size_t n = end - begin;
  memcpy(times, f->cbs->t_x + begin, n * sizeof *times);
  memcpy(times + n, f->cbs->T + begin, n * sizeof *times);
  Status status = sort_doubles(times, 2 * n, f->meter->watch);
  *n_times = status == STATUS_OK ? distinct(times, 2 * n) : 0;
  return status;
}

/* Own times are written from fitter->own + n_own on, where there is room for all. */
static Status group_open(Fitter *f, Group *g)
{
  const Cbs *cbs = f->cbs;
  double *own = f->own + f->n_own;
  size_t n_own, n_common = 0;
  Status status = times_of(f, g->begin, g->end, own, &n_own);
  if (status != STATUS_OK) {
    return status;
  }
  if (f->n_common) {
    g->first = place(f->common, f->n_common, own[0]);
    g->last = place(f->common, f->n_common, own[n_own - 1]);
    n_common = g->last - g->first + 1;
  }
  g->common = f->n_common && n_common <= COMMON_WORTH * n_own;
  if (!g->common) {
    g->first = f->n_own;
    g->last = f->n_own + n_own - 1;
    f->n_own += n_own;
  }
  const double *times = g->common ? f->common + g->first : own;
  size_t n = g->last - g->first + 1;
  for (size_t i = g->begin; i < g->end; i++) {
    if (watch_spend(f->meter, ROW_WORK)) {
      return STATUS_INTERRUPT;
    }
    f->from[i] = (uint32_t)place(times, n, cbs->t_x[i]);
    f->to[i] = (uint32_t)place(times, n, cbs->T[i]);
    g->weight += cbs->weight[i];
  }
  return STATUS_OK;
}

/* Groups of equal x, which are beside each other. */
static size_t groups_of(const Cbs *cbs, Group *groups)
{
  size_t n = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    if (i == 0 || cbs->x[i] != cbs->x[i - 1]) {
      if (groups) {
        groups[n] = (Group){.x = cbs->x[i], .begin = i};
      }
      n++;
    }
    if (groups) {
      groups[n - 1].end = i + 1;
    }
  }
  return n;
}

static Status rulers_open(Fitter *f)
{
  size_t n = f->cbs->n, longest = 1;
  f->from = mem_alloc(2 * n, sizeof *f->from);
  f->common = mem_alloc(2 * n, sizeof *f->common);
  f->own = mem_alloc(2 * n, sizeof *f->own);
  if (!f->from || !f->common || !f->own) {
    return STATUS_NOMEM;
  }
  f->to = f->from + n;
  Status status = times_of(f, 0, n, f->common, &f->n_common);
  if (f->n_common > COMMON_MOST) {
    f->n_common = 0;
  }
  bool any_common = false;
  for (size_t i = 0; i < f->n_groups && status == STATUS_OK; i++) {
    status = group_open(f, &f->groups[i]);
    any_common |= f->groups[i].common;
    size_t marks = f->groups[i].last - f->groups[i].first + 1;
    longest = marks > longest ? marks : longest;
  }
  if (status != STATUS_OK) {
    return status;
  }
  f->n_common = any_common ? f->n_common : 0;
  f->marks = mem_alloc(f->n_common + 1, sizeof *f->marks);
  f->gaps = mem_alloc(f->n_common + 1, sizeof *f->gaps);
  f->own_marks = mem_alloc(longest, sizeof *f->own_marks);
  f->tails = mem_alloc(longest, sizeof *f->tails);
  return f->marks && f->gaps && f->own_marks && f->tails ? STATUS_OK : STATUS_NOMEM;
}

Status pareto_likelihood_open(const Cbs *cbs, void **fitter, WatchMeter *meter)
{
  Fitter *f = mem_zero(1, sizeof *f);
  *fitter = f;
  if (!f) {
    return STATUS_NOMEM;
  }
  f->cbs = cbs;
  f->meter = meter;
  double purchases = 0, time = 0, customers = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    purchases += cbs->weight[i] * cbs->x[i];
    time += cbs->weight[i] * cbs->T[i];
    customers += cbs->weight[i];
  }
  f->mean_T = time > 0 ? time / customers : 1;
  f->mean_rate = purchases > 0 ? purchases / customers / f->mean_T : 1;
  f->n_groups = groups_of(cbs, NULL);
  f->groups = mem_alloc(f->n_groups + 1, sizeof *f->groups);
  if (!f->groups) {
    return STATUS_NOMEM;
  }
  groups_of(cbs, f->groups);
  return cbs->n_covariates ? STATUS_OK : rulers_open(f);
}

void pareto_likelihood_close(void *fitter)
{
  Fitter *f = fitter;
  if (f) {
    mem_free(f->groups);
    mem_free(f->from);
    mem_free(f->common);
    mem_free(f->own);
    mem_free(f->marks);
    mem_free(f->gaps);
    mem_free(f->own_marks);
    mem_free(f->tails);
    mem_free(f);
  }
}

/* Heterogeneity as it is often found, then more alike customers, then hardly any dropout, then much of it. */
bool pareto_likelihood_start(const void *fitter, int k, double *variables)
{
  static const struct {
    /* rate: of purchases while alive, against the mean over all time; beta against the mean T */
    double r, rate, s, beta;
  } STARTS[] = {{0.6, 1.7, 0.6, 0.4}, {2, 1.2, 2, 4}, {1, 1.05, 0.05, 0.5}, {0.3, 4, 3, 1}};
  const Fitter *f = fitter;
  if (k >= (int)(sizeof STARTS / sizeof *STARTS)) {
    return false;
  }
  memset(variables, 0, sizeof *variables * (size_t)(4 + 2 * f->cbs->n_covariates));
  variables[R] = log(STARTS[k].r);
  variables[ALPHA] = log(STARTS[k].r / (STARTS[k].rate * f->mean_rate));
  variables[S] = log(STARTS[k].s);
  variables[BETA] = log(STARTS[k].beta * f->mean_T);
  return true;
}

/* ---- Evaluating */

static Mark mark_at(const double *theta, double u)
{
  return (Mark){log1p(u / theta[ALPHA]), u / (theta[ALPHA] + u), log1p(u / theta[BETA]), u / (theta[BETA] + u)};
}

/* log1p(q) for 0 <= q <= NARROW / 8, as 2 artanh(q / (2 + q)), to 1e-16; two at a time by the compiler. */
static inline double log1p_narrow(double q)
{
  double w = q / (2 + q), w2 = w * w;
  return 2 * w * (1 + w2 * (1.0 / 3 + w2 * (1.0 / 5 + w2 * (1.0 / 7 + w2 * (1.0 / 9)))));
}

/* Where the gap is too wide for any x, only what says so. */
static void gap_lay(const double *theta, double u, double end, Gap *gap)
{
  static const double NODE[NODES] = {0.069431844202973713, 0.33000947820757187, 0.66999052179242813,
                                     0.93056815579702629};
  static const double WEIGHT[NODES] = {0.17392742256872693, 0.32607257743127307, 0.32607257743127307,
                                       0.17392742256872693};
  double a = theta[ALPHA] + u, b = theta[BETA] + u, s = theta[S], width = end - u;
  gap->width_alpha = width / a;
  gap->width_rest = s * width / b + 8 * width / fmin(a, b);
  if (gap->width_rest > NARROW) {
    return;
  }
  for (int j = 0; j < NODES; j++) {
    double y = width * NODE[j];
    gap->rise_alpha[j] = log1p_narrow(y / a);
    gap->rise_beta[j] = s * log1p_narrow(y / b);
    gap->alpha[j] = (u + y) / (a + y);
    gap->beta[j] = (u + y) / (b + y);
    gap->weight[j] = width * WEIGHT[j] / (b + y);
  }
  gap->end_alpha = log1p_narrow(width / a);
  gap->end_beta = s * log1p_narrow(width / b);
}

/*
** e^-z for 0 <= z <= NARROW: the Taylor polynomial around the middle, to 1e-16; its even and odd part do not wait for
** each other.
*/
static inline double exp_narrow(double z)
{
  double y = NARROW / 2 - z, y2 = y * y;
  double even =
    1 + y2 * (1.0 / 2) * (1 + y2 * (1.0 / 12) * (1 + y2 * (1.0 / 30) * (1 + y2 * (1.0 / 56) * (1 + y2 * (1.0 / 90)))));
  double odd = 1 + y2 * (1.0 / 6) * (1 + y2 * (1.0 / 20) * (1 + y2 * (1.0 / 42) * (1 + y2 * (1.0 / 72))));
  return (even + y * odd) * 0.84366481659638370; /* e^-(NARROW / 2) */
}

/* The moments of a narrow gap over E at its begin; E falls by the factor that is returned. */
static double gap_moments(const double *theta, double rate, const Mark *mark, const Gap *gap, double *moments)
{
  double term[NODES], one = 0, log_alpha = 0, alpha = 0, log_beta = 0, beta = 0;
  for (int j = 0; j < NODES; j++) {
    term[j] = gap->weight[j] * exp_narrow(rate * gap->rise_alpha[j] + gap->rise_beta[j]);
  }
  for (int j = 0; j < NODES; j++) {
    one += term[j];
    log_alpha += term[j] * gap->rise_alpha[j];
    alpha += term[j] * gap->alpha[j];
    log_beta += term[j] * gap->rise_beta[j];
    beta += term[j] * gap->beta[j];
  }
  moments[MOMENT_ONE] = one;
  moments[MOMENT_LOG_ALPHA] = log_alpha + mark->log_alpha * one;
  moments[MOMENT_ALPHA] = alpha;
  moments[MOMENT_LOG_BETA] = log_beta / theta[S] + mark->log_beta * one;
  moments[MOMENT_BETA] = beta;
  return exp_narrow(rate * gap->end_alpha + gap->end_beta);
}

/* The tails of a group at its n marks, from the last, where it is 0. */
static void tails_of(const Fitter *f, const Group *g, const double *theta, const Mark *marks, size_t n)
{
  double rate = theta[R] + g->x, s = theta[S];
  const double *times = g->common ? f->common + g->first : f->own + g->first;
  Fading fading = {rate, theta[ALPHA], s, theta[BETA]};
  Gap own = {0};
  memset(f->tails[n - 1], 0, sizeof f->tails[0]);
  for (size_t i = n - 1; i-- > 0 && !watch_spend(f->meter, MARK_WORK);) {
    const Gap *gap = g->common ? &f->gaps[g->first + i] : &own;
    double moments[MOMENTS], fall;
    if (!g->common) {
      gap_lay(theta, times[i], times[i + 1], &own);
    }
    if (rate * gap->width_alpha + gap->width_rest < NARROW) {
      fall = gap_moments(theta, rate, &marks[i], gap, moments);
    } else {
      double width = times[i + 1] - times[i];
      fading_moments(&fading, times[i], times[i + 1], moments);
      fall = exp(-rate * log1p(width / (theta[ALPHA] + times[i])) - s * log1p(width / (theta[BETA] + times[i])));
    }
    for (int k = 0; k < MOMENTS; k++) {
      f->tails[i][k] = s * moments[k] + fall * f->tails[i + 1][k];
    }
  }
}

/*
** Sums over customers: of the logarithm, and of the weights, each in its share of the likelihood: alive (at T) and gone
** (between t_x and T).
*/
typedef struct Shares {
  double log; /* compensated: the search compares values that differ in the last digits */
  float log_low;
  double gone;
  double both[MOMENTS]; /* alive and gone together, [MOMENT_ONE] not used */
  double gone_beta;     /* of [MOMENT_BETA], gone alone */
} Shares;

/*
** One customer: `fall` is E(T) / E(t_x), all else over E(t_x): the integral over t_x … T is begin - fall * end, and
** at[MOMENT_BETA] stands for T.
*/
static inline void shares_add(Shares *shares, double weight, double log_begin, double fall, const double *begin,
                              const double *end, const Mark *at)
{
  double one = begin[MOMENT_ONE] - fall * end[MOMENT_ONE], all = fall + one, share = weight / all;
  double beta = begin[MOMENT_BETA] - fall * end[MOMENT_BETA];
  sum_add_compact(&shares->log, &shares->log_low, weight * (log_begin + log(all)));
  shares->gone += share * one;
  shares->both[MOMENT_LOG_ALPHA] += share * (begin[MOMENT_LOG_ALPHA] + fall * (at->log_alpha - end[MOMENT_LOG_ALPHA]));
  shares->both[MOMENT_ALPHA] += share * (begin[MOMENT_ALPHA] + fall * (at->alpha - end[MOMENT_ALPHA]));
  shares->both[MOMENT_LOG_BETA] += share * (begin[MOMENT_LOG_BETA] + fall * (at->log_beta - end[MOMENT_LOG_BETA]));
  shares->both[MOMENT_BETA] += share * (beta + fall * at->beta);
  shares->gone_beta += share * beta;
}

/*
** Adds what the shares of customers with one x (and alpha, beta) say of the value and of the derivatives by the
** logarithms of the parameters.
*/
static void shares_give(const Shares *shares, const double *theta, double x, double weight, Sum *value, Sum *gradient)
{
  double rate = theta[R] + x, rises = 0, slope = 0;
  if (x > 0) {
    rises = log_gamma_rise(theta[R], x) - x * log(theta[ALPHA]);
    slope = digamma(rate) - digamma(theta[R]);
  }
  sum_add(value, shares->log);
  sum_add(value, (double)shares->log_low);
  sum_add(value, weight * rises);
  sum_add(&gradient[R], theta[R] * (weight * slope - shares->both[MOMENT_LOG_ALPHA]));
  sum_add(&gradient[ALPHA], rate * shares->both[MOMENT_ALPHA] - weight * x);
  sum_add(&gradient[S], shares->gone - theta[S] * shares->both[MOMENT_LOG_BETA]);
  sum_add(&gradient[BETA], theta[S] * shares->both[MOMENT_BETA] + shares->gone_beta - shares->gone);
}

static void group_evaluate(const Fitter *f, const Group *g, const double *theta, Sum *value, Sum *gradient)
{
  const Cbs *cbs = f->cbs;
  size_t n = g->last - g->first + 1;
  const Mark *marks = g->common ? f->marks + g->first : f->own_marks;
  if (!g->common) {
    for (size_t i = 0; i < n && !watch_spend(f->meter, ROW_WORK); i++) {
      f->own_marks[i] = mark_at(theta, f->own[g->first + i]);
    }
  }
  tails_of(f, g, theta, marks, n);
  double rate = theta[R] + g->x;
  Shares shares = {0};
  for (size_t i = g->begin; i < g->end && !watch_spend(f->meter, ROW_WORK); i++) {
    size_t from = f->from[i], to = f->to[i];
    double log_begin = -rate * marks[from].log_alpha - theta[S] * marks[from].log_beta;
    double log_end = -rate * marks[to].log_alpha - theta[S] * marks[to].log_beta;
    shares_add(&shares, cbs->weight[i], log_begin, exp(log_end - log_begin), f->tails[from], f->tails[to], &marks[to]);
  }
  shares_give(&shares, theta, g->x, g->weight, value, gradient);
}

void pareto_likelihood_apply(const double *theta, const double *transaction, const double *dropout, const double *z,
                             int n_covariates, double *applied)
{
  double rate = 0, leaving = 0;
  for (int i = 0; i < n_covariates; i++) {
    rate += transaction[i] * z[i];
    leaving += dropout[i] * z[i];
  }
  applied[R] = theta[R];
  applied[ALPHA] = theta[ALPHA] * exp(-rate);
  applied[S] = theta[S];
  applied[BETA] = theta[BETA] * exp(-leaving);
}

/* With covariates: alpha exp(-transaction'z), beta exp(-dropout'z). */
static void row_evaluate(const Fitter *f, size_t i, const double *theta, const double *variables, Sum *value,
                         Sum *gradient)
{
  static const double NOTHING[MOMENTS] = {0};
  const Cbs *cbs = f->cbs;
  int n_covariates = cbs->n_covariates;
  const double *z = cbs->z + i * (size_t)n_covariates;
  double own[BTYD_PARAMETERS], moments[MOMENTS];
  pareto_likelihood_apply(theta, variables + BTYD_PARAMETERS, variables + BTYD_PARAMETERS + n_covariates, z,
                          n_covariates, own);
  double t_x = cbs->t_x[i], T = cbs->T[i], rate = own[R] + cbs->x[i];
  Fading fading = {rate, own[ALPHA], own[S], own[BETA]};
  Mark begin = mark_at(own, t_x), end = mark_at(own, T);
  double log_begin = -rate * begin.log_alpha - own[S] * begin.log_beta;
  double fall = exp(-rate * log1p((T - t_x) / (own[ALPHA] + t_x)) - own[S] * log1p((T - t_x) / (own[BETA] + t_x)));
  fading_moments(&fading, t_x, T, moments);
  for (int k = 0; k < MOMENTS; k++) {
    moments[k] *= own[S];
  }
  Shares shares = {0};
  Sum change[BTYD_PARAMETERS] = {{0}};
  shares_add(&shares, cbs->weight[i], log_begin, fall, moments, NOTHING, &end);
  shares_give(&shares, own, cbs->x[i], cbs->weight[i], value, change);
  for (int k = 0; k < BTYD_PARAMETERS; k++) {
    sum_add(&gradient[k], sum_value(&change[k]));
  }
  for (int k = 0; k < n_covariates; k++) {
    sum_add(&gradient[BTYD_PARAMETERS + k], -z[k] * sum_value(&change[ALPHA]));
    sum_add(&gradient[BTYD_PARAMETERS + n_covariates + k], -z[k] * sum_value(&change[BETA]));
  }
}

void pareto_likelihood_evaluate(void *fitter, const double *variables, double *value, double *gradient)
{
  const Fitter *f = fitter;
  int n = BTYD_PARAMETERS + 2 * f->cbs->n_covariates;
  double theta[BTYD_PARAMETERS];
  Sum total = {0}, sums[BTYD_VARIABLES] = {{0}};
  *value = -INFINITY;
  memset(gradient, 0, (size_t)n * sizeof *gradient);
  for (int k = 0; k < BTYD_PARAMETERS; k++) {
    if (!(fabs(variables[k]) < VARIABLE_MOST)) {
      return;
    }
    theta[k] = exp(variables[k]);
  }
  if (f->cbs->n_covariates) {
    for (size_t i = 0; i < f->cbs->n && !watch_spend(f->meter, ROW_ALONE_WORK); i++) {
      row_evaluate(f, i, theta, variables, &total, sums);
    }
  } else {
    for (size_t i = 0; i < f->n_common && !watch_spend(f->meter, MARK_WORK); i++) {
      f->marks[i] = mark_at(theta, f->common[i]);
      if (i + 1 < f->n_common) {
        gap_lay(theta, f->common[i], f->common[i + 1], &f->gaps[i]);
      }
    }
    for (size_t i = 0; i < f->n_groups && !watch_spend(f->meter, GROUP_WORK); i++) {
      group_evaluate(f, &f->groups[i], theta, &total, sums);
    }
  }
  *value = sum_value(&total);
  for (int k = 0; k < n; k++) {
    gradient[k] = sum_value(&sums[k]);
  }
}
