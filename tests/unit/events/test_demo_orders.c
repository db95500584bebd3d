/* The demo shop: the same to the bit everywhere, and as its documentation says. */
#include "core/events/demo_orders.h"
#include "unit.h"

static const Watch QUIET = {0};

static uint64_t checksum(const DemoShop *shop)
{
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (int64_t i = 0; i < shop->n_orders; i++) {
    const uint32_t words[] = {shop->orders[i].second, shop->orders[i].customer, shop->orders[i].cents};
    for (int k = 0; k < 12; k++) {
      h = (h ^ (words[k / 4] >> 8 * (k % 4) & 255)) * UINT64_C(0x100000001b3);
    }
  }
  return h;
}

/* Orders and FNV-1a 64 by the second implementation: python3 tests/unit/events/demo_reference.py CUSTOMERS SEED. */
static void orders_match_the_second_implementation(void **state)
{
  (void)state;
  static const struct {
    uint32_t customers;
    uint64_t seed;
    int64_t orders;
    uint64_t sum;
  } GOLDEN[] = {
    {200, 1, 825, UINT64_C(0xb8ee6c576931a80d)},
    {1000, 1, 3738, UINT64_C(0xacce2a01d2a15e7a)},
    {3000, 7, 11069, UINT64_C(0xb04fdd7143b48f9f)},
  };
  for (size_t i = 0; i < sizeof GOLDEN / sizeof *GOLDEN; i++) {
    DemoShop shop;
    assert_int_equal(demo_orders_build(&shop, GOLDEN[i].customers, GOLDEN[i].seed, &QUIET), STATUS_OK);
    assert_int_equal(shop.n_orders, GOLDEN[i].orders);
    assert_true(checksum(&shop) == GOLDEN[i].sum);
    demo_orders_free(&shop);
    demo_orders_free(&shop);
  }
}

static void orders_are_sorted_and_in_the_window(void **state)
{
  (void)state;
  DemoShop shop;
  assert_int_equal(demo_orders_build(&shop, 5000, 3, &QUIET), STATUS_OK);
  uint32_t seen = 0, *first_day = calloc(5000, sizeof *first_day);
  for (int64_t i = 0; i < shop.n_orders; i++) {
    const DemoOrder *order = &shop.orders[i];
    assert_true(order->second < DEMO_DAYS * UINT32_C(86400));
    assert_true(i == 0 || order[-1].second <= order->second);
    assert_true(order->cents >= 1);
    assert_true(order->customer < 5000);
    if (!first_day[order->customer]) {
      first_day[order->customer] = 1 + order->second / 86400;
      seen++;
    }
  }
  assert_int_equal(seen, 5000);
  assert_true(first_day[4999] <= DEMO_ACQUISITION_DAYS);
  for (uint32_t c = 1; c < 5000; c++) {
    assert_true(first_day[c - 1] <= first_day[c]);
  }
  free(first_day);
  demo_orders_free(&shop);
}

static void one_customer_is_a_shop(void **state)
{
  (void)state;
  DemoShop shop;
  for (uint64_t seed = 0; seed < 200; seed++) {
    assert_int_equal(demo_orders_build(&shop, 1, seed, &QUIET), STATUS_OK);
    assert_true(shop.n_orders >= 1);
    demo_orders_free(&shop);
  }
}

static void an_interrupt_is_noticed(void **state)
{
  (void)state;
  DemoShop shop;
  assert_int_equal(demo_orders_build(&shop, 100, 1, &NOW), STATUS_INTERRUPT);
  demo_orders_free(&shop);
}

/* A running mean of differences from what theory expects, and whether it is 0 within four standard errors. */
typedef struct DataCheck {
  double n, sum, squares;
} DataCheck;

static void check_add(DataCheck *check, double difference)
{
  check->n++;
  check->sum += difference;
  check->squares += difference * difference;
}

static void check_zero(const DataCheck *check)
{
  double mean = check->sum / check->n, variance = check->squares / check->n - mean * mean;
  assert_true(check->n > 1000);
  assert_true(fabs(mean) < 4 * sqrt(variance / check->n));
}

/*
** Population moments per channel: E[lambda] = r/alpha, E[p] = a/(a+b), E[mean amount] = P gamma/(Q-1). Given a
** customer's own lambda and p and the time T since the first purchase (BG/NBD): P(alive) = exp(-lambda p T), E[repeat
** purchases] = (1 - exp(-lambda p T))/p. The time of day of the first purchase is not the model's, so T counts from the
** middle of its day.
*/
static void population_matches_theory(void **state)
{
  (void)state;
  enum {
    CUSTOMERS = 100000
  };
  DemoShop shop;
  assert_int_equal(demo_orders_build(&shop, CUSTOMERS, 11, &QUIET), STATUS_OK);
  int *purchases = calloc(CUSTOMERS, sizeof *purchases);
  double *weeks = calloc(CUSTOMERS, sizeof *weeks);
  DataCheck amount = {0}, night = {0};
  for (int64_t i = 0; i < shop.n_orders; i++) {
    const DemoOrder *order = &shop.orders[i];
    if (!purchases[order->customer]++) {
      weeks[order->customer] = (DEMO_DAYS - order->second / 86400 - 0.5) / 7;
    }
    check_add(&amount, order->cents / 100.0 / shop.customers[order->customer].mean_value - 1);
    check_add(&night, (order->second % 86400 < 6 * 3600) - 11.0 / 256); /* the first six HOURS */
  }
  check_zero(&amount);
  check_zero(&night);

  for (int channel = 0; channel < DEMO_CHANNEL_COUNT; channel++) {
    const DemoChannel *truth = &DEMO_CHANNELS[channel];
    DataCheck share = {0}, rate = {0}, rate2 = {0}, dropout = {0}, value = {0}, alive = {0}, repeats = {0};
    for (int c = 0; c < CUSTOMERS; c++) {
      const DemoCustomer *customer = &shop.customers[c];
      check_add(&share, (customer->channel == channel) - truth->share);
      if (customer->channel != channel) {
        continue;
      }
      double lambda = customer->rate, p = customer->dropout, survival = exp(-lambda * p * weeks[c]);
      check_add(&rate, lambda - DEMO_R / truth->alpha);
      check_add(&rate2, lambda * lambda - DEMO_R * (DEMO_R + 1) / (truth->alpha * truth->alpha));
      check_add(&dropout, p - truth->a / (truth->a + DEMO_B));
      check_add(&value, customer->mean_value - DEMO_P * DEMO_GAMMA / (DEMO_Q - 1));
      check_add(&alive, customer->alive - survival);
      check_add(&repeats, purchases[c] - 1 - (1 - survival) / p);
    }
    const DataCheck *all[] = {&share, &rate, &rate2, &dropout, &value, &alive, &repeats};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
      check_zero(all[i]);
    }
  }
  free(purchases);
  free(weeks);
  demo_orders_free(&shop);
}

static void channels_are_named_and_share_all(void **state)
{
  (void)state;
  double sum = 0;
  for (int i = 0; i < DEMO_CHANNEL_COUNT; i++) {
    assert_true(strlen(DEMO_CHANNELS[i].name) > 0);
    sum += DEMO_CHANNELS[i].share;
  }
  assert_absolute(sum, 1, 1e-12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(orders_match_the_second_implementation),
    cmocka_unit_test(orders_are_sorted_and_in_the_window),
    cmocka_unit_test(one_customer_is_a_shop),
    cmocka_unit_test(an_interrupt_is_noticed),
    cmocka_unit_test(population_matches_theory),
    cmocka_unit_test(channels_are_named_and_share_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
