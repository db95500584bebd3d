#include "demo_contracts.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/time/calendar.h"

const DemoPlan DEMO_PLANS[DEMO_PLAN_COUNT] = {
  {"monthly", 0.55, 0, 0},
  {"yearly", 0.30, -0.8, 12},
  {"two_year", 0.15, -1.6, 24},
};

const DemoShare DEMO_SIGN_UP_CHANNELS[DEMO_SIGN_UP_CHANNEL_COUNT] = {
  {"organic", 0.35},
  {"search", 0.30},
  {"social", 0.20},
  {"referral", 0.15},
};

const DemoShare DEMO_CAUSES[DEMO_CAUSE_COUNT] = {
  {"price", 0.5},
  {"service", 0.3},
  {"moved", 0.2},
};

#define LIFE_CONTRACTS_MAX 128 /* of a customer: at most one per month and one add-on per life */
#define TRACKING_DAY 365       /* 2024-01-01 */
#define LAST_DAY (DEMO_CONTRACTS_LAST_DAY - DEMO_CONTRACTS_FIRST_DAY)

double demo_hazard_shape(int month)
{
  return month == 1 ? 2 : month % 12 == 0 ? 2.5 : 1;
}

/* A customer while it is made. */
typedef struct Making {
  Random random;
  const DemoSubscriber *customer;
  uint32_t id;
  int n;
  DemoContract contracts[LIFE_CONTRACTS_MAX];
} Making;

/* `months` after a day; day 31 becomes the last of a shorter month. */
static int month_day(int day, int months)
{
  int64_t ms = (DEMO_CONTRACTS_FIRST_DAY + (int64_t)day) * MS_PER_DAY;
  return (int)(time_add(ms, (Duration){.months = months}, 1) / MS_PER_DAY - DEMO_CONTRACTS_FIRST_DAY);
}

static uint32_t whole(Random *random, uint32_t n)
{
  return (uint32_t)(random_uniform(random) * n);
}

static uint8_t choose(Random *random, const DemoShare *shares, uint8_t n)
{
  double u = random_uniform(random);
  uint8_t i = 0;
  while (i < n - 1 && u >= shares[i].share) {
    u -= shares[i++].share;
  }
  return i;
}

static void contract_add(Making *making, int start, int end, uint32_t cents, bool add_on)
{
  if (making->n < LIFE_CONTRACTS_MAX) {
    making->contracts[making->n++] = (DemoContract){
      .customer = making->id, .cents = cents, .start = (uint16_t)start, .end = (uint16_t)end, .add_on = add_on};
  }
}

/* The months of a life that begins on `start`: to the leaving, or those that had passed when observation ended. */
static int life_months(Making *making, int start, bool *left)
{
  const DemoSubscriber *customer = making->customer;
  double eta = DEMO_PLANS[customer->plan].effect + (customer->senior ? DEMO_SENIOR_EFFECT : 0) +
               DEMO_CHARGE_EFFECT * (customer->cents / 100.0 - DEMO_CHARGE_CENTRE);
  double hazard = DEMO_HAZARD * portable_exp(eta), until = random_exponential(&making->random);
  for (int month = 1;; month++) {
    if (month_day(start, month) > LAST_DAY) {
      *left = false;
      return month - 1;
    }
    until -= hazard * demo_hazard_shape(month);
    if (until <= 0) {
      *left = true;
      return month;
    }
  }
}

/* The base contracts of a life, one after the other. */
static void life_base(Making *making, int start, int months, bool left)
{
  int term = DEMO_PLANS[making->customer->plan].term, began = 0;
  uint32_t cents = making->customer->cents, next = cents;
  for (int month = 1; month <= months; month++) {
    double u = random_uniform(&making->random), size = random_uniform(&making->random);
    if (u < DEMO_UPGRADE) {
      next = (uint32_t)floor(cents * (1.1 + 0.4 * size) + 0.5);
    } else if (u < DEMO_UPGRADE + DEMO_DOWNGRADE) {
      next = (uint32_t)floor(cents * (0.9 - 0.3 * size) + 0.5);
    }
    bool last = left && month == months;
    if (last || next != cents || month - began == term) {
      contract_add(making, month_day(start, began), month_day(start, month), cents, false);
      began = month;
      cents = next;
    }
    if (last) {
      return;
    }
  }
  contract_add(making, month_day(start, began), term ? month_day(start, began + term) : 0, cents, false);
}

