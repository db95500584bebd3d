/*
** Whatever is large is kept as a logarithm, and whatever would cancel is computed as the small difference it is: ratios
** of gamma functions by log_gamma_rise(), densities by deviance(), 2F1 by sums of positive terms only. DLMF is
** dlmf.nist.gov.
*/
#include "special.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

static const double HALF_LOG_TWO_PI = 0.91893853320467274178;

/* ---- Gamma ---- */

/* From here on eight terms of the asymptotic series reach double precision; below, recurrences lead to [1, 3]. */
#define STIRLING_FROM 10.0

#define STIRLING_TERMS 8
/* ln Gamma(x) = (x - 1/2) ln x - x + ln(2 pi) / 2 + the sum of B_2k / (2k (2k - 1) x^(2k - 1)), DLMF 5.11.1. */
static const double STIRLING[STIRLING_TERMS] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                                1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};

/* sum of coefficients[i] x^i. */
static double polynomial(const double *coefficients, int n, double x)
{
  double value = coefficients[n - 1];
  for (int i = n - 2; i >= 0; i--) {
    value = value * x + coefficients[i];
  }
  return value;
}

static double stirling_tail(double x)
{
  return polynomial(STIRLING, STIRLING_TERMS, 1 / (x * x)) / x;
}

/* tail(y) - tail(x) for y = x + n: for small n the plain difference would be noise. */
static double stirling_tail_rise(double x, double y, double n)
{
  double u = 1 / (x * x), v = 1 / (y * y);
  double value = STIRLING[STIRLING_TERMS - 1], slope = 0;
  for (int i = STIRLING_TERMS - 2; i >= 0; i--) {
    slope = slope * v + value;
    value = value * u + STIRLING[i];
  }
  /*
  ** p(v) / y - p(u) / x = (1 / y - 1 / x) p(u) + slope (v - u) / y: Horner's scheme built slope = (p(v) - p(u)) / (v -
  ** u).
  */
  return -n / (x * y) * (value + slope * (x + y) / (x * y) / y);
}

/*
** ln Gamma(1 + u), 0 <= u <= 2, as u (u - 1) R(u - 1): with the zeros at 0 and 1 exact, digits remain beside them. The
** rational R interpolates at 17 Chebyshev nodes (computed with mpmath to 60 digits; relative error 4e-18 before
** rounding).
*/
static double log_gamma_near(double u)
{
  static const double P[] = {0.4227843350984671394,   0.8073886889620411715,  0.6233322881064680463,
                             0.2489039060010548301,   0.05451682378228040221, 0.00638020348895851017,
                             3.553868933579305526e-4, 6.92719879352955697e-6, 1.025545025632070503e-8};
  static const double Q[] = {1.0,
                             2.146971671561551432,
                             1.905807820812435817,
                             0.9028212308591839147,
                             0.2456342810926633329,
                             0.0384076423282503724,
                             0.003254581744571095687,
                             1.28964543931802545e-4,
                             1.638575084253787972e-6};
  double y = u - 1;
  return u * y * (polynomial(P, 9, y) / polynomial(Q, 9, y));
}

double log_gamma(double x)
{
  if (!(x > 0)) {
    return NAN;
  }
  if (x >= STIRLING_FROM) {
    return (x - 0.5) * (log(x) - 1) + (stirling_tail(x) + (HALF_LOG_TWO_PI - 0.5));
  }
  if (x < 1) {
    return log_gamma_near(x) - log(x);
  }
  if (x <= 3) {
    return log_gamma_near(x - 1);
  }
  double product = 1;
  while (x > 3) {
    x -= 1;
    product *= x;
  }
  return log_gamma_near(x - 1) + log(product);
}

/* ln Gamma(x) less Stirling's formula (x - 1/2) ln x - x + ln(2 pi) / 2, x > 0. */
static double stirling_error(double x)
{
  return x >= STIRLING_FROM ? stirling_tail(x) : log_gamma(x) - ((x - 0.5) * log(x) - x + HALF_LOG_TWO_PI);
}

