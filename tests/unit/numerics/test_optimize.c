/* core/numerics/optimize.c on functions whose maxima are known in closed form. */
#include "feed.h"

#include "core/numerics/optimize.h"

/*
** Minus Rosenbrock's valley (1960): maximum 0 at (1, 1), -H there {802, -400; -400, 200}, its inverse {0.5, 1; 1,
** 2.005}.
*/
static void rosenbrock(void *self, const double *at, double *value, double *gradient)
{
  (void)self;
  double a = 1 - at[0], b = at[1] - at[0] * at[0];
  *value = -(a * a + 100 * b * b);
  gradient[0] = 2 * a + 400 * at[0] * b;
  gradient[1] = -200 * b;
}

static void rosenbrock_hessian(void *self, const double *at, double *value, double *gradient, double *hessian)
{
  rosenbrock(self, at, value, gradient);
  hessian[0] = -2 - 1200 * at[0] * at[0] + 400 * at[1];
  hessian[2] = 400 * at[0];
  hessian[3] = -200;
}

static void finds_the_end_of_a_valley(void **unused)
{
  (void)unused;
  const double start[] = {-1.2, 1};
  for (int with_hessian = 0; with_hessian < 2; with_hessian++) {
    Problem problem = {.n = 2, .evaluate = rosenbrock, .low = -50, .high = 50, .n_bounded = 2};
    problem.evaluate_hessian = with_hessian ? rosenbrock_hessian : NULL;
    Optimum optimum;
    assert_int_equal(maximise(&problem, start, &optimum, &NEVER), STATUS_OK);
    assert_int_equal(optimum.outcome, OUTCOME_MAXIMUM);
    assert_true(fabs(optimum.at[0] - 1) < 1e-9 && fabs(optimum.at[1] - 1) < 1e-9);
    assert_true(fabs(optimum.inverse[0] - 0.5) < 1e-6 && fabs(optimum.inverse[1] - 1) < 1e-6);
    assert_true(optimum.inverse[1] == optimum.inverse[2] && fabs(optimum.inverse[3] - 2.005) < 1e-6);
    assert_true(optimum.evaluations < 200);
  }
}

/* -e^-u: rises for ever, with a gradient as small as one likes. */
static void ridge(void *self, const double *at, double *value, double *gradient)
{
  (void)self;
  *value = -1e-3 * exp(-at[0]) - (at[1] - 2) * (at[1] - 2);
  gradient[0] = 1e-3 * exp(-at[0]);
  gradient[1] = -2 * (at[1] - 2);
}

static void a_ridge_is_no_maximum(void **unused)
{
  (void)unused;
  const double start[] = {0, 0};
  Problem problem = {.n = 2, .evaluate = ridge, .low = -18, .high = 14, .n_bounded = 2};
  Optimum optimum;
  assert_int_equal(maximise(&problem, start, &optimum, &NEVER), STATUS_OK);
  assert_int_equal(optimum.outcome, OUTCOME_RUNAWAY);
  assert_true(optimum.at[0] > 14 && fabs(optimum.at[1] - 2) < 1e-3);
}

/* x^2 - y^2 from the line x = 0: a stationary point that is no maximum; and a function flat in y. */
static void saddle(void *self, const double *at, double *value, double *gradient)
{
  (void)self;
  *value = at[0] * at[0] - at[1] * at[1];
  gradient[0] = 2 * at[0];
  gradient[1] = -2 * at[1];
}

static void flat(void *self, const double *at, double *value, double *gradient)
{
  (void)self;
  *value = -at[0] * at[0];
  gradient[0] = -2 * at[0];
  gradient[1] = 0;
}

