#include "pareto_integral.h"

#include <math.h>
#include <stdbool.h>

#include "core/numerics/special.h"

#define FALL_DONE 42.0 /* e^-42 is 6e-19 */
#define PANEL_MOST 3.0
#define PANELS_MOST 1000 /* some 300 are needed from the smallest double to the largest */
#define FALL_MOST 12.0   /* of a panel of the highest order */
#define FALL_LEAST 5.0   /* where the panel is not as long as it may be */

/*
** The Gauss-Legendre rules on (-1, 1), of which the nodes on the right are listed, and for how long and steep a panel
** each is good: half a bell e^(-fall y^2) is what asks most of a rule.
*/
typedef struct Rule {
  int half;
  double length, fall;
  double node[8], weight[8];
} Rule;

static const Rule RULES[] = {
  {1, 0.001, 0.002, {0.57735026918962576}, {1.0}},
  {2, 0.12, 0.1, {0.33998104358485626, 0.86113631159405258}, {0.65214515486254614, 0.34785484513745386}},
  {4,
   1.0,
   1.2,
   {0.1834346424956498, 0.52553240991632899, 0.79666647741362674, 0.96028985649753623},
   {0.36268378337836198, 0.31370664587788729, 0.22238103445337447, 0.10122853629037626}},
  {6,
   2.0,
   5.0,
   {0.12523340851146892, 0.36783149899818019, 0.58731795428661745, 0.76990267419430469, 0.90411725637047486,
    0.98156063424671925},
   {0.24914704581340279, 0.23349253653835481, 0.20316742672306592, 0.16007832854334623, 0.10693932599531843,
    0.047175336386511827}},
  {8,
   PANEL_MOST,
   HUGE_VAL,
   {0.09501250983763744, 0.28160355077925891, 0.45801677765722739, 0.61787624440264375, 0.75540440835500303,
    0.86563120238783174, 0.94457502307323258, 0.98940093499164993},
   {0.1894506104550685, 0.18260341504492359, 0.16915651939500254, 0.14959598881657673, 0.12462897125553387,
    0.095158511682492785, 0.062253523938647893, 0.027152459411754095}}};

/* Panel after panel from v = 0, of a function with the concave logarithm log_height(self, v). */
typedef struct March {
  double (*log_height)(const void *self, double v);
  const void *self;
  double end;             /* may be INFINITY where the function falls to nothing */
  double at, length;      /* of this panel */
  double height, highest; /* logarithms: at the end of this panel, and the highest of all ends */
  const Rule *rule;
  int panels;
} March;

static March march_start(double (*log_height)(const void *, double), const void *self, double end)
{
  return (March){
    .log_height = log_height, .self = self, .end = end, .height = log_height(self, 0), .highest = log_height(self, 0)};
}

/* How far the logarithm falls over the next `length`; below 0 where it rises. */
static double march_fall(const March *m, double length)
{
  return m->height - m->log_height(m->self, m->at + length);
}

static bool march_next(March *m)
{
  m->at += m->length;
  double left = m->end - m->at;
  if (!(left > 0) || !(m->highest - m->height <= FALL_DONE)) {
    return false;
  }
  if (m->panels++ == PANELS_MOST) {
    m->height = NAN;
    return false;
  }
  double length = fmin(left, PANEL_MOST), fall = march_fall(m, length);
  while (isinf(fall) && m->at + length > m->at) {
    length /= 2;
    fall = march_fall(m, length);
  }
  if (fall > FALL_MOST) {
    length *= FALL_MOST / fall; /* convex: a share of the length has at most that share of the fall, often far less */
    fall = march_fall(m, length);
    for (double twice; fall < FALL_LEAST && length < left / 2 && (twice = march_fall(m, 2 * length)) <= FALL_MOST;) {
      length *= 2;
      fall = twice;
    }
  }
  if (m->at + length == m->at) { /* a cliff between two neighbouring numbers: nothing comes after it */
    return false;
  }
  m->length = length;
  m->height -= fall;
  m->highest = fmax(m->highest, m->height);
  m->rule = RULES;
  while (length > m->rule->length || fabs(fall) > m->rule->fall) {
    m->rule++;
  }
  return true;
}

/* The places of a panel's nodes 2 i and 2 i + 1, and their weights. */
typedef struct NodePair {
  double v[2], weight;
} NodePair;

static NodePair march_nodes(const March *m, int i)
{
  double half = m->length / 2, middle = m->at + half, reach = half * m->rule->node[i];
  return (NodePair){{middle - reach, middle + reach}, half * m->rule->weight[i]};
}

static double march_integral(March m)
{
  double sum = 0;
  while (march_next(&m)) {
    for (int i = 0; i < m.rule->half; i++) {
      NodePair pair = march_nodes(&m, i);
      sum += pair.weight * (exp(m.log_height(m.self, pair.v[0])) + exp(m.log_height(m.self, pair.v[1])));
    }
  }
  return isnan(m.height) ? NAN : sum; /* parameters of which nothing can be said, such as infinite ones */
}

