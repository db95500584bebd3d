/* core/stats: compensated sums, sorting and quantiles, the normal quantile, Wilson's interval. */
#include <float.h>
#include <limits.h>

#include "core/numerics/stats.h"
#include "unit.h"

static uint64_t random_next(uint64_t *random)
{
  *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *random >> 33;
}

/* ---- Sums ---- */

static double sum_of(const double *x, size_t n)
{
  Sum sum = {0};
  for (size_t i = 0; i < n; i++)
    sum_add(&sum, x[i]);
  return sum_value(&sum);
}

static double compact_sum_of(const double *x, size_t n)
{
  double high = 0;
  float low = 0;
  for (size_t i = 0; i < n; i++)
    sum_add_compact(&high, &low, x[i]);
  return high + (double)low;
}

static void sums_keep_what_addition_loses(void **state)
{
  (void)state;
  /* Neumaier's own trap, on which Kahan's sum answers 0. */
  assert_true(sum_of((double[]){1, 1e100, 1, -1e100}, 4) == 2);
  assert_true(compact_sum_of((double[]){1, 1e100, 1, -1e100}, 4) == 2);
  assert_true(sum_of((double[]){1e16, 1, 1, -1e16}, 4) == 2);
  double tenths[10];
  for (int i = 0; i < 10; i++)
    tenths[i] = 0.1;
  assert_true(sum_of(tenths, 10) == 1.0 && compact_sum_of(tenths, 10) == 1.0); /* naive: 0.9999999999999999 */
  assert_true(sum_of(NULL, 0) == 0);
  assert_true(sum_of((double[]){-5, 5}, 2) == 0);
}

static void long_sums_are_right_to_one_rounding(void **state)
{
  (void)state;
  Sum sum = {0};
  double high = 0, naive = 0;
  float low = 0;
  uint64_t random = 1, cents = 0;
  for (int i = 0; i < 3000000; i++) {
    uint64_t c = random_next(&random) % 10000;
    cents += c;
    sum_add(&sum, (double)c / 100);
    sum_add_compact(&high, &low, (double)c / 100);
    naive += (double)c / 100;
  }
  /* Each term carries its own rounding, at most half an ulp of 100 (7e-15): 3 million of them average out. */
  double exact = (double)cents / 100;
  assert_relative(sum_value(&sum), exact, 2e-16);
  assert_relative(high + (double)low, exact, 2e-16);
  assert_true(fabs(naive - exact) > fabs(sum_value(&sum) - exact));
}

static void sums_overflow_to_infinity_not_nan(void **state)
{
  (void)state;
  assert_true(sum_of((double[]){DBL_MAX, DBL_MAX, 1}, 3) == INFINITY);
  assert_true(sum_of((double[]){-DBL_MAX, -DBL_MAX, 1}, 3) == -INFINITY);
}

/* ---- Order ---- */

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

enum {
  RANDOM,
  FEW_VALUES,
  ASCENDING,
  DESCENDING,
  EQUAL,
  ORGAN_PIPE,
  SAWTOOTH,
  TWO_VALUES,
  LEAST_IN_FRONT,
  PATTERNS
};

static void fill(double *x, size_t n, int pattern)
{
  uint64_t random = n + 1;
  for (size_t i = 0; i < n; i++) {
    double at = (double)i;
    switch (pattern) {
      case RANDOM:
        x[i] = (double)random_next(&random) - 1e9;
        break;
      case FEW_VALUES:
        x[i] = (double)(random_next(&random) % 7);
        break;
      case ASCENDING:
        x[i] = at;
        break;
      case DESCENDING:
        x[i] = -at;
        break;
      case EQUAL:
        x[i] = 3;
        break;
      case ORGAN_PIPE:
        x[i] = i < n / 2 ? at : (double)(n - i);
        break;
      case SAWTOOTH:
        x[i] = (double)(i % 17);
        break;
      case TWO_VALUES:
        x[i] = (double)(i % 2);
        break;
      default:
        x[i] = i == 0 ? -1 : (double)random_next(&random);
    }
  }
}

