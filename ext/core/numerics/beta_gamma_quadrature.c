#include "beta_gamma_quadrature.h"

#include <math.h>

#define STEP 0.25       /* in w: error exp(-2 pi (pi / 2) / STEP) = 7e-18 */
#define STEP_NARROW 0.4 /* of the standard deviation of w, where that is less */
#define LEAST (-60.0)   /* logarithm of density times f, in that of the density's peak, that ends a walk */
#define MARGIN 3.0      /* in w, between the last feature and where the walk gathers speed */

/* A density in w with its peak, where it is 1. */
typedef struct Shape {
  double peak, a, b, p, q; /* b = INFINITY: Gamma(a) */
  double left, right;      /* the features lie between them */
  double finest;           /* as far to the left f may grow like e^-w */
} Shape;

static double log_density(const Shape *shape, double distance)
{
  if (isinf(shape->b)) {
    return shape->a * (distance - expm1(distance));
  }
  /* a d - (a + b) ln(q + p e^d), from the side where nothing overflows */
  return distance < 0 ? shape->a * distance - (shape->a + shape->b) * log1p(shape->p * expm1(distance))
                      : -shape->b * distance - (shape->a + shape->b) * log1p(shape->q * expm1(-distance));
}

static void walk(const Shape *shape, double start, double step, Nodes *nodes)
{
  for (int i = 0; nodes->n < NODES_MOST; i++) {
    double t = start + i * step, left = exp(shape->left - t), right = exp(t - shape->right), w = t - left + right;
    double distance = w - shape->peak, density = log_density(shape, distance);
    double growth = fmax(0, shape->peak - fmax(w, shape->finest));
    if (density + growth < LEAST && (distance > 0) == (step > 0)) {
      return;
    }
    nodes->at[nodes->n] = isinf(shape->b) ? exp(w) : w < 0 ? exp(w) / (1 + exp(w)) : 1 / (1 + exp(-w));
    nodes->weight[nodes->n++] = exp(density) * (1 + left + right);
  }
}

static void fill(const Shape *shape, double deviation, Nodes *nodes)
{
  double step = fmin(STEP, STEP_NARROW * deviation), start = fmin(fmax(shape->peak, shape->left), shape->right), sum;
  nodes->n = 0;
  walk(shape, start, -step, nodes);
  walk(shape, start + step, step, nodes);
  sum = nodes->n < NODES_MOST ? 0 : NAN; /* far outside the domain: no answer rather than a wrong one */
  for (int i = 0; i < nodes->n; i++) {
    sum += nodes->weight[i];
  }
  for (int i = 0; i < nodes->n; i++) {
    nodes->weight[i] /= sum;
  }
}

void beta_nodes(double a, double b, double finest, Nodes *nodes)
{
  double edge = log(fmax(1, a + b));
  Shape shape = {.peak = log(a / b),
                 .a = a,
                 .b = b,
                 .p = a / (a + b),
                 .q = b / (a + b),
                 .left = fmin(-edge, log(finest)) - MARGIN,
                 .right = edge + MARGIN,
                 .finest = log(finest)};
  fill(&shape, sqrt(1 / a + 1 / b), nodes);
}

void gamma_nodes(double a, double finest, Nodes *nodes)
{
  Shape shape = {.peak = log(a),
                 .a = a,
                 .b = INFINITY,
                 .left = fmin(0, log(finest)) - MARGIN,
                 .right = INFINITY,
                 .finest = INFINITY};
  fill(&shape, sqrt(1 / a), nodes);
}
