/*
** core/events/data_check.c against findings planted by hand and against a naive count on random shops.
*/
#include "feed.h"

#include "core/events/data_check.h"
#include "core/events/purchase_days.h"

static void finish(DataCheck *check, Customers *customers, const Row *rows, size_t n, bool as_came)
{
  assert_int_equal(feed(data_check_accumulator(), check, customers, rows, n), as_came);
  assert_int_equal(data_check_finish(check, customers, &NEVER), STATUS_OK);
}

static void done(DataCheck *check, Customers *customers)
{
  data_check_free(check);
  data_check_free(check);
  customers_free(customers);
}

static void assert_tally(DataCheckTally tally, int64_t rows, int64_t rowid)
{
  assert_int_equal(tally.rows, rows);
  assert_int_equal(tally.rowid, rowid);
}

/*
** Twins: 2 and 5 of 1 (0.0 and -0.0 are equal), 4 of 3 (NULL equals NULL); not 6: another value; not 7: another time;
** not 8: NULL is not 0.
*/
static void twins(void **unused)
{
  (void)unused;
  const Row rows[] = {
    {0, 1, 0.0, 1}, {0, 1, -0.0, 2}, {0, 2, NAN, 3}, {0, 2, NAN, 4}, {0, 1, 0.0, 5},
    {0, 1, 1, 6},   {1, 1, 0.0, 7},  {1, 2, NAN, 8}, {1, 2, 0, 9},
  };
  DataCheck check = {.today = 0};
  Customers customers = {0};
  finish(&check, &customers, rows, 9, true);
  assert_tally(check.duplicate, 3, 2);
  assert_tally(check.zero, 5, 1);
  assert_tally(check.negative, 0, 0);
  assert_tally(check.future, 3, 7);
  assert_int_equal(check.by_rows.tally.rows, 0); /* two customers: nobody can have ten times the average */
  assert_int_equal(check.days.gaps, 0);
  done(&check, &customers);
}

static void dominance(void **unused)
{
  (void)unused;
  Row rows[250];
  size_t n = 0;
  /* 130 customers with one row of 1 each, but customer 9's of 100; customer 7 with 20 more rows of 0: 21 / 150. */
  for (int i = 0; i < 130; i++, n++) {
    rows[n] = (Row){(int64_t)n * DAY, i, i == 9 ? 100 : 1, (int64_t)n + 1};
  }
  for (int i = 0; i < 20; i++, n++) {
    rows[n] = (Row){(int64_t)n * DAY, 7, 0, (int64_t)n + 1};
  }
  DataCheck check = {.today = 1000 * DAY};
  Customers customers = {0};
  finish(&check, &customers, rows, n, true);
  assert_int_equal(check.by_rows.customer, 7);
  assert_tally(check.by_rows.tally, 21, 8);
  assert_relative(check.by_rows.share, 0.14, 1e-12);
  assert_int_equal(check.by_value.customer, 9);
  assert_tally(check.by_value.tally, 1, 10);
  assert_relative(check.by_value.share, 100.0 / 229, 1e-12);
  done(&check, &customers);

  /* Exactly a tenth is not above it: 10 of 100 rows, by 91 customers. */
  n = 0;
  for (int i = 0; i < 100; i++, n++) {
    rows[n] = (Row){(int64_t)n * DAY, i < 10 ? 0 : i, 0, (int64_t)n + 1};
  }
  check = (DataCheck){.today = 1000 * DAY};
  finish(&check, &customers, rows, n, true);
  assert_int_equal(check.by_rows.tally.rows, 0);
  done(&check, &customers);
}

/*
** A row every day but for 2, then 3, then 4 missing ones: the 95 % quantile of 33 steps is below 2, so that 3 missing
** days (a step of 4) are too many where it is 1.
*/
static void gaps(void **unused)
{
  (void)unused;
  Row rows[64];
  size_t n = 0;
  int64_t day = at("2024-02-20") / DAY;
  for (int i = 0; i < 61; i++, n++) {
    day += i == 10   ? 3
           : i == 20 ? 4
           : i == 30 ? 5
                     : 1; /* steps: 57 of 1, 3, 4, 5; type-7 h = 59 * 0.95 = 56.05: 1 + 0.05 * 2 = 1.1 */
    rows[n] = (Row){day * DAY, i, 1, (int64_t)n};
  }
  DataCheck check = {.today = day * DAY};
  Customers customers = {0};
  finish(&check, &customers, rows, n, true);
  assert_relative(check.days.usual_step, 1.1, 1e-12);
  assert_int_equal(check.days.gaps, 2); /* 4 and 5 are above 3.3 */
  assert_int_equal(check.days.gap_days, 7);
  assert_int_equal(check.days.gap_to - check.days.gap_from, 5);
  assert_int_equal(day_number_start(check.days.gap_from), rows[29].time);
  done(&check, &customers);

  check = (DataCheck){.today = rows[15].time}; /* up to here there are 15 steps: too few */
  finish(&check, &customers, rows, n, true);
  assert_int_equal(check.days.gaps, 0);
  assert_true(isnan(check.days.usual_step));
  assert_tally(check.future, (int64_t)n - 16, 16);
  done(&check, &customers);
}