static void stationary_is_not_enough(void **unused)
{
  (void)unused;
  const double start[] = {0, 1};
  Problem problem = {.n = 2, .evaluate = saddle, .low = -50, .high = 50, .n_bounded = 2};
  Optimum optimum;
  assert_int_equal(maximise(&problem, start, &optimum, &NEVER), STATUS_OK);
  assert_int_not_equal(optimum.outcome, OUTCOME_MAXIMUM);
  problem.evaluate = flat;
  const double start_flat[] = {3, 1};
  assert_int_equal(maximise(&problem, start_flat, &optimum, &NEVER), STATUS_OK);
  assert_int_equal(optimum.outcome, OUTCOME_SADDLE);
}

/* ln x - x on x > 0: the search has to come back from outside the domain. */
static void half_line(void *self, const double *at, double *value, double *gradient)
{
  (void)self;
  *value = at[0] > 0 ? log(at[0]) - at[0] : NAN;
  gradient[0] = 1 / at[0] - 1;
}

static void comes_back_into_the_domain(void **unused)
{
  (void)unused;
  Problem problem = {.n = 1, .evaluate = half_line, .low = -50, .high = 50, .n_bounded = 1};
  Optimum optimum;
  const double starts[] = {1e-3, 40};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(maximise(&problem, starts + i, &optimum, &NEVER), STATUS_OK);
    assert_int_equal(optimum.outcome, OUTCOME_MAXIMUM);
    assert_true(fabs(optimum.at[0] - 1) < 1e-9 && fabs(optimum.inverse[0] - 1) < 1e-6);
  }
  const double outside = -1;
  assert_int_equal(maximise(&problem, &outside, &optimum, &NEVER), STATUS_OK);
  assert_int_equal(optimum.outcome, OUTCOME_STUCK);
}

static void stops_when_asked(void **unused)
{
  (void)unused;
  const double start[] = {-1.2, 1};
  Problem problem = {.n = 2, .evaluate = rosenbrock, .low = -50, .high = 50, .n_bounded = 2};
  Optimum optimum;
  assert_int_equal(maximise(&problem, start, &optimum, &NOW), STATUS_INTERRUPT);
  problem.evaluate_hessian = rosenbrock_hessian;
  assert_int_equal(maximise(&problem, start, &optimum, &NOW), STATUS_INTERRUPT);
}

/* Wherever the word comes: in the climb, a line search, in the middle of a Hessian by differences. */
static void stops_after_any_evaluation(void **unused)
{
  (void)unused;
  const double start[] = {-1.2, 1};
  Problem problem = {.n = 2, .evaluate = rosenbrock, .low = -50, .high = 50, .n_bounded = 2};
  Optimum all, optimum;
  assert_int_equal(maximise(&problem, start, &all, &NEVER), STATUS_OK);
  for (int k = 0; k < all.evaluations; k++) {
    int left = k;
    const Watch watch = {stop_after, &left};
    assert_int_equal(maximise(&problem, start, &optimum, &watch), STATUS_INTERRUPT);
    assert_int_equal(optimum.evaluations, k + 1);
  }
}

static void inverts(void **unused)
{
  (void)unused;
  const double hilbert[] = {1, 0, 0, 1.0 / 2, 1.0 / 3, 0, 1.0 / 3, 1.0 / 4, 1.0 / 5}; /* inverse: Choi 1983 */
  const double want[] = {9, -36, 30, -36, 192, -180, 30, -180, 180}, singular[] = {1, 0, 1, 1}, negative[] = {-1};
  double inverse[9];
  assert_true(invert_positive(3, hilbert, inverse));
  for (int i = 0; i < 9; i++) {
    assert_absolute(inverse[i], want[i], 1e-10);
  }
  assert_false(invert_positive(2, singular, inverse));
  assert_false(invert_positive(1, negative, inverse));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(finds_the_end_of_a_valley),
    cmocka_unit_test(a_ridge_is_no_maximum),
    cmocka_unit_test(stationary_is_not_enough),
    cmocka_unit_test(comes_back_into_the_domain),
    cmocka_unit_test(stops_when_asked),
    cmocka_unit_test(stops_after_any_evaluation),
    cmocka_unit_test(inverts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
