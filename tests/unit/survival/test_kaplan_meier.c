/*
** core/survival/kaplan_meier.c and kaplan_meier_measures.c: the aml data against exact fractions (mpmath 1.3, mp.dps =
** 40) and what R's survfit prints of it (Therneau & Grambsch 2000: medians 31 and 23), then ways of reading the same
** rows against each other and against counting by hand.
*/
#include "lifetimes.h"

#include "core/base/mem.h"

static void kaplan_meier(void **unused)
{
  (void)unused;
  /* time, at risk, events, S, variance of log S, cumulative hazard and its variance, with ties broken: the same */
  static const double EXPECTED[][9] = {
    {5, 12, 2, 0.83333333333333333, 0.016666666666666667, 0.16666666666666667, 0.013888888888888889,
     0.17424242424242424, 0.0152089072543618},
    {8, 10, 2, 0.66666666666666667, 0.041666666666666667, 0.36666666666666667, 0.033888888888888889,
     0.38535353535353535, 0.037554586266707479},
    {12, 8, 1, 0.58333333333333333, 0.059523809523809524, 0.49166666666666667, 0.049513888888888889,
     0.51035353535353535, 0.053179586266707479},
    {16, 7, 0, 0.58333333333333333, 0.059523809523809524, 0.49166666666666667, 0.049513888888888889,
     0.51035353535353535, 0.053179586266707479},
    {23, 6, 1, 0.48611111111111111, 0.092857142857142857, 0.65833333333333333, 0.077291666666666667,
     0.67702020202020202, 0.080957364044485257},
    {27, 5, 1, 0.38888888888888889, 0.14285714285714286, 0.85833333333333333, 0.11729166666666667, 0.87702020202020202,
     0.12095736404448526},
    {30, 4, 1, 0.29166666666666667, 0.22619047619047619, 1.1083333333333333, 0.17979166666666667, 1.127020202020202,
     0.18345736404448526},
    {33, 3, 1, 0.19444444444444444, 0.39285714285714286, 1.4416666666666667, 0.29090277777777778, 1.4603535353535354,
     0.29456847515559637},
    {43, 2, 1, 0.097222222222222222, 0.89285714285714286, 1.9416666666666667, 0.54090277777777778, 1.9603535353535354,
     0.54456847515559637},
    {45, 1, 1, 0, INFINITY, 2.9416666666666667, 1.5409027777777778, 2.9603535353535354, 1.5445684751555964},
  };
  for (int broken = 0; broken < 2; broken++) {
    KaplanMeier curve = curve_of(NOT_MAINTAINED, N_NOT_MAINTAINED);
    curve.ties_broken = broken;
    KaplanMeierPoint point = kaplan_meier_start(&curve);
    assert_int_equal(curve.n_points, 10);
    assert_int_equal(curve.rows, 12);
    assert_int_equal(curve.n_event, 11);
    for (int i = 0; i < 10; i++) {
      assert_true(kaplan_meier_next(&curve, &point));
      const double *expected = EXPECTED[i];
      assert_true(point.time == expected[0] && point.at_risk == expected[1] && point.events == expected[2]);
      assert_relative(point.survival, expected[3], 1e-15);
      if (i < 9) {
        assert_relative(point.log_variance, expected[4], 1e-15);
        assert_relative(kaplan_meier_se(&point), expected[3] * sqrt(expected[4]), 1e-15);
      }
      assert_relative(point.hazard, expected[5 + 2 * broken], 1e-15);
      assert_relative(point.hazard_variance, expected[6 + 2 * broken], 1e-15);
    }
    assert_false(kaplan_meier_next(&curve, &point));
    assert_true(isinf(point.log_variance) && isnan(kaplan_meier_se(&point)));
    kaplan_meier_free(&curve);
    kaplan_meier_free(&curve);
  }
}

