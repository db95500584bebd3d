/*
** core/btyd/discounting.c against the sum that it stands for, btyd_discounted(), over models, customers, horizons and
** rates. not under valgrind: fits and integrals by the hundred, which ASan and UBSan see too
*/
#include "feed.h"

#include "core/btyd/discounting.h"

static void compare(const BtydModel *model, const double *theta, double horizon, double discount, double period,
                    double *worst)
{
  static const CbsRow CBS_ROWS[] = {{0, 0, 0},      {0, 0, 0.5},    {0, 0, 39},  {1, 2, 3},
                                    {2, 30, 38.86}, {40, 200, 201}, {7, 3, 150}, {300, 400, 400}};
  Discounting discounting = {0};
  assert_int_equal(discounting_make(&discounting, horizon, discount, period, discounting_time_scale(model, theta)),
                   STATUS_OK);
  for (int i = 0; i < 8; i++) {
    double value = discounting_value(&discounting, model, theta, &CBS_ROWS[i]);
    double sum;
    assert_int_equal(btyd_discounted(model, theta, &CBS_ROWS[i], horizon, discount, period, &sum, &WATCH_NEVER),
                     STATUS_OK);
    if (sum > 1e-290) {
      *worst = fmax(*worst, fabs(value / sum - 1));
    }
  }
  discounting_free(&discounting);
  discounting_free(&discounting);
}

static void is_the_sum(void **unused)
{
  (void)unused;
  static const double BG[][4] = {
    {0.2426, 4.4136, 0.793, 2.426}, {3, 0.05, 0.5, 9}, {0.01, 400, 5, 0.2}, {1.3, 14.5, 1.7, 8}};
  static const double PARETO[][4] = {
    {0.5533, 10.578, 0.606, 11.669}, {3, 0.05, 0.5, 200}, {0.8, 90, 4, 0.3}, {1.4, 20, 1, 20}};
  static const double HORIZONS[] = {0.3, 1, 12.5, 52, 520, 1200}, DISCOUNTS[] = {0, 0.003, 0.02};
  double worst = 0;
  for (int t = 0; t < 4; t++) {
    for (int h = 0; h < 6; h++) {
      for (int d = 0; d < 3; d++) {
        compare(&BGNBD, BG[t], HORIZONS[h], DISCOUNTS[d], 1, &worst);
        compare(&MBGNBD, BG[t], HORIZONS[h], DISCOUNTS[d], 1, &worst);
        compare(&PARETO_NBD, PARETO[t], HORIZONS[h], DISCOUNTS[d], 1, &worst);
      }
    }
  }
  print_message("largest relative difference %.2g\n", worst);
  assert_true(worst < 1e-11);
}

/* Few terms where there would be many, and no more than there are. */
static void few_times(void **unused)
{
  (void)unused;
  Discounting discounting = {0};
  assert_int_equal(discounting_make(&discounting, 52, 0.002, 1, 4.4), STATUS_OK);
  assert_true(discounting.n < 22);
  discounting_free(&discounting);
  assert_int_equal(discounting_make(&discounting, 520, 0.002, 1, 4.4), STATUS_OK);
  assert_true(discounting.n < 32);
  discounting_free(&discounting);
  assert_int_equal(discounting_make(&discounting, 2.5, 0.1, 1, 4.4), STATUS_OK);
  assert_int_equal(discounting.n, 3);
  assert_relative(discounting.time[2], 2.5, 1e-12);
  assert_relative(discounting.weight[0], 1 / 1.1 - 1 / 1.21, 1e-12);
  assert_relative(discounting.weight[1], 1 / 1.21 - pow(1.1, -2.5), 1e-12);
  assert_relative(discounting.weight[2], pow(1.1, -2.5), 1e-12);
  discounting_free(&discounting);
  assert_int_equal(discounting_make(&discounting, 5000, 0, 1, 4.4), STATUS_OK);
  assert_int_equal(discounting.n, 1);
  assert_true(discounting.time[0] == 5000 && discounting.weight[0] == 1);
  discounting_free(&discounting);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(is_the_sum),
    cmocka_unit_test(few_times),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
