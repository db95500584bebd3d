/*
** core/churn/churn_features.c against values worked out by hand and against the definitions applied naively to random
** shops.
*/
#include "feed.h"

#include "core/churn/churn_features.h"
#include "core/time/length.h"

static ChurnTimes times_of(const char *as_of, const char *horizon)
{
  Duration duration;
  assert_true(duration_from_text(horizon, strlen(horizon), &duration));
  return churn_times(bound_of_instant(at(as_of)), duration, zone_fixed(0));
}

static void instants(void **unused)
{
  (void)unused;
  ChurnTimes times = times_of("2024-05-31 12:00", "1 month");
  assert_true(times.cut == at("2024-04-30 12:00") && times.recent == at("2024-03-30 12:00") &&
              times.until == at("2024-06-30 12:00"));
  times = times_of("2024-05-31", "30 days");
  assert_true(times.cut == at("2024-05-01") && times.recent == at("2024-04-01") && times.until == at("2024-06-30"));
}

/* as_of 2024-03-31, cut-off 2024-03-01, recent start 2024-01-31, all at noon. */
static void by_hand(void **unused)
{
  (void)unused;
  const Row rows[] = {
    {at("2024-01-01 08:00"), 1, 10, 1}, {at("2024-01-11"), 1, 20, 2}, {at("2024-01-31 11:00"), 1, 1, 3},
    {at("2024-01-31 13:00"), 1, 2, 4}, /* the day of before, in the next zone */
    {at("2024-02-10"), 2, 5, 5},        {at("2024-02-20"), 2, 7, 6},  {at("2024-02-20 23:00"), 2, 8, 7},
    {at("2024-03-01 18:00"), 1, 40, 8}, {at("2024-03-15"), 3, 3, 9},  {at("2024-04-15"), 4, 9, 10},
  };
  ChurnTimes times = times_of("2024-03-31 12:00", "30 days");
  Customers customers = {0};
  ChurnHistory history;
  assert_true(feed(CHURN_ACCUMULATOR, &times, &customers, rows, 10));
  const ChurnState *state = customers_state(&customers, 0);
  assert_true(churn_history(&times, state, CHURN_CUT, &history));
  assert_true(!churn_returned(&times, state)); /* 1 March 18:00 is the day of the cut-off */
  assert_int_equal(history.x, 2);              /* 1, 11 and 31 January */
  assert_int_equal(history.recent, 0);
  assert_int_equal(history.t_x, 30);
  assert_int_equal(history.since, 30);
  assert_int_equal(history.age, 60);
  assert_true(history.window == 30 && history.value == 33);
  assert_relative(churn_usual_gap(&history, 12), 14, 1e-12); /* (30 + 12) / 3 */
  assert_relative(churn_expected_recent(&history, 15), 3.0 / 45.0 * 30,
                  1e-12); /* 2 repeats and one more in 30 + 15 days */
  assert_true(churn_history(&times, state, CHURN_AS_OF, &history));
  assert_int_equal(history.x, 3);
  assert_int_equal(history.recent, 1);
  assert_int_equal(history.t_x, 60);
  assert_int_equal(history.since, 30);
  assert_int_equal(history.age, 90);
  assert_true(history.value == 73);
  double x[CHURN_FEATURES];
  churn_features(&history, 20, 5, -1.5, x);
  assert_relative(x[CHURN_RECENCY], log(31), 1e-12);
  assert_relative(x[CHURN_FREQUENCY], log(4), 1e-12);
  assert_relative(x[CHURN_VALUE], log(1 + 73.0 / 4 / 5), 1e-12);
  assert_relative(x[CHURN_OVERDUE], log(1 + 30.0 / 20), 1e-12); /* usual gap (60 + 20) / 4 */
  assert_relative(x[CHURN_TREND], log(2 / (1 + 3.0 / 80 * 30)), 1e-12);
  assert_relative(x[CHURN_P_ALIVE], -1.5, 1e-12);
  assert_relative(x[CHURN_AGE], log(91), 1e-12);

  state = customers_state(&customers, 1);
  assert_true(churn_history(&times, state, CHURN_CUT, &history));
  assert_true(!churn_returned(&times, state));
  assert_int_equal(history.x, 1);
  assert_int_equal(history.recent, 1); /* the first purchase is none */
  assert_int_equal(history.age, 20);
  assert_true(history.window == 20 && isnan(churn_expected_recent(&history, 12)));
  churn_features(&history, NAN, 5, 0, x);
  assert_true(x[CHURN_TREND] == 0 && x[CHURN_OVERDUE] == 0);

  state = customers_state(&customers, 2);
  assert_true(!churn_history(&times, state, CHURN_CUT, &history)); /* came later */
  assert_true(churn_history(&times, state, CHURN_AS_OF, &history));
  state = customers_state(&customers, 3);
  assert_true(!churn_history(&times, state, CHURN_AS_OF, &history)); /* after as_of */
  customers_free(&customers);
}

