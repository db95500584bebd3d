#include "demo_orders.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/base/random.h"

#define SECONDS_PER_HOUR 3600
#define SECONDS_PER_DAY 86400
#define DAYS_PER_WEEK 7

/*
** Against organic: search buys 20 % less often and is lost 1.5 times as easily, social 40 % and 2.5 times; referral
** buys 25 % more often and is lost half as easily (in alpha and a).
*/
const DemoChannel DEMO_CHANNELS[DEMO_CHANNEL_COUNT] = {
  {"organic", 0.35, 10.0, 0.8},
  {"search", 0.30, 12.5, 1.2},
  {"social", 0.20, 16.0, 2.0},
  {"referral", 0.15, 8.0, 0.4},
};

/* Orders per hour of the day, of 256. */
static const uint8_t HOURS[24] = {4,  2,  1,  1,  1,  2,  4,  7,  10, 12, 14, 15,
                                  16, 14, 12, 12, 12, 13, 15, 18, 22, 23, 16, 10};

static uint32_t second_of_day(Random *random)
{
  double u = random_uniform(random) * 256;
  uint32_t hour = 0;
  while (u >= HOURS[hour]) {
    u -= HOURS[hour++];
  }
  return hour * SECONDS_PER_HOUR + (uint32_t)(u / HOURS[hour] * SECONDS_PER_HOUR);
}

static uint32_t cents_of(double amount)
{
  double cents = floor(amount * 100 + 0.5);
  return (uint32_t)fmin(fmax(cents, 1), UINT32_MAX);
}

/*
** One customer's life. The same draws in the same order at each of its runs: the first (`orders` NULL) fills in the
** customer and counts the orders of each day in next[day], the second puts each order at orders[next[day]++].
*/
static void customer_live(DemoShop *shop, uint32_t id, uint64_t seed, DemoOrder *orders, int64_t *next)
{
  Random random = random_seed(seed, id);
  DemoCustomer *customer = &shop->customers[id];

  /* One customer per quantile of acquisition, so that ids follow the first purchases. */
  double quantile = (id + random_uniform(&random)) / shop->n_customers;
  double day = (sqrt(1 + 3 * quantile) - 1) * DEMO_ACQUISITION_DAYS;
  double u = random_uniform(&random);
  uint8_t channel = 0;
  while (channel < DEMO_CHANNEL_COUNT - 1 && u >= DEMO_CHANNELS[channel].share) {
    u -= DEMO_CHANNELS[channel++].share;
  }
  customer->channel = channel;
  customer->rate = random_gamma(&random, DEMO_R) / DEMO_CHANNELS[channel].alpha;
  customer->dropout = random_beta(&random, DEMO_CHANNELS[channel].a, DEMO_B);
  double nu = random_gamma(&random, DEMO_Q) / DEMO_GAMMA;
  customer->mean_value = DEMO_P / nu;
  customer->alive = true;

  while (day < DEMO_DAYS) {
    uint32_t whole_day = (uint32_t)day, second = second_of_day(&random);
    uint32_t cents = cents_of(random_gamma(&random, DEMO_P) / nu);
    int64_t place = next[whole_day]++;
    if (orders) {
      orders[place] = (DemoOrder){whole_day * SECONDS_PER_DAY + second, id, cents};
    }
    if (!customer->alive) {
      break;
    }
    day += random_exponential(&random) / customer->rate * DAYS_PER_WEEK;
    if (day < DEMO_DAYS) {
      customer->alive = random_uniform(&random) >= customer->dropout;
    }
  }
}

static bool order_before(const DemoOrder *x, const DemoOrder *y)
{
  if (x->second != y->second) {
    return x->second < y->second;
  }
  if (x->customer != y->customer) {
    return x->customer < y->customer;
  }
  return x->cents < y->cents;
}

static void heap_sift(DemoOrder *orders, int64_t root, int64_t n)
{
  DemoOrder moving = orders[root];
  for (int64_t child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && order_before(&orders[child], &orders[child + 1])) {
      child++;
    }
    if (!order_before(&moving, &orders[child])) {
      break;
    }
    orders[root] = orders[child];
  }
  orders[root] = moving;
}

/* Heapsort: in place, and equal orders are the same in every field, so that it need not be stable. */
static void orders_sort(DemoOrder *orders, int64_t n)
{
  for (int64_t root = n / 2; root-- > 0;) {
    heap_sift(orders, root, n);
  }
  while (n-- > 1) {
    DemoOrder last = orders[0];
    orders[0] = orders[n];
    orders[n] = last;
    heap_sift(orders, 0, n);
  }
}

static Status shop_live(DemoShop *shop, uint64_t seed, int64_t *next, const Watch *watch)
{
  for (uint32_t id = 0; id < shop->n_customers; id++) {
    if (id % (WATCH_EVERY / 16) == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    customer_live(shop, id, seed, shop->orders, next);
  }
  return STATUS_OK;
}

Status demo_orders_build(DemoShop *shop, uint32_t n_customers, uint64_t seed, const Watch *watch)
{
  *shop = (DemoShop){.n_customers = n_customers};
  shop->customers = mem_zero(n_customers, sizeof *shop->customers);
  if (!shop->customers) {
    return STATUS_NOMEM;
  }

  /*
  ** Two runs instead of one and a copy: the first counts, so that the orders lie in an array of exactly their size, a
  ** day after the other.
  */
  int64_t next[DEMO_DAYS] = {0};
  Status status = shop_live(shop, seed, next, watch);
  if (status != STATUS_OK) {
    return status;
  }
  for (int day = 0; day < DEMO_DAYS; day++) {
    int64_t count = next[day];
    next[day] = shop->n_orders;
    shop->n_orders += count;
  }
  shop->orders = mem_alloc((size_t)shop->n_orders, sizeof *shop->orders);
  if (!shop->orders) {
    return STATUS_NOMEM;
  }
  status = shop_live(shop, seed, next, watch);
  int64_t begin = 0;
  for (int day = 0; status == STATUS_OK && day < DEMO_DAYS; begin = next[day++]) {
    if (watch_stop(watch)) {
      status = STATUS_INTERRUPT;
    }
    orders_sort(shop->orders + begin, next[day] - begin);
  }
  return status;
}

void demo_orders_free(DemoShop *shop)
{
  mem_free(shop->customers);
  mem_free(shop->orders);
  *shop = (DemoShop){0};
}
