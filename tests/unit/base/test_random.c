/*
** The generator against its authors' reference output; the samplers' moments against theory, within four standard
** errors. not under valgrind: takes a minute there, and ASan and UBSan see it too
*/
#include "core/base/random.h"
#include "unit.h"

#define DRAWS 400000

/*
** The first outputs of xoshiro256** from state 1, 2, 3, 4, by the authors' C code
** (prng.di.unimi.it/xoshiro256starstar.c).
*/
static void bits_match_the_reference(void **state)
{
  (void)state;
  static const uint64_t EXPECTED[] = {UINT64_C(11520), 0, UINT64_C(1509978240), UINT64_C(1215971899390074240),
                                      UINT64_C(1216172134540287360)};
  Random random = {{1, 2, 3, 4}};
  for (size_t i = 0; i < sizeof EXPECTED / sizeof *EXPECTED; i++) {
    assert_true(random_bits(&random) == EXPECTED[i]);
  }
}

/*
** SplitMix64 of 1234567 begins 6457827717110365317 (the authors' C code); that is the state that fills stream 0 of seed
** 1234567, by tests/unit/events/demo_reference.py.
*/
static void seeds_match_the_reference(void **state)
{
  (void)state;
  Random random = random_seed(1234567, 0);
  assert_true(random.s[0] == UINT64_C(9709514789577493705));
  assert_true(random.s[3] == UINT64_C(17220339381063202971));
}

static void streams_differ(void **state)
{
  (void)state;
  Random a = random_seed(1, 2), b = random_seed(2, 1), c = random_seed(1, 2);
  uint64_t first = random_bits(&a);
  assert_true(first != random_bits(&b));
  assert_true(first == random_bits(&c));
}

typedef double (*Draw)(Random *random, double a, double b);

static double draw_uniform(Random *random, double a, double b)
{
  (void)a, (void)b;
  return random_uniform(random);
}

static double draw_exponential(Random *random, double a, double b)
{
  (void)a, (void)b;
  return random_exponential(random);
}

static double draw_normal(Random *random, double a, double b)
{
  (void)a, (void)b;
  return random_normal(random);
}

static double draw_gamma(Random *random, double a, double b)
{
  (void)b;
  return random_gamma(random, a);
}

static double draw_beta(Random *random, double a, double b)
{
  return random_beta(random, a, b);
}

/* The first two raw moments, each within four of its own empirical standard errors. */
static void moments_match(Draw draw, double a, double b, double mean, double variance)
{
  Random random = random_seed(20240101, (uint64_t)(a * 100 + b));
  double s1 = 0, s2 = 0, s4 = 0;
  for (int i = 0; i < DRAWS; i++) {
    double x = draw(&random, a, b);
    assert_true(isfinite(x));
    s1 += x;
    s2 += x * x;
    s4 += x * x * x * x;
  }
  double m1 = s1 / DRAWS, m2 = s2 / DRAWS;
  assert_true(fabs(m1 - mean) < 4 * sqrt(variance / DRAWS));
  assert_true(fabs(m2 - (variance + mean * mean)) < 4 * sqrt((s4 / DRAWS - m2 * m2) / DRAWS));
}

static void samplers_match_theory(void **state)
{
  (void)state;
  moments_match(draw_uniform, 0, 0, 0.5, 1.0 / 12);
  moments_match(draw_exponential, 0, 0, 1, 1);
  moments_match(draw_normal, 0, 0, 0, 1);
  static const double SHAPES[] = {0.05, 0.5, 0.9, 1, 2.5, 40};
  for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
    moments_match(draw_gamma, SHAPES[i], 0, SHAPES[i], SHAPES[i]);
  }
  static const double PAIRS[][2] = {{0.8, 3}, {2, 2}, {0.4, 0.4}, {30, 5}};
  for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
    double a = PAIRS[i][0], b = PAIRS[i][1], n = a + b;
    moments_match(draw_beta, a, b, a / n, a * b / (n * n * (n + 1)));
  }
}

/* P(Gamma(2) > 2) = 3 e^-2; P(Beta(2, 2) < 1/4) = 5/32; P(|Z| > 1.959963984540054) = 0.05. */
static void samplers_match_tails(void **state)
{
  (void)state;
  Random random = random_seed(7, 0);
  double gamma = 0, beta = 0, normal = 0;
  for (int i = 0; i < DRAWS; i++) {
    gamma += random_gamma(&random, 2) > 2;
    beta += random_beta(&random, 2, 2) < 0.25;
    normal += fabs(random_normal(&random)) > 1.959963984540054;
  }
  double found[] = {gamma, beta, normal}, expected[] = {3 * exp(-2), 5.0 / 32, 0.05};
  for (int i = 0; i < 3; i++) {
    assert_true(fabs(found[i] / DRAWS - expected[i]) < 4 * sqrt(expected[i] * (1 - expected[i]) / DRAWS));
  }
}

/* 5e-16 is the documented bound; 2.3e-16 is added for libm's own last bit. */
static void logarithm_and_exponential_match_libm(void **state)
{
  (void)state;
  Random random = random_seed(3, 3);
  double worst_log = 0, worst_exp = 0;
  for (int i = 0; i < DRAWS; i++) {
    double x = (random_uniform(&random) - 0.5) * 1400, y = exp(x);
    worst_exp = fmax(worst_exp, fabs(portable_exp(x) - y) / y);
    worst_log = fmax(worst_log, fabs(portable_log(y) - log(y)) / fabs(log(y)));
    double near_one = 1 + (random_uniform(&random) - 0.5) * 0.01;
    worst_log = fmax(worst_log, fabs(portable_log(near_one) - log(near_one)) / fabs(log(near_one)));
  }
  assert_true(worst_log < 7.3e-16);
  assert_true(worst_exp < 7.3e-16);
  assert_true(portable_log(1) == 0);
  assert_true(portable_exp(0) == 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bits_match_the_reference), cmocka_unit_test(seeds_match_the_reference),
    cmocka_unit_test(streams_differ),           cmocka_unit_test(samplers_match_theory),
    cmocka_unit_test(samplers_match_tails),     cmocka_unit_test(logarithm_and_exponential_match_libm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
