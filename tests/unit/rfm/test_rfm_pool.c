/* Customers of several segments scored against each other: core/rfm/rfm_pool.h. */
#include "core/rfm/rfm_pool.h"
#include "core/time/calendar.h"
#include "unit.h"

#define SEGMENTS 3

typedef struct Chain {
  Customers customers[SEGMENTS];
  RfmView views[SEGMENTS];
  RfmScores scores[SEGMENTS], *places[SEGMENTS];
} Chain;

/* Customer i buys in segment i % 3, i % 7 + 1 times, last on day i; number 5 in segment 0 too. */
static void chain_init(Chain *chain, int n)
{
  *chain = (Chain){0};
  for (int s = 0; s < SEGMENTS; s++) {
    chain->customers[s].state_size = sizeof(RfmState);
    chain->views[s] = (RfmView){&chain->customers[s], offsetof(RfmState, totals), bound_of_instant(1000 * MS_PER_DAY),
                                false, zone_fixed(0)};
    chain->places[s] = &chain->scores[s];
  }
  for (int i = n; i-- > 0;) {
    Customers *customers = &chain->customers[i % SEGMENTS];
    for (int times = 0; times <= i % 7; times++) {
      Event event = {.time = i * MS_PER_DAY, .value = i, .customer = customers_add_integer(customers, i)};
      assert_int_equal(RFM_ACCUMULATOR.step(NULL, customers_state(customers, event.customer), &event), STATUS_OK);
    }
  }
  Event event = {.time = MS_PER_DAY, .value = 1, .customer = customers_add_integer(&chain->customers[0], 5)};
  assert_int_equal(RFM_ACCUMULATOR.step(NULL, customers_state(&chain->customers[0], event.customer), &event),
                   STATUS_OK);
}

static void chain_free(Chain *chain)
{
  for (int s = 0; s < SEGMENTS; s++) {
    rfm_scores_free(&chain->scores[s]);
    customers_free(&chain->customers[s]);
  }
}

static void members_come_in_key_order(void **unused)
{
  (void)unused;
  Chain chain;
  RfmPool pool = {0};
  RfmScores all = {0};
  chain_init(&chain, 30);
  assert_int_equal(rfm_pool_make(&pool, chain.views, SEGMENTS, &NEVER), STATUS_OK);
  assert_int_equal(pool.customers.count, 31);
  assert_true(rfm_view_value(&pool.view, 5, RFM_FREQUENCY) == 1); /* customer 5 in segment 0, then in segment 2 */
  assert_true(rfm_view_value(&pool.view, 6, RFM_FREQUENCY) == 6);
  assert_int_equal(rfm_scores_make(&all, &pool.view, RFM_NTILE, 5, &NEVER), STATUS_OK);
  assert_int_equal(rfm_pool_share(&pool, &all, chain.views, chain.places, SEGMENTS), STATUS_OK);
  for (int i = 0, place = 0; i < 30; i++) {
    uint32_t twice = i == 5 ? customers_find_integer(&chain.customers[0], 5) : CUSTOMER_NONE;
    if (twice != CUSTOMER_NONE) {
      assert_int_equal(chain.scores[0].packed[twice], all.packed[place++]);
    }
    uint32_t id = customers_find_integer(&chain.customers[i % SEGMENTS], i);
    assert_int_equal(chain.scores[i % SEGMENTS].packed[id], all.packed[place++]);
  }
  rfm_scores_free(&all);
  rfm_pool_free(&pool);
  rfm_pool_free(&pool);
  chain_free(&chain);
}

static void it_is_interruptible(void **unused)
{
  (void)unused;
  Chain chain;
  RfmPool pool = {0};
  chain_init(&chain, 30);
  assert_int_equal(rfm_pool_make(&pool, chain.views, SEGMENTS, &NOW), STATUS_INTERRUPT);
  rfm_pool_free(&pool);
  chain_free(&chain);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(members_come_in_key_order),
    cmocka_unit_test(it_is_interruptible),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
