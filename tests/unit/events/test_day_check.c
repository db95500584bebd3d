/*
** core/events/day_check.c: the spans of 28 days and their bounds, by hand; gaps are tested with data_check.c.
*/
#include "core/events/day_check.h"
#include "unit.h"

#define DAY0 739000 /* about the year 1993 */

/* `rows` on every day of [from, to), in days from DAY0. */
static void add(DayCheck *check, int from, int to, int rows)
{
  for (int day = from; day < to; day++) {
    for (int i = 0; i < rows; i++) {
      assert_true(day_check_add(check, (uint32_t)(DAY0 + day)));
    }
  }
}

/* The last 28 days of n, with `end` rows a day after `usual`. */
static bool is_sparse(int n, int usual, int end, int year_before)
{
  DayCheck check = {0};
  add(&check, n - 28, n, end); /* in no order */
  add(&check, 0, n - 28, usual);
  if (year_before) {
    add(&check, n - 14 * 28, n - 13 * 28, year_before);
  }
  assert_int_equal(day_check_finish(&check, &NEVER), STATUS_OK);
  bool sparse = check.sparse;
  if (sparse) {
    assert_int_equal(check.sparse_rows, 28 * end);
    assert_int_equal(check.sparse_from, DAY0 + n - 28);
    assert_int_equal(check.sparse_to, DAY0 + n - 1);
    assert_absolute(check.usual_rows, 28.0 * usual, 0);
  }
  day_check_free(&check);
  day_check_free(&check);
  return sparse;
}

static void the_end_is_compared_with_the_spans_before(void **unused)
{
  (void)unused;
  assert_true(is_sparse(4 * 28, 5, 1, 0));      /* 28 < 140 / 4 = 35, of three spans before */
  assert_false(is_sparse(4 * 28, 4, 1, 0));     /* 28 is a quarter of 112, not fewer */
  assert_false(is_sparse(4 * 28 - 1, 5, 1, 0)); /* two whole spans before */
  assert_true(is_sparse(20 * 28, 5, 1, 0));     /* a year before it was as usual */
  DayCheck check = {0};                         /* a year before it was as low: 13 spans of 140, 6 of them before it */
  add(&check, 0, 6 * 28, 5);
  add(&check, 6 * 28, 7 * 28, 2);
  add(&check, 7 * 28, 19 * 28, 5);
  add(&check, 19 * 28, 20 * 28, 1);
  assert_int_equal(day_check_finish(&check, &NEVER), STATUS_OK);
  assert_false(check.sparse); /* 28 is half of 56, not fewer */
  day_check_free(&check);
  assert_true(is_sparse(20 * 28, 5, 1, 1)); /* 6 a day, a year before */
}

static void few_rows_are_not_judged(void **unused)
{
  (void)unused;
  DayCheck check = {0};
  for (int span = 0; span < 6; span++) { /* 29 rows in each of six spans, then one */
    add(&check, span * 28, span * 28 + 27, 1);
    add(&check, span * 28 + 27, span * 28 + 28, 2);
  }
  add(&check, 6 * 28 + 27, 6 * 28 + 28, 1);
  assert_int_equal(day_check_finish(&check, &NEVER), STATUS_OK);
  assert_absolute(check.usual_rows, 29, 0);
  assert_false(check.sparse);
  day_check_free(&check);

  for (int span = 0; span < 6; span++) { /* with 30 it is */
    add(&check, span * 28, span * 28 + 26, 1);
    add(&check, span * 28 + 26, span * 28 + 28, 2);
  }
  add(&check, 6 * 28 + 27, 6 * 28 + 28, 1);
  assert_int_equal(day_check_finish(&check, &NEVER), STATUS_OK);
  assert_absolute(check.usual_rows, 30, 0);
  assert_true(check.sparse);
  day_check_free(&check);
}

static void no_rows_and_one(void **unused)
{
  (void)unused;
  DayCheck check = {0};
  assert_int_equal(day_check_finish(&check, &NEVER), STATUS_OK);
  assert_true(isnan(check.usual_step) && isnan(check.usual_rows));
  assert_true(day_check_add(&check, 1)); /* the first day that there is, and the last */
  assert_true(day_check_add(&check, ((uint32_t)1 << 22) - 1));
  assert_int_equal(day_check_finish(&check, &NEVER), STATUS_OK);
  assert_false(check.sparse);
  assert_int_equal(check.gaps, 0);
  day_check_free(&check);
  assert_true(day_check_add(&check, 1));
  assert_int_equal(day_check_finish(&check, &NEVER), STATUS_OK);
  assert_false(check.sparse);
  day_check_free(&check);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_end_is_compared_with_the_spans_before),
    cmocka_unit_test(few_rows_are_not_judged),
    cmocka_unit_test(no_rows_and_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
