/*
** The log-likelihood of the BG/NBD and the MBG/NBD (bg_mixture.h) with its gradient and Hessian in the logarithms of
** the parameters.
**
** Per customer, with l(t) = ln((alpha + t) / alpha), y = x + entry, s = r + x:
**
**     ln (r)_x + ln (b)_y - ln (a + b)_y - x ln alpha - s l(T) + ln(1 + e^o),   o = ln a - ln(b + y - 1) + s (l(T) -
**     l(t_x)), absent where y = 0.
**
** Rows are sorted by x: what depends on x alone is found once per distinct x, from the x before it, as sums of positive
** terms (no digamma of large arguments is subtracted from another); what depends on a time alone once per distinct
** time. A row costs one exponential. Weights of 1 share a logarithm. With covariates alpha, a and b differ from row to
** row, and all is found per row: O(x) each up to RISE_STEPS.
*/
#include "bg_mixture.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/numerics/special.h"

#define RISE_STEPS 64       /* of a rising factorial, before the Gamma function is cheaper */
#define PRODUCT_MOST 1e250  /* of factors of up to 1e40 */
#define ROW_WORK 100        /* of a WatchMeter */
#define ROW_ALONE_WORK 2000 /* with covariates */
#define GROUP_WORK 500      /* apart from its rows */

typedef struct Group {
  double x, weight;
  size_t begin, end; /* rows */
} Group;

typedef struct Fitter {
  const Cbs *cbs;
  WatchMeter *meter;
  int entry;
  size_t n_groups, n_times;
  Group *groups;
  uint32_t *of_T, *of_t; /* per row: its times in the tables */
  /* per distinct time t: t, l(t), t / (alpha + t), and that times one less that */
  double *times, *log_growth, *share, *spread;
  double mean_x, mean_T, never; /* never: the share of customers with x = 0 */
} Fitter;

/* ln (base)_n and its first two derivatives by base. */
typedef struct Rise {
  double n, value, first, second;
} Rise;

static void rise_to(Rise *rise, double base, double n)
{
  if (n - rise->n > RISE_STEPS) {
    double from = base + rise->n;
    rise->value += log_gamma_rise(from, n - rise->n);
    rise->first += digamma(base + n) - digamma(from);
    rise->second += trigamma(base + n) - trigamma(from);
    rise->n = n;
    return;
  }
  double product = 1;
  while (rise->n < n) {
    double factor = base + rise->n, inverse = 1 / factor;
    product *= factor;
    rise->first += inverse;
    rise->second -= inverse * inverse;
    rise->n += 1;
    if (product > PRODUCT_MOST || product < 1 / PRODUCT_MOST) {
      rise->value += log(product);
      product = 1;
    }
  }
  rise->value += log(product);
}

/*
** Weighted sums over rows of one x, parameters and all: q = e^o / (1 + e^o), v = q (1 - q), d, e, f = o by r, by ln
** alpha / s, and that again by ln alpha.
*/
typedef struct Sums {
  double weight, growth, share, spread; /* l(T), T / (alpha + T), … */
  double either, q, qd, qe, qf;         /* ln(1 + e^o) */
  double v, vd, ve, vdd, vde, vee;
} Sums;

/* A log-likelihood in the logarithms of r, alpha, a, b. */
typedef struct Terms {
  double value, gradient[BG_PARAMETERS], hessian[BG_PARAMETERS][BG_PARAMETERS]; /* lower triangle */
} Terms;

/* ln(1 + t), t >= 0, to the last digits also where it is small; libm's is slower. */
static inline double log_one_more(double t)
{
  double u = 1 + t;
  return log(u) + (t - (u - 1)) / u;
}

static inline void row_add(Sums *sums, double weight, double o, double d, double e, double f, double *product,
                           bool curved)
{
  double small = exp(-fabs(o)), inverse = 1 / (1 + small), q = weight * (o > 0 ? inverse : small * inverse);
  sums->either += o > 0 ? weight * o : 0;
  if (weight == 1) {
    *product *= 1 + small;
  } else {
    sums->either += weight * log_one_more(small);
  }
  sums->q += q;
  sums->qd += q * d;
  sums->qe += q * e;
  if (curved) {
    double v = weight * small * inverse * inverse;
    sums->qf += q * f;
    sums->v += v;
    sums->vd += v * d;
    sums->ve += v * e;
    sums->vdd += v * d * d;
    sums->vde += v * d * e;
    sums->vee += v * e * e;
  }
}

