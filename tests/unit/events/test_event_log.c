#include "core/events/event_log.h"
#include "unit.h"

#include "core/base/mem.h"

/* The order is by customer, then time, then arrival; checked against that definition, pair by pair. */
static void events_sort_by_customer_time_arrival(void **unused)
{
  (void)unused;
  enum {
    N = 50000,
    CUSTOMERS = 37
  };
  Events events = {0};
  uint32_t *order = NULL;
  uint64_t x = 1;
  for (int i = 0; i < N; i++) {
    x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    Event event = {.customer = (uint32_t)(x >> 40) % CUSTOMERS, .time = (int64_t)(x >> 33) % 1000, .value = i};
    event.time += event.customer == 5 ? 1000 * i : 0; /* one customer already in order */
    assert_int_equal(events_add(&events, &event, false), STATUS_OK);
  }
  assert_int_equal(events_sort(&events, CUSTOMERS, &order, &WATCH_NEVER), STATUS_OK);
  Event a, b;
  unsigned char *seen = calloc(N, 1);
  for (int i = 0; i < N; i++) {
    assert_false(seen[order[i]]);
    seen[order[i]] = 1;
    events_get(&events, order[i], &b);
    assert_int_equal(b.rowid, order[i] + 1);
    if (i) {
      assert_true(a.customer < b.customer || (a.customer == b.customer && a.time < b.time) ||
                  (a.customer == b.customer && a.time == b.time && a.value < b.value));
    }
    a = b;
  }
  free(seen);
  mem_free(order);
  events_free(&events);
}

static void rowid_is_kept_where_asked(void **unused)
{
  (void)unused;
  Events events = {0};
  Event in = {.customer = 3, .time = 4, .value = 5, .attribute = 6, .rowid = 700}, out;
  assert_int_equal(events_add(&events, &in, true), STATUS_OK);
  events_get(&events, 0, &out);
  assert_int_equal(out.rowid, 700);
  assert_int_equal(out.attribute, 6);
  events_free(&events);
}

static void sorting_stops_when_asked(void **unused)
{
  (void)unused;
  Events events = {0};
  uint32_t *order = NULL;
  for (int i = 0; i < 20000; i++) {
    Event event = {.time = -i};
    assert_int_equal(events_add(&events, &event, false), STATUS_OK);
  }
  assert_int_equal(events_sort(&events, 1, &order, &NOW), STATUS_INTERRUPT);
  assert_null(order);
  int asked = 0;
  assert_int_equal(events_sort(&events, 1, &order, &(Watch){count_questions, &asked}), STATUS_OK);
  assert_true(asked > 21); /* two while the rows are put to their customers, the others in the sort */
  mem_free(order);
  events_free(&events);
}

static void history_is_shared_by_count(void **unused)
{
  (void)unused;
  EventLog *history = event_log_new();
  assert_ptr_equal(event_log_share(history), history);
  event_log_release(history);
  assert_int_equal(history->refs, 1);
  event_log_release(history);
  event_log_release(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(events_sort_by_customer_time_arrival),
    cmocka_unit_test(rowid_is_kept_where_asked),
    cmocka_unit_test(sorting_stops_when_asked),
    cmocka_unit_test(history_is_shared_by_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
