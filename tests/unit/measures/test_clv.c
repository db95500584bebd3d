/*
** core/clv: the annuity factor against sums written out, and its limits.
*/
#include "core/measures/clv.h"
#include "unit.h"

static void whole_lifespans_are_the_sum(void **state)
{
  (void)state;
  const double rates[] = {1e-9, 0.005, 0.1, 0.25, 1};
  for (int r = 0; r < 5; r++) {
    double sum = 0;
    for (int i = 1; i <= 60; i++) {
      sum += pow(1 + rates[r], -i);
      assert_relative(clv_periods(i, rates[r]), sum, 1e-13);
    }
  }
}

/* The present-value table of an annuity that finance textbooks print: 3 and 10 years at 10 %, 2.4869 and 6.1446. */
static void printed_table(void **state)
{
  (void)state;
  assert_absolute(clv_periods(3, 0.1), 2.4869, 5e-5);
  assert_absolute(clv_periods(10, 0.1), 6.1446, 5e-5);
}

/* n whole payments, then ((1+d)^f - 1)/d at time n + f. */
static void fractions_are_a_last_payment(void **state)
{
  (void)state;
  for (double f = 0.125; f < 1; f += 0.125) {
    double d = 0.08, want = (pow(1 + d, f) - 1) / d * pow(1 + d, -(4 + f));
    for (int i = 1; i <= 4; i++) {
      want += pow(1 + d, -i);
    }
    assert_relative(clv_periods(4 + f, d), want, 1e-13);
  }
}

static void no_discount_is_exact(void **state)
{
  (void)state;
  const double lifespans[] = {0, 0.1, 1, 2.75, 1e6, 1e300};
  for (int i = 0; i < 6; i++) {
    assert_true(clv_periods(lifespans[i], 0) == lifespans[i]);
  }
}

/* Series: a(L) = L - L(L + 1)/2 d + O(d^2). At subnormal rates a quotient of tiny numbers would lose its digits. */
static void tiny_rates_do_not_cancel(void **state)
{
  (void)state;
  const double rates[] = {1e-8, 1e-12, 1e-16, 1e-18, 1e-300, 5e-324};
  for (int i = 0; i < 6; i++) {
    for (double lifespan = 0.3; lifespan < 50; lifespan *= 1.7) {
      double d = rates[i];
      assert_relative(clv_periods(lifespan, d), lifespan - lifespan * (lifespan + 1) / 2 * d, 1e-15 + 2500 * d * d);
    }
  }
}

static void limits_and_order(void **state)
{
  (void)state;
  assert_true(clv_periods(0, 0.1) == 0);
  assert_relative(clv_periods(1e9, 0.25), 4, 1e-15); /* a perpetuity: 1/d */
  assert_true(isfinite(clv_periods(1e308, 1e-308)));
  for (double lifespan = 0.01; lifespan < 400; lifespan *= 1.1) {
    assert_true(clv_periods(lifespan * 1.1, 0.03) > clv_periods(lifespan, 0.03));
    assert_true(clv_periods(lifespan, 0.03) < clv_periods(lifespan, 0.02));
    assert_true(clv_periods(lifespan, 0.02) < lifespan);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(whole_lifespans_are_the_sum),  cmocka_unit_test(printed_table),
    cmocka_unit_test(fractions_are_a_last_payment), cmocka_unit_test(no_discount_is_exact),
    cmocka_unit_test(tiny_rates_do_not_cancel),     cmocka_unit_test(limits_and_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
