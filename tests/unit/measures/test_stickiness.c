#include "core/measures/stickiness.h"
#include "unit.h"

static void take(Stickiness *stickiness, Customers *customers, int64_t customer, int64_t time, Status want)
{
  uint32_t id = customers_add_integer(customers, customer);
  Event event = {.customer = id, .time = time};
  assert_int_equal(stickiness_accumulator().step(stickiness, customers_state(customers, id), &event), want);
}

static const Grain MONTH = {.unit = GRAIN_MONTH, .count = 1};
#define DAY MS_PER_DAY

/* January 1970: 1 on three days, 2 on one; February, of which ten days have passed: 2 on two. */
static void days_are_counted_by_period(void **unused)
{
  (void)unused;
  Stickiness stickiness;
  Customers customers = {.state_size = stickiness_accumulator().state_size};
  stickiness_init(&stickiness, MONTH, zone_fixed(0));
  take(&stickiness, &customers, 1, 0, STATUS_OK);
  take(&stickiness, &customers, 1, DAY - 1, STATUS_OK);
  take(&stickiness, &customers, 1, DAY, STATUS_OK);
  take(&stickiness, &customers, 2, 5 * DAY, STATUS_OK);
  take(&stickiness, &customers, 1, 30 * DAY, STATUS_OK);
  take(&stickiness, &customers, 1, 29 * DAY, STATUS_DISORDER);
  take(&stickiness, &customers, 2, 31 * DAY, STATUS_OK);
  take(&stickiness, &customers, 2, 40 * DAY, STATUS_OK);
  assert_int_equal(stickiness_finish(&stickiness, &customers, 41 * DAY, &NEVER), STATUS_OK);
  static const StickinessRow WANT[] = {
    {0, 1, 1, 2, 2, 4 / (2 * 31.0), true},  {0, 2, 0, 1, 2, 4 / (2 * 31.0), true},
    {0, 3, 1, 1, 2, 4 / (2 * 31.0), true},  {1, 1, 0, 1, 1, 2 / (1 * 10.0), false},
    {1, 2, 1, 1, 1, 2 / (1 * 10.0), false},
  };
  assert_int_equal(stickiness.n_rows, COUNT_OF(WANT));
  for (size_t i = 0; i < COUNT_OF(WANT); i++) {
    const StickinessRow *row = stickiness.rows + i;
    assert_true(row->period == WANT[i].period && row->days == WANT[i].days && row->customers == WANT[i].customers);
    assert_true(row->at_least == WANT[i].at_least && row->active == WANT[i].active);
    assert_true(row->complete == WANT[i].complete && row->stickiness == WANT[i].stickiness);
  }
  stickiness_free(&stickiness);
  stickiness_free(&stickiness);
  customers_free(&customers);
}

static void nobody_is_no_row_and_a_stop_is_heard(void **unused)
{
  (void)unused;
  Stickiness stickiness;
  Customers customers = {.state_size = stickiness_accumulator().state_size};
  stickiness_init(&stickiness, MONTH, zone_fixed(0));
  assert_int_equal(stickiness_finish(&stickiness, &customers, 0, &NEVER), STATUS_OK);
  assert_int_equal(stickiness.n_rows, 0);
  for (int64_t i = 0; i < 40000; i++) {
    take(&stickiness, &customers, i, i * 32 * DAY, STATUS_OK);
  }
  for (int left = 0; left < 4; left++) { /* latest periods, sort, rows */
    int asked = left;
    Watch soon = {stop_after, &asked};
    assert_int_equal(stickiness_finish(&stickiness, &customers, INT64_MAX / 4, &soon), STATUS_INTERRUPT);
    stickiness_free(&stickiness);
  }
  customers_free(&customers);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(days_are_counted_by_period),
    cmocka_unit_test(nobody_is_no_row_and_a_stop_is_heard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