/* All rows of a group. */
static inline void group_sum(const Fitter *fitter, const Group *group, double s, double o_0, bool may_be_gone,
                             bool curved, Sums *out)
{
  Sums sums = {.weight = group->weight};
  double product = 1;
  const double *growth = fitter->log_growth, *share = fitter->share, *spread = fitter->spread,
               *weights = fitter->cbs->weight;
  for (size_t i = group->begin; i < group->end; i++) {
    double weight = weights[i];
    uint32_t T = fitter->of_T[i], t = fitter->of_t[i];
    sums.growth += weight * growth[T];
    sums.share += weight * share[T];
    sums.spread += curved ? weight * spread[T] : 0;
    if (may_be_gone) {
      double d = growth[T] - growth[t];
      row_add(&sums, weight, o_0 + s * d, d, share[t] - share[T], curved ? spread[T] - spread[t] : 0, &product, curved);
      if (product > PRODUCT_MOST) {
        sums.either += log(product);
        product = 1;
      }
    }
  }
  sums.either += log(product);
  *out = sums;
}

typedef struct Rises {
  Rise r, b, a_b;
} Rises;

/* What rows of one x add. theta: of these rows. */
static void terms_add(Terms *terms, const double *theta, double x, double y, const Rises *rises, const Sums *sums,
                      bool curved)
{
  double r = theta[BG_R], a = theta[BG_A], b = theta[BG_B], s = r + x, w = sums->weight;
  double o_a = 1 / a, o_b = y > 0 ? -1 / (b + (y - 1)) : 0;
  double g_r = w * rises->r.first - sums->growth + sums->qd;
  double g_alpha = s * sums->share - x * w + s * sums->qe;
  double g_a = o_a * sums->q - w * rises->a_b.first;
  double g_b = w * (rises->b.first - rises->a_b.first) + o_b * sums->q;
  terms->value += w * (rises->r.value + rises->b.value - rises->a_b.value - (x > 0 ? x * log(theta[BG_ALPHA]) : 0)) -
                  s * sums->growth + sums->either;
  terms->gradient[BG_R] += r * g_r;
  terms->gradient[BG_ALPHA] += g_alpha;
  terms->gradient[BG_A] += a * g_a;
  terms->gradient[BG_B] += b * g_b;
  if (!curved) {
    return;
  }
  double(*h)[BG_PARAMETERS] = terms->hessian;
  h[BG_R][BG_R] += r * (r * (w * rises->r.second + sums->vdd) + g_r);
  h[BG_ALPHA][BG_R] += r * (sums->share + s * sums->vde + sums->qe);
  h[BG_ALPHA][BG_ALPHA] += s * (s * sums->vee + sums->qf - sums->spread);
  h[BG_A][BG_R] += r * a * o_a * sums->vd;
  h[BG_A][BG_ALPHA] += a * o_a * s * sums->ve;
  h[BG_A][BG_A] += a * (a * (o_a * o_a * (sums->v - sums->q) - w * rises->a_b.second) + g_a);
  h[BG_B][BG_R] += r * b * o_b * sums->vd;
  h[BG_B][BG_ALPHA] += b * o_b * s * sums->ve;
  h[BG_B][BG_A] += a * b * (o_a * o_b * sums->v - w * rises->a_b.second);
  h[BG_B][BG_B] += b * (b * (w * (rises->b.second - rises->a_b.second) + o_b * o_b * (sums->v + sums->q)) + g_b);
}

static double first_odds(const double *theta, double y)
{
  return y > 0 ? log(theta[BG_A] / (theta[BG_B] + (y - 1))) : -INFINITY;
}

static void tabulate(const Fitter *fitter, double alpha)
{
  for (size_t i = 0; i < fitter->n_times && !watch_spend(fitter->meter, ROW_WORK); i++) {
    double t = fitter->times[i], share = t / (alpha + t);
    fitter->log_growth[i] = log_one_more(t / alpha);
    fitter->share[i] = share;
    fitter->spread[i] = share * (alpha / (alpha + t));
  }
}

static void rises_to(Rises *rises, const double *theta, double x, double y)
{
  rise_to(&rises->r, theta[BG_R], x);
  rise_to(&rises->b, theta[BG_B], y);
  rise_to(&rises->a_b, theta[BG_A] + theta[BG_B], y);
}

