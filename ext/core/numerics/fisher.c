#include "fisher.h"

#include <float.h>
#include <math.h>

#include "stats.h"

#define SAME 1e-7 /* outcomes whose probabilities differ by less than this part are as likely */

typedef struct Hypergeometric {
  double did, first, second; /* in both groups together; sizes of the groups */
} Hypergeometric;

/* P(x + 1) / P(x). */
static double rise(const Hypergeometric *h, double x)
{
  return (h->did - x) * (h->first - x) / ((x + 1) * (h->second - h->did + x + 1));
}

/* Adds the weights from `from`, whose weight is 1, outwards to `to`: all of them, and those up to `limit`. */
static void add_side(const Hypergeometric *h, double from, double to, double limit, Sum *all, Sum *unlikely)
{
  double step = to > from ? 1 : -1, weight = 1;
  for (double x = from; x != to && weight >= DBL_MIN;) { /* smaller ones round to themselves for long */
    weight = step > 0 ? weight * rise(h, x) : weight / rise(h, x - 1);
    x += step;
    sum_add(all, weight);
    if (weight <= limit) {
      sum_add(unlikely, weight);
    }
  }
}

/* The weight of x, that of the mode being 1. */
static double weight_of(const Hypergeometric *h, double mode, double x)
{
  double weight = 1, at = mode;
  while (at < x && weight >= DBL_MIN) {
    weight *= rise(h, at);
    at += 1;
  }
  while (at > x && weight >= DBL_MIN) {
    at -= 1;
    weight /= rise(h, at);
  }
  return weight >= DBL_MIN ? weight : 0;
}

double fisher_exact(int64_t k1, int64_t n1, int64_t k2, int64_t n2)
{
  Hypergeometric h = {(double)(k1 + k2), (double)n1, (double)n2};
  double low = fmax(0, h.did - h.second), high = fmin(h.did, h.first);
  double mode = floor((h.did + 1) * (h.first + 1) / (h.first + h.second + 2));
  mode = fmin(fmax(mode, low), high);
  double limit = weight_of(&h, mode, (double)k1) * (1 + SAME);
  Sum all = {0}, unlikely = {0};
  sum_add(&all, 1);
  if (limit >= 1) {
    sum_add(&unlikely, 1);
  }
  add_side(&h, mode, high, limit, &all, &unlikely);
  add_side(&h, mode, low, limit, &all, &unlikely);
  return fmin(sum_value(&unlikely) / sum_value(&all), 1);
}