static void life_add_on(Making *making, int start, int months, bool left)
{
  Random *random = &making->random;
  bool wanted = random_uniform(random) < DEMO_ADD_ON;
  int begins = (int)whole(random, 12), length = 3 + (int)whole(random, 10);
  uint32_t cents = 500 + whole(random, 2500);
  if (!wanted || begins >= months) {
    return;
  }
  int ends = left && begins + length > months ? months : begins + length;
  contract_add(making, month_day(start, begins), month_day(start, ends), cents, true);
}

/* By start, a base contract before an add-on; stable. */
static void contracts_number(Making *making)
{
  DemoContract *contracts = making->contracts;
  for (int i = 1; i < making->n; i++) {
    DemoContract moving = contracts[i];
    int k = i;
    for (; k > 0 && contracts[k - 1].start > moving.start; k--) {
      contracts[k] = contracts[k - 1];
    }
    contracts[k] = moving;
  }
  for (int i = 0; i < making->n; i++) {
    contracts[i].number = (uint16_t)(i + 1);
  }
}

static void customer_make(Making *making, DemoSubscriber *customer, uint32_t n_customers)
{
  Random *random = &making->random;
  double quantile = (making->id + random_uniform(random)) / n_customers;
  int start = (int)((sqrt(1 + 3 * quantile) - 1) * DEMO_SIGN_UP_DAYS);
  double u = random_uniform(random);
  while (customer->plan < DEMO_PLAN_COUNT - 1 && u >= DEMO_PLANS[customer->plan].share) {
    u -= DEMO_PLANS[customer->plan++].share;
  }
  customer->channel = choose(random, DEMO_SIGN_UP_CHANNELS, DEMO_SIGN_UP_CHANNEL_COUNT);
  customer->senior = random_uniform(random) < DEMO_SENIOR_SHARE;
  customer->cents = 2000 + whole(random, 10000);

  bool left = false;
  int months = life_months(making, start, &left);
  customer->churned = left;
  customer->tenure = (uint8_t)months;
  customer->cause = choose(random, DEMO_CAUSES, DEMO_CAUSE_COUNT);
  int passed = 0;
  while (month_day(start, passed + 1) <= TRACKING_DAY) {
    passed++;
  }
  customer->entry = (int8_t)(left && passed >= months ? -1 : passed);

  for (;;) {
    life_base(making, start, months, left);
    life_add_on(making, start, months, left);
    bool returns = random_uniform(random) < DEMO_RETURN;
    int gap = 1 + (int)whole(random, 6);
    if (!left || !returns) {
      break;
    }
    start = month_day(month_day(start, months), gap);
    if (start > LAST_DAY) {
      break;
    }
    months = life_months(making, start, &left);
  }
  contracts_number(making);
}

Status demo_contracts_build(DemoBusiness *business, uint32_t n_customers, uint64_t seed, const Watch *watch)
{
  *business = (DemoBusiness){.n_customers = n_customers};
  business->customers = mem_zero(n_customers, sizeof *business->customers);
  if (!business->customers) {
    return STATUS_NOMEM;
  }
  size_t size = 0;
  for (uint32_t id = 0; id < n_customers; id++) {
    if (id % (WATCH_EVERY / 16) == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    DemoSubscriber *customer = &business->customers[id];
    Making making = {.random = random_seed(seed, id), .customer = customer, .id = id};
    customer_make(&making, customer, n_customers);
    if ((size_t)business->n_contracts + LIFE_CONTRACTS_MAX > size) {
      size += size / 2 + 8 * LIFE_CONTRACTS_MAX;
      DemoContract *grown = mem_resize(business->contracts, size, sizeof *grown);
      if (!grown) {
        return STATUS_NOMEM;
      }
      business->contracts = grown;
    }
    for (int i = 0; i < making.n; i++) {
      business->contracts[business->n_contracts++] = making.contracts[i];
    }
  }
  return STATUS_OK;
}

void demo_contracts_free(DemoBusiness *business)
{
  mem_free(business->customers);
  mem_free(business->contracts);
  *business = (DemoBusiness){0};
}