static void groups_add(const Fitter *fitter, const double *theta, Terms *terms, bool curved)
{
  Rises rises = {0};
  tabulate(fitter, theta[BG_ALPHA]);
  for (size_t i = 0; i < fitter->n_groups; i++) {
    const Group *group = &fitter->groups[i];
    if (watch_spend(fitter->meter, GROUP_WORK + ROW_WORK * (group->end - group->begin))) {
      return;
    }
    double y = group->x + fitter->entry, s = theta[BG_R] + group->x, o_0 = first_odds(theta, y);
    Sums sums;
    if (y == 0) {
      group_sum(fitter, group, s, o_0, false, curved, &sums);
    } else if (curved) {
      group_sum(fitter, group, s, o_0, true, true, &sums);
    } else {
      group_sum(fitter, group, s, o_0, true, false, &sums);
    }
    rises_to(&rises, theta, group->x, y);
    terms_add(terms, theta, group->x, y, &rises, &sums, curved);
  }
}

/* Adds a row's terms, in its own parameters, to those of all variables. */
static void spread_terms(const Terms *row, const double *z, int n_covariates, double *gradient, double *hessian)
{
  int n = BG_PARAMETERS + 2 * n_covariates;
  double weight[BTYD_VARIABLES][BG_PARAMETERS] = {{0}}; /* of each variable in the row's ln r, ln alpha, ln a, ln b */
  for (int i = 0; i < BG_PARAMETERS; i++) {
    weight[i][i] = 1;
  }
  for (int i = 0; i < n_covariates; i++) {
    weight[BG_PARAMETERS + i][BG_ALPHA] = -z[i];
    weight[BG_PARAMETERS + n_covariates + i][BG_A] = z[i];
    weight[BG_PARAMETERS + n_covariates + i][BG_B] = z[i];
  }
  for (int i = 0; i < n; i++) {
    double along[BG_PARAMETERS] = {0};
    for (int k = 0; k < BG_PARAMETERS; k++) {
      gradient[i] += weight[i][k] * row->gradient[k];
      for (int m = 0; hessian && m < BG_PARAMETERS; m++) {
        along[k] += weight[i][m] * (k < m ? row->hessian[m][k] : row->hessian[k][m]);
      }
    }
    for (int j = 0; hessian && j <= i; j++) {
      for (int k = 0; k < BG_PARAMETERS; k++) {
        hessian[i * n + j] += along[k] * weight[j][k];
      }
    }
  }
}

static void rows_add(const Fitter *fitter, const double *variables, const double *theta, double *value,
                     double *gradient, double *hessian)
{
  const Cbs *cbs = fitter->cbs;
  int n_covariates = cbs->n_covariates;
  for (size_t i = 0; i < cbs->n && !watch_spend(fitter->meter, ROW_ALONE_WORK); i++) {
    const double *z = cbs->z + i * (size_t)n_covariates;
    double own[BG_PARAMETERS], x = cbs->x[i], y = x + fitter->entry, product = 1;
    bg_apply(theta, variables + BG_PARAMETERS, variables + BG_PARAMETERS + n_covariates, z, n_covariates, own);
    double alpha = own[BG_ALPHA], T = cbs->T[i], t = cbs->t_x[i], weight = cbs->weight[i];
    double growth = log_one_more(T / alpha), share = T / (alpha + T), spread = share * (alpha / (alpha + T));
    Sums sums = {.weight = weight, .growth = weight * growth, .share = weight * share, .spread = weight * spread};
    Rises rises = {0};
    Terms row = {0};
    if (y > 0) {
      double d = growth - log_one_more(t / alpha), share_t = t / (alpha + t);
      row_add(&sums, weight, first_odds(own, y) + (theta[BG_R] + x) * d, d, share_t - share,
              spread - share_t * (alpha / (alpha + t)), &product, hessian != NULL);
      sums.either += log(product);
    }
    rises_to(&rises, own, x, y);
    terms_add(&row, own, x, y, &rises, &sums, hessian != NULL);
    *value += row.value;
    spread_terms(&row, z, n_covariates, gradient, hessian);
  }
}

static void evaluate(const Fitter *fitter, const double *variables, double *value, double *gradient, double *hessian)
{
  int n_covariates = fitter->cbs->n_covariates, n = BG_PARAMETERS + 2 * n_covariates;
  double theta[BG_PARAMETERS];
  *value = 0;
  memset(gradient, 0, (size_t)n * sizeof *gradient);
  if (hessian) {
    memset(hessian, 0, (size_t)(n * n) * sizeof *hessian);
  }
  for (int i = 0; i < BG_PARAMETERS; i++) {
    theta[i] = exp(variables[i]);
    if (!(theta[i] > 1e-100 && theta[i] < 1e100)) {
      *value = -INFINITY;
      return;
    }
  }
  if (n_covariates) {
    rows_add(fitter, variables, theta, value, gradient, hessian);
    return;
  }
  Terms terms = {0};
  groups_add(fitter, theta, &terms, hessian != NULL);
  *value = terms.value;
  for (int i = 0; i < BG_PARAMETERS; i++) {
    gradient[i] = terms.gradient[i];
    for (int j = 0; hessian && j <= i; j++) {
      hessian[i * BG_PARAMETERS + j] = terms.hessian[i][j];
    }
  }
}

