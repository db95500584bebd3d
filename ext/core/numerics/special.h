/*
** Special functions of the models: reentrant, in log space where values overflow.
**
** Errors are relative to max(1, |result|), below 1e-14, unless stated. Arguments outside a domain, and NaN, give NaN.
** Not libm's lgamma(), which writes the global signgam, and whose last digits differ between platforms.
*/
#ifndef RETAIN_CORE_NUMERICS_SPECIAL_H
#define RETAIN_CORE_NUMERICS_SPECIAL_H

/* ln Gamma(x), x > 0; error < 1e-15. */
double log_gamma(double x);

/*
** ln Gamma(x + n) - ln Gamma(x) for x > 0, x + n > 0, without the cancellation of large x: a small n keeps its digits.
*/
double log_gamma_rise(double x, double n);

/* d/dx ln Gamma(x) and its derivative, x > 0; relative error < 1e-14, also beside the zero of the first. */
double digamma(double x);
double trigamma(double x);

/* ln B(a, b), a, b > 0, also where one is much larger than the other. */
double log_beta(double a, double b);

/*
** Q(a, x): the regularised upper incomplete gamma function, a > 0, x >= 0; relative error < 1e-12, however small, for
** a <= 1e6. O(sqrt(a)) near x = a.
*/
double gamma_upper(double a, double x);

/*
** log10 of the chance that chi-square on df > 0 degrees of freedom is above x >= 0, also where the chance underflows;
** relative error < 1e-12, absolute 1e-16 near 0.
*/
double chi_square_log10(double x, double df);

/*
** I_x(a, b): the regularised incomplete beta function, a, b > 0, 0 <= x <= 1; relative error < 1e-12, however small the
** value, for a and b up to 1e6. O(sqrt(a + b)) near the mean. Its upper tail is beta_lower(b, a, 1 - x).
*/
double beta_lower(double a, double b, double x);

/*
** 2F1(a, b; c; z) for a, b, c > 0 and z < 1, as its natural logarithm. For z >= 0 the value is positive; for z < 0 it
** need not be, unless c >= min(a, b), which is required there (else NaN). Error of the result < 1e-12 or 1e-14 of it,
** whichever is larger, for a, b, c from 1e-100 to 1e4, also for z -> 1, z -> -infinity and whole c - a - b. O(1): 0.1
** to 3 us for z to 0.9, 3 to 10 us beyond, unless c < min(a, b) - 1 and z is near 1, where the time is O(min(a, b) -
** c).
*/
double log_hypergeometric(double a, double b, double c, double z);

#endif