double log_gamma_rise(double x, double n)
{
  double y = x + n;
  if (!(x > 0) || !(y > 0)) {
    return NAN;
  }
  if (n >= 0 && n <= 16 && n == floor(n) && x < 1e15) {
    /* Counts of purchases are mostly small: x (x + 1) ... needs one logarithm. */
    double product = 1;
    for (int i = 0; i < (int)n; i++) {
      product *= x + i;
    }
    return log(product);
  }
  double moved = 0;
  if (x < STIRLING_FROM || y < STIRLING_FROM) {
    if (fabs(n) > 0.25 * x) {
      return log_gamma(y) - log_gamma(x);
    }
    /* Both move up; moved + 1 is the product of x / y, kept without its 1, so that a small n keeps its digits. */
    while (x < STIRLING_FROM || y < STIRLING_FROM) {
      double step = -n / y;
      moved += step + moved * step;
      x += 1;
      y += 1;
    }
  }
  return n * log(y) + ((x - 0.5) * log1p(n / x) - n) + stirling_tail_rise(x, y, n) + log1p(moved);
}

/*
** psi(x) = (x - x0) R(x - 2) on [1, 3], the zero x0 in two parts so that digits remain beside it. R as above, error
** 1e-17.
*/
static double digamma_near(double x)
{
  static const double ZERO = 1.4616321449683622, ZERO_LOW = 9.549995429965697715e-17;
  static const double P[] = {0.7853075386041052687,   0.8413099455328158729,   0.3333806126114417498,
                             0.06047833216227951855,  0.004960016616270913817, 1.478014807314868128e-4,
                             4.238566302948029204e-7, -2.799086702312384492e-9};
  static const double Q[] = {1.0,
                             1.403334166605256369,
                             0.7516604008598308391,
                             0.1948958809701865403,
                             0.02538545789987469069,
                             0.0015315216926883121,
                             3.179916158876176397e-5};
  return ((x - ZERO) - ZERO_LOW) * (polynomial(P, 8, x - 2) / polynomial(Q, 7, x - 2));
}

double digamma(double x)
{
  if (!(x > 0)) {
    return NAN;
  }
  if (x >= STIRLING_FROM) {
    /* DLMF 5.11.2: ln x - 1 / 2x - the sum of B_2k / (2k x^2k). */
    static const double TAIL[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12};
    double u = 1 / x, w = u * u;
    return log(x) - (0.5 * u + w * polynomial(TAIL, 7, w));
  }
  if (x < 1) {
    return digamma_near(x + 1) - 1 / x;
  }
  /* psi(x) = psi(x - k) + the sum of 1 / (x - i), kept as one fraction: one division. */
  double top = 0, bottom = 1;
  while (x > 3) {
    x -= 1;
    top = top * x + bottom;
    bottom *= x;
  }
  return digamma_near(x) + top / bottom;
}

double trigamma(double x)
{
  /* The same differentiated: 1 / x + 1 / 2x^2 + the sum of B_2k / x^(2k + 1). */
  static const double TAIL[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                                5.0 / 66, -691.0 / 2730, 7.0 / 6,  -3617.0 / 510};
  if (!(x > 0)) {
    return NAN;
  }
  double sum = 0;
  while (x < STIRLING_FROM) {
    sum += 1 / (x * x);
    x += 1;
  }
  double u = 1 / x, w = u * u;
  return sum + (u + w * (0.5 + u * polynomial(TAIL, 8, w)));
}

double log_beta(double a, double b)
{
  if (!(a > 0) || !(b > 0)) {
    return NAN;
  }
  double low = a < b ? a : b, high = a < b ? b : a;
  if (low < STIRLING_FROM) {
    return log_gamma(low) - log_gamma_rise(high, low);
  }
  /* Stirling three times, gathered so that terms of the size of b ln b never appear. */
  double errors = stirling_tail(low) + (stirling_tail(high) - stirling_tail(low + high));
  return (low - 0.5) * log(low / (low + high)) - high * log1p(low / high) - 0.5 * log(high) +
         (HALF_LOG_TWO_PI + errors);
}

