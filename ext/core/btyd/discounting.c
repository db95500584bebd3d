#include "discounting.h"

#include <math.h>

#include "core/base/mem.h"

#define PI 3.14159265358979323846
#define ACCURACY 1e-11
#define MOST_TIMES 128

/* The weight of E at the end of period i of n: the discount of the purchases before it, less that of those after it. */
static double period_weight(int i, int n, double horizon, double discount, double period)
{
  double rate = log1p(discount) / period;
  double here = exp(-rate * fmin(i * period, horizon));
  return i < n ? here - exp(-rate * fmin((i + 1) * period, horizon)) : here;
}

/*
** How many intervals between Chebyshev's points: the error falls by the factor rho with each, rho the size of the
** ellipse that reaches a singularity pi away.
*/
static int count_intervals(double half_width)
{
  double y = PI / half_width, rho = y + sqrt(1 + y * y);
  double n = ceil(-log(ACCURACY) / log(rho));
  return n < MOST_TIMES ? (int)n : MOST_TIMES;
}

/* Adds weight * (the k-th Lagrange polynomial at u) to the k-th weight; point[0] is the last in time. */
static void spread(double u, double weight, int n, const double *point, double *weights)
{
  double sum = 0;
  for (int k = 0; k <= n; k++) {
    if (u == point[k]) {
      weights[k] += weight;
      return;
    }
    sum += (k % 2 ? -1 : 1) * (k == 0 || k == n ? 0.5 : 1) / (u - point[k]);
  }
  for (int k = 0; k <= n; k++) {
    weights[k] += weight * ((k % 2 ? -1 : 1) * (k == 0 || k == n ? 0.5 : 1) / (u - point[k])) / sum;
  }
}

static void by_interpolation(Discounting *discounting, int periods, int n, double horizon, double discount,
                             double period, double shift)
{
  double point[MOST_TIMES + 1], weights[MOST_TIMES + 1] = {0};
  double half_width = log1p(horizon / shift) / 2; /* of u - ln c */
  for (int k = 0; k <= n; k++) {
    point[k] = half_width * (1 + cos(PI * k / n));
    discounting->time[k] = k == 0 ? horizon : shift * expm1(point[k]);
  }
  for (int i = 1; i <= periods; i++) {
    double end = fmin(i * period, horizon);
    spread(log1p(end / shift), period_weight(i, periods, horizon, discount, period), n, point, weights);
  }
  for (int k = 0; k < n; k++) { /* the last point is t = 0, where E is 0 */
    discounting->weight[k] = weights[k];
  }
  discounting->n = n;
}

Status discounting_make(Discounting *discounting, double horizon, double discount, double period, double shift)
{
  int periods = discount == 0 ? 1 : (int)fmax(ceil(horizon / period * (1 - 1e-12)), 1);
  int n = count_intervals(log1p(horizon / shift) / 2);
  size_t capacity = (size_t)(periods < n ? periods : n) + 1;
  discounting->time = mem_alloc(capacity, sizeof *discounting->time);
  discounting->weight = mem_alloc(capacity, sizeof *discounting->weight);
  if (!discounting->time || !discounting->weight) {
    return STATUS_NOMEM;
  }
  if (n < periods) {
    by_interpolation(discounting, periods, n, horizon, discount, period, shift);
    return STATUS_OK;
  }
  discounting->n = periods;
  for (int i = 0; i < discounting->n; i++) {
    discounting->time[i] = i + 1 < discounting->n ? (i + 1) * period : horizon;
    discounting->weight[i] = discount == 0 ? 1 : period_weight(i + 1, periods, horizon, discount, period);
  }
  return STATUS_OK;
}

double discounting_value(const Discounting *discounting, const BtydModel *model, const double *theta, const CbsRow *row)
{
  double sum = 0;
  for (int i = 0; i < discounting->n; i++) {
    sum += discounting->weight[i] * model->expected(theta, row, discounting->time[i]);
  }
  return sum;
}

double discounting_time_scale(const BtydModel *model, const double *theta)
{
  double least = INFINITY;
  for (int i = 0; i < model->n_parameters; i++) {
    least = model->time_parameters >> i & 1 ? fmin(least, theta[i]) : least;
  }
  return least;
}

void discounting_free(Discounting *discounting)
{
  mem_free(discounting->time);
  mem_free(discounting->weight);
  *discounting = (Discounting){0};
}
