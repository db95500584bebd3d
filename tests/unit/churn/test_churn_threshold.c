/*
** core/churn/churn_threshold.c against values worked out by hand and against every threshold tried on random shops.
*/
#include "feed.h"

#include "core/churn/churn_threshold.h"
#include "core/time/length.h"

static ChurnTimes times_of(const char *as_of)
{
  Duration horizon;
  assert_true(duration_from_text("30 days", 7, &horizon));
  return churn_times(bound_of_instant(at(as_of)), horizon, zone_fixed(0));
}

/*
** The cut-off is 2024-03-01. Silences 5, 10, 20 came back, 15, 40, 60 did not: more than 10 days is one error on either
** side of three.
*/
static void by_hand(void **unused)
{
  (void)unused;
  const Row rows[] = {
    /* in any order */
    {at("2024-02-25"), 1, 0, 1},  {at("2024-03-20"), 1, 0, 2},  {at("2024-01-25"), 2, 0, 3},
    {at("2024-02-20"), 2, 0, 4},  {at("2024-03-05"), 2, 0, 5},  {at("2024-03-05"), 3, 0, 6},
    {at("2024-02-10"), 3, 0, 7},  {at("2024-02-15"), 4, 0, 8},  {at("2024-01-21"), 5, 0, 9},
    {at("2024-01-01"), 6, 0, 10}, {at("2024-03-10"), 7, 0, 11}, /* came after the cut-off: not asked about */
    {at("2024-04-10"), 6, 0, 12},                               /* after as_of */
  };
  ChurnTimes times = times_of("2024-03-31");
  Customers customers = {0};
  ChurnThreshold threshold;
  assert_true(feed(CHURN_THRESHOLD_ACCUMULATOR, &times, &customers, rows, 12));
  assert_int_equal(churn_threshold_find(&times, &customers, &threshold, &NEVER), STATUS_OK);
  assert_int_equal(threshold.days, 10);
  assert_relative(threshold.type_1, 1.0 / 3, 1e-12);
  assert_true(threshold.type_2 == 0);
  assert_int_equal(threshold.customers, 6);
  assert_int_equal(threshold.came_back, 3);
  assert_int_equal(threshold.gone, 3);
  assert_int_equal(threshold.called, 4);
  assert_int_equal(threshold.right, 3);
  customers_free(&customers);
}

static void nothing_to_find(void **unused)
{
  (void)unused;
  ChurnTimes times = times_of("2024-03-31");
  /* Nobody; everybody gone; the gone are the ones who bought last. */
  const Row rows[] = {{at("2024-02-25"), 1, 0, 1}, {at("2024-02-01"), 2, 0, 2}, {at("2024-03-20"), 2, 0, 3}};
  for (size_t n_rows = 0; n_rows <= 3; n_rows++) {
    Customers customers = {0};
    ChurnThreshold threshold;
    assert_true(feed(CHURN_THRESHOLD_ACCUMULATOR, &times, &customers, rows, n_rows));
    assert_int_equal(churn_threshold_find(&times, &customers, &threshold, &NEVER), STATUS_OK);
    assert_int_equal(threshold.days, -1);
    assert_int_equal(threshold.customers, n_rows < 2 ? n_rows : 2);
    customers_free(&customers);
  }
}

typedef struct Person {
  int64_t silence, time;
  bool returned;
} Person;

static double errors_of(const Person *people, int n, int64_t days, int64_t *called, int64_t *right)
{
  int64_t back = 0, gone = 0, wrong_1 = 0, wrong_2 = 0;
  *called = *right = 0;
  for (int i = 0; i < n; i++) {
    back += people[i].returned;
    gone += !people[i].returned;
    wrong_1 += people[i].returned && people[i].silence > days;
    wrong_2 += !people[i].returned && people[i].silence <= days;
    *called += people[i].silence > days;
    *right += !people[i].returned && people[i].silence > days;
  }
  return back && gone ? (double)wrong_1 / (double)back + (double)wrong_2 / (double)gone : 2;
}

static void at_random(void **unused)
{
  (void)unused;
  enum {
    N = 300
  };
  uint64_t seed = 5;
  ChurnTimes times = times_of("2024-03-31 06:00");
  for (int shop = 0; shop < 40; shop++) {
    Person people[N];
    Customers customers = {.state_size = CHURN_THRESHOLD_ACCUMULATOR.state_size};
    for (int i = 0; i < N; i++) {
      Person *person = &people[i];
      int64_t spread = shop % 4 == 0 ? 5 : 60;
      person->time = times.cut - draw_below(&seed, spread * DAY);
      person->silence = floor_div(times.cut, DAY) - floor_div(person->time, DAY);
      person->returned = draw_below(&seed, 100) > 20 + person->silence;
      uint32_t id = customers_add_integer(&customers, i);
      Event events[3] = {{.time = person->time - DAY, .customer = id},
                         {.time = person->time, .customer = id},
                         {.time = times.as_of, .customer = id}};
      for (int e = 0; e < 2 + person->returned; e++) {
        assert_int_equal(CHURN_THRESHOLD_ACCUMULATOR.step(&times, customers_state(&customers, id), &events[e]),
                         STATUS_OK);
      }
    }
    ChurnThreshold threshold;
    assert_int_equal(churn_threshold_find(&times, &customers, &threshold, &NEVER), STATUS_OK);
    int64_t best = -1, called, right, best_called = 0, best_right = 0;
    double least = 1 - 1e-9;
    for (int64_t days = 0; days < 100; days++) {
      double errors = errors_of(people, N, days, &called, &right);
      if (errors < least - 1e-9) {
        least = errors;
        best = days;
        best_called = called;
        best_right = right;
      }
    }
    assert_int_equal(threshold.days, best);
    assert_int_equal(threshold.called, best_called);
    assert_int_equal(threshold.right, best_right);
    if (best >= 0) {
      assert_relative(threshold.type_1 + threshold.type_2, least, 1e-12);
    }
    customers_free(&customers);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(by_hand),
    cmocka_unit_test(nothing_to_find),
    cmocka_unit_test(at_random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
