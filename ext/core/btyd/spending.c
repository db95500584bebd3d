#include "spending.h"

#include <math.h>

#include "core/numerics/special.h"

#define CHANCE_LEAST 1e-12 /* what is rarer is left out */

/* P(N = n) of a negative binomial, n = 0, 1, … in turn: the mantissa with its exponent, since the first are tiny. */
typedef struct Chance {
  double rho, z, mantissa;
  int exponent;
} Chance;

static Chance chance_first(double rho, double z)
{
  double log2_chance = rho * log1p(-z) / log(2), whole = floor(log2_chance);
  whole = whole > -1e9 ? whole : -1e9;
  return (Chance){rho, z, exp2(log2_chance - whole), (int)whole};
}

static double chance_value(const Chance *chance)
{
  return chance->exponent < -2000 ? 0 : ldexp(chance->mantissa, chance->exponent);
}

/* From n to n + 1. */
static void chance_next(Chance *chance, double n)
{
  chance->mantissa *= chance->z * (n + chance->rho) / (n + 1);
  if (!(chance->mantissa > 0x1p-300 && chance->mantissa < 0x1p300) && chance->mantissa > 0) {
    int exponent;
    chance->mantissa = frexp(chance->mantissa, &exponent);
    chance->exponent += exponent;
  }
}

/* P(N >= n | alive) as a mixture: of lives of these lengths in the horizon. */
#define PANELS 8
#define NODES (8 * PANELS + 1)
typedef struct Lives {
  int n;
  double weight[NODES], tail[NODES]; /* tail: I(n, rho), which begins as 1 */
  Chance chance[NODES];
} Lives;

static void lives_add(Lives *lives, double rho, double z, double weight)
{
  lives->weight[lives->n] = weight;
  lives->tail[lives->n] = 1;
  lives->chance[lives->n++] = chance_first(rho, z);
}

/* The length of life by its distribution function's complement v, from the chance to outlive the horizon to 1. */
static void lives_of_pareto(Lives *lives, const double *theta, const CbsRow *row, double horizon)
{
  static const double NODE[] = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363};
  static const double WEIGHT[] = {0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763};
  double rho = theta[0] + row->x, alpha = theta[1] + row->T, s = theta[2], beta = theta[3] + row->T;
  double lived = exp(-s * log1p(horizon / beta)), width = (1 - lived) / PANELS;
  lives_add(lives, rho, horizon / (alpha + horizon), lived);
  for (int i = 0; i < PANELS * 8; i++) {
    int panel = i / 8, node = i / 2 % 4;
    double side = i % 2 ? 1 : -1, v = lived + width * (panel + 0.5 + side * NODE[node] / 2);
    double u = beta * expm1(-log(v) / s);
    u = u < horizon ? u : horizon;
    lives_add(lives, rho, u / (alpha + u), width * WEIGHT[node] / 2);
  }
}

/* P(N >= n), from that of n - 1. */
static double lives_tail(Lives *lives, double n)
{
  double tail = 0;
  for (int i = 0; i < lives->n; i++) {
    lives->tail[i] = fmax(lives->tail[i] - chance_value(&lives->chance[i]), 0);
    chance_next(&lives->chance[i], n - 1);
    tail += lives->weight[i] * lives->tail[i];
  }
  return tail;
}

/* Makes room by joining neighbours; returns how many counts a point then holds. */
static int points_join(PurchaseCounts *counts, int wide)
{
  for (int i = 0; i < SPENDING_POINTS / 2; i++) {
    double a = counts->chance[2 * i], b = counts->chance[2 * i + 1], both = a + b;
    double size = counts->size[2 * i] * a + counts->size[2 * i + 1] * b;
    counts->size[i] = both > 0 ? size / both : counts->size[2 * i];
    counts->chance[i] = both;
  }
  counts->n = SPENDING_POINTS / 2;
  return 2 * wide;
}

static void point_add(PurchaseCounts *counts, int *wide, int *in_last, double n, double chance)
{
  if (*in_last == *wide || counts->n == 0) {
    if (counts->n == SPENDING_POINTS) {
      *wide = points_join(counts, *wide);
    }
    counts->size[counts->n] = n;
    counts->chance[counts->n++] = 0;
    *in_last = 0;
  }
  double *size = &counts->size[counts->n - 1], *sum = &counts->chance[counts->n - 1];
  *size = *sum + chance > 0 ? (*size * *sum + n * chance) / (*sum + chance) : n;
  *sum += chance;
  ++*in_last;
}

void purchase_counts(const BtydModel *model, const double *theta, const CbsRow *row, double horizon,
                     PurchaseCounts *counts)
{
  Lives lives = {0};
  bool pareto = model == &PARETO_NBD;
  double alive = model->p_alive(theta, row), a = theta[2], b = theta[3] + row->x + (model == &MBGNBD), stays = 1;
  int wide = 1, in_last = 0;
  if (pareto) {
    lives_of_pareto(&lives, theta, row, horizon);
  } else {
    lives_add(&lives, theta[0] + row->x, horizon / (theta[1] + row->T + horizon), 1);
  }
  counts->n = 0;
  double tail = alive * lives_tail(&lives, 1);
  for (int n = 1; n <= SPENDING_COUNT_MAX && tail > CHANCE_LEAST; n++) {
    stays *= pareto ? 1 : (b + n - 1) / (a + b + n - 1);
    double next = alive * stays * lives_tail(&lives, n + 1);
    point_add(counts, &wide, &in_last, n, fmax(tail - next, 0));
    tail = next;
  }
}

/* P(S <= s) by y. */
static double spent_within(const PurchaseCounts *counts, double none, double p, double q, double y)
{
  double sum = none;
  for (int i = 0; i < counts->n; i++) {
    sum += counts->chance[i] > 0 ? counts->chance[i] * beta_lower(p * counts->size[i], q, y) : 0;
  }
  return sum;
}

/* The y at which P(S <= s) is `chance`, by false position (Illinois) in the logarithm of y / (1 - y). */
static double spending_quantile(const PurchaseCounts *counts, double none, double p, double q, double chance)
{
  double low = -700, high = 700, at_low = none - chance, at_high = 1 - chance;
  for (int turn = 0, side = 0; turn < 200 && high - low > 1e-10; turn++) {
    bool halve = turn < 6 || turn % 4 == 3;
    double at = halve ? (low + high) / 2 : (low * at_high - high * at_low) / (at_high - at_low);
    double off = spent_within(counts, none, p, q, 1 / (1 + exp(-at))) - chance;
    if (off > 0) {
      high = at;
      at_high = off;
      at_low *= side == 1 ? 0.5 : 1;
      side = 1;
    } else {
      low = at;
      at_low = off;
      at_high *= side == -1 ? 0.5 : 1;
      side = -1;
    }
  }
  return exp((low + high) / 2);
}

Interval spending_interval(const PurchaseCounts *counts, const double *spend, double x, double m, double level)
{
  double p = spend[0], q = spend[1] + p * x, scale = spend[2] + x * m, some = 0;
  for (int i = 0; i < counts->n; i++) {
    some += counts->chance[i];
  }
  double none = 1 - some, below = (1 - level) / 2, above = (1 + level) / 2;
  return (Interval){
    none >= below ? 0 : scale * spending_quantile(counts, none, p, q, below),
    none >= above ? 0 : scale * spending_quantile(counts, none, p, q, above),
  };
}
