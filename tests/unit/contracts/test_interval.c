#include "core/contracts/interval.h"
#include "unit.h"

#include <string.h>

typedef struct Case {
  const char *text;
  double months;
} Case;

static double months_of(const char *text)
{
  BillingInterval interval = {0};
  return billing_interval_from_text(text, strlen(text), &interval) ? (double)interval.length / (double)interval.parts
                                                                   : -1;
}

static void forms_of_intervals(void **unused)
{
  (void)unused;
  static const Case CASES[] = {
    {"month", 1},
    {"Months", 1},
    {" MONTHLY ", 1},
    {"1 month", 1},
    {"3 months", 3},
    {"3months", 3},
    {"quarter", 3},
    {"quarterly", 3},
    {"2 quarters", 6},
    {"half-year", 6},
    {"semi-annual", 6},
    {"Semiannually", 6},
    {"year", 12},
    {"yearly", 12},
    {"Annual", 12},
    {"annually", 12},
    {"2 years", 24},
    {"P1Y", 12},
    {"p3m", 3},
    {"P1Y6M", 18},
    {"P1M", 1},
    {"月", 1},
    {"每月", 1},
    {"月付", 1},
    {"按月付费", 1},
    {"季", 3},
    {"季度", 3},
    {"每季度", 3},
    {"季付", 3},
    {"半年", 6},
    {"半年付", 6},
    {"年", 12},
    {"年付", 12},
    {"按年缴", 12},
    {"年度", 12},
    {"week", 7 / 30.4375},
    {"weekly", 7 / 30.4375},
    {"P2W", 14 / 30.4375},
    {"P30D", 30 / 30.4375},
    {"day", 1 / 30.4375},
    {"daily", 1 / 30.4375},
    {"10 days", 10 / 30.4375},
    {"每周", 7 / 30.4375},
    {"天", 1 / 30.4375},
    {"36525 years", 438300},
  };
  static const char *const NONE[] = {"",
                                     " ",
                                     "x",
                                     "12",
                                     "0 months",
                                     "P",
                                     "P1",
                                     "PM",
                                     "P0M",
                                     "P1M1Y",
                                     "P1Y1D",
                                     "P1Y1Y",
                                     "hour",
                                     "24 hours",
                                     "biannual",
                                     "付",
                                     "每",
                                     "monthlyx",
                                     "36526 years",
                                     "P99999999Y",
                                     "mo",
                                     "month ago",
                                     "a very long text that is no interval"};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    if (months_of(CASES[i].text) != CASES[i].months) {
      fail_msg("%s: %.17g", CASES[i].text, months_of(CASES[i].text));
    }
  }
  for (size_t i = 0; i < COUNT_OF(NONE); i++) {
    if (months_of(NONE[i]) != -1) {
      fail_msg("'%s' is taken", NONE[i]);
    }
  }
}

static void amounts_per_month(void **unused)
{
  (void)unused;
  assert_true(billing_per_month((BillingInterval){12, 1}, 1200) == 100);
  assert_true(billing_per_month((BillingInterval){3, 1}, 10) == 10 / 3.0);
  assert_true(billing_per_month((BillingInterval){1, 1}, 9.99) == 9.99);
  assert_true(billing_per_month((BillingInterval){7 * 16, 487}, 7) == 30.4375);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(forms_of_intervals),
    cmocka_unit_test(amounts_per_month),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
