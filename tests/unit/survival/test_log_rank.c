/*
** core/survival/log_rank.c on the aml data against mpmath 1.3 (mp.dps = 40; survdiff prints 3.4, p = 0.0653), and tails
** of chi-square against mpmath's gammainc.
*/
#include "lifetimes.h"

#include "core/survival/log_rank.h"

static void aml(void **unused)
{
  (void)unused;
  static const struct {
    LogRankWeights weights;
    double rho, gamma, observed, expected, variance, chi_square, p;
  } CASES[] = {
    {LOG_RANK_FLEMING_HARRINGTON, 0, 0, 7.0, 10.689335992300725, 4.0075507459387343, 3.3963886989776019,
     0.065339322040504936},
    {LOG_RANK_FLEMING_HARRINGTON, 1, 0, 3.8454106280193237, 6.1428571428571429, 1.8991470284115887, 2.7792795447517725,
     0.095491115406492656},
    {LOG_RANK_FLEMING_HARRINGTON, 0, 1, 3.1545893719806763, 4.5464788494435822, 0.73660567328071699, 2.6301132176233509,
     0.10485423635811027},
    {LOG_RANK_GEHAN, 0, 0, 79.0, 129.0, 918.0, 2.7233115468409586, 0.098892651365232007},
    {LOG_RANK_TARONE_WARE, 0, 0, 22.521343661298728, 35.359261020083091, 55.276335490910131, 2.981603622007093,
     0.084215794283799735},
  };
  KaplanMeier curves[] = {curve_of(MAINTAINED, N_MAINTAINED), curve_of(NOT_MAINTAINED, N_NOT_MAINTAINED), {0}};
  for (int i = 0; i < 5; i++) {
    for (size_t n_groups = 2; n_groups <= 3; n_groups++) { /* an empty group changes nothing */
      LogRank test;
      assert_int_equal(
        log_rank_build(&test, curves, 1, n_groups, CASES[i].weights, CASES[i].rho, CASES[i].gamma, &NEVER), STATUS_OK);
      assert_relative(test.observed[0], CASES[i].observed, 1e-14);
      assert_relative(test.expected[0], CASES[i].expected, 1e-14);
      assert_relative(test.variance[0], CASES[i].variance, 1e-14);
      assert_relative(test.variance[1], CASES[i].variance, 1e-14);
      assert_relative(test.chi_square, CASES[i].chi_square, 1e-13);
      assert_relative(test.p, CASES[i].p, 1e-12);
      assert_relative(test.log10_p, log10(CASES[i].p), 1e-12);
      assert_int_equal(test.df, 1);
      log_rank_free(&test);
      log_rank_free(&test);
    }
  }
  /* The same stratum twice: twice the difference, twice the variance. */
  KaplanMeier twice[] = {curves[0], curves[1], curves[0], curves[1]};
  LogRank test;
  assert_int_equal(log_rank_build(&test, twice, 2, 2, LOG_RANK_FLEMING_HARRINGTON, 0, 0, &NEVER), STATUS_OK);
  assert_relative(test.observed[1], 22, 1e-15);
  assert_relative(test.chi_square, 2 * 3.3963886989776019, 1e-13);
  log_rank_free(&test);
  /* Each in a stratum of its own: nothing to compare. */
  KaplanMeier apart[] = {curves[0], {0}, {0}, curves[1]};
  assert_int_equal(log_rank_build(&test, apart, 2, 2, LOG_RANK_FLEMING_HARRINGTON, 0, 0, &NEVER), STATUS_OK);
  assert_int_equal(test.df, 0);
  assert_true(isnan(test.chi_square) && isnan(test.p) && isnan(test.log10_p));
  log_rank_free(&test);
  kaplan_meier_free(&curves[0]);
  kaplan_meier_free(&curves[1]);
}

/*
** Two pairs, each in a stratum of its own: the sum of two tests, on two degrees of freedom, in any order of the groups.
*/
static void groups_that_never_meet(void **unused)
{
  (void)unused;
  KaplanMeier a = curve_of(MAINTAINED, N_MAINTAINED), b = curve_of(NOT_MAINTAINED, N_NOT_MAINTAINED);
  KaplanMeier beside[] = {a, b, {0}, {0}, {0}, {0}, b, a}, across[] = {a, {0}, b, {0}, {0}, b, {0}, a};
  LogRank test;
  const KaplanMeier *orders[] = {beside, across};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(log_rank_build(&test, orders[i], 2, 4, LOG_RANK_FLEMING_HARRINGTON, 0, 0, &NEVER), STATUS_OK);
    assert_int_equal(test.df, 2);
    assert_relative(test.chi_square, 2 * 3.3963886989776019, 1e-13);
    log_rank_free(&test);
  }
  kaplan_meier_free(&a);
  kaplan_meier_free(&b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(aml),
    cmocka_unit_test(groups_that_never_meet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
