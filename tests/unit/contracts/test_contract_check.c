#include "core/contracts/contract_check.h"
#include "unit.h"

#define DAY MS_PER_DAY

static CheckedContract row(uint32_t customer, int64_t start, int64_t end, double amount, int64_t rowid)
{
  return (CheckedContract){{.customer = customer, .start = start * DAY, .end = end * DAY, .amount = amount}, rowid};
}

static void copies_overlaps_and_gaps(void **unused)
{
  (void)unused;
  CheckedContract rows[] = {
    row(1, 20, 30, 5, 9), row(0, 0, 10, 5, 1), row(0, 0, 10, 5, 8),  row(0, 9, 12, 5, 3), row(0, 12, 20, 5, 4),
    row(0, 25, 30, 5, 2), row(1, 0, 19, 5, 5), row(1, 31, 40, 5, 6), row(2, 5, 6, 1, 7),
  };
  ContractCheck check;
  assert_int_equal(contract_check(rows, COUNT_OF(rows), &check, &NEVER), STATUS_OK);
  assert_true(check.customers == 3);
  assert_true(check.copies.rows == 1 && check.copies.rowid == 8);
  assert_true(check.overlaps.rows == 1 && check.overlaps.rowid == 3 && check.customers_overlapping == 1);
  assert_true(check.gaps.rows == 3 && check.gaps.rowid == 2 && check.customers_with_gaps == 2);
  assert_true(check.last_days.rows == 0); /* two: too few to tell */
}

static void ends_that_are_last_days(void **unused)
{
  (void)unused;
  CheckedContract rows[12];
  ContractCheck check;
  for (int i = 0; i < 12; i++) { /* 1 day between the first six, then 2 */
    rows[i] = row(0, 10 * i + (i > 6 ? i - 6 : 0), 10 * i + 9 + (i > 6 ? i - 6 : 0), 1, i + 1);
  }
  assert_int_equal(contract_check(rows, 12, &check, &NEVER), STATUS_OK);
  assert_true(check.gaps.rows == 11 && check.last_days.rows == 6 && check.last_days.rowid == 2);
  rows[1].contract.end -= DAY; /* 5 of 11 */
  assert_int_equal(contract_check(rows, 12, &check, &NEVER), STATUS_OK);
  assert_true(check.gaps.rows == 11 && check.last_days.rows == 0);
}

static void a_stop_is_heard(void **unused)
{
  (void)unused;
  CheckedContract *rows = calloc(40000, sizeof *rows);
  ContractCheck check;
  for (int i = 0; i < 40000; i++) {
    rows[i] = row((uint32_t)i, 0, 1, 1, i);
  }
  for (int left = 0; left < 2; left++) {
    int asked = left;
    Watch soon = {stop_after, &asked};
    assert_int_equal(contract_check(rows, 40000, &check, &soon), STATUS_INTERRUPT);
  }
  free(rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(copies_overlaps_and_gaps),
    cmocka_unit_test(ends_that_are_last_days),
    cmocka_unit_test(a_stop_is_heard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
