/*
** core/events/segment_rows.c: segments in SQL's order, the rows of each in the order of the source.
*/
#include "unit.h"

#include "core/events/segment_rows.h"

static void in_order(void **unused)
{
  (void)unused;
  SegmentRows rows;
  segment_rows_init(&rows, sizeof(int64_t));
  uint32_t b = customers_add_text(&rows.keys, "b", 1), ten = customers_add_integer(&rows.keys, 10);
  uint32_t empty = customers_add_text(&rows.keys, "", 0), half = segment_key_add_real(&rows.keys, 9.5);
  uint32_t ba = customers_add_text(&rows.keys, "ba", 2), low = segment_key_add_real(&rows.keys, -1e300);
  uint32_t unused_key = customers_add_text(&rows.keys, "unused", 6), nine = customers_add_integer(&rows.keys, 9);
  const uint32_t of_row[] = {ba, b, SEGMENT_NULL, ten, b, half, low, empty, SEGMENT_NULL, nine, b};
  const uint32_t order[] = {SEGMENT_NULL, low, nine, half, ten, empty, b, ba};
  const int64_t dealt[] = {2, 8, 6, 9, 5, 3, 7, 1, 4, 10, 0};
  assert_true(unused_key != CUSTOMER_NONE);
  for (size_t i = 0; i < COUNT_OF(of_row); i++) {
    int64_t *record = segment_rows_add(&rows, of_row[i]);
    assert_non_null(record);
    *record = (int64_t)i;
  }
  assert_int_equal(segment_rows_deal(&rows, &NEVER), STATUS_OK);
  assert_int_equal(rows.n, COUNT_OF(order));
  assert_memory_equal(rows.key, order, sizeof order);
  for (uint32_t segment = 0, row = 0; segment < rows.n; segment++) {
    const SegmentList *list = segment_list(&rows, rows.key[segment]);
    assert_null(list->first->next);
    for (size_t i = 0; i < segment_list_count(list, rows.stride); i++) {
      assert_int_equal(list->first->records[i], dealt[row++]);
    }
  }
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

/* Blocks follow each other; records keep their order. */
static void long_lists(void **unused)
{
  (void)unused;
  enum {
    N = 1000
  };
  SegmentRows rows;
  segment_rows_init(&rows, 2 * sizeof(int64_t));
  uint32_t keys[] = {customers_add_integer(&rows.keys, 1), customers_add_integer(&rows.keys, 0), SEGMENT_NULL};
  for (int64_t i = 0; i < N; i++) {
    int64_t *record = segment_rows_add(&rows, keys[i % 3]);
    assert_non_null(record);
    record[0] = i;
    record[1] = -i;
  }
  assert_int_equal(segment_rows_deal(&rows, &NEVER), STATUS_OK);
  for (uint32_t segment = 0; segment < 3; segment++) {
    int64_t next = 2 - (int64_t)segment, n = 0;
    const SegmentList *list = segment_list(&rows, rows.key[segment]);
    for (const SegmentBlock *block = list->first; block; block = block->next) {
      size_t count = segment_block_count(list, block, rows.stride);
      for (size_t i = 0; i < count; i++, n++, next += 3) {
        assert_true(block->records[2 * i] == next && block->records[2 * i + 1] == -next);
      }
    }
    assert_int_equal(n, segment_list_count(list, rows.stride));
    assert_int_equal(next - 3, (N - 1) / 3 * 3 + 2 - segment - (2 - segment > (N - 1) % 3 ? 3 : 0));
  }
  segment_rows_free(&rows);
}

static void it_is_interruptible(void **unused)
{
  (void)unused;
  SegmentRows rows;
  segment_rows_init(&rows, sizeof(int64_t));
  for (int64_t i = 3 * WATCH_EVERY; i > 0; i--) {
    int64_t *record = segment_rows_add(&rows, customers_add_integer(&rows.keys, i * 7919 % 65537));
    assert_non_null(record);
    *record = i;
  }
  assert_int_equal(segment_rows_deal(&rows, &NOW), STATUS_INTERRUPT);
  segment_rows_free(&rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(in_order),
    cmocka_unit_test(no_rows),
    cmocka_unit_test(long_lists),
    cmocka_unit_test(it_is_interruptible),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
