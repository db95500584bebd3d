#include "bg_mixture.h"

#include <math.h>

#include "core/numerics/beta_gamma_quadrature.h"
#include "core/numerics/special.h"

#define TERMS_MOST 1500 /* of a series, before nodes are cheaper */
#define LOG_TINY 600.0  /* a series starts with the chance of no purchase, which must not underflow */
#define TERMS_A_CHECK 8
#define BLOCKS_MOST 400 /* of so many terms: has_series() sees that far fewer do */
#define ROUNDING 1e-17
#define LEAST_P 1e-290 /* of a node: below, p loses digits */

static const CbsRow NEW_CUSTOMER = {0, 0, 0};

/* Who is alive: p ~ Beta(a, b), lambda ~ Gamma(s, scale), and the chance that the customer is. */
typedef struct Alive {
  double a, b, s, scale;
  double log_odds; /* of having dropped out; -INFINITY: certainly alive */
} Alive;

static Alive alive_of(int entry, const double *theta, const CbsRow *row)
{
  row = row ? row : &NEW_CUSTOMER;
  double y = row->x + entry, alpha = theta[BG_ALPHA];
  Alive alive = {.a = theta[BG_A], .b = theta[BG_B] + y, .s = theta[BG_R] + row->x, .scale = alpha + row->T};
  double odds = y > 0 ? theta[BG_A] / (theta[BG_B] + (y - 1)) : 0;
  alive.log_odds = odds > 0 ? log(odds) + alive.s * log1p((row->T - row->t_x) / (alpha + row->t_x)) : -INFINITY;
  return alive;
}

static double chance_alive(const Alive *alive)
{
  return 1 / (1 + exp(alive->log_odds));
}

static double chance_gone(const Alive *alive)
{
  return 1 / (1 + exp(-alive->log_odds));
}

double bg_log_likelihood(int entry, const double *theta, const CbsRow *row)
{
  double r = theta[BG_R], a = theta[BG_A], b = theta[BG_B], x = row->x, y = x + entry;
  if (y > 0 && x == 0) { /* near 0 where T is small: 1 less the chance that a purchase would have come */
    return log1p(b / (a + b) * expm1(-r * log1p(row->T / theta[BG_ALPHA])));
  }
  Alive alive = alive_of(entry, theta, row);
  double o = alive.log_odds, either = o > 0 ? o + log1p(exp(-o)) : log1p(exp(o));
  double purchases = x > 0 ? log_gamma_rise(r, x) - x * log(alive.scale) : 0;
  double survived = y > 0 ? log_gamma_rise(b, y) - log_gamma_rise(a + b, y) : 0;
  return purchases - r * log1p(row->T / theta[BG_ALPHA]) + survived + either;
}

double bg_p_alive(int entry, const double *theta, const CbsRow *row)
{
  Alive alive = alive_of(entry, theta, row);
  return chance_alive(&alive);
}

/* Whether the chances of k purchases in tau, negative binomial, can be added up one by one. */
static bool has_series(const Alive *alive, double tau)
{
  double mean = alive->s * tau;
  return alive->s * log1p(tau) < LOG_TINY && mean + 9 * sqrt(mean * (1 + tau)) + 40 * (1 + tau) < TERMS_MOST;
}

/*
** E[(1 - (1 + p tau)^-s) / p], the purchases in tau of who is alive, as sum over k of P(k purchases if nobody drops
** out) * (1 + q_1 + … + q_(k-1)), q_j = E[(1 - p)^j] = (b)_j / (a + b)_j: what the first k would have been worth, each
** only made by who is still there.
*/
static double purchases_series(const Alive *alive, double tau)
{
  double a_b = alive->a + alive->b, s = alive->s, b = alive->b, z = tau / (1 + tau);
  double chance = exp(-s * log1p(tau)), there = 1, made = 0, sum = 0, k = 0;
  for (int block = 0; block < BLOCKS_MOST; block++) {
    for (int i = 0; i < TERMS_A_CHECK; i++) {
      chance *= z * ((s + k) / (k + 1));
      made += there;
      there *= (b + k) / (a_b + k);
      sum += chance * made;
      k += 1;
    }
    double ratio = z * fmax(1, (s + k) / (k + 1)) * (1 + 1 / k); /* no later term is more than this of the one before */
    if (ratio < 1 && chance * made * ratio < ROUNDING * sum * (1 - ratio)) {
      break;
    }
  }
  return sum;
}

