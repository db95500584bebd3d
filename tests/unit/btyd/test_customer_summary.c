/*
** core/btyd/customer_summary.c against values worked out by hand and against the definitions applied naively to random
** shops.
*/
#include "feed.h"

#include "core/btyd/customer_summary.h"

/*
** Customer 1: two rows on the first day, then 2024-01-08 (two rows) and 2024-01-22; customer 2 once; until
** 2024-01-10, as_of 2024-01-31.
*/
static const char *const HAND_TIMES[] = {"2024-01-01 09:00", "2024-01-01 08:00", "2024-01-05", "2024-01-08 23:59",
                                         "2024-01-08",       "2024-01-12",       "2024-01-22"};
static const int HAND_CUSTOMERS[] = {1, 1, 2, 1, 1, 3, 1};
static const double HAND_VALUES[] = {100, 50, 7, 1.5, 2.5, 9, 10};

static size_t hand_rows(Row *rows)
{
  for (size_t i = 0; i < 7; i++) {
    rows[i] = (Row){at(HAND_TIMES[i]), HAND_CUSTOMERS[i], HAND_VALUES[i], (int64_t)i + 1};
  }
  return 7;
}

static void by_hand(void **unused)
{
  (void)unused;
  Row rows[7];
  size_t n = hand_rows(rows);
  CustomerSummary summary = {0};
  Customers customers = {0};
  CustomerSummaryRow row;
  assert_true(feed(customer_summary_accumulator(&summary), &summary, &customers, rows, n));
  assert_int_equal(customer_summary_finish(&summary, &customers, at("2024-01-31 12:00"), &NEVER), STATUS_OK);
  assert_int_equal(summary.n_rows, 3);
  customer_summary_get(&summary, &customers, 0, &row);
  assert_int_equal(row.orders, 5);
  assert_int_equal(row.repeats, 2);
  assert_int_equal(row.recency, 21);
  assert_int_equal(row.age, 30);
  assert_true(row.mean == 7.0); /* (1.5 + 2.5 + 10) / 2 */
  customer_summary_get(&summary, &customers, 1, &row);
  assert_int_equal(row.orders, 1);
  assert_int_equal(row.repeats, 0);
  assert_int_equal(row.recency, 0);
  assert_int_equal(row.age, 26);
  assert_true(isnan(row.mean));
  assert_int_equal(customer_summary_row_of(&summary, 2), 2);
  customer_summary_free(&summary);
  customer_summary_free(&summary);
  customers_free(&customers);
}

static void split_by_hand(void **unused)
{
  (void)unused;
  Row rows[7];
  size_t n = hand_rows(rows);
  CustomerSummary summary = {.split = true, .until = at("2024-01-10")};
  Customers customers = {0};
  CustomerSummaryRow row;
  assert_true(feed(customer_summary_accumulator(&summary), &summary, &customers, rows, n));
  assert_int_equal(customer_summary_finish(&summary, &customers, summary.until, &NEVER), STATUS_OK);
  assert_int_equal(summary.n_rows, 2); /* customer 3 came later */
  assert_int_equal(customer_summary_row_of(&summary, 2), -1);
  customer_summary_get(&summary, &customers, 0, &row);
  assert_int_equal(row.orders, 4);
  assert_int_equal(row.repeats, 1);
  assert_int_equal(row.recency, 7);
  assert_int_equal(row.age, 9);
  assert_true(row.mean == 4.0);
  assert_int_equal(row.holdout_orders, 1);
  assert_int_equal(row.holdout_days, 1);
  assert_true(row.holdout_value == 10.0);
  customer_summary_get(&summary, &customers, 1, &row);
  assert_int_equal(row.holdout_orders, 0);
  assert_int_equal(row.holdout_days, 0);
  assert_true(row.holdout_value == 0.0);
  customer_summary_free(&summary);
  customers_free(&customers);
}

