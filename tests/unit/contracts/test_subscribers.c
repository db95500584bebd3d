#include "core/contracts/subscribers.h"
#include "unit.h"

#include "core/base/mem.h"

#define DAY MS_PER_DAY

static void add(Contracts *contracts, uint32_t customer, int64_t start, int64_t end, double amount)
{
  Contract contract = {
    .customer = customer, .start = start * DAY, .end = end < 0 ? CONTRACT_OPEN : end * DAY, .amount = amount};
  assert_int_equal(contracts_add(contracts, &contract), STATUS_OK);
}

static void a_row_per_customer(void **unused)
{
  (void)unused;
  Contracts contracts = {0};
  Subscriber *rows = NULL;
  int64_t n = 0;
  add(&contracts, 0, 0, 10, 1);
  add(&contracts, 0, 5, 8, 2);   /* inside */
  add(&contracts, 0, 20, 30, 4); /* within the grace */
  add(&contracts, 0, 45, 50, 8); /* after it */
  add(&contracts, 1, 0, 60, 1);
  add(&contracts, 1, 70, -1, 16); /* runs */
  add(&contracts, 1, 80, -1, 32);
  add(&contracts, 2, 10, 95, 1);  /* left, but may renew */
  add(&contracts, 3, 200, -1, 1); /* yet to begin */
  Bound as_of = {100 * DAY, 100 * DAY};
  assert_int_equal(contracts_finish(&contracts, as_of, &NEVER), STATUS_OK);
  assert_int_equal(subscribers_find(&contracts, (Duration){10 * DAY, 0}, &rows, &n, &NEVER), STATUS_OK);
  assert_int_equal(n, 3);
  assert_true(rows[0].contracts == 4 && rows[0].returns == 1 && rows[0].churned && !rows[0].running);
  assert_true(rows[0].start == 0 && rows[0].end == 50 * DAY && rows[0].observed == 50 * DAY);
  assert_true(contracts_money(&contracts, rows[0].amount) == 8);
  assert_true(rows[1].running && !rows[1].churned && rows[1].returns == 0 && rows[1].observed == 100 * DAY);
  assert_true(contracts_money(&contracts, rows[1].amount) == 48);
  assert_true(!rows[2].running && !rows[2].churned && rows[2].observed == 85 * DAY);
  mem_free(rows);
  contracts_free(&contracts);
}

static void a_stop_is_heard(void **unused)
{
  (void)unused;
  Contracts contracts = {0};
  Subscriber *rows = NULL;
  int64_t n = 0;
  for (uint32_t i = 0; i < 40000; i++) {
    add(&contracts, i, 0, 10, 1);
  }
  assert_int_equal(contracts_finish(&contracts, (Bound){100 * DAY, 100 * DAY}, &NEVER), STATUS_OK);
  int left = 1;
  Watch soon = {stop_after, &left};
  assert_int_equal(subscribers_find(&contracts, (Duration){0}, &rows, &n, &soon), STATUS_INTERRUPT);
  mem_free(rows);
  contracts_free(&contracts);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_row_per_customer),
    cmocka_unit_test(a_stop_is_heard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