/* ---- Densities ---- */

/*
** ratio - 1 - ln(ratio), on which Loader (2000), "Fast and accurate computation of binomial probabilities", builds
** densities: times a large parameter it stays exact near the mode, where a ln x - x - ln Gamma(a) has lost its digits.
** `excess` is ratio - 1, computed without cancellation by the caller.
*/
static double deviance(double ratio, double excess)
{
  if (fabs(excess) > 0.3) {
    return excess - log(ratio);
  }
  /* ln(1 + t) = 2 atanh(r), r = t / (2 + t), and t - 2r = t r. Here |r| < 0.18: ten terms. */
  static const double ATANH[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                                 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  double r = excess / (2 + excess), w = r * r;
  return r * (excess - 2 * w * polynomial(ATANH, 10, w));
}

/* ln(x^a e^-x / Gamma(a)). */
static double log_gamma_density(double a, double x)
{
  return 0.5 * log(a) - HALF_LOG_TWO_PI - stirling_error(a) - a * deviance(x / a, (x - a) / a);
}

/* ln(x^a y^b / B(a, b)), x + y = 1. */
static double log_beta_density(double a, double b, double x, double y)
{
  double n = a + b, excess = b * x - a * y;
  double exponent = a * deviance(n * x / a, excess / a) + b * deviance(n * y / b, -excess / b);
  return 0.5 * log(a / n * b) - HALF_LOG_TWO_PI + (stirling_error(n) - stirling_error(a) - stirling_error(b)) -
         exponent;
}

/* ---- Incomplete gamma: series below the mode, continued fraction above it ---- */

/* Iterations of a fraction or series grow as the root of the parameter: 1e6 needs thousands, never this. */
#define ROUNDS_MOST 10000000

/* DLMF 8.11.4: P(a, x) = x^a e^-x / Gamma(a + 1) * (1 + x / (a + 1) + x^2 / ((a + 1)(a + 2)) + ...). */
static double gamma_series(double a, double x)
{
  double term = 1, sum = 1;
  for (int k = 1; k < ROUNDS_MOST && term > sum * (DBL_EPSILON / 8); k++) {
    term *= x / (a + k);
    sum += term;
  }
  return exp(log_gamma_density(a, x)) / a * sum;
}

/* DLMF 8.9.2, contracted, by Lentz's method. Q(a, x) in its density for x > a, where no denominator vanishes. */
static double gamma_fraction(double a, double x)
{
  double b = x + 1 - a, c = INFINITY, d = 1 / b, value = d;
  for (int k = 1; k < ROUNDS_MOST; k++) {
    double top = k * (a - k);
    b += 2;
    d = 1 / (top * d + b);
    c = b + top / c;
    value *= c * d;
    if (fabs(c * d - 1) <= DBL_EPSILON) {
      break;
    }
  }
  return value;
}

/*
** Q(a, x) for a < 1 and small x is a small remainder of 1: 1 - x^a / Gamma(1 + a) * (1 + a sum of (-x)^k / (k! (a +
** k))).
*/
static double gamma_upper_small(double a, double x)
{
  double exponent = a * log(x) - log_gamma_near(a);
  double term = 1, sum = 0;
  for (int k = 1; k < 60 && fabs(term) > DBL_EPSILON / 16; k++) {
    term *= -x / k;
    sum += term / (a + k);
  }
  return -expm1(exponent) - exp(exponent) * a * sum;
}

double gamma_upper(double a, double x)
{
  if (!(a > 0) || !(x >= 0)) {
    return NAN;
  }
  if (x == 0 || isinf(x)) {
    return x == 0 ? 1 : 0;
  }
  if (a < 1 && x < 1.5) {
    return gamma_upper_small(a, x);
  }
  return x < a + 1 ? 1 - gamma_series(a, x) : exp(log_gamma_density(a, x)) * gamma_fraction(a, x);
}

double chi_square_log10(double x, double df)
{
  static const double LOG_TEN = 2.30258509299404568402;
  double a = df / 2, p = gamma_upper(a, x / 2);
  return p > 1e-250 || isnan(p) ? log10(p) : (log_gamma_density(a, x / 2) + log(gamma_fraction(a, x / 2))) / LOG_TEN;
}

/* ---- Incomplete beta ---- */

/*
** I_x(a, b) for x below about the mean, y = 1 - x: Didonato & Morris (1992), ACM TOMS 708, the even part of the
** fraction DLMF 8.17.22. Terms are positive up to the b-th, and nothing but a y - b x cancels. Converges in O(sqrt(a +
** b)) rounds.
*/
static double beta_fraction(double a, double b, double x, double y)
{
  double lead = a * y - b * x + 1;
  double value = a * lead / (a + 1), c = value, d = 0;
  for (int m = 1; m < ROUNDS_MOST; m++) {
    double odd = a + 2 * m - 1, part = m * (b - m) * x / odd;
    double top = (a + m - 1) * (a + b + m - 1) * x / odd * part;
    double next = m + part + (a + m) * (lead + m * (1 + y)) / (odd + 2);
    d = 1 / (next + top * d);
    c = next + top / c;
    value *= c * d;
    if (fabs(c * d - 1) <= DBL_EPSILON) {
      break;
    }
  }
  return exp(log_beta_density(a, b, x, y)) / value;
}

/*
** 1 - I_x(a, b), a < 1, x below about the mean: likewise, 1 - x^a / (a B(a, b)) * (1 + a sum of (1 - b)_k x^k / (k! (a
** + k))).
*/
static double beta_upper_small(double a, double b, double x)
{
  double exponent = a * log(x) - log_gamma_near(a) + log_gamma_rise(b, a);
  double term = 1, sum = 0;
  for (int k = 1; k < ROUNDS_MOST && fabs(term) > DBL_EPSILON / 16; k++) {
    term *= (k - b) / k * x;
    sum += term / (a + k);
  }
  return -expm1(exponent) - exp(exponent) * a * sum;
}

double beta_lower(double a, double b, double x)
{
  if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1)) {
    return NAN;
  }
  if (x == 0 || x == 1) {
    return x;
  }
  if (x < (a + 1) / (a + b + 2)) {
    return beta_fraction(a, b, x, 1 - x);
  }
  return b < 1 ? beta_upper_small(b, a, 1 - x) : 1 - beta_fraction(b, a, 1 - x, x);
}