/* The day begins at 00:00 of the offset: 23:00 and 01:00 UTC are one day at +02:00, 21:00 and 23:00 are two. */
static void offset(void **unused)
{
  (void)unused;
  const Row rows[] = {
    {at("2024-02-28 21:00"), 1, 1, 1},
    {at("2024-02-28 23:00"), 1, 2, 2},
    {at("2024-02-29 01:00"), 1, 4, 3},
  };
  const int64_t repeats[] = {1, 1, 0}; /* at +02:00; UTC; -12:00 */
  const int64_t offsets[] = {2, 0, -12};
  for (int i = 0; i < 3; i++) {
    CustomerSummary summary = {.zone = zone_fixed(offsets[i] * MS_PER_HOUR)};
    Customers customers = {0};
    CustomerSummaryRow row;
    assert_true(feed(customer_summary_accumulator(&summary), &summary, &customers, rows, 3));
    customer_summary_finish(&summary, &customers, rows[2].time, &NEVER);
    customer_summary_get(&summary, &customers, 0, &row);
    assert_int_equal(row.repeats, repeats[i]);
    assert_relative(row.mean, i == 0 ? 6 : i == 1 ? 4 : NAN, 1e-12);
    customer_summary_free(&summary);
    customers_free(&customers);
  }
}

/* Counters past what the state holds, in order and backwards; years 0000 … 9999; an early day after a late one. */
static void extremes(void **unused)
{
  (void)unused;
  CustomerSummary summary = {0};
  Customers customers = {0};
  CustomerSummaryRow row;
  size_t n = 0;
  Row *rows = malloc(9000 * sizeof *rows);
  for (int64_t day = 0; day < 3000; day++) {
    for (int k = 0; k < 3; k++, n++) {
      rows[n] = (Row){at("1999-01-01") + day * DAY + k, 5, 0.1, (int64_t)n};
    }
  }
  for (int backwards = 0; backwards < 2; backwards++) {
    assert_int_equal(feed(customer_summary_accumulator(&summary), &summary, &customers, rows, n), !backwards);
    assert_int_equal(customer_summary_finish(&summary, &customers, rows[n - 1].time, &NEVER), STATUS_OK);
    customer_summary_get(&summary, &customers, 0, &row);
    assert_int_equal(row.orders, 9000);
    assert_int_equal(row.repeats, 2999);
    assert_int_equal(row.recency, 2999);
    assert_true(row.mean == 0.3); /* 8997 * 0.1 / 2999 as decimals; the doubles add up to a little more */
    customer_summary_free(&summary);
    customers_free(&customers);
    for (size_t i = 0; i < n / 2; i++) {
      Row swap = rows[i];
      rows[i] = rows[n - 1 - i];
      rows[n - 1 - i] = swap;
    }
  }

  rows[0] = (Row){TIME_MIN, 1, 1, 1};
  rows[1] = (Row){TIME_MAX, 1, 1e300, 2};
  for (int hours = -14; hours <= 14; hours += 14) {
    summary = (CustomerSummary){.zone = zone_fixed(hours * MS_PER_HOUR)};
    assert_true(feed(customer_summary_accumulator(&summary), &summary, &customers, rows, 2));
    customer_summary_finish(&summary, &customers, TIME_MAX, &NEVER);
    customer_summary_get(&summary, &customers, 0, &row);
    assert_int_equal(row.recency, 3652424 + (hours != 0)); /* the offset moves one of the ends to another day */
    assert_true(row.mean == 1e300);
    customer_summary_free(&summary);
    customers_free(&customers);
  }
  rows[2] = (Row){at("2000-01-01"), 1, 1, 3};
  assert_false(feed(customer_summary_accumulator(&summary), &summary, &customers, rows, 3));
  customer_summary_finish(&summary, &customers, TIME_MAX, &NEVER);
  customer_summary_get(&summary, &customers, 0, &row);
  assert_int_equal(row.repeats, 2);
  customer_summary_free(&summary);
  customers_free(&customers);
  free(rows);
}

/* What is no decimal number: 1 + 1e-20 is 1, a large amount and its refund leave the small one. */
static void compensated(void **unused)
{
  (void)unused;
  const double values[] = {0, 1e16, 1.0 / 3, -1e16, 12.3456, 12.34567};
  Row rows[6];
  for (int i = 0; i < 6; i++) {
    rows[i] = (Row){i * DAY, 1, values[i], i};
  }
  CustomerSummary summary = {0};
  Customers customers = {0};
  CustomerSummaryRow row;
  assert_true(feed(customer_summary_accumulator(&summary), &summary, &customers, rows, 6));
  customer_summary_finish(&summary, &customers, 6 * DAY, &NEVER);
  customer_summary_get(&summary, &customers, 0, &row);
  assert_absolute(row.mean, (1.0 / 3 + 12.3456 + 12.34567) / 5, 1e-7); /* the lost part is a float */
  customer_summary_free(&summary);
  customers_free(&customers);
}

