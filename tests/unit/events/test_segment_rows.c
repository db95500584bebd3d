/*
** core/events/segment_rows.c: segments in SQL's order, the rows of each in the order of the source.
*/
#include "unit.h"

#include "core/events/segment_rows.h"

static void in_order(void **unused)
{
  (void)unused;
  SegmentRows rows = {0};
  uint32_t b = customers_add_text(&rows.keys, "b", 1), ten = customers_add_integer(&rows.keys, 10);
  uint32_t empty = customers_add_text(&rows.keys, "", 0), half = segment_key_add_real(&rows.keys, 9.5);
  uint32_t ba = customers_add_text(&rows.keys, "ba", 2), low = segment_key_add_real(&rows.keys, -1e300);
  uint32_t unused_key = customers_add_text(&rows.keys, "unused", 6), nine = customers_add_integer(&rows.keys, 9);
  const uint32_t of_row[] = {ba, b, SEGMENT_NULL, ten, b, half, low, empty, SEGMENT_NULL, nine, b};
  const uint32_t order[] = {SEGMENT_NULL, low, nine, half, ten, empty, b, ba};
  const uint32_t dealt[] = {2, 8, 6, 9, 5, 3, 7, 1, 4, 10, 0};
  const size_t first[] = {0, 2, 3, 4, 5, 6, 7, 10, 11};
  assert_true(unused_key != CUSTOMER_NONE);
  for (size_t i = 0; i < COUNT_OF(of_row); i++) {
    assert_int_equal(segment_rows_add(&rows, of_row[i]), STATUS_OK);
  }
  assert_int_equal(segment_rows_deal(&rows, &NEVER), STATUS_OK);
  assert_int_equal(rows.n, COUNT_OF(order));
  assert_memory_equal(rows.key, order, sizeof order);
  assert_memory_equal(rows.row, dealt, sizeof dealt);
  assert_memory_equal(rows.first, first, sizeof first);
  double real = 0;
  assert_true(segment_key_is_real(customers_key(&rows.keys, half), &real) && real == 9.5);
  assert_false(segment_key_is_real(customers_key(&rows.keys, ba), &real));
  assert_false(segment_key_is_real(customers_key(&rows.keys, nine), &real));
  segment_rows_forget(&rows);
  assert_int_equal(rows.key[7], ba);
  segment_rows_free(&rows);
  segment_rows_free(&rows);
}

static void no_rows(void **unused)
{
  (void)unused;
  SegmentRows rows = {0};
  assert_int_equal(segment_rows_deal(&rows, &NEVER), STATUS_OK);
  assert_int_equal(rows.n, 0);
  segment_rows_free(&rows);
}

static bool stops(void *calls)
{
  return --*(int *)calls < 0;
}

static void it_is_interruptible(void **unused)
{
  (void)unused;
  for (int turns = 0; turns < 4; turns++) {
    int calls = turns;
    Watch watch = {stops, &calls};
    SegmentRows rows = {0};
    for (int i = 0; i < 3 * WATCH_EVERY / 2; i++) {
      assert_int_equal(segment_rows_add(&rows, customers_add_integer(&rows.keys, i % 3)), STATUS_OK);
    }
    assert_int_equal(segment_rows_deal(&rows, &watch), STATUS_INTERRUPT);
    segment_rows_free(&rows);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(in_order),
    cmocka_unit_test(no_rows),
    cmocka_unit_test(it_is_interruptible),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
