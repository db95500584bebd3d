/*
** core/survival/competing_risks.c against the delta method worked out in full (mpmath 1.3, mp.dps = 30): incidence is
** linear in the shares that leave at each time, whose covariance is the multinomial one. With one cause it must be
** Kaplan-Meier and Greenwood.
*/
#include "lifetimes.h"

#include "core/survival/competing_risks.h"

static void two_causes(void **unused)
{
  (void)unused;
  static const int ROWS[][2] = {{1, 1}, {2, 2}, {2, 1}, {3, 0}, {4, 1}, {4, 1}, {4, 2},
                                {5, 0}, {6, 2}, {7, 1}, {8, 0}, {9, 2}, {9, 1}, {10, 0}};
  static const double EXPECTED[][7] = {
    /* time, at risk, S, F, F, variances */
    {1, 14, 0.92857142857142857, 0.071428571428571429, 0.0, 0.0047376093294460641, 0.0},
    {2, 13, 0.78571428571428571, 0.14285714285714286, 0.071428571428571429, 0.0087463556851311953,
     0.0047376093294460641},
    {3, 11, 0.78571428571428571, 0.14285714285714286, 0.071428571428571429, 0.0087463556851311953,
     0.0047376093294460641},
    {4, 10, 0.55, 0.3, 0.15, 0.015897959183673469, 0.0096122448979591837},
    {5, 7, 0.55, 0.3, 0.15, 0.015897959183673469, 0.0096122448979591837},
    {6, 6, 0.45833333333333333, 0.3, 0.24166666666666667, 0.015897959183673469, 0.015043131141345427},
    {7, 5, 0.36666666666666667, 0.39166666666666667, 0.24166666666666667, 0.019233607331821618, 0.015043131141345427},
    {8, 4, 0.36666666666666667, 0.39166666666666667, 0.24166666666666667, 0.019233607331821618, 0.015043131141345427},
    {9, 3, 0.12222222222222222, 0.51388888888888889, 0.36388888888888889, 0.023443483875031494, 0.022046658478206097},
    {10, 1, 0.12222222222222222, 0.51388888888888889, 0.36388888888888889, 0.023443483875031494, 0.022046658478206097}};
  CurveGrid grid = {0};
  for (int i = 0; i < 14; i++) { /* the second cause in a column farther off; another row beside it */
    uint32_t column = ROWS[i][1] == 2 ? 7 : (uint32_t)ROWS[i][1];
    assert_int_equal(curve_grid_add(&grid, 3, column, ROWS[i][0], column != 0), STATUS_OK);
    assert_int_equal(curve_grid_add(&grid, 4, column, 1, column != 0), STATUS_OK);
  }
  assert_int_equal(curve_grid_finish(&grid, &NEVER), STATUS_OK);
  CompetingRisks risks;
  assert_int_equal(competing_risks_build(&risks, &grid, 3, &NEVER), STATUS_OK);
  assert_int_equal(risks.n_times, 10);
  for (size_t t = 0; t < 10; t++) {
    const double *expected = EXPECTED[t];
    RiskPoint one = competing_risks_at(&risks, 1, t), two = competing_risks_at(&risks, 7, t);
    RiskPoint other = competing_risks_at(&risks, 2, t);
    assert_true(other.events == 0 && other.incidence == 0 && other.variance == 0);
    uint32_t events[2] = {0};
    for (int i = 0; i < 14; i++) {
      if (ROWS[i][0] == (int)t + 1 && ROWS[i][1] > 0) {
        events[ROWS[i][1] - 1]++;
      }
    }
    assert_true(one.events == events[0] && two.events == events[1]);
    assert_true(risks.times[t] == expected[0]);
    assert_int_equal(risks.at_risk[t], (int)expected[1]);
    assert_relative(risks.survival[t], expected[2], 1e-14);
    assert_relative(one.incidence, expected[3], 1e-14);
    assert_relative(two.incidence, expected[4], 1e-14);
    assert_relative(one.variance, expected[5], 1e-14);
    assert_relative(two.variance, expected[6], 1e-14);
    assert_relative(risks.survival[t] + one.incidence + two.incidence, 1, 1e-15);
  }
  competing_risks_free(&risks);
  competing_risks_free(&risks);
  assert_int_equal(competing_risks_build(&risks, &grid, 0, &NEVER), STATUS_OK); /* a row without cells */
  assert_true(risks.n_times == 0 && risks.n_causes == 0);
  competing_risks_free(&risks);
  curve_grid_free(&grid);
}

static void one_cause(void **unused)
{
  (void)unused;
  KaplanMeier curve = curve_of(MAINTAINED, N_MAINTAINED);
  CurveGrid grid = {0};
  for (int i = 0; i < N_MAINTAINED; i++) {
    bool event = MAINTAINED[i].event;
    assert_int_equal(curve_grid_add(&grid, 0, event, MAINTAINED[i].time, event), STATUS_OK);
    assert_int_equal(curve_grid_add(&grid, 1, 0, MAINTAINED[i].time, false), STATUS_OK);
  }
  CompetingRisks risks;
  assert_int_equal(curve_grid_finish(&grid, &NEVER), STATUS_OK);
  assert_int_equal(competing_risks_build(&risks, &grid, 0, &NEVER), STATUS_OK);
  KaplanMeierPoint point = kaplan_meier_start(&curve);
  for (size_t t = 0; kaplan_meier_next(&curve, &point); t++) {
    RiskPoint risk = competing_risks_at(&risks, 1, t);
    assert_true(risks.times[t] == point.time && (double)risks.at_risk[t] == point.at_risk);
    assert_relative(risks.survival[t], point.survival, 1e-14);
    assert_relative(risk.incidence, 1 - point.survival, 1e-14);
    assert_relative(sqrt(risk.variance), kaplan_meier_se(&point), 1e-14);
  }
  competing_risks_free(&risks);
  assert_int_equal(competing_risks_build(&risks, &grid, 1, &NEVER), STATUS_OK); /* all censored */
  assert_true(risks.n_times == 10 && risks.n_causes == 0 && risks.survival[9] == 1);
  competing_risks_free(&risks);
  curve_grid_free(&grid);
  kaplan_meier_free(&curve);
}

/* A walk over many times and causes stops wherever it is asked to. */
static void stops(void **unused)
{
  (void)unused;
  CurveGrid grid = {0};
  for (uint32_t i = 0; i < 5000; i++) {
    assert_int_equal(curve_grid_add(&grid, 0, i % 100, i, i % 100 > 0), STATUS_OK);
  }
  assert_int_equal(curve_grid_finish(&grid, &NEVER), STATUS_OK);
  CompetingRisks risks;
  int questions = 0;
  Status status = STATUS_INTERRUPT;
  for (; status == STATUS_INTERRUPT; questions++) {
    int left = questions;
    const Watch watch = {stop_after, &left};
    status = competing_risks_build(&risks, &grid, 0, &watch);
    competing_risks_free(&risks);
  }
  assert_int_equal(status, STATUS_OK);
  assert_true(questions > 20);
  curve_grid_free(&grid);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(two_causes),
    cmocka_unit_test(one_cause),
    cmocka_unit_test(stops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