/* ---- The hypergeometric function ---- */

/* A term costs about 3 ns, the integral about 4 us. */
#define SERIES_MOST 1500
/*
** The integral takes some 100 nodes on a side, and 10 for every power of e in z; more means parameters far out of the
** domain.
*/
#define NODES_MOST 100000

/*
** About how many terms the series takes: k to its largest, where (a + k) (b + k) z = (c + k) (1 + k); from there they
** fall like e^-(m^2 (1 - z) / 2k), and at last like z^m, down to e^-37.
*/
static double series_length(double a, double b, double c, double z)
{
  double rest = 1 - z, half = 0.5 * (z * (a + b) - c - 1), square = half * half + rest * (z * a * b - c);
  if (!(rest > 0)) {
    return INFINITY; /* z < 1 that was rounded */
  }
  double largest = square > 0 ? (half + sqrt(square)) / rest : 0;
  if (!(largest > 0)) {
    largest = 0;
  }
  return largest + sqrt(74 * largest / rest) + 37 / rest;
}

/* The defining series, DLMF 15.2.1, for a, b, c > 0, 0 <= z < 1: all terms are positive. NaN if it is too long. */
static double hypergeometric_series(double a, double b, double c, double z)
{
  if (!(series_length(a, b, c, z) < SERIES_MOST)) {
    return NAN;
  }
  double scale = 0, term = 1, sum = 1;
  for (int k = 0; k < 4 * SERIES_MOST; k++) {
    double ratio = (a + k) * (b + k) / ((c + k) * (1 + k)) * z;
    term *= ratio;
    sum += term;
    double most = ratio > z ? ratio : z;
    if (term * most <= sum * (1 - most) * (DBL_EPSILON / 8)) {
      return log(sum) + scale;
    }
    if (sum > 1e250) {
      scale += log(1e250);
      sum *= 1e-250;
      term *= 1e-250;
    }
  }
  return NAN;
}