void bg_evaluate(void *fitter, const double *variables, double *value, double *gradient)
{
  evaluate(fitter, variables, value, gradient, NULL);
}

void bg_evaluate_hessian(void *fitter, const double *variables, double *value, double *gradient, double *hessian)
{
  evaluate(fitter, variables, value, gradient, hessian);
}

/*
** The number of a time in the table, in the order of first sight: where all times differ the table is read as it lies.
*/
static uint32_t time_number(Fitter *fitter, uint32_t *slots, size_t mask, double time)
{
  uint64_t bits;
  memcpy(&bits, &time, sizeof bits);
  size_t slot = (size_t)((bits * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & mask;
  for (; slots[slot]; slot = (slot + 1) & mask) {
    if (fitter->times[slots[slot] - 1] == time) {
      return slots[slot] - 1;
    }
  }
  fitter->times[fitter->n_times] = time;
  slots[slot] = (uint32_t)++fitter->n_times;
  return slots[slot] - 1;
}

static Status number_times(Fitter *fitter)
{
  const Cbs *cbs = fitter->cbs;
  size_t n = cbs->n, n_slots = 16;
  while (n_slots < 4 * n) {
    n_slots *= 2;
  }
  uint32_t *slots = mem_zero(n_slots, sizeof *slots);
  fitter->of_T = mem_alloc(2 * n + 1, sizeof *fitter->of_T);
  fitter->times = mem_alloc(2 * n + 1, sizeof *fitter->times);
  Status status = slots && fitter->of_T && fitter->times ? STATUS_OK : STATUS_NOMEM;
  if (status == STATUS_OK) {
    fitter->of_t = fitter->of_T + n;
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
      status = watch_spend(fitter->meter, ROW_WORK) ? STATUS_INTERRUPT : STATUS_OK;
      fitter->of_t[i] = time_number(fitter, slots, n_slots - 1, cbs->t_x[i] + 0.0);
      fitter->of_T[i] = time_number(fitter, slots, n_slots - 1, cbs->T[i] + 0.0);
    }
  }
  mem_free(slots);
  if (status != STATUS_OK) {
    return status;
  }
  fitter->log_growth = mem_alloc(3 * fitter->n_times + 1, sizeof *fitter->log_growth);
  if (!fitter->log_growth) {
    return STATUS_NOMEM;
  }
  fitter->share = fitter->log_growth + fitter->n_times;
  fitter->spread = fitter->share + fitter->n_times;
  return STATUS_OK;
}

static bool group_rows(Fitter *fitter)
{
  const Cbs *cbs = fitter->cbs;
  size_t n_groups = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    n_groups += i == 0 || cbs->x[i] != cbs->x[i - 1];
  }
  fitter->groups = mem_zero(n_groups + 1, sizeof *fitter->groups);
  if (!fitter->groups) {
    return false;
  }
  Group *group = fitter->groups - 1;
  double customers = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    if (i == 0 || cbs->x[i] != cbs->x[i - 1]) {
      *++group = (Group){.x = cbs->x[i], .begin = i};
    }
    group->end = i + 1;
    group->weight += cbs->weight[i];
    customers += cbs->weight[i];
    fitter->mean_x += cbs->weight[i] * cbs->x[i];
    fitter->mean_T += cbs->weight[i] * cbs->T[i];
    fitter->never += cbs->x[i] == 0 ? cbs->weight[i] : 0;
  }
  fitter->n_groups = n_groups;
  fitter->mean_x /= customers;
  fitter->mean_T /= customers;
  fitter->never /= customers;
  return true;
}

Status bg_open(int entry, const Cbs *cbs, void **fitter, WatchMeter *meter)
{
  Fitter *self = mem_zero(1, sizeof *self);
  *fitter = self;
  if (!self) {
    return STATUS_NOMEM;
  }
  self->cbs = cbs;
  self->entry = entry;
  self->meter = meter;
  Status status = group_rows(self) ? number_times(self) : STATUS_NOMEM;
  if (status != STATUS_OK) {
    bg_close(self);
    *fitter = NULL;
  }
  return status;
}

