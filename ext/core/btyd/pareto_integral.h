/*
** The integrals of the Pareto/NBD model: positive smooth functions with one maximum, by Gauss-Legendre panels whose
** length and order follow the function.
**
** The usual forms are differences of 2F1 functions, which cancel, or overflow for some 150 purchases (Fader & Hardie
** 2005, "A note on deriving the Pareto/NBD model"). The integrals behind them have positive integrands only, so nothing
** cancels, and taken relative to the integrand at one point nothing overflows.
**
** All are taken in a variable v (a logarithm of time) in which the logarithm of the integrand is concave and its
** singularities are pi or further from the real axis. A panel of length <= 3 within which the integrand falls by less
** than e^-12 then takes 16 nodes for 15 digits, a smaller one 12, 8, 4 or 2; the march ends where the integrand is
** e^-42 of its highest. Relative error < 1e-13 (see tests), plus the rounding of the logarithms, about 1e-16 times the
** largest exponent.
*/
#ifndef RETAIN_CORE_BTYD_PARETO_INTEGRAL_H
#define RETAIN_CORE_BTYD_PARETO_INTEGRAL_H

/*
** Someone who is alive with the chance E(u) = (1 + u / alpha)^-rate (1 + u / beta)^-dropout, up to a constant, and
** leaves at u with the density dropout / (beta + u) E(u).
*/
typedef struct Fading {
  double rate, alpha, dropout, beta;
} Fading;

/*
** The weights of the integrals that the likelihood and its gradient need: 1, log1p(u / alpha), u / (alpha + u), log1p(u
** / beta), u / (beta + u).
*/
enum {
  MOMENT_ONE,
  MOMENT_LOG_ALPHA,
  MOMENT_ALPHA,
  MOMENT_LOG_BETA,
  MOMENT_BETA,
  MOMENTS
};

/* The integral of (1 + y / a)^-p (1 + y / b)^-q over 0 < y < length; a, b > 0, p, q >= 0, length finite. */
double fading_integral(double p, double a, double q, double b, double length);

/* moments[k]: the integral of E(u) / E(from) / (beta + u) times weight k over from < u < to. */
void fading_moments(const Fading *fading, double from, double to, double moments[MOMENTS]);

/* The integral of e^(-z y) (1 + y)^-q over y > 0; z, q > 0. */
double discounted_integral(double z, double q);

/*
** The chance to leave within `horizon` after exactly n >= 1 purchases, where the purchases until u are NBD: the
** integral over 0 < u < horizon of dropout / (beta + u) (1 + u / beta)^-dropout Gamma(rate + n) / (Gamma(rate) n!)
** (alpha / (alpha + u))^rate (u / (alpha + u))^n.
*/
double leaving_count(const Fading *fading, double n, double horizon);

/* The logarithm of Gamma(rate + n) / (Gamma(rate) n!) (alpha / (alpha + u))^rate (u / (alpha + u))^n, n >= 0, u > 0. */
double log_negative_binomial(double rate, double alpha, double n, double u);

#endif