/* An integrand t^b (1 - t)^s (1 - zt)^-a (1 + weight / (e + 1 - z)) along u, where e = e^-u and t = 1 / (1 + e). */
typedef struct {
  double a, b, s, z, rest, weight; /* rest = 1 - z */
  double odds;                     /* e at the peak, where the first three factors count as 1 */
} Integrand;

/*
** At e = odds * x, du from the peak: each factor by its own small change, as large exponents of near-equal factors
** cancel.
*/
static double integrand(const Integrand *f, double du, double x)
{
  double excess = fabs(du) < 0.5 ? expm1(-du) : x - 1, e = f->odds * x;
  /* (1 + odds) / (1 + e) is near 1 for small odds, and b may be as large as they are small. */
  bool near = excess > -0.5 || f->odds < 1;
  double log_t = near ? -log1p(f->odds / (1 + f->odds) * excess) : log((1 + f->odds) / (1 + e));
  double change = excess / (1 + e);
  double log_other = change > -0.5 ? log1p(change) : log_t - du;
  change *= f->z / (f->odds + f->rest) * f->odds;
  double log_base = change > -0.5 ? log1p(change) : log((e + f->rest) / (f->odds + f->rest)) + log_t;
  return exp(f->b * log_t + f->s * log_other - f->a * log_base) * (1 + f->weight / (e + f->rest));
}

/*
** The sum over one side of the peak, where the value is `first`. The integrand falls ever closer to e^(-slope |u|) and
** leaves a geometric rest: the sum ends when that is below rounding, or, should b or s be so small that this takes
** long, once the fall is geometric to the last digit.
*/
static double integrand_side(const Integrand *f, double step, double slope, double first)
{
  double last_ratio = exp(-slope * fabs(step)), last_fall = -expm1(-slope * fabs(step));
  double sum = 0, before = first, spread = f->a + f->b + f->s + 1;
  for (int i = 1; i < NODES_MOST; i++) {
    double x = exp(-i * step), value = integrand(f, i * step, x), e = f->odds * x;
    sum += value;
    double fall = 1 - value / before;
    if (!(value > (first + sum) * (DBL_EPSILON / 16) * (fall < last_fall ? fall : last_fall))) {
      return sum;
    }
    double distance = step < 0 ? (1 + f->rest + f->weight) / e : e * (1 + 1 / f->rest);
    if (distance * spread < DBL_EPSILON / 16) {
      return sum + value * last_ratio / last_fall;
    }
    before = value;
  }
  return NAN;
}