static void quantiles(void **unused)
{
  (void)unused;
  static const double P[] = {0.25, 0.5, 0.75};
  KaplanMeierQuantile q[3];
  KaplanMeier curve = curve_of(MAINTAINED, N_MAINTAINED);
  assert_int_equal(kaplan_meier_quantiles(&curve, P, 3, KAPLAN_MEIER_LOG, 1.959963984540054, q, &NEVER), STATUS_OK);
  assert_true(q[0].time == 18 && q[1].time == 31 && q[2].time == 48);
  assert_true(q[1].low == 18 && isnan(q[1].high)); /* survfit(Surv(time, status) ~ x, aml): 31 (18, NA) */
  kaplan_meier_free(&curve);
  curve = curve_of(NOT_MAINTAINED, N_NOT_MAINTAINED);
  assert_int_equal(kaplan_meier_quantiles(&curve, P, 3, KAPLAN_MEIER_LOG, 1.959963984540054, q, &NEVER), STATUS_OK);
  assert_true(q[1].time == 23 && q[1].low == 8 && isnan(q[1].high)); /* 23 (8, NA) */
  kaplan_meier_free(&curve);
  /* S is 1/2 to rounding only: (999 998 ... 500)/(1000 ... 501). */
  for (int i = 1; i <= 1000; i++) {
    assert_int_equal(kaplan_meier_add(&curve, i + 0.5, true), STATUS_OK);
  }
  assert_int_equal(kaplan_meier_finish(&curve, &NEVER), STATUS_OK);
  assert_int_equal(kaplan_meier_quantiles(&curve, P, 3, KAPLAN_MEIER_LOG, 1.959963984540054, q, &NEVER), STATUS_OK);
  assert_true(q[0].time == 250.5 && q[1].time == 500.5 && q[2].time == 750.5);
  kaplan_meier_free(&curve);
}

static void restricted_mean(void **unused)
{
  (void)unused;
  double mean = 0, se = 0;
  KaplanMeier curve = curve_of(NOT_MAINTAINED, N_NOT_MAINTAINED);
  assert_int_equal(kaplan_meier_restricted_mean(&curve, 45, &mean, &se, &NEVER), STATUS_OK);
  assert_relative(mean, 22.708333333333333, 1e-14); /* print(survfit(…), rmean = "common"): 22.7 */
  assert_int_equal(kaplan_meier_restricted_mean(&curve, 1000, &mean, &se, &NEVER), STATUS_OK);
  assert_relative(mean, 22.708333333333333, 1e-14); /* nobody is left after 45 */
  assert_int_equal(kaplan_meier_restricted_mean(&curve, 3, &mean, &se, &NEVER), STATUS_OK);
  assert_true(mean == 3 && se == 0);
  assert_int_equal(kaplan_meier_restricted_mean(&curve, 0, &mean, &se, &NEVER), STATUS_OK);
  assert_true(mean == 0 && se == 0);
  /* To 8: 5 + 3 (10/12); variance (3 10/12)^2 2/(12 10), and nothing of time 8 itself. */
  assert_int_equal(kaplan_meier_restricted_mean(&curve, 8, &mean, &se, &NEVER), STATUS_OK);
  assert_relative(mean, 7.5, 1e-15);
  assert_relative(se, 2.5 * sqrt(2.0 / 120), 1e-15);
  kaplan_meier_free(&curve);
  curve = curve_of(MAINTAINED, N_MAINTAINED);
  assert_int_equal(kaplan_meier_restricted_mean(&curve, 161, &mean, &se, &NEVER), STATUS_OK);
  assert_relative(mean, 52.645454545454545, 1e-14); /* rmean = 161: 52.6 */
  assert_int_equal(kaplan_meier_restricted_mean(&curve, 161.5, &mean, &se, &NEVER), STATUS_OK);
  assert_true(isnan(mean) && isnan(se));
  kaplan_meier_free(&curve);
  assert_int_equal(kaplan_meier_restricted_mean(&curve, 1, &mean, &se, &NEVER), STATUS_OK); /* no rows */
  assert_true(isnan(mean) && isnan(se));
}

static void intervals(void **unused)
{
  (void)unused;
  for (int scale = KAPLAN_MEIER_LOG_LOG; scale <= KAPLAN_MEIER_PLAIN; scale++) {
    Interval none = kaplan_meier_interval(0, INFINITY, (KaplanMeierScale)scale, 2),
             sure = kaplan_meier_interval(1, 0, (KaplanMeierScale)scale, 2);
    assert_true(isnan(none.low) && isnan(none.high));
    assert_true(scale == KAPLAN_MEIER_LOG_LOG ? isnan(sure.low) && isnan(sure.high) : sure.low == 1 && sure.high == 1);
    Interval wide = kaplan_meier_interval(0.5, 4, (KaplanMeierScale)scale, 2);
    assert_true(wide.low >= 0 && wide.low < 0.5 && wide.high > 0.5 && wide.high <= 1);
  }
}

