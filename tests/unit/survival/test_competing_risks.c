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
  KaplanMeier curves[3] = {{0}};
  for (int i = 0; i < 14; i++) {
    assert_int_equal(kaplan_meier_add(&curves[ROWS[i][1]], ROWS[i][0], ROWS[i][1] != 0), STATUS_OK);
  }
  for (int i = 0; i < 3; i++) {
    assert_int_equal(kaplan_meier_finish(&curves[i], &NEVER), STATUS_OK);
  }
  CompetingRisks risks;
  assert_int_equal(competing_risks_build(&risks, curves, 2, &NEVER), STATUS_OK);
  assert_int_equal(risks.n_times, 10);
  for (size_t t = 0; t < 10; t++) {
    const double *expected = EXPECTED[t];
    const RiskPoint *one = &risks.points[t], *two = &risks.points[10 + t];
    assert_true(risks.times[t] == expected[0]);
    assert_int_equal(risks.at_risk[t], (int)expected[1]);
    assert_relative(risks.survival[t], expected[2], 1e-14);
    assert_relative(one->incidence, expected[3], 1e-14);
    assert_relative(two->incidence, expected[4], 1e-14);
    assert_relative(one->variance, expected[5], 1e-14);
    assert_relative(two->variance, expected[6], 1e-14);
    assert_relative(risks.survival[t] + one->incidence + two->incidence, 1, 1e-15);
  }
  competing_risks_free(&risks);
  competing_risks_free(&risks);
  for (int i = 0; i < 3; i++) {
    kaplan_meier_free(&curves[i]);
  }
}

static void one_cause(void **unused)
{
  (void)unused;
  KaplanMeier curve = curve_of(MAINTAINED, N_MAINTAINED), parts[2] = {{0}};
  for (int i = 0; i < N_MAINTAINED; i++) {
    assert_int_equal(kaplan_meier_add(&parts[MAINTAINED[i].event], MAINTAINED[i].time, MAINTAINED[i].event), STATUS_OK);
  }
  CompetingRisks risks;
  assert_int_equal(kaplan_meier_finish(&parts[0], &NEVER), STATUS_OK);
  assert_int_equal(kaplan_meier_finish(&parts[1], &NEVER), STATUS_OK);
  assert_int_equal(competing_risks_build(&risks, parts, 1, &NEVER), STATUS_OK);
  KaplanMeierPoint point = kaplan_meier_start(&curve);
  for (size_t t = 0; kaplan_meier_next(&curve, &point); t++) {
    assert_true(risks.times[t] == point.time && (double)risks.at_risk[t] == point.at_risk);
    assert_relative(risks.survival[t], point.survival, 1e-14);
    assert_relative(risks.points[t].incidence, 1 - point.survival, 1e-14);
    assert_relative(sqrt(risks.points[t].variance), kaplan_meier_se(&point), 1e-14);
  }
  competing_risks_free(&risks);
  assert_int_equal(competing_risks_build(&risks, parts, 0, &NEVER), STATUS_OK); /* all censored */
  assert_int_equal(risks.n_times, 4);
  competing_risks_free(&risks);
  kaplan_meier_free(&parts[0]);
  kaplan_meier_free(&parts[1]);
  kaplan_meier_free(&curve);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(two_causes),
    cmocka_unit_test(one_cause),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