static int by_day(const void *a, const void *b)
{
  const Row *x = a, *y = b;
  return x->time < y->time ? -1 : x->time > y->time;
}

/* The definition, row by row: days that differ, from all rows up to the instant. */
static void naive(const Row *rows, size_t n, int customer, int64_t offset, int64_t start, int64_t end,
                  ChurnHistory *history)
{
  int64_t last = INT64_MIN, days = 0, older = 0;
  *history = (ChurnHistory){0};
  for (size_t i = 0; i < n; i++) {
    if (rows[i].customer == customer && rows[i].time <= end) {
      int64_t day = floor_div(rows[i].time + offset, DAY);
      days += day != last;
      history->first = history->first ? history->first : (uint32_t)(day + DAY_BIAS);
      last = day;
      history->last = (uint32_t)(day + DAY_BIAS);
      history->value += rows[i].value;
      older = rows[i].time <= start ? days : older;
    }
  }
  history->x = days - 1;
  history->recent = days - (older ? older : 1);
  history->t_x = (int64_t)history->last - history->first;
  history->since = floor_div(end + offset, DAY) + DAY_BIAS - history->last;
  history->age = floor_div(end + offset, DAY) + DAY_BIAS - history->first;
  history->window = fmin((double)(end - start) / DAY, (double)history->age);
}

static void at_random(void **unused)
{
  (void)unused;
  enum {
    N = 4000
  };
  static Row rows[N], sorted[N];
  uint64_t seed = 11;
  int disorders = 0;
  for (int shop = 0; shop < 20; shop++) {
    ChurnTimes times = times_of(shop % 2 ? "2024-06-30 12:00" : "2024-06-30", shop % 3 ? "20 days" : "3 weeks");
    times.time_zone = zone_fixed(shop % 4 == 1 ? 8 * MS_PER_HOUR : shop % 4 == 2 ? -3 * MS_PER_HOUR : 0);
    for (int i = 0; i < N; i++) {
      rows[i] = (Row){at("2024-01-01") + draw_below(&seed, 200 * DAY), (int)draw_below(&seed, 300),
                      (double)draw_below(&seed, 1000) / 100, i};
    }
    memcpy(sorted, rows, sizeof rows);
    qsort(sorted, N, sizeof *sorted, by_day);
    Customers customers = {0};
    disorders += !feed(CHURN_ACCUMULATOR, &times, &customers, shop < 10 ? sorted : rows, N);
    for (uint32_t id = 0; id < customers.count; id++) {
      int customer = (int)customers_key(&customers, id).integer;
      for (int i = 0; i < CHURN_INSTANTS; i++) {
        ChurnHistory got, want;
        naive(sorted, N, customer, times.time_zone.span.offset, i == CHURN_CUT ? times.recent : times.cut,
              i == CHURN_CUT ? times.cut : times.as_of, &want);
        assert_int_equal(churn_history(&times, customers_state(&customers, id), (ChurnInstant)i, &got), want.x >= 0);
        if (want.x >= 0) {
          assert_relative(got.value, want.value, 1e-12);
          got.value = want.value = 0;
          assert_memory_equal(&got, &want, sizeof got);
        }
      }
    }
    customers_free(&customers);
  }
  assert_int_equal(disorders, 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(instants),
    cmocka_unit_test(by_hand),
    cmocka_unit_test(at_random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
