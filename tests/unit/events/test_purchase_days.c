/*
** core/events/purchase_days.c: keys come back sorted, all of them, whatever the order, the number and the span of the
** days.
*/
#include "feed.h"

#include "core/events/purchase_days.h"

static int by_key(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static void numbers(void **unused)
{
  (void)unused;
  assert_int_equal(day_number(0), DAY_BIAS);
  assert_int_equal(day_number(-1), DAY_BIAS - 1);
  assert_int_equal(day_number(TIME_MIN - 14 * MS_PER_HOUR), 1); /* never 0 */
  assert_true(day_number(TIME_MAX + 14 * MS_PER_HOUR) <= DAY_MASK);
  assert_int_equal(day_number_start(day_number(at("2024-02-29 23:59:59"))), at("2024-02-29"));
}

static void sorted(void **unused)
{
  (void)unused;
  uint64_t seed = 7;
  const uint32_t spans[] = {1, 2, 700, 4000, DAY_MASK};
  for (int round = 0; round < 20; round++) {
    PurchaseDays days = {0};
    size_t n = (size_t)draw_below(&seed, 30000), total = 0;
    uint32_t *key = malloc((n + 1) * sizeof *key), *spare = malloc((n + 1) * sizeof *key);
    for (size_t i = 0; i < n; i++) {
      uint32_t customer = (uint32_t)draw_below(&seed, 3000);
      uint32_t day = DAY_MASK - (uint32_t)draw_below(&seed, spans[round % 5]);
      assert_int_equal(purchase_days_add(&days, customer, day), STATUS_OK);
    }
    for (size_t b = 0; b < days.count; b++) {
      DayBucket *bucket = &days.bucket[b];
      memcpy(key, bucket->key, bucket->count * sizeof *key);
      qsort(key, bucket->count, sizeof *key, by_key);
      assert_true(bucket->count <= purchase_days_most(&days));
      assert_int_equal(day_bucket_sort(bucket, spare, &NEVER), STATUS_OK);
      assert_memory_equal(key, bucket->key, bucket->count * sizeof *key);
      total += bucket->count;
    }
    assert_int_equal(total, n);
    free(key);
    free(spare);
    purchase_days_free(&days);
    purchase_days_free(&days);
  }
}

static void empty(void **unused)
{
  (void)unused;
  uint32_t key[2] = {DAY_BIAS, 0}, spare[2];
  DayBucket bucket = {key, 0, 2};
  assert_int_equal(day_bucket_sort(&bucket, spare, &NEVER), STATUS_OK);
  bucket.count = 1;
  assert_int_equal(day_bucket_sort(&bucket, spare, &NEVER), STATUS_OK);
  assert_int_equal(key[0], DAY_BIAS);
  PurchaseDays days = {0};
  assert_int_equal(purchase_days_most(&days), 0);
}

static void interrupted(void **unused)
{
  (void)unused;
  PurchaseDays days = {0};
  for (uint32_t i = 0; i < WATCH_EVERY; i++) {
    assert_int_equal(purchase_days_add(&days, 0, i), STATUS_OK);
  }
  uint32_t *spare = malloc(WATCH_EVERY * sizeof *spare);
  assert_int_equal(day_bucket_sort(&days.bucket[0], spare, &NOW), STATUS_INTERRUPT);
  free(spare);
  purchase_days_free(&days);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(sorted), cmocka_unit_test(empty),
                                     cmocka_unit_test(interrupted)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