/*
** Twelve orders of two lines, by as many customers, one of them with a copy beside: 12 of 25 rows follow another that
** they are no copy of. Of nine customers it is none; nor where 12 of 120 rows do, a tenth.
*/
static void lines_of_orders(void **unused)
{
  (void)unused;
  for (int come_sorted = 0; come_sorted < 2; come_sorted++) {
    Row rows[130];
    size_t n = 0;
    for (int i = 0; i < 12; i++) {
      int64_t day = come_sorted ? i : 20 - i;
      rows[n] = (Row){day * DAY, i, 1, (int64_t)n + 1};
      rows[n + 1] = (Row){day * DAY, i, 2, (int64_t)n + 2};
      n += 2;
    }
    rows[n] = (Row){rows[n - 1].time, 11, 2, 25};
    DataCheck check = {.today = 1000 * DAY};
    Customers customers = {0};
    finish(&check, &customers, rows, n + 1, come_sorted);
    assert_tally(check.lines, 12, 2);
    assert_int_equal(check.line_customers, 12);
    assert_tally(check.duplicate, 1, 25);
    assert_int_equal(check.newest, come_sorted ? 11 * DAY : 20 * DAY);
    assert_int_equal(check.newest_rowid, come_sorted ? 23 : 1);
    done(&check, &customers);

    check = (DataCheck){.today = 1000 * DAY};
    finish(&check, &customers, rows, 18, come_sorted);
    assert_tally(check.lines, 0, 0);
    done(&check, &customers);

    for (; n < 120; n++) {
      rows[n] = (Row){(int64_t)n * DAY, (int)n, 1, (int64_t)n + 1};
    }
    check = (DataCheck){.today = 1000 * DAY};
    finish(&check, &customers, rows, n, come_sorted);
    assert_tally(check.lines, 0, 0);
    assert_int_equal(check.line_customers, 12);
    done(&check, &customers);
  }
}

static bool same(const Row *a, const Row *b)
{
  return a->customer == b->customer && a->time == b->time && a->value == b->value;
}

static void at_random(void **unused)
{
  (void)unused;
  uint64_t seed = 12;
  for (int shop = 0; shop < 60; shop++) {
    Row rows[600];
    size_t n = (size_t)draw_below(&seed, 600) + 1;
    int64_t times = 1 + draw_below(&seed, shop % 2 ? 5 : 200), n_customers = 1 + draw_below(&seed, 40);
    for (size_t i = 0; i < n; i++) {
      int64_t time = draw_below(&seed, times) * MS_PER_HOUR;
      int customer = (int)draw_below(&seed, n_customers);
      rows[i] = (Row){time, customer, (double)draw_below(&seed, 6) - 2, (int64_t)i + 1};
    }
    if (shop % 3) {
      qsort(rows, n, sizeof *rows, by_time);
    }
    DataCheckTally duplicate = {0}, negative = {0};
    for (size_t i = 0; i < n; i++) {
      bool copy = false;
      for (size_t k = 0; k < n; k++) {
        bool earlier = shop % 3 ? k < i : rows[k].rowid < rows[i].rowid;
        copy = copy || (earlier && same(&rows[k], &rows[i]));
      }
      if (copy) {
        duplicate.rowid = duplicate.rows == 0 || rows[i].rowid < duplicate.rowid ? rows[i].rowid : duplicate.rowid;
        duplicate.rows++;
      }
      if (rows[i].value < 0) {
        negative.rowid = negative.rows == 0 || rows[i].rowid < negative.rowid ? rows[i].rowid : negative.rowid;
        negative.rows++;
      }
    }
    DataCheck check = {.today = times * MS_PER_HOUR};
    Customers customers = {0};
    feed(data_check_accumulator(), &check, &customers, rows, n);
    assert_int_equal(data_check_finish(&check, &customers, &NEVER), STATUS_OK);
    assert_tally(check.duplicate, duplicate.rows, duplicate.rowid);
    assert_tally(check.negative, negative.rows, negative.rowid);
    assert_int_equal(check.rows, n);
    done(&check, &customers);
  }
}

static void nothing(void **unused)
{
  (void)unused;
  DataCheck check = {0};
  Customers customers = {0};
  finish(&check, &customers, NULL, 0, true);
  assert_int_equal(check.rows, 0);
  done(&check, &customers);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_of_orders), cmocka_unit_test(twins),   cmocka_unit_test(dominance), cmocka_unit_test(gaps),
    cmocka_unit_test(at_random),       cmocka_unit_test(nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
