#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "btyd_model.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/numerics/special.h"
#include "pareto_integral.h"
#include "pareto_likelihood.h"

enum {
  R,
  ALPHA,
  S,
  BETA
};

/*
** ln of the integral over the time between t_x and T of dropout there, relative to the chance to be alive at T.
** -INFINITY where t_x = T.
*/
static double log_gone_odds(const double *theta, const CbsRow *row)
{
  double r = theta[R] + row->x, a = theta[ALPHA] + row->t_x, b = theta[BETA] + row->t_x, length = row->T - row->t_x;
  if (!(length > 0)) {
    return -INFINITY;
  }
  double integral = theta[S] / b * fading_integral(r, a, theta[S] + 1, b, length);
  return log(integral) + r * log1p(length / a) + theta[S] * log1p(length / b);
}

/* 1 / (1 + odds), which does not overflow where that leaves a denormal number. */
static double pareto_p_alive(const double *theta, const CbsRow *row)
{
  double odds = log_gone_odds(theta, row), rest = exp(-fabs(odds));
  return (odds > 0 ? rest : 1) / (1 + rest);
}

/* The chance that a new customer buys within T: small where T is, then 1 minus it is known to all digits. */
static double bought_by(const double *theta, double T)
{
  return theta[R] / theta[ALPHA] * fading_integral(theta[R] + 1, theta[ALPHA], theta[S], theta[BETA], T);
}

static double pareto_log_likelihood(const double *theta, const CbsRow *row)
{
  double x = row->x, T = row->T;
  if (x == 0) {
    double bought = bought_by(theta, T);
    if (bought < 0.5) {
      return log1p(-bought);
    }
  }
  double log_rises = x > 0 ? log_gamma_rise(theta[R], x) - x * log(theta[ALPHA] + T) : 0;
  double log_alive = log_rises - theta[R] * log1p(T / theta[ALPHA]) - theta[S] * log1p(T / theta[BETA]),
         odds = log_gone_odds(theta, row);
  return odds > 0 ? log_alive + odds + log1p(exp(-odds)) : log_alive + log1p(exp(odds));
}

/*
** What a row leaves: alive with the chance `alive`, and then, as the density of (lambda, mu) given alive keeps its
** form, like a new customer with parameters theta'.
*/
static double after(const double *theta, const CbsRow *row, Fading *fading)
{
  *fading = (Fading){theta[R], theta[ALPHA], theta[S], theta[BETA]};
  if (!row) {
    return 1;
  }
  fading->rate += row->x;
  fading->alpha += row->T;
  fading->beta += row->T;
  return pareto_p_alive(theta, row);
}

static double pareto_p_alive_at(const double *theta, const CbsRow *row, double later)
{
  Fading fading;
  double alive = after(theta, row, &fading);
  return alive * exp(-fading.dropout * log1p(later / fading.beta));
}

/*
** The integral over 0 < t < horizon of (1 + t / beta)^-s: (1 - e^(-(s - 1) y)) / (s - 1), y = log1p(horizon / beta),
** which is y at s = 1.
*/
static double time_alive(double s, double beta, double horizon)
{
  double y = log1p(horizon / beta), slope = s - 1;
  return beta * (slope == 0 ? y : -expm1(-slope * y) / slope);
}

static double pareto_expected(const double *theta, const CbsRow *row, double horizon)
{
  Fading fading;
  double alive = after(theta, row, &fading);
  return alive * fading.rate / fading.alpha * time_alive(fading.dropout, fading.beta, horizon);
}

/* Alive for the whole horizon with n purchases, or left within it after n: positive terms, no recursion. */
static double pareto_pmf(const double *theta, const CbsRow *row, double n, double horizon)
{
  Fading f;
  double alive = after(theta, row, &f);
  if (!(horizon > 0)) {
    return n == 0 ? 1 : 0;
  }
  double staying = exp(log_negative_binomial(f.rate, f.alpha, n, horizon) - f.dropout * log1p(horizon / f.beta));
  if (n > 0) {
    return alive * btyd_chance(staying + leaving_count(&f, n, horizon));
  }
  double leaving = f.dropout / f.beta * fading_integral(f.rate, f.alpha, f.dropout + 1, f.beta, horizon);
  double gone = row && row->T > row->t_x ? 1 / (1 + exp(-log_gone_odds(theta, row))) : 0;
  return btyd_chance(gone + alive * (staying + leaving));
}