/*
** Euler's integral, DLMF 15.6.1: B(b, c - b) F = the integral of t^(b - 1) (1 - t)^(c - b - 1) (1 - zt)^-a over 0..1,
** by the trapezoidal rule in u = logit t. The integrand is analytic for |Im u| < pi, so the error falls exponentially
** with 1 / step. For z > 0 it is integrated by parts once, which multiplies the integrand of c + 1 by 1 + (a / c) z t /
** (1 - zt): c - b > -1 is enough then. All is positive and nothing cancels, whatever c - a - b, where the connection
** formulas to 1 - z degenerate.
*/
static double hypergeometric_integral(double high, double low, double c, double z, double rest)
{
  /* Either upper parameter may be b, if it is below `room`. The better one leaves both ends the steeper fall. */
  double room = z > 0 ? c + 1 : c;
  int swap = fmin(high, room - high) > fmin(low, room - low);
  double a = swap ? low : high, b = swap ? high : low;
  Integrand f = {
    .a = a, .b = b, .s = z > 0 ? (c - b) + 1 : c - b, .z = z, .rest = rest, .weight = z > 0 ? a / c * z : 0};
  /* The one peak: b odds^2 + (b rest - s + a z) odds - s rest = 0, solved for odds / rest so that no z overflows. */
  double half = 0.5 * (b + (a * z - f.s) / rest), root = sqrt(half * half + b * f.s / rest);
  f.odds = rest * (half > 0 ? f.s / rest / (half + root) : (root - half) / b);
  double t = 1 / (1 + f.odds), q = f.odds / (1 + f.odds), p = f.odds / (f.odds + rest);
  /*
  ** At height d in the strip the integrand is at most (1 / cos(d / 2))^exponents above the real line's, and e^(-2 pi d
  ** / step) is gained by it; where the peak is one-sided it is like a gamma density of the same curvature. Either bound
  ** gives e^-37.
  */
  double curvature = (b + f.s - a) * t * q + a * p * (1 - p), exponents = (b + f.s > a ? b + f.s - a : 0) + a;
  double narrow = 16 + curvature / 0.42, broad = 3.8 + 0.6 * exponents;
  double step = 1 / sqrt(narrow < broad ? narrow : broad);
  double first = 1 + f.weight / (f.odds + rest);
  double sum = first + integrand_side(&f, step, f.s, first) + integrand_side(&f, -step, b, first);
  double base = fabs(z * t) < 0.5 ? log1p(-z * t) : log((f.odds + rest) / (1 + f.odds));
  return log_beta_density(b, f.s, t, q) - a * base + log(step * sum);
}

double log_hypergeometric(double a, double b, double c, double z)
{
  if (!(a > 0) || !(b > 0) || !(c > 0) || !(z < 1) || !isfinite(a + b + c + z)) {
    return NAN;
  }
  double high = a > b ? a : b, low = a > b ? b : a, rest = 1 - z;
  if (z < 0) {
    /*
    ** Pfaff's transformation, DLMF 15.8.1, makes the argument positive; of its two forms the one with the smaller
    ** factor.
    */
    if (low >= c) {
      return low == c ? -high * log1p(-z) : NAN;
    }
    double power = high <= c ? low : high, other = high <= c ? c - high : c - low;
    double factor = power * log1p(-z);
    double value = factor < 50 ? hypergeometric_series(power, other, c, z / (z - 1)) : NAN;
    return isnan(value) ? hypergeometric_integral(high, low, c, z, rest) : value - factor;
  }
  double value = hypergeometric_series(a, b, c, z);
  if (!isnan(value)) {
    return value;
  }
  if (c - low > -1) {
    return hypergeometric_integral(high, low, c, z, rest);
  }
  /*
  ** c far below a and b: down from two higher c by the ratio of neighbours, DLMF 15.5.18, whose terms are all positive
  ** here.
  */
  if (low - c > NODES_MOST) {
    return NAN;
  }
  int steps = (int)floor(low - c);
  double top = c + steps;
  value = hypergeometric_integral(high, low, top, z, rest);
  double ratio = exp(value - hypergeometric_integral(high, low, top + 1, z, rest));
  for (int i = steps - 1; i >= 0; i--) {
    double k = c + i;
    ratio = ((k + 1) * (k * rest + (a + b - k - 1) * z) + (k + 1 - a) * (k + 1 - b) * z / ratio) / ((k + 1) * k * rest);
    value += log(ratio);
  }
  return value;
}