/* A small random number generator of its own (Marsaglia 2003, xorshift). */
static uint64_t next_random(uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* Whole and broken times, short and long: S must be what counting each row against each time gives. */
static void ways_of_reading(void **unused)
{
  (void)unused;
  enum {
    N = 700
  };
  static double times[N];
  static bool events[N];
  uint64_t state = 88172645463325252u;
  for (int kind = 0; kind < 5; kind++) {
    KaplanMeier curve = {0}, general = {.general = true};
    for (int i = 0; i < N; i++) {
      uint64_t r = next_random(&state);
      double whole = (double)(r >> 20 & 0x3ff);
      times[i] = kind == 0   ? (double)(r >> 20 & 63)
                 : kind == 1 ? whole * 16
                 : kind == 2 ? whole / 7
                 : kind == 3 ? (r & 64 ? whole * 5 : whole / 3)
                             : 1e6 + whole * 0.002; /* equal upper digits */
      events[i] = r & 1;
      assert_int_equal(kaplan_meier_add(&curve, times[i], events[i]), STATUS_OK);
      assert_int_equal(kaplan_meier_add_general(&general, times[i], events[i], 0, 1), STATUS_OK);
    }
    assert_int_equal(kaplan_meier_finish(&curve, &NEVER), STATUS_OK);
    assert_int_equal(kaplan_meier_finish(&general, &NEVER), STATUS_OK);
    assert_int_equal(curve.n_points, general.n_points);
    KaplanMeierPoint point = kaplan_meier_start(&curve), other = kaplan_meier_start(&general), sought = point;
    double last = -1, survival = 1;
    while (kaplan_meier_next(&curve, &point)) {
      int at_risk = 0, d = 0, c = 0;
      for (int i = 0; i < N; i++) {
        at_risk += times[i] >= point.time;
        d += times[i] == point.time && events[i];
        c += times[i] == point.time && !events[i];
      }
      survival *= (double)(at_risk - d) / at_risk;
      assert_true(point.time > last && d + c > 0);
      assert_true(point.at_risk == at_risk && point.events == d && point.censored == c);
      assert_relative(point.survival, survival, 1e-13);
      assert_true(kaplan_meier_next(&general, &other));
      assert_true(other.time == point.time && other.at_risk == at_risk && other.survival == point.survival &&
                  other.hazard == point.hazard);
      kaplan_meier_seek(&curve, &sought, (size_t)(point.index * 389 % (int64_t)curve.n_points)); /* anywhere */
      kaplan_meier_seek(&curve, &sought, (size_t)point.index);
      assert_true(sought.survival == point.survival && sought.at_risk == at_risk &&
                  sought.events_before == point.events_before);
      last = point.time;
    }
    assert_false(kaplan_meier_next(&general, &other));
    kaplan_meier_find(&curve, last + 1, &sought);
    assert_true(sought.time == last);
    kaplan_meier_find(&curve, -1, &sought);
    assert_true(sought.index == -1 && sought.survival == 1);
    kaplan_meier_free(&curve);
    kaplan_meier_free(&general);
  }
}

static void weights_and_entries(void **unused)
{
  (void)unused;
  /* Weight 3 is the row three times; thirds add up as their whole. */
  KaplanMeier weighted = {.general = true}, repeated = {0};
  for (int i = 0; i < N_MAINTAINED; i++) {
    const Lifetime *life = &MAINTAINED[i];
    assert_int_equal(kaplan_meier_add_general(&weighted, life->time, life->event, 0, i % 3 + 1), STATUS_OK);
    for (int j = 0; j < i % 3 + 1; j++) {
      assert_int_equal(kaplan_meier_add(&repeated, life->time, life->event), STATUS_OK);
    }
  }
  assert_int_equal(kaplan_meier_finish(&weighted, &NEVER), STATUS_OK);
  assert_int_equal(kaplan_meier_finish(&repeated, &NEVER), STATUS_OK);
  KaplanMeierPoint a = kaplan_meier_start(&weighted), b = kaplan_meier_start(&repeated);
  while (kaplan_meier_next(&weighted, &a)) {
    assert_true(kaplan_meier_next(&repeated, &b));
    assert_true(a.time == b.time && a.at_risk == b.at_risk && a.events == b.events && a.censored == b.censored);
    assert_true(a.survival == b.survival && a.log_variance == b.log_variance);
  }
  assert_int_equal(weighted.rows, 11);
  kaplan_meier_free(&weighted);
  kaplan_meier_free(&repeated);

  /*
  ** (entry, time]: (0, 4] event, (2, 5] event, (4, 6] event, (6, 8] censored, (7, 9] event. At 4 the one who comes at 4
  ** is not at risk yet.
  */
  static const double ROWS[][4] = {{0, 4, 1, 2}, {2, 5, 1, 1}, {4, 6, 1, 1}, {6, 8, 0, 0}, {7, 9, 1, 1}};
  KaplanMeier late = {.general = true};
  for (int i = 0; i < 5; i++) {
    assert_int_equal(kaplan_meier_add_general(&late, ROWS[i][1], ROWS[i][2] != 0, ROWS[i][0], 0.1), STATUS_OK);
  }
  assert_int_equal(kaplan_meier_finish(&late, &NEVER), STATUS_OK);
  KaplanMeierPoint point = kaplan_meier_start(&late);
  static const double AT_RISK[] = {0.2, 0.2, 0.1, 0.2, 0.1}, SURVIVAL[] = {0.5, 0.25, 0, 0, 0};
  for (int i = 0; i < 5; i++) {
    assert_true(kaplan_meier_next(&late, &point));
    assert_relative(point.at_risk, AT_RISK[i], 1e-14);
    assert_relative(point.survival, SURVIVAL[i], 1e-14);
  }
  assert_true(point.survival == 0); /* exactly, whatever a sum of tenths leaves over */
  kaplan_meier_free(&late);
}

static void nobody(void **unused)
{
  (void)unused;
  KaplanMeier curve = {0};
  assert_int_equal(kaplan_meier_finish(&curve, &NEVER), STATUS_OK);
  KaplanMeierPoint point = kaplan_meier_start(&curve);
  assert_false(kaplan_meier_next(&curve, &point));
  assert_true(kaplan_meier_last_time(&curve) == -1);
  kaplan_meier_free(&curve);
  assert_int_equal(kaplan_meier_add(&curve, 0, false), STATUS_OK); /* one, at once, without event */
  assert_int_equal(kaplan_meier_add(&curve, -0.0, false), STATUS_OK);
  assert_int_equal(kaplan_meier_finish(&curve, &NEVER), STATUS_OK);
  point = kaplan_meier_start(&curve);
  assert_true(kaplan_meier_next(&curve, &point));
  assert_true(point.time == 0 && !signbit(point.time) && point.at_risk == 2 && point.survival == 1 &&
              point.hazard == 0);
  assert_false(kaplan_meier_next(&curve, &point));
  kaplan_meier_free(&curve);
}

static void interrupted(void **unused)
{
  (void)unused;
  KaplanMeier curve = {0};
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(kaplan_meier_add(&curve, i / 7.0, true), STATUS_OK);
  }
  assert_int_equal(kaplan_meier_finish(&curve, &NOW), STATUS_INTERRUPT);
  kaplan_meier_free(&curve);
}