/*
** In v = log1p(y / near), near = min(a, b): then the other factor's singularity is at an imaginary part of pi, and it
** is singular nowhere else. The logarithm is concave: that of dy / dv is v, that of near's factor linear, that of the
** other log1p(ratio (e^v - 1)), convex, taken away.
*/
typedef struct Product {
  double near, ratio; /* ratio = near / far <= 1 */
  double slope;       /* 1 - the exponent of near */
  double far_exponent;
} Product;

static Product product_of(double p, double a, double q, double b)
{
  return a < b ? (Product){a, a / b, 1 - p, q} : (Product){b, b / a, 1 - q, p};
}

static double product_height(const void *self, double v)
{
  const Product *product = self;
  return product->slope * v - product->far_exponent * log1p(product->ratio * expm1(v));
}

double fading_integral(double p, double a, double q, double b, double length)
{
  Product product = product_of(p, a, q, b);
  return product.near * march_integral(march_start(product_height, &product, log1p(length / product.near)));
}

void fading_moments(const Fading *fading, double from, double to, double moments[MOMENTS])
{
  double a = fading->alpha + from, b = fading->beta + from;
  Product product = product_of(fading->rate, a, fading->dropout + 1, b);
  double log_alpha = log1p(from / fading->alpha), log_beta = log1p(from / fading->beta), sums[MOMENTS] = {0};
  bool near_is_alpha = a < b;
  March m = march_start(product_height, &product, log1p((to - from) / product.near));
  while (march_next(&m)) {
    for (int i = 0; i < 2 * m.rule->half; i++) {
      NodePair pair = march_nodes(&m, i / 2);
      double v = pair.v[i % 2], rise = expm1(v), far = log1p(product.ratio * rise), y = product.near * rise;
      double term = pair.weight * exp(product.slope * v - product.far_exponent * far);
      sums[MOMENT_ONE] += term;
      sums[MOMENT_LOG_ALPHA] += term * (near_is_alpha ? v : far);
      sums[MOMENT_LOG_BETA] += term * (near_is_alpha ? far : v);
      sums[MOMENT_ALPHA] += term * ((from + y) / (a + y));
      sums[MOMENT_BETA] += term * ((from + y) / (b + y));
    }
  }
  sums[MOMENT_ONE] = isnan(m.height) ? NAN : sums[MOMENT_ONE];
  sums[MOMENT_LOG_ALPHA] += log_alpha * sums[MOMENT_ONE];
  sums[MOMENT_LOG_BETA] += log_beta * sums[MOMENT_ONE];
  for (int k = 0; k < MOMENTS; k++) {
    moments[k] = sums[k] * (product.near / b);
  }
}

/* In v = log1p(y). */
typedef struct Discounted {
  double z, slope;
} Discounted;

static double discounted_height(const void *self, double v)
{
  const Discounted *discounted = self;
  return discounted->slope * v - discounted->z * expm1(v);
}

double discounted_integral(double z, double q)
{
  Discounted discounted = {z, 1 - q};
  return march_integral(march_start(discounted_height, &discounted, INFINITY));
}

double log_negative_binomial(double rate, double alpha, double n, double u)
{
  double log_ways = n > 0 ? -log(n) - log_beta(rate, n) : 0;
  return log_ways - rate * log1p(u / alpha) - (n > 0 ? n * log1p(alpha / u) : 0);
}

/* In v = ln(u / mode), to the right or, mirrored, to the left; relative to the height at the mode. */
typedef struct Leaving {
  const Fading *fading;
  double n, mode, direction;
} Leaving;

/*
** ln((c + mode e^w) / (c + mode)): near the mode, where n may be large, without a difference; far to the left without 1
** - mode / (c + mode).
*/
static double log_growth(double c, double mode, double w)
{
  return w > -1 ? log1p(mode / (c + mode) * expm1(w)) : log1p(mode / c * exp(w)) - log1p(mode / c);
}

static double leaving_height(const void *self, double v)
{
  const Leaving *leaving = self;
  const Fading *f = leaving->fading;
  double w = leaving->direction * v;
  return (leaving->n + 1) * w - (f->rate + leaving->n) * log_growth(f->alpha, leaving->mode, w) -
         (f->dropout + 1) * log_growth(f->beta, leaving->mode, w);
}

double leaving_count(const Fading *f, double n, double horizon)
{
  /*
  ** Where the derivative n + 1 - (rate + n) u / (alpha + u) - (dropout + 1) u / (beta + u) is 0: a quadratic with one
  ** positive root.
  */
  double square = f->rate + f->dropout, linear = (1 - f->rate) * f->beta + (n - f->dropout) * f->alpha;
  double constant = (n + 1) * f->alpha * f->beta, root = sqrt(linear * linear + 4 * square * constant);
  double mode = linear > 0 ? (linear + root) / (2 * square) : 2 * constant / (root - linear);
  mode = fmin(mode, horizon);
  if (!(mode > 0)) { /* no time to leave in */
    return 0;
  }
  Leaving left = {f, n, mode, -1}, right = {f, n, mode, 1};
  double integral = march_integral(march_start(leaving_height, &left, INFINITY)) +
                    march_integral(march_start(leaving_height, &right, log(horizon / mode)));
  return integral * exp(log_negative_binomial(f->rate, f->alpha, n, mode) - f->dropout * log1p(mode / f->beta)) *
         f->dropout * mode / (f->beta + mode);
}