/*
** McIlroy 1999, "A killer adversary for quicksort": values are fixed only when compared; here the worst order for a
** median of three of first, middle, last.
*/
static void fill_against_median_of_three(double *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    x[i] = 0;
  size_t *order = malloc(n * sizeof *order);
  for (size_t i = 0; i < n; i++)
    order[i] = i;
  /* Gives the two smallest values left to the first and the middle place, so that each pivot splits off one or two. */
  size_t lo = 0;
  double value = 1;
  while (n - lo > 2) {
    size_t middle = lo + (n - lo) / 2, t;
    x[order[lo]] = value++;
    x[order[middle]] = value++;
    t = order[middle];
    order[middle] = order[lo + 1];
    order[lo + 1] = t;
    lo += 1;
  }
  for (; lo < n; lo++)
    x[order[lo]] = value++;
  free(order);
}

static const size_t SIZES[] = {0, 1, 2, 3, 23, 24, 25, 26, 100, 1000, 1001, 50000};
static const double PROBABILITIES[] = {0, 0.01, 0.1, 0.25, 1.0 / 3, 0.5, 0.5, 0.75, 0.9, 0.999, 1};

static void check_order(double *x, size_t n)
{
  double *sorted = malloc((n + 1) * sizeof *x), *original = malloc((n + 1) * sizeof *x),
         *copy = malloc((n + 1) * sizeof *x), out[COUNT_OF(PROBABILITIES)];
  memcpy(sorted, x, n * sizeof *x);
  memcpy(original, x, n * sizeof *x);
  memcpy(copy, x, n * sizeof *x);
  qsort(sorted, n, sizeof *x, by_value);
  assert_int_equal(sort_doubles(x, n, &NEVER), STATUS_OK);
  assert_memory_equal(x, sorted, n * sizeof *x);
  if (n > 0) {
    assert_int_equal(quantiles_select(copy, n, &PROBABILITIES[3], 1, out, &NEVER), STATUS_OK);
    assert_true(out[0] == quantile_sorted(sorted, n, 0.25));
    memcpy(copy, original, n * sizeof *x);
    assert_int_equal(quantiles_select(copy, n, PROBABILITIES, COUNT_OF(PROBABILITIES), out, &NEVER), STATUS_OK);
    for (size_t k = 0; k < COUNT_OF(PROBABILITIES); k++)
      assert_true(out[k] == quantile_sorted(sorted, n, PROBABILITIES[k]));
    assert_int_equal(sort_doubles(copy, n, &NEVER), STATUS_OK); /* a permutation of the input still */
    assert_memory_equal(copy, sorted, n * sizeof *x);
  }
  free(sorted);
  free(original);
  free(copy);
}

static void sorts_and_selects_any_pattern(void **state)
{
  (void)state;
  double *x = malloc(50000 * sizeof *x);
  for (size_t s = 0; s < COUNT_OF(SIZES); s++) {
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      fill(x, SIZES[s], pattern);
      check_order(x, SIZES[s]);
    }
    fill_against_median_of_three(x, SIZES[s]);
    check_order(x, SIZES[s]);
  }
  free(x);
}

/*
** Stopped at every question in turn, until one run needs no more of them: quicksort, selection, and the heap sort
** that takes over.
*/
static void long_work_can_be_stopped_anywhere(void **state)
{
  (void)state;
  size_t n = 40000;
  double *x = malloc(n * sizeof *x), half = 0.5;
  for (int work = 0; work < 3; work++) {
    Status status = STATUS_INTERRUPT;
    int questions = 0;
    for (; status != STATUS_OK; questions++) {
      int left = questions;
      Watch watch = {stop_after, &left};
      double median = -1;
      if (work == 2)
        fill_against_median_of_three(x, n);
      else
        fill(x, n, RANDOM);
      status = work == 1 ? quantiles_select(x, n, &half, 1, &median, &watch) : sort_doubles(x, n, &watch);
      assert_true(status == STATUS_OK || (status == STATUS_INTERRUPT && median == -1));
    }
    assert_true(questions > 2 && questions < 200);
  }
  free(x);
}