void bg_close(void *fitter)
{
  Fitter *self = fitter;
  if (self) {
    mem_free(self->groups);
    mem_free(self->of_T);
    mem_free(self->times);
    mem_free(self->log_growth);
    mem_free(self);
  }
}

/* The r for which a negative binomial of this mean has this chance of zero: (1 + mean / r)^-r falls in r. */
static double shape_of(double mean, double never)
{
  double low = 0.02, high = 20;
  for (int i = 0; i < 20; i++) {
    double r = sqrt(low * high);
    if (-r * log1p(mean / r) > log(never)) {
      low = r;
    } else {
      high = r;
    }
  }
  return low;
}

bool bg_start(const void *fitter, int k, double *variables)
{
  /* r (0: of the data), a, b */
  static const double STARTS[][3] = {{0, 0.8, 2.5}, {1, 1, 1}, {0.3, 0.3, 3}, {5, 2, 20}, {0.1, 0.1, 0.5}};
  const Fitter *self = fitter;
  if (k >= (int)(sizeof STARTS / sizeof *STARTS)) {
    return false;
  }
  double mean = self->mean_x, r = STARTS[k][0];
  if (r == 0) { /* dropouts buy less: so much more did the others, roughly */
    mean *= 1.4;
    r = self->never > 0 ? shape_of(mean, self->entry ? 0.7 * self->never : self->never) : 2;
  }
  memset(variables, 0, (size_t)(BG_PARAMETERS + 2 * self->cbs->n_covariates) * sizeof *variables);
  variables[BG_R] = log(r);
  variables[BG_ALPHA] = log(r * self->mean_T / mean);
  variables[BG_A] = log(STARTS[k][1]);
  variables[BG_B] = log(STARTS[k][2]);
  return true;
}

bool bg_limit(const double *theta, char *text, size_t size)
{
  double r = theta[BG_R], alpha = theta[BG_ALPHA], a = theta[BG_A], b = theta[BG_B], p = a / (a + b);
  char share[NUMBER_TEXT_MAX], rate[NUMBER_TEXT_MAX];
  double large = 1e4, small = 1e-6; /* asked only where something ran away */
  number_to_text(p, 6, share);
  number_to_text(r / alpha, 6, rate);
  if (p < small) {
    snprintf(text, size, "a/(a+b) falls to 0 (nobody drops out)");
  } else if (1 - p < small) {
    snprintf(text, size, "a/(a+b) rises to 1 (everybody drops out at once)");
  } else if (r > large && a > 100 && b > 100 && a + b > large) {
    snprintf(text, size, "all parameters grow without end while r/alpha stays %s and a/(a+b) %s (customers are alike)",
             rate, share);
  } else if (r > large && a < small && b < small) {
    snprintf(text, size,
             "r and alpha grow without end and a and b fall to 0 while r/alpha stays %s and a/(a+b) %s (all buy at one "
             "rate, and leave at once or never)",
             rate, share);
  } else if (a > 100 && b > 100 && a + b > large) {
    snprintf(text, size, "a and b grow without end while a/(a+b) stays %s (all customers drop out with one chance)",
             share);
  } else if (a < small && b < small) {
    snprintf(text, size, "a and b fall to 0 while a/(a+b) stays %s (a customer leaves at once or never)", share);
  } else if (a < small || (a < 100 && b > large)) {
    snprintf(text, size, "a/(a+b) falls to 0 (nobody drops out)");
  } else if (b < small || (b < 100 && a > large)) {
    snprintf(text, size, "a/(a+b) rises to 1 (everybody drops out at once)");
  } else if (r > large) {
    snprintf(text, size, "r and alpha grow without end while r/alpha stays %s (all customers buy at one rate)", rate);
  } else if (r < small) {
    snprintf(text, size, "r falls to 0 (hardly anybody buys)");
  } else {
    return false;
  }
  return true;
}

const char *bg_unfit(const Cbs *cbs)
{
  double repeat = 0, longest = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    repeat += cbs->x[i] > 0 ? cbs->weight[i] : 0;
    longest = fmax(longest, cbs->T[i]);
  }
  return !(longest > 0)          ? "no customer has been seen for any time: T is 0 throughout"
         : repeat == 0           ? "nobody bought again"
         : repeat < REPEAT_LEAST ? "fewer than 4 customers bought again"
                                 : NULL;
}
