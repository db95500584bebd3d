/*
** core/feedback: classes of scores, published intervals, limits, and the exact coverage of the NPS interval.
*/
#include "core/measures/feedback.h"
#include "unit.h"

#define Z95 1.9599639845400542 /* qnorm(0.975) */

static Interval interval_of(int promoters, int detractors, int total, double level)
{
  NpsCounts counts = {promoters, detractors, total};
  return nps_interval(&counts, level);
}

static void scores_fall_into_classes(void **state)
{
  (void)state;
  for (int score = 0; score <= NPS_SCALE_MAX; score++) {
    NpsCounts counts = {0};
    nps_count(&counts, score, 1);
    assert_true(nps_score(&counts) == (score <= 6 ? -100 : score >= 9 ? 100 : 0));
    nps_count(&counts, score, -1);
    assert_true(counts.promoters == 0 && counts.detractors == 0 && counts.total == 0);
  }
}

/*
** Fagerland, Lydersen & Laake, Statistical Analysis of Contingency Tables (2017), chapter 8, Tango's interval for
** paired proportions: Cavo et al. 2012, b = 6, c = 16, n = 161: -0.1240 to -0.0054 (R package contingencytables);
** Bentur et al. 2009, b = 1, c = 7, n = 21: -0.517 to -0.026.
*/
static void published_intervals(void **state)
{
  (void)state;
  Interval cavo = interval_of(6, 16, 161, 0.95), bentur = interval_of(1, 7, 21, 0.95);
  assert_absolute(cavo.low, -12.40, 0.005);
  assert_absolute(cavo.high, -0.54, 0.005);
  assert_absolute(bentur.low, -51.7, 0.05);
  assert_absolute(bentur.high, -2.6, 0.05);
}

/* Solved by hand: all promoters (1 - D) n = z^2 (1 + D), all passives n D^2 = z^2 |D| (1 - |D|). */
static void answers_all_alike(void **state)
{
  (void)state;
  const double z2 = Z95 * Z95;
  for (int n = 1; n < 100000; n *= 7) {
    Interval all = interval_of(n, 0, n, 0.95), none = interval_of(0, n, n, 0.95), passive = interval_of(0, 0, n, 0.95);
    assert_absolute(all.low, 100 * (n - z2) / (n + z2), 1e-10);
    assert_true(all.high == 100);
    assert_true(none.low == -100 && none.high == -all.low);
    assert_absolute(passive.high, 100 * z2 / (n + z2), 1e-10);
    assert_true(passive.low == -passive.high);
  }
}

static void inside_the_scale_around_the_score(void **state)
{
  (void)state;
  const double levels[] = {0.5, 0.9, 0.95, 0.999999};
  for (int n = 1; n <= 24; n++) {
    for (int b = 0; b <= n; b++) {
      for (int c = 0; b + c <= n; c++) {
        NpsCounts counts = {b, c, n};
        double nps = nps_score(&counts);
        Interval inner = {nps, nps};
        for (int i = 0; i < 4; i++) {
          Interval outer = nps_interval(&counts, levels[i]), mirror = interval_of(c, b, n, levels[i]);
          assert_true(-100 <= outer.low && outer.high <= 100 && outer.low < outer.high);
          assert_true(outer.low <= inner.low && inner.high <= outer.high);
          assert_true(mirror.low == -outer.high && mirror.high == -outer.low);
          inner = outer;
        }
      }
    }
  }
}

/* For large n the interval is that of the normal distribution: se = sqrt((p + q - (p - q)^2)/n). */
static void large_samples_are_normal(void **state)
{
  (void)state;
  const double n = 4e12, p = 0.5, q = 0.25;
  NpsCounts counts = {(int64_t)(n * p), (int64_t)(n * q), (int64_t)n};
  Interval interval = nps_interval(&counts, 0.95);
  double half = 100 * Z95 * sqrt((p + q - (p - q) * (p - q)) / n);
  assert_absolute(interval.high - 25, half, half * 1e-5);
  assert_absolute(25 - interval.low, half, half * 1e-5);
}

/* How often the interval of n answers holds the true NPS: summed over every possible sample, no simulation noise. */
static double coverage(int n, double p, double q, Interval interval[][41])
{
  double nps = 100 * (p - q), sum = 0;
  for (int b = 0; b <= n; b++) {
    /* The binomial weight of b promoters, then of c detractors among the rest: products, no factorials. */
    double weight = 1;
    for (int i = 0; i < b; i++) {
      weight *= p * (n - i) / (i + 1);
    }
    for (int c = 0; b + c <= n; c++) {
      Interval it = interval[b][c];
      if (it.low <= nps + 1e-9 && nps - 1e-9 <= it.high) sum += weight * pow(1 - p - q, n - b - c);
      weight *= q * (n - b - c) / (c + 1);
    }
  }
  return sum;
}

static void covers_near_the_level(void **state)
{
  (void)state;
  static Interval interval[41][41];
  /* The figures of core/measures/feedback.h, with room for the coarser grid. */
  const struct {
    int n;
    double worst, mean_low, mean_high;
  } want[] = {{5, 0.85, 0.95, 0.975}, {10, 0.90, 0.95, 0.97}, {20, 0.92, 0.945, 0.965}, {40, 0.925, 0.945, 0.96}};
  for (int k = 0; k < 4; k++) {
    int n = want[k].n, cells = 0;
    double worst = 1, sum = 0;
    for (int b = 0; b <= n; b++) {
      for (int c = 0; b + c <= n; c++) {
        interval[b][c] = interval_of(b, c, n, 0.95);
      }
    }
    for (int i = 1; i < 99; i += 2) {
      for (int j = 1; i + j < 100; j += 2) {
        double covered = coverage(n, i / 100.0, j / 100.0, interval);
        worst = fmin(worst, covered);
        sum += covered;
        cells++;
      }
    }
    assert_true(worst >= want[k].worst);
    assert_true(sum / cells >= want[k].mean_low && sum / cells <= want[k].mean_high);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(scores_fall_into_classes), cmocka_unit_test(published_intervals),
    cmocka_unit_test(answers_all_alike),        cmocka_unit_test(inside_the_scale_around_the_score),
    cmocka_unit_test(large_samples_are_normal), cmocka_unit_test(covers_near_the_level),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