/* The rules of customer_summary.h on all rows of one customer, quadratic. */
static CustomerSummaryRow naive(const Row *rows, size_t n, int customer, const CustomerSummary *summary, int64_t end_ms)
{
  CustomerSummaryRow out = {0};
  int64_t first = INT64_MAX, last = INT64_MIN, end = floor_div(end_ms + summary->zone.span.offset, DAY);
  long double sum = 0, holdout = 0;
  for (size_t i = 0; i < n; i++) {
    if (rows[i].customer == customer && (!summary->split || rows[i].time <= summary->until)) {
      int64_t day = floor_div(rows[i].time + summary->zone.span.offset, DAY);
      first = day < first ? day : first;
      last = day > last ? day : last;
    }
  }
  for (size_t i = 0; i < n; i++) {
    if (rows[i].customer != customer) {
      continue;
    }
    int64_t day = floor_div(rows[i].time + summary->zone.span.offset, DAY);
    bool held = summary->split && rows[i].time > summary->until, seen = false;
    for (size_t k = 0; k < i && !seen; k++) {
      seen = rows[k].customer == customer && floor_div(rows[k].time + summary->zone.span.offset, DAY) == day &&
             (summary->split && rows[k].time > summary->until) == held;
    }
    if (held) {
      out.holdout_orders++;
      out.holdout_days += !seen;
      holdout += rows[i].value;
    } else {
      out.orders++;
      out.repeats += !seen && day != first;
      sum += day != first ? rows[i].value : 0;
    }
  }
  if (out.orders == 0) {
    return out;
  }
  out.recency = last - first;
  out.age = end - first;
  out.mean = out.repeats ? (double)(sum / out.repeats) : NAN;
  out.holdout_value = (double)holdout;
  return out;
}

static void at_random(void **unused)
{
  (void)unused;
  uint64_t seed = 20240229;
  int ordered = 0;
  for (int shop = 0; shop < 300; shop++) {
    Row rows[200];
    size_t n = (size_t)draw_below(&seed, 200) + 1;
    int64_t span = 1 + draw_below(&seed, 60) * DAY;
    for (size_t i = 0; i < n; i++) {
      double cents = (double)draw_below(&seed, 10000) / 100 - 20, odd = 1.0 / (double)(1 + draw_below(&seed, 50));
      double value = shop % 3 == 0 ? cents : shop % 3 == 1 ? odd : (double)draw_below(&seed, 7) / 8;
      rows[i] = (Row){draw_below(&seed, span) - span / 2, (int)draw_below(&seed, 9), value, (int64_t)i + 1};
    }
    if (shop % 2) {
      qsort(rows, n, sizeof *rows, by_time);
    }
    CustomerSummary summary = {.zone = zone_fixed((draw_below(&seed, 29) - 14) * MS_PER_HOUR),
                               .split = shop % 5 < 3,
                               .until = draw_below(&seed, span) - span / 2};
    int64_t end = summary.split ? summary.until : span;
    Customers customers = {0};
    bool as_came = feed(customer_summary_accumulator(&summary), &summary, &customers, rows, n);
    ordered += as_came;
    assert_true(as_came || shop % 2 == 0);
    assert_int_equal(customer_summary_finish(&summary, &customers, end, &NEVER), STATUS_OK);
    uint32_t shown = 0;
    for (uint32_t id = 0; id < customers.count; id++) {
      CustomerSummaryRow want = naive(rows, n, (int)customers_key(&customers, id).integer, &summary, end), got;
      int64_t row = customer_summary_row_of(&summary, id);
      if (want.orders == 0) {
        assert_int_equal(row, -1);
        continue;
      }
      assert_int_equal(row, shown++);
      customer_summary_get(&summary, &customers, (uint32_t)row, &got);
      assert_int_equal(got.customer, id);
      assert_int_equal(got.orders, want.orders);
      assert_int_equal(got.repeats, want.repeats);
      assert_int_equal(got.recency, want.recency);
      assert_int_equal(got.age, want.age);
      assert_relative(got.mean, want.mean, 1e-12);
      assert_int_equal(got.holdout_orders, want.holdout_orders);
      assert_int_equal(got.holdout_days, want.holdout_days);
      assert_relative(got.holdout_value, want.holdout_value, 1e-12);
    }
    assert_int_equal(summary.n_rows, shown);
    customer_summary_free(&summary);
    customers_free(&customers);
  }
  assert_true(ordered >= 150 && ordered < 300);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(by_hand),  cmocka_unit_test(split_by_hand), cmocka_unit_test(offset),
    cmocka_unit_test(extremes), cmocka_unit_test(compensated),   cmocka_unit_test(at_random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