static void type_7_quantiles(void **state)
{
  (void)state;
  /*
  ** R: quantile(1:10, c(.1, .25, .333, .5, .9)); quantile(c(1, 2, 4, 8), .4); PostgreSQL's percentile_cont documents
  ** the same formula.
  */
  static const double TEN[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, FOUR[] = {1, 2, 4, 8}, ONE[] = {42};
  assert_relative(quantile_sorted(TEN, 10, 0.1), 1.9, 1e-15);
  assert_relative(quantile_sorted(TEN, 10, 0.25), 3.25, 1e-15);
  assert_relative(quantile_sorted(TEN, 10, 0.333), 3.997, 1e-15);
  assert_relative(quantile_sorted(TEN, 10, 0.5), 5.5, 1e-15);
  assert_relative(quantile_sorted(TEN, 10, 0.9), 9.1, 1e-15);
  assert_relative(quantile_sorted(FOUR, 4, 0.4), 2.4, 1e-15);
  assert_true(quantile_sorted(FOUR, 4, 0) == 1 && quantile_sorted(FOUR, 4, 1) == 8);
  assert_true(quantile_sorted(ONE, 1, 0) == 42 && quantile_sorted(ONE, 1, 0.5) == 42 &&
              quantile_sorted(ONE, 1, 1) == 42);
  static const double WIDE[] = {-DBL_MAX, DBL_MAX};
  assert_true(quantile_sorted(WIDE, 2, 0.5) == 0);
  double none;
  assert_int_equal(quantiles_select(NULL, 0, NULL, 0, &none, &NEVER), STATUS_OK);
}

/*
** With whole positions the quantile is the value there, though (n - 1) * (k / bins) in doubles may fall short, as
** 90 * 0.7 does.
*/
static void a_whole_position_gives_its_value(void **state)
{
  (void)state;
  double x[2001];
  for (int i = 0; i < 2001; i++)
    x[i] = i * 1.1;
  for (int bins = 2; bins <= 100; bins++) {
    for (int k = 0; k <= bins; k++) {
      for (int m = 1; bins * m <= 2000; m++) {
        double got = quantile_sorted(x, (size_t)(bins * m) + 1, (double)k / bins);
        if (got != x[k * m]) fail_msg("%d/%d of %d: %.17g", k, bins, bins * m + 1, got);
      }
    }
  }
}

/* ---- The normal quantile ---- */

static void normal_quantiles(void **state)
{
  (void)state;
  /*
  ** mpmath 1.3, 60 digits, Newton's method on log erfc, at the doubles nearest to p. Wichura 1988 prints those of
  ** 0.25, 0.001 and 1e-20.
  */
  static const struct {
    double p, z;
  } CASES[] = {
    {0.25, -0.6744897501960817432},
    {0.001, -3.0902323061678135354},
    {1e-20, -9.2623400897984075796},
    {0.975, 1.9599639845400538556},
    {0.995, 2.5758293035489004539},
    {0.95, 1.6448536269514722843},
    {0.9, 1.2815515655446005935},
    {0.075, -1.4395314709384559349},
    {0.0749999, -1.4395321773759005864},
    {0.5000001, 2.5066282733116483012e-7},
    {1e-5, -4.2648907939228246102},
    {1e-10, -6.3613409024040561991},
    {1.3887943864964021e-11, -6.6579046435011035837},
    {1e-100, -21.273453560965324294},
    {1e-289, -36.357502600721117359},
    {1e-291, -36.483851329760485805},
    {1e-300, -37.047096299361199237},
    {1e-307, -37.4793325643215766},
    {0.999999999999, 7.0344869100478352057},
    {0.49999, -0.000025066282748960008527},
    {0.02425, -1.9729610513118848376},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++)
    assert_relative(normal_quantile(CASES[i].p), CASES[i].z, 1e-14);
  assert_true(normal_quantile(0.5) == 0);
  for (double p = 0.001; p < 0.5; p += 0.001)
    assert_relative(0.5 * erfc(-normal_quantile(p) / sqrt(2)), p, 2e-15);
  for (double p = 0.5; p < 0.9999; p += 0.0001)
    assert_true(normal_quantile(p) < normal_quantile(p + 0.0001));
  assert_true(isfinite(normal_quantile(DBL_MIN)) && isfinite(normal_quantile(5e-324)));
}

/* ---- Wilson's interval ---- */

static void wilson_as_published(void **state)
{
  (void)state;
  /*
  ** Newcombe 1998, "Two-sided confidence intervals for the single proportion", Table I, method 3; four decimals as
  ** printed.
  */
  static const struct {
    double k, n, low, high;
  } CASES[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611}, {1, 29, 0.0061, 0.1718}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    Interval interval = wilson_interval(CASES[i].k, CASES[i].n, 0.95);
    assert_true(fabs(interval.low - CASES[i].low) <= 0.00005 && fabs(interval.high - CASES[i].high) <= 0.00005);
  }
}

