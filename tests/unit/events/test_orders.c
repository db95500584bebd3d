#include "core/events/orders.h"
#include "unit.h"

static Event line(uint32_t customer, int64_t time, double value, uint32_t attribute, int64_t rowid)
{
  return (Event){.customer = customer, .time = time, .value = value, .attribute = attribute, .rowid = rowid};
}

static void add(Orders *orders, Event event, uint32_t order)
{
  assert_int_equal(orders_add(orders, &event, order, true), STATUS_OK);
}

static void must_be(const Orders *orders, size_t i, Event want)
{
  Event event;
  events_get(&orders->events, i, &event);
  assert_int_equal(event.customer, want.customer);
  assert_int_equal(event.time, want.time);
  assert_true(event.value == want.value || (isnan(event.value) && isnan(want.value)));
  assert_int_equal(event.attribute, want.attribute);
  assert_int_equal(event.rowid, want.rowid);
}

static void lines_are_one_purchase_at_the_earliest_time(void **unused)
{
  (void)unused;
  Orders orders = {0};
  add(&orders, line(7, 300, 0.1, 1, 10), 5);
  add(&orders, line(8, 100, 5, 2, 11), 5); /* another customer's order with the same id */
  add(&orders, line(7, 200, 0.2, 3, 12), 5);
  add(&orders, line(7, 200, 0.3, 4, 13), 5); /* the first of those at the earliest time */
  add(&orders, line(7, 50, 1, 5, 14), ORDER_NONE);
  add(&orders, line(7, 50, 1, 6, 15), ORDER_NONE);
  add(&orders, line(9, 60, NAN, 7, 16), 1);
  add(&orders, line(9, 70, 4, 8, 17), 1);
  add(&orders, line(9, 80, NAN, 9, 18), 1);
  add(&orders, line(9, 80, NAN, 9, 19), 2);
  add(&orders, line(9, 90, NAN, 9, 20), 2);
  assert_int_equal(orders_finish(&orders, &NEVER), STATUS_OK);
  assert_int_equal(orders.events.rows.count, 6);
  must_be(&orders, 0, line(7, 200, 0.6, 3, 12)); /* 0.1 + 0.2 + 0.3 is not 0.6 in doubles */
  must_be(&orders, 1, line(8, 100, 5, 2, 11));
  must_be(&orders, 2, line(7, 50, 1, 5, 14));
  must_be(&orders, 3, line(7, 50, 1, 6, 15));
  must_be(&orders, 4, line(9, 60, 4, 7, 16));
  must_be(&orders, 5, line(9, 80, NAN, 9, 19));
  orders_free(&orders);
  orders_free(&orders);
}

/* Of other values the sum is compensated: 1/3 + 1e16 - 1e16 is a third, but for the last rounding. */
static void other_sums_are_compensated(void **unused)
{
  (void)unused;
  Orders orders = {0};
  Event event;
  add(&orders, line(1, 1, 1.0 / 3, 0, 1), 1);
  add(&orders, line(1, 1, 1e16, 0, 2), 1);
  add(&orders, line(1, 1, -1e16, 0, 3), 1);
  assert_int_equal(orders_finish(&orders, &NEVER), STATUS_OK);
  events_get(&orders.events, 0, &event);
  assert_true(event.value == 1.0 / 3);
  orders_free(&orders);
}

static void many_orders_of_many_customers(void **unused)
{
  (void)unused;
  enum {
    N = 40000,
    CUSTOMERS = 50
  };
  Orders orders = {0};
  for (int pass = 0; pass < 3; pass++) {
    for (uint32_t i = 0; i < N; i++) {
      Event event = line(i % CUSTOMERS, i, pass + 1, NO_ATTRIBUTE, 0);
      assert_int_equal(orders_add(&orders, &event, i / CUSTOMERS, false), STATUS_OK);
    }
  }
  assert_int_equal(orders_finish(&orders, &NEVER), STATUS_OK);
  assert_int_equal(orders.events.rows.count, N);
  for (size_t i = 0; i < N; i++) {
    Event event;
    events_get(&orders.events, i, &event);
    assert_true(event.value == 6 && event.time == (int64_t)i && event.customer == i % CUSTOMERS);
  }
  int left = 1;
  Watch soon = {stop_after, &left};
  assert_int_equal(orders_finish(&orders, &soon), STATUS_INTERRUPT);
  orders_free(&orders);
}

static void lines_are_worth_what_a_hand_computes(void **unused)
{
  (void)unused;
  assert_true(3 * 19.99 != 59.97 || 3 * 1.1 != 3.3); /* in doubles */
  assert_true(line_value(19.99, 3) == 59.97 && line_value(1.1, 3) == 3.3 && line_value(-0.07, 7) == -0.49);
  assert_true(line_value(0.0125, 0.01) == 0.0125 * 0.01); /* six decimals: no money */
  assert_true(isnan(line_value(NAN, 2)) && isnan(line_value(2, NAN)));
  for (int cents = 1; cents < 3000; cents++) {
    for (int quantity = 1; quantity < 40; quantity++) {
      assert_true(line_value(cents / 100.0, quantity) == cents * quantity / 100.0);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_are_one_purchase_at_the_earliest_time),
    cmocka_unit_test(other_sums_are_compensated),
    cmocka_unit_test(many_orders_of_many_customers),
    cmocka_unit_test(lines_are_worth_what_a_hand_computes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
