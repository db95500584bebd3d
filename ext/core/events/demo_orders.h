/*
** A shop with known truth: generated purchases whose every parameter is documented, for demos and for tests that ask a
** method to find again what was put in.
**
** The window is [2024-01-01, 2026-01-01), 731 days. `customers` customers make their first purchase in its first 547
** days (to 2025-06-30), the last ones twice as densely as the first: acquisition quantile u falls at (sqrt(1 + 3u) - 1)
** * 547 days.
**
** Purchasing is BG/NBD (Fader, Hardie & Lee 2005): while alive a customer buys again after exponential gaps with an own
** rate lambda ~ Gamma(DEMO_R, alpha) per week; after every repeat purchase the customer is gone with an own probability
** p ~ Beta(a, DEMO_B). Spend is Gamma-Gamma (Fader & Hardie 2013): an amount is Gamma(DEMO_P, nu) with an own nu ~
** Gamma(DEMO_Q, DEMO_GAMMA), so that the mean amount is DEMO_P * DEMO_GAMMA / (DEMO_Q - 1) = 40. Rate, dropout and
** spend are independent. The acquisition channel sets alpha and a (DEMO_CHANNELS): within a channel the model holds
** exactly.
**
** The day of a purchase is the model's; its time of day is drawn anew from a profile with few orders at night and a
** peak in the evening. Several purchases of one customer on a day occur.
**
** Deterministic to the bit on every platform (random.h): times are whole seconds, amounts whole cents (at least 1).
** Customer c draws from stream c of the seed. O(orders log orders per day); 12 bytes per order and 32 per customer.
*/
#ifndef RETAIN_CORE_EVENTS_DEMO_ORDERS_H
#define RETAIN_CORE_EVENTS_DEMO_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/status.h"

#define DEMO_CUSTOMERS_MAX 10000000
#define DEMO_START_MS INT64_C(1704067200000) /* 2024-01-01 00:00:00 */
#define DEMO_DAYS 731
#define DEMO_ACQUISITION_DAYS 547

#define DEMO_R 0.9
#define DEMO_B 3.0
#define DEMO_P 6.0
#define DEMO_Q 4.0
#define DEMO_GAMMA 20.0

#define DEMO_CHANNEL_COUNT 4
typedef struct DemoChannel {
  const char *name;
  double share; /* of the customers */
  double alpha, a;
} DemoChannel;
extern const DemoChannel DEMO_CHANNELS[DEMO_CHANNEL_COUNT];

typedef struct DemoCustomer {
  double rate;       /* lambda: purchases per week while alive */
  double dropout;    /* p: probability to be gone after a repeat purchase */
  double mean_value; /* DEMO_P / nu: the expected amount of a purchase */
  uint8_t channel;
  bool alive; /* not yet gone at the end of the window */
} DemoCustomer;

typedef struct DemoOrder {
  uint32_t second;   /* since DEMO_START_MS */
  uint32_t customer; /* 0 … customers - 1, in order of acquisition */
  uint32_t cents;
} DemoOrder;

typedef struct DemoShop {
  DemoCustomer *customers;
  DemoOrder *orders; /* by second, customer, cents */
  uint32_t n_customers;
  int64_t n_orders;
} DemoShop;

/* 1 <= n_customers <= DEMO_CUSTOMERS_MAX. STATUS_NOMEM or STATUS_INTERRUPT leave a shop that can be freed. */
Status demo_orders_build(DemoShop *shop, uint32_t n_customers, uint64_t seed, const Watch *watch);

/* {0} is a valid empty shop; may run twice. */
void demo_orders_free(DemoShop *shop);

#endif
