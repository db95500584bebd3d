/*
** core/measures/repeat_ladder.c against values worked out by hand and against a naive computation on random shops.
*/
#include "feed.h"

#include "core/measures/repeat_ladder.h"
#include "core/numerics/stats.h"

/* Customer 1: day 0 at 10:00 and 22:00, day 3 at 10:00. Customer 2: day 1, day 2 (24 h later). Customer 3: day 5. */
static const Row HAND[] = {
  {10 * MS_PER_HOUR, 1, 0, 1}, {22 * MS_PER_HOUR, 1, 0, 2},           {DAY, 2, 0, 3},
  {2 * DAY, 2, 0, 4},          {3 * DAY + 10 * MS_PER_HOUR, 1, 0, 5}, {5 * DAY, 3, 0, 6},
};

static void by_hand(void **unused)
{
  (void)unused;
  RepeatLadder ladder = {.max_step = 10};
  Customers customers = {0};
  assert_int_equal(repeat_ladder_start(&ladder), STATUS_OK);
  assert_true(feed(repeat_ladder_accumulator(), &ladder, &customers, HAND, 6));
  assert_int_equal(repeat_ladder_finish(&ladder, &NEVER), STATUS_OK);
  assert_int_equal(ladder.n_steps, 3);
  assert_int_equal(ladder.step[0].customers, 3);
  assert_int_equal(ladder.step[0].converted, 2);
  assert_true(ladder.step[0].median == 0.75); /* half of 12 h and 24 h */
  assert_int_equal(ladder.step[1].customers, 2);
  assert_int_equal(ladder.step[1].converted, 1);
  assert_true(ladder.step[1].median == 2.5);
  assert_int_equal(ladder.step[2].customers, 1);
  assert_int_equal(ladder.step[2].converted, 0);
  assert_true(isnan(ladder.step[2].median));
  repeat_ladder_free(&ladder);
  repeat_ladder_free(&ladder);
  customers_free(&customers);
}

static void merged_by_day(void **unused)
{
  (void)unused;
  RepeatLadder ladder = {.max_step = 1, .by_day = true};
  Customers customers = {0};
  assert_int_equal(repeat_ladder_start(&ladder), STATUS_OK);
  assert_true(feed(repeat_ladder_accumulator(), &ladder, &customers, HAND, 6));
  assert_int_equal(repeat_ladder_finish(&ladder, &NEVER), STATUS_OK);
  assert_int_equal(ladder.n_steps, 1);
  assert_int_equal(ladder.step[0].customers, 3);
  assert_int_equal(ladder.step[0].converted, 2);
  assert_true(ladder.step[0].median == 2); /* days 0 to 3, 1 to 2 */
  repeat_ladder_free(&ladder);
  customers_free(&customers);
}

/* Gaps that are no whole seconds, and longer than 2^32 seconds. */
static void odd_gaps(void **unused)
{
  (void)unused;
  const Row rows[] = {
    {TIME_MIN, 1, 0, 1}, {0, 2, 0, 2}, {1, 2, 0, 3}, {500, 3, 0, 4}, {1500, 3, 0, 5}, {TIME_MAX, 1, 0, 6},
  };
  RepeatLadder ladder = {.max_step = 2};
  Customers customers = {0};
  assert_int_equal(repeat_ladder_start(&ladder), STATUS_OK);
  assert_true(feed(repeat_ladder_accumulator(), &ladder, &customers, rows, 6));
  assert_int_equal(ladder.step[0].others.count, 2);
  assert_int_equal(repeat_ladder_finish(&ladder, &NEVER), STATUS_OK);
  assert_int_equal(ladder.step[0].converted, 3);
  assert_relative(ladder.step[0].median, 1.0 / 86400, 1e-12);
  repeat_ladder_free(&ladder);
  customers_free(&customers);
}

static void at_random(void **unused)
{
  (void)unused;
  uint64_t seed = 4711;
  for (int shop = 0; shop < 100; shop++) {
    Row rows[400];
    double gaps[400];
    size_t n = (size_t)draw_below(&seed, 400) + 1;
    int64_t span = 1 + draw_below(&seed, 100) * DAY, unit = shop % 3 == 0 ? 1 : shop % 3 == 1 ? MS_PER_SECOND : DAY;
    for (size_t i = 0; i < n; i++) {
      int64_t time = floor_div(draw_below(&seed, span) - span / 2, unit) * unit;
      rows[i] = (Row){time, (int)draw_below(&seed, 30), 0, (int64_t)i};
    }
    if (shop % 2) {
      qsort(rows, n, sizeof *rows, by_time);
    }
    RepeatLadder ladder = {.max_step = 1 + (uint32_t)draw_below(&seed, 20),
                           .by_day = shop % 5 == 0,
                           .zone = zone_fixed((draw_below(&seed, 29) - 14) * MS_PER_HOUR)};
    Customers customers = {0};
    assert_int_equal(repeat_ladder_start(&ladder), STATUS_OK);
    assert_true(feed(repeat_ladder_accumulator(), &ladder, &customers, rows, n) || shop % 2 == 0);
    assert_int_equal(repeat_ladder_finish(&ladder, &NEVER), STATUS_OK);
    qsort(rows, n, sizeof *rows, by_customer);
    for (uint32_t step = 1; step <= ladder.max_step; step++) {
      int64_t count = 0, reached = 0;
      size_t k = 0;
      for (size_t i = 0; i < n; i++) {
        int64_t last = i ? rows[i - 1].time : 0, time = rows[i].time;
        if (ladder.by_day) {
          last = floor_div(last + ladder.zone.span.offset, DAY) * DAY;
          time = floor_div(time + ladder.zone.span.offset, DAY) * DAY;
        }
        bool first = i == 0 || rows[i].customer != rows[i - 1].customer;
        if (!first && ladder.by_day && time == last) {
          continue;
        }
        count = first ? 1 : count + 1;
        reached += count == step;
        if (count == step + 1) {
          gaps[k++] = (double)(time - last) / (double)DAY;
        }
      }
      if (reached == 0) {
        assert_true(step > ladder.n_steps);
        continue;
      }
      assert_true(step <= ladder.n_steps);
      assert_int_equal(ladder.step[step - 1].customers, reached);
      assert_int_equal(ladder.step[step - 1].converted, k);
      assert_int_equal(sort_doubles(gaps, k, &NEVER), STATUS_OK);
      assert_relative(ladder.step[step - 1].median, k ? quantile_sorted(gaps, k, 0.5) : NAN, 1e-12);
    }
    repeat_ladder_free(&ladder);
    customers_free(&customers);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(by_hand),
    cmocka_unit_test(merged_by_day),
    cmocka_unit_test(odd_gaps),
    cmocka_unit_test(at_random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