/* 1 three times but for rounding, and 2 after it; an entry at 1 comes too late for 1. Whole numbers are never one. */
static void times_by_a_hair(void **unused)
{
  (void)unused;
  const double near_one[] = {4.1 - 3.1, 3.3 - 2.3, 2.2 - 1.2}; /* 0.9999999999999996, 1, 1.0000000000000002 */
  assert_true(near_one[0] < 1 && near_one[1] == 1 && near_one[2] > 1);
  for (int kind = 0; kind < 2; kind++) {
    KaplanMeier curve = {.general = kind == 1};
    for (int i = 0; i < 5; i++) {
      double time = i < 3 ? near_one[i] : 2;
      bool event = i != 1;
      Status status = kind ? kaplan_meier_add_general(&curve, time, event, i == 4 ? 0.5 + 0.5 : 0, 1)
                           : kaplan_meier_add(&curve, time, event);
      assert_int_equal(status, STATUS_OK);
    }
    assert_int_equal(kaplan_meier_finish(&curve, &NEVER), STATUS_OK);
    assert_int_equal(curve.n_points, 2);
    KaplanMeierPoint point = kaplan_meier_start(&curve);
    assert_true(kaplan_meier_next(&curve, &point));
    assert_true(point.time == near_one[0] && point.events == 2 && point.censored == 1);
    assert_true(point.at_risk == (kind ? 4 : 5));
    for (int i = 0; i < 3; i++) { /* asked at any of them it is that time */
      kaplan_meier_find(&curve, near_one[i], &point);
      assert_int_equal(point.index, 0);
      assert_int_equal(kaplan_meier_index(&curve, near_one[i]), 0);
    }
    kaplan_meier_find(&curve, 0.999, &point);
    assert_int_equal(point.index, -1);
    kaplan_meier_free(&curve);
  }
  KaplanMeier curve = {0};
  for (int i = 0; i < 100; i++) {
    assert_int_equal(kaplan_meier_add(&curve, 1e12 + i, true), STATUS_OK);
  }
  assert_int_equal(kaplan_meier_finish(&curve, &NEVER), STATUS_OK);
  assert_int_equal(curve.n_points, 100);
  kaplan_meier_free(&curve);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(kaplan_meier),        cmocka_unit_test(quantiles),       cmocka_unit_test(restricted_mean),
    cmocka_unit_test(intervals),           cmocka_unit_test(times_by_a_hair), cmocka_unit_test(ways_of_reading),
    cmocka_unit_test(weights_and_entries), cmocka_unit_test(nobody),          cmocka_unit_test(interrupted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
