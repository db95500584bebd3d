/* core/survival/hazard.c: periods, shares and peaks, by hand; Wilson's interval is that of stats.h. */
#include "lifetimes.h"

#include "core/survival/hazard.h"

static void periods(void **unused)
{
  (void)unused;
  assert_true(hazard_period(0, 1) == 0);
  assert_true(hazard_period(1, 1) == 1);
  assert_true(hazard_period(1.000001, 1) == 2);
  assert_true(hazard_period(0.15, 0.05) == 3); /* 0.15 / 0.05 is above 3 */
  assert_true(hazard_period(0.7, 0.1) == 7);   /* 0.7 / 0.1 is below 7 */
  assert_true(hazard_period(30, 7) == 5);
  assert_true(hazard_period(1e-12, 1) == 1); /* not time 0 */
  assert_true(hazard_period(5e-324, 1e15) == 1);
}

static void shares(void **unused)
{
  (void)unused;
  static const Lifetime ROWS[] = {{0, 0}, {1, 1}, {1, 1}, {1, 0}, {2, 1}, {4, 1}, {4, 0}, {4, 0}};
  KaplanMeier curve = curve_of(ROWS, 8);
  Hazard hazard;
  assert_int_equal(hazard_build(&hazard, &curve, 1, 1, 0.95, &NEVER), STATUS_OK);
  static const double EXPECTED[][6] = {/* period, at risk, events, censored, survival, smoothed */
                                       {0, 8, 0, 1, 1, 0},
                                       {1, 7, 2, 1, 5.0 / 7, (2 + 0.75 * 1) / (7 + 0.75 * 4)},
                                       {2, 4, 1, 0, 15.0 / 28, (0.75 * 2 + 1) / (0.75 * 7 + 4 + 0.75 * 3)},
                                       {3, 3, 0, 0, 15.0 / 28, (0.75 * 1 + 0.75 * 1) / (0.75 * 4 + 3 + 0.75 * 3)},
                                       {4, 3, 1, 2, 5.0 / 14, 1 / (0.75 * 3 + 3)}};
  assert_int_equal(hazard.n, 5);
  for (int i = 0; i < 5; i++) {
    const HazardPeriod *at = &hazard.periods[i];
    const double *expected = EXPECTED[i];
    double h = expected[2] / expected[1];
    assert_int_equal(at->period, (int)expected[0]);
    assert_int_equal(at->at_risk, (int)expected[1]);
    assert_int_equal(at->events, (int)expected[2]);
    assert_int_equal(at->censored, (int)expected[3]);
    assert_true(at->hazard == h);
    assert_relative(at->se, sqrt(h * (1 - h) / expected[1]), 1e-15);
    assert_relative(at->survival, expected[4], 1e-15);
    assert_relative(at->smoothed, expected[5], 1e-15);
    Interval interval = wilson_interval(expected[2], expected[1], 0.95);
    assert_true(at->low == interval.low && at->high == interval.high);
    assert_int_equal(at->peak, 0); /* too few to be sure of any */
  }
  hazard_free(&hazard);
  hazard_free(&hazard);
  assert_int_equal(hazard_build(&hazard, &curve, 2, 0, 0.95, &NEVER), STATUS_OK); /* 0, (0, 2], (2, 4] */
  assert_int_equal(hazard.n, 3);
  assert_int_equal(hazard.periods[1].events, 3);
  assert_int_equal(hazard.periods[2].at_risk, 3);
  assert_true(hazard.periods[2].smoothed == hazard.periods[2].hazard);
  hazard_free(&hazard);
  kaplan_meier_free(&curve);
  assert_int_equal(hazard_build(&hazard, &curve, 1, 1, 0.95, &NEVER), STATUS_OK);
  assert_int_equal(hazard.n, 0);
}

/* A tenth of those left go in months 1 and 12, a hundredth in the others: two peaks, the first with more behind it. */
static void peaks(void **unused)
{
  (void)unused;
  KaplanMeier curve = {0};
  int left = 100000;
  for (int month = 1; month <= 24; month++) {
    int go = month == 1 ? left / 9 : month == 12 ? left / 10 : left / 100;
    for (int i = 0; i < go; i++) {
      assert_int_equal(kaplan_meier_add(&curve, month, true), STATUS_OK);
    }
    left -= go;
  }
  for (int i = 0; i < left; i++) {
    assert_int_equal(kaplan_meier_add(&curve, 24, false), STATUS_OK);
  }
  assert_int_equal(kaplan_meier_finish(&curve, &NEVER), STATUS_OK);
  Hazard hazard;
  assert_int_equal(hazard_build(&hazard, &curve, 1, 1, 0.95, &NEVER), STATUS_OK);
  for (int month = 1; month <= 24; month++) {
    assert_int_equal(hazard.periods[month - 1].peak, month == 1 ? 1 : month == 12 ? 2 : 0);
  }
  hazard_free(&hazard);
  kaplan_meier_free(&curve);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(periods),
    cmocka_unit_test(shares),
    cmocka_unit_test(peaks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
