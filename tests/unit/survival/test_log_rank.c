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
  for (int i = 0; i < 5; i++) {
    for (uint32_t other = 1; other <= 2; other++) { /* a group without rows changes nothing */
      LogRank test;
      CurveGrid grid = {0};
      grid_add(&grid, 0, other, NOT_MAINTAINED, N_NOT_MAINTAINED);
      grid_add(&grid, 0, 0, MAINTAINED, N_MAINTAINED);
      assert_int_equal(curve_grid_finish(&grid, &NEVER), STATUS_OK);
      assert_int_equal(log_rank_build(&test, &grid, CASES[i].weights, CASES[i].rho, CASES[i].gamma, &NEVER), STATUS_OK);
      assert_true(test.n_groups == 2 && test.place[0] == 0 && test.place[other] == 1);
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
      curve_grid_free(&grid);
    }
  }
  /* The same stratum twice: twice the difference, twice the variance. Each in a stratum of its own: none to compare. */
  for (uint32_t apart = 0; apart < 2; apart++) {
    LogRank test;
    CurveGrid grid = {0};
    for (uint32_t stratum = 0; stratum < 2; stratum++) {
      if (!apart || stratum == 0) {
        grid_add(&grid, stratum, 0, MAINTAINED, N_MAINTAINED);
      }
      if (!apart || stratum == 1) {
        grid_add(&grid, stratum, 1, NOT_MAINTAINED, N_NOT_MAINTAINED);
      }
    }
    assert_int_equal(curve_grid_finish(&grid, &NEVER), STATUS_OK);
    assert_int_equal(log_rank_build(&test, &grid, LOG_RANK_FLEMING_HARRINGTON, 0, 0, &NEVER), STATUS_OK);
    if (apart) {
      assert_int_equal(test.df, 0);
      assert_true(isnan(test.chi_square) && isnan(test.p) && isnan(test.log10_p));
    } else {
      assert_relative(test.observed[1], 22, 1e-15);
      assert_relative(test.chi_square, 2 * 3.3963886989776019, 1e-13);
    }
    log_rank_free(&test);
    curve_grid_free(&grid);
  }
}

/*
** Two pairs, each in a stratum of its own: the sum of two tests, on two degrees of freedom, in any order of the groups.
*/
static void groups_that_never_meet(void **unused)
{
  (void)unused;
  static const uint32_t GROUPS[][4] = {{0, 1, 3, 2}, {0, 2, 3, 1}};
  for (int i = 0; i < 2; i++) {
    const uint32_t *group = GROUPS[i];
    CurveGrid grid = {0};
    LogRank test;
    for (uint32_t stratum = 0; stratum < 2; stratum++) {
      grid_add(&grid, stratum, group[2 * stratum], MAINTAINED, N_MAINTAINED);
      grid_add(&grid, stratum, group[2 * stratum + 1], NOT_MAINTAINED, N_NOT_MAINTAINED);
    }
    assert_int_equal(curve_grid_finish(&grid, &NEVER), STATUS_OK);
    assert_int_equal(log_rank_build(&test, &grid, LOG_RANK_FLEMING_HARRINGTON, 0, 0, &NEVER), STATUS_OK);
    assert_int_equal(test.df, 2);
    assert_relative(test.chi_square, 2 * 3.3963886989776019, 1e-13);
    log_rank_free(&test);
    curve_grid_free(&grid);
  }
}

/* A walk over many times and groups stops wherever it is asked to. */
static void stops(void **unused)
{
  (void)unused;
  CurveGrid grid = {0};
  for (uint32_t i = 0; i < 4000; i++) {
    assert_int_equal(curve_grid_add(&grid, 0, i % 40, i, true), STATUS_OK);
  }
  assert_int_equal(curve_grid_finish(&grid, &NEVER), STATUS_OK);
  LogRank test;
  int questions = 0;
  Status status = STATUS_INTERRUPT;
  for (; status == STATUS_INTERRUPT; questions++) {
    int left = questions;
    const Watch watch = {stop_after, &left};
    status = log_rank_build(&test, &grid, LOG_RANK_GEHAN, 0, 0, &watch);
    log_rank_free(&test);
  }
  assert_int_equal(status, STATUS_OK);
  assert_true(questions > 100);
  curve_grid_free(&grid);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(aml),
    cmocka_unit_test(groups_that_never_meet),
    cmocka_unit_test(stops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