static void wilson_at_the_ends(void **state)
{
  (void)state;
  static const double N[] = {1, 2, 3, 7, 10, 1000, 12345, 1e6, 1e9, 1e15}, LEVELS[] = {0.5, 0.8, 0.95, 0.99, 0.999999};
  for (size_t i = 0; i < COUNT_OF(N); i++) {
    for (size_t l = 0; l < COUNT_OF(LEVELS); l++) {
      double n = N[i], z = normal_quantile((1 + LEVELS[l]) / 2);
      Interval none = wilson_interval(0, n, LEVELS[l]), all = wilson_interval(n, n, LEVELS[l]);
      assert_true(none.low == 0 && all.high == 1);
      /* With k = 0 the formula is z²/(n + z²), with k = n its mirror. (1 + 0.999999)/2 keeps 10 digits. */
      assert_relative(none.high, z * z / (n + z * z), 1e-9);
      assert_relative(all.low, n / (n + z * z), 1e-9);
    }
  }
}

static void wilson_solves_its_equation(void **state)
{
  (void)state;
  /* |k/n - p| = z sqrt(p (1 - p) / n) at both ends, and the interval of n - k is the mirror image. */
  static const double N[] = {1, 2, 5, 29, 1000, 1e8, 1e12};
  for (size_t i = 0; i < COUNT_OF(N); i++) {
    double n = N[i];
    for (double share = 0; share <= 1; share += 0.125) {
      double k = floor(share * n), z = normal_quantile(0.975);
      Interval interval = wilson_interval(k, n, 0.95), mirror = wilson_interval(n - k, n, 0.95);
      assert_true(0 <= interval.low && interval.low <= k / n && k / n <= interval.high && interval.high <= 1);
      assert_true(fabs(interval.low - (1 - mirror.high)) < 4e-16 && fabs(interval.high - (1 - mirror.low)) < 4e-16);
      if (k > 0) assert_true(fabs(k / n - interval.low - z * sqrt(interval.low * (1 - interval.low) / n)) < 1e-15);
      if (k < n) assert_true(fabs(interval.high - k / n - z * sqrt(interval.high * (1 - interval.high) / n)) < 1e-15);
    }
  }
  /* Few of very many: computed as a difference, low would have no digit left. mpmath 1.3. */
  Interval rare = wilson_interval(1, 1e15, 0.95);
  assert_relative(rare.low, 1.7652455493515298837e-16, 1e-14);
  assert_relative(rare.high, 5.664934265758949041e-15, 1e-14);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sums_keep_what_addition_loses),
    cmocka_unit_test(long_sums_are_right_to_one_rounding),
    cmocka_unit_test(sums_overflow_to_infinity_not_nan),
    cmocka_unit_test(sorts_and_selects_any_pattern),
    cmocka_unit_test(long_work_can_be_stopped_anywhere),
    cmocka_unit_test(type_7_quantiles),
    cmocka_unit_test(a_whole_position_gives_its_value),
    cmocka_unit_test(normal_quantiles),
    cmocka_unit_test(wilson_as_published),
    cmocka_unit_test(wilson_at_the_ends),
    cmocka_unit_test(wilson_solves_its_equation),
  };
  return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
