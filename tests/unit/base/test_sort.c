/* core/base/sort.h against counting: every record is there, in order, and a stop leaves all of them. */
#include "core/base/random.h"
#include "core/base/sort.h"
#include "unit.h"

#define MOST 20000

static const Watch QUIET = {0};

typedef struct Record {
  uint32_t key, number;
  double ballast;
} Record;

static bool record_before(const void *a, const void *b, const void *descending)
{
  const Record *x = a, *y = b;
  return *(const bool *)descending ? x->key > y->key : x->key < y->key;
}

static Record *records_make(size_t n, uint32_t keys, uint64_t seed)
{
  Random random = random_seed(seed, 0);
  Record *records = calloc(n + 1, sizeof *records);
  assert_non_null(records);
  for (size_t i = 0; i < n; i++) {
    records[i] = (Record){(uint32_t)(random_uniform(&random) * keys), (uint32_t)i, (double)i};
  }
  return records;
}

static void check_all_there(const Record *records, size_t n)
{
  uint64_t sum = 0;
  for (size_t i = 0; i < n; i++) {
    assert_true(records[i].ballast == records[i].number);
    sum += records[i].number;
  }
  assert_true(sum == (uint64_t)n * (n ? n - 1 : 0) / 2);
}

static void sorts(void **unused)
{
  (void)unused;
  static const size_t SIZES[] = {0, 1, 2, 3, 7, 100, MOST};
  for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++) {
    for (int turn = 0; turn < 4; turn++) {
      size_t n = SIZES[s];
      bool descending = turn & 1;
      Record *records = records_make(n, turn < 2 ? 5 : 1000000, s + 1);
      for (int again = 0; again < 2; again++) { /* the second time in order already */
        assert_int_equal(records_sort(records, n, sizeof *records, record_before, &descending, &QUIET), STATUS_OK);
        check_all_there(records, n);
        for (size_t i = 1; i < n; i++) {
          assert_false(record_before(&records[i], &records[i - 1], &descending));
        }
      }
      free(records);
    }
  }
}

static void stops(void **unused)
{
  (void)unused;
  for (int after = 1; after <= 4; after++) { /* while the heap is made, and while it is taken down */
    bool ascending = false;
    int left = after;
    Watch watch = {stop_once, &left};
    Record *records = records_make(MOST, 1000000, 9);
    assert_int_equal(records_sort(records, MOST, sizeof *records, record_before, &ascending, &watch), STATUS_INTERRUPT);
    check_all_there(records, MOST);
    free(records);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(sorts), cmocka_unit_test(stops)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