static double pareto_dert(const double *theta, const CbsRow *row, double delta)
{
  Fading f;
  double alive = after(theta, row, &f), lifetime;
  if (delta > 0) {
    lifetime = f.beta * discounted_integral(delta * f.beta, f.dropout);
  } else {
    lifetime = delta == 0 && f.dropout > 1 ? f.beta / (f.dropout - 1) : INFINITY;
  }
  return alive * f.rate / f.alpha * lifetime;
}

/* ---- Where there is no maximum */

/* r / alpha and s / beta are rates; beyond these they, or their spread, are no longer what the parameters change. */
#define ALIKE 100.0    /* a shape above it: the rates differ by less than 10 % */
#define VANISHED 0.001 /* a shape below it */
#define DISTANT 1e4    /* beta / alpha, which have the same unit */

static bool pareto_limit(const double *theta, char *text, size_t size)
{
  double buys = theta[R] / theta[ALPHA], leaves = theta[S] / theta[BETA];
  char buying[NUMBER_TEXT_MAX], leaving[NUMBER_TEXT_MAX];
  number_to_text(buys, 6, buying);
  number_to_text(leaves, 6, leaving);
  if (theta[S] > ALIKE && theta[R] > ALIKE) {
    snprintf(text, size,
             "all parameters grow without end while r/alpha stays %s and s/beta %s: all customers are alike", buying,
             leaving);
  } else if (theta[S] > ALIKE) {
    snprintf(text, size, "s and beta grow without end while s/beta stays %s: all leave at the same rate", leaving);
  } else if (theta[R] > ALIKE) {
    snprintf(text, size, "r and alpha grow without end while r/alpha stays %s: all buy at the same rate", buying);
  } else if (theta[S] < VANISHED || theta[BETA] > DISTANT * theta[ALPHA]) {
    snprintf(text, size, "s/beta tends to 0: nobody leaves, and the customers buy at r/alpha = %s on average", buying);
  } else if (theta[R] < VANISHED) {
    snprintf(text, size, "r tends to 0: hardly anybody buys again");
  } else if (theta[BETA] * DISTANT < theta[ALPHA]) {
    snprintf(text, size, "beta tends to 0: some leave at once and the others hardly ever");
  } else {
    return false;
  }
  return true;
}

/*
** s and beta fall to 0 while beta^s tends to the share q of those who never leave; the others leave at once. As in the
** MBG/NBD, where a and b fall to 0 while b / (a + b) is q.
*/
static void pareto_near_limit(double log_a_b, double end, double *variables)
{
  double minus_log_q = log_a_b > 30 ? log_a_b : log1p(exp(log_a_b));
  variables[S] = log(minus_log_q / -end);
  variables[BETA] = end;
}

static const char *pareto_unfit(const Cbs *cbs)
{
  double again = 0;
  bool gap = false;
  for (size_t i = 0; i < cbs->n; i++) {
    again += cbs->x[i] > 0 ? cbs->weight[i] : 0;
    gap |= cbs->T[i] > cbs->t_x[i];
  }
  return again == 0             ? "nobody bought again"
         : again < REPEAT_LEAST ? "fewer than 4 customers bought again"
         : !gap                 ? "everybody bought at the very end of the observation: nobody can have left"
                                : NULL;
}

const BtydModel PARETO_NBD = {
  .name = "pareto_nbd",
  .title = "Pareto/NBD",
  .n_parameters = 4,
  .parameter = {"r", "alpha", "s", "beta"},
  .time_parameters = 1u << ALPHA | 1u << BETA,
  .takes_covariates = true,
  .open = pareto_likelihood_open,
  .evaluate = pareto_likelihood_evaluate,
  .start = pareto_likelihood_start,
  .close = pareto_likelihood_close,
  .pair = {{R, ALPHA}, {S, BETA, .falls = true}},
  .limit_model = &MBGNBD,
  .near_limit = pareto_near_limit,
  .limit = pareto_limit,
  .unfit = pareto_unfit,
  .log_likelihood = pareto_log_likelihood,
  .p_alive = pareto_p_alive,
  .p_alive_at = pareto_p_alive_at,
  .expected = pareto_expected,
  .pmf = pareto_pmf,
  .dert = pareto_dert,
  .apply = pareto_likelihood_apply,
};
