#include "feedback.h"

#include <math.h>

#define DETRACTOR_MAX 6
#define PROMOTER_MIN 9

void nps_count(NpsCounts *counts, int64_t score, int64_t times)
{
  counts->promoters += score >= PROMOTER_MIN ? times : 0;
  counts->detractors += score <= DETRACTOR_MAX ? times : 0;
  counts->total += times;
}

double nps_score(const NpsCounts *counts)
{
  /* The counts are whole numbers, so the division is the only rounding. */
  return 100.0 * (double)(counts->promoters - counts->detractors) / (double)counts->total;
}

/*
** n ((D^ - D)^2 - z^2 V(D)): positive outside the interval. b, c: promoters and detractors.
** q is the root >= 0 of 2n q^2 + B q - C = 0, B = (2n - b + c) D - b - c, C = c D (1 - D).
*/
static double score_excess(double b, double c, double n, double d, double z)
{
  double gap = d - (b - c) / n;
  if (d < 0) { /* the same test with the roles exchanged; so C is never negative */
    double swap = b;
    b = c;
    c = swap;
    d = -d;
  }
  double linear = (2 * n - b + c) * d - b - c, constant = c * d * (1 - d);
  double root = sqrt(linear * linear + 8 * n * constant);
  /* Of the two forms of the root, the one that does not subtract near equals. */
  double q = linear > 0 ? 2 * constant / (linear + root) : (root - linear) / (4 * n);
  return n * gap * gap - z * z * (2 * q + d * (1 - d));
}

/* The largest D in the interval: the excess changes sign once between D^ and 1. 60 halvings leave 2^-59. */
static double upper_bound(double b, double c, double n, double z)
{
  double in = (b - c) / n, out = 1;
  for (int i = 0; i < 60; i++) {
    double middle = in + (out - in) / 2;
    if (score_excess(b, c, n, middle, z) > 0) {
      out = middle;
    } else {
      in = middle;
    }
  }
  return out;
}

Interval nps_interval(const NpsCounts *counts, double level)
{
  double b = (double)counts->promoters, c = (double)counts->detractors, n = (double)counts->total;
  double z = -normal_quantile((1 - level) / 2);
  return (Interval){.low = -100 * upper_bound(c, b, n, z), .high = 100 * upper_bound(b, c, n, z)};
}