/* E[(1 + p tau)^-s], the chance to be alive after tau, as sum over k of P(k purchases) q_k. */
static double survival_series(const Alive *alive, double tau)
{
  double a_b = alive->a + alive->b, s = alive->s, b = alive->b, z = tau / (1 + tau);
  double chance = exp(-s * log1p(tau)), there = 1, sum = chance, k = 0;
  for (int block = 0; block < BLOCKS_MOST; block++) {
    for (int i = 0; i < TERMS_A_CHECK; i++) {
      chance *= z * ((s + k) / (k + 1));
      there *= (b + k) / (a_b + k);
      sum += chance * there;
      k += 1;
    }
    double ratio = z * fmax(1, (s + k) / (k + 1));
    if (ratio < 1 && chance * there * ratio < ROUNDING * sum * (1 - ratio)) {
      break;
    }
  }
  return sum;
}

static double purchases_mean(const Alive *alive, double tau)
{
  Nodes nodes;
  double sum = 0;
  beta_nodes(alive->a, alive->b, 1 / (1 + fmax(1, alive->s) * tau), &nodes);
  for (int i = 0; i < nodes.n; i++) {
    double p = nodes.at[i];
    sum += nodes.weight[i] * (p > LEAST_P ? -expm1(-alive->s * log1p(p * tau)) / p : alive->s * tau);
  }
  return sum;
}

double bg_expected(int entry, const double *theta, const CbsRow *row, double horizon)
{
  Alive alive = alive_of(entry, theta, row);
  double tau = horizon / alive.scale;
  return chance_alive(&alive) * (has_series(&alive, tau) ? purchases_series(&alive, tau) : purchases_mean(&alive, tau));
}

double bg_p_alive_at(int entry, const double *theta, const CbsRow *row, double later)
{
  Alive alive = alive_of(entry, theta, row);
  double tau = later / alive.scale;
  if (has_series(&alive, tau)) {
    return chance_alive(&alive) * btyd_chance(survival_series(&alive, tau));
  }
  return chance_alive(&alive) * btyd_chance(exp(log_hypergeometric(alive.s, alive.a, alive.a + alive.b, -tau)));
}

/*
** None: gone, or alive and without a purchase. n: alive before it and after, or dropped out after the n-th, whatever
** would have come then: P(alive) (E[(1 - p)^n] P(N = n) + E[p (1 - p)^(n-1)] P(N >= n)), N ~ negative binomial.
*/
double bg_pmf(int entry, const double *theta, const CbsRow *row, double n, double horizon)
{
  Alive alive = alive_of(entry, theta, row);
  double a = alive.a, b = alive.b, s = alive.s, tau = horizon / alive.scale, log_none = -s * log1p(tau);
  if (n == 0) {
    return btyd_chance(chance_gone(&alive) + chance_alive(&alive) * exp(log_none));
  }
  if (!(tau > 0)) {
    return 0;
  }
  double there_before = log_gamma_rise(b, n - 1) - log_gamma_rise(a + b, n - 1);
  double stays = (b + n - 1) / (a + b + n - 1), leaves = a / (a + b + n - 1);
  double exactly = log_gamma_rise(s, n) - log_gamma(n + 1) + log_none - n * log1p(1 / tau);
  double at_least = beta_lower(n, s, tau / (1 + tau));
  return chance_alive(&alive) *
         btyd_chance(stays * exp(there_before + exactly) + leaves * exp(there_before) * at_least);
}

/* P(alive) E[lambda / (lambda p + delta)]: the discounted sum of purchases of rate lambda that end at rate lambda p. */
double bg_dert(int entry, const double *theta, const CbsRow *row, double delta)
{
  Alive alive = alive_of(entry, theta, row);
  if (!(delta > 0)) {
    return delta < 0 ? NAN : alive.a > 1 ? chance_alive(&alive) * (alive.a + alive.b - 1) / (alive.a - 1) : INFINITY;
  }
  double kappa = delta * alive.scale, most = alive.s + 12 * sqrt(alive.s) + 60, sum = 0;
  Nodes chances, rates;
  beta_nodes(alive.a, alive.b, kappa / most, &chances);
  gamma_nodes(alive.s, kappa, &rates);
  for (int j = 0; j < rates.n; j++) {
    double u = rates.at[j], mean = 0;
    for (int i = 0; i < chances.n; i++) {
      mean += chances.weight[i] / (u * chances.at[i] + kappa);
    }
    sum += rates.weight[j] * u * mean;
  }
  return chance_alive(&alive) * sum;
}

void bg_apply(const double *theta, const double *transaction, const double *dropout, const double *z, int n_covariates,
              double *applied)
{
  double buying = 0, leaving = 0;
  for (int i = 0; i < n_covariates; i++) {
    buying += transaction[i] * z[i];
    leaving += dropout[i] * z[i];
  }
  applied[BG_R] = theta[BG_R];
  applied[BG_ALPHA] = theta[BG_ALPHA] * exp(-buying);
  applied[BG_A] = theta[BG_A] * exp(leaving);
  applied[BG_B] = theta[BG_B] * exp(leaving);
}
