/*
** core/measures/purchase_intervals.c against values worked out by hand (quantiles: R's quantile(type = 7); cv:
** sd(x)/mean(x)) and against a naive computation on random shops.
*/
#include "feed.h"

#include "core/measures/purchase_intervals.h"
#include "core/numerics/stats.h"

static void by_hand(void **unused)
{
  (void)unused;
  /* Customer 1: days 0, 0, 4, 5, 15 in disorder: gaps 1, 4, 10. Customer 2: one day twice. Customer 3: days 2 and 9. */
  const Row rows[] = {
    {15 * DAY, 1, 0, 1}, {0, 1, 0, 2},       {7 * DAY, 2, 0, 3}, {4 * DAY + 5, 1, 0, 4}, {2 * DAY, 3, 0, 5},
    {5 * DAY, 1, 0, 6},  {9 * DAY, 3, 0, 7}, {1, 1, 0, 8},       {7 * DAY + 1, 2, 0, 9},
  };
  PurchaseIntervals intervals = {0};
  Customers customers = {0};
  PurchaseIntervalsStats stats;
  assert_true(feed(purchase_intervals_accumulator(), &intervals, &customers, rows, 9));
  assert_int_equal(purchase_intervals_finish(&intervals, &customers, &NEVER), STATUS_OK);
  assert_int_equal(intervals.n_rows, 2);
  purchase_intervals_get(&intervals, &customers, 0, &stats);
  assert_int_equal(stats.customer, 0);
  assert_int_equal(stats.gaps, 3);
  assert_int_equal(day_number_start(stats.last), 15 * DAY);
  assert_true(stats.mean == 5);
  assert_true(stats.median == 4);
  assert_relative(stats.p90, 8.8, 1e-12);           /* h = 1.8: 4 + 0.8 * 6 */
  assert_relative(stats.cv, sqrt(21.0) / 5, 1e-12); /* (16 + 1 + 25) / 2 = 21 */
  purchase_intervals_get(&intervals, &customers, 1, &stats);
  assert_int_equal(stats.customer, 2);
  assert_true(stats.mean == 7 && stats.median == 7 && stats.p90 == 7);
  assert_true(isnan(stats.cv));
  assert_int_equal(purchase_intervals_row_of(&intervals, 0), 0);
  assert_int_equal(purchase_intervals_row_of(&intervals, 1), -1);
  assert_int_equal(purchase_intervals_row_of(&intervals, 2), 1);
  assert_int_equal(purchase_intervals_row_of(&intervals, 3), -1);
  purchase_intervals_free(&intervals);
  purchase_intervals_free(&intervals);
  customers_free(&customers);
}

static void nobody(void **unused)
{
  (void)unused;
  PurchaseIntervals intervals = {0};
  Customers customers = {0};
  assert_int_equal(purchase_intervals_finish(&intervals, &customers, &NEVER), STATUS_OK);
  assert_int_equal(intervals.n_rows, 0);
  assert_int_equal(purchase_intervals_row_of(&intervals, 0), -1);
  purchase_intervals_free(&intervals);
}

static int by_day(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

/*
** Shops of up to 3,000 customers, so that several buckets are in use; each customer's gaps are collected and sorted
** plainly.
*/
static void at_random(void **unused)
{
  (void)unused;
  uint64_t seed = 99;
  for (int shop = 0; shop < 12; shop++) {
    int n_customers = shop % 3 == 0 ? 3000 : shop % 3 == 1 ? 40 : 1;
    size_t n = (size_t)draw_below(&seed, 20000) + 1;
    int64_t span = (shop % 4 == 3 ? 3000000 : 1 + draw_below(&seed, 800)) * DAY;
    int64_t offset = (draw_below(&seed, 29) - 14) * MS_PER_HOUR;
    Row *rows = malloc(n * sizeof *rows);
    for (size_t i = 0; i < n; i++) {
      rows[i] = (Row){TIME_MIN + draw_below(&seed, span), (int)draw_below(&seed, n_customers), 0, (int64_t)i};
    }
    if (shop % 2) {
      qsort(rows, n, sizeof *rows, by_time);
    }
    PurchaseIntervals intervals = {.zone = zone_fixed(offset)};
    Customers customers = {0};
    assert_true(feed(purchase_intervals_accumulator(), &intervals, &customers, rows, n));
    assert_int_equal(purchase_intervals_finish(&intervals, &customers, &NEVER), STATUS_OK);
    qsort(rows, n, sizeof *rows, by_customer);
    uint32_t shown = 0;
    int64_t *gap = malloc(n * sizeof *gap);
    double *sorted = malloc(n * sizeof *sorted);
    for (size_t start = 0, end; start < n; start = end) {
      size_t k = 0;
      int64_t last = floor_div(rows[start].time + offset, DAY);
      for (end = start + 1; end < n && rows[end].customer == rows[start].customer; end++) {
        int64_t day = floor_div(rows[end].time + offset, DAY);
        if (day != last) {
          gap[k++] = day - last;
        }
        last = day;
      }
      uint32_t id = customers_find_integer(&customers, rows[start].customer);
      int64_t row = purchase_intervals_row_of(&intervals, id);
      if (k == 0) {
        assert_int_equal(row, -1);
        continue;
      }
      shown++;
      qsort(gap, k, sizeof *gap, by_day);
      double mean = 0, squares = 0;
      for (size_t i = 0; i < k; i++) {
        sorted[i] = (double)gap[i];
        mean += sorted[i] / (double)k;
      }
      for (size_t i = 0; i < k; i++) {
        squares += (sorted[i] - mean) * (sorted[i] - mean);
      }
      PurchaseIntervalsStats stats;
      assert_true(row >= 0);
      purchase_intervals_get(&intervals, &customers, (uint32_t)row, &stats);
      assert_int_equal(stats.customer, id);
      assert_int_equal(stats.gaps, k);
      assert_int_equal(day_number_start(stats.last), last * DAY);
      assert_relative(stats.mean, mean, 1e-12);
      assert_relative(stats.median, quantile_sorted(sorted, k, 0.5), 1e-12);
      assert_relative(stats.p90, quantile_sorted(sorted, k, 0.9), 1e-12);
      if (k == 1) {
        assert_true(isnan(stats.cv));
      } else {
        assert_absolute(stats.cv, sqrt(squares / (double)(k - 1)) / mean, 1e-9);
      }
    }
    assert_int_equal(intervals.n_rows, shown);
    free(gap);
    free(sorted);
    free(rows);
    purchase_intervals_free(&intervals);
    customers_free(&customers);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(nobody), cmocka_unit_test(at_random)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
