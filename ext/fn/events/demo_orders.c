/*
** demo_orders([customers[, seed]]): the orders of a generated shop whose truth is known.
**
**   SELECT strftime('%Y-%m', ordered_at) AS month, count(*), round(sum(amount), 2) FROM demo_orders(200, 1) GROUP BY
**   month;
**
** R1  The same rows, in the same order, to the last digit, on every platform and in every version.
** R2  Rows come in time order; order_id counts them from 1, customer_id counts the customers from 1 by their first
**     purchase day.
** R3  The columns true_… and alive_at_end are what the generator drew: the same in all rows of a customer.
** R4  The population is the one of core/events/demo_orders.h, which the documentation of the function repeats.
*/
#include "core/events/demo_orders.h"

#include "glue/spec.h"

#define LARGEST_SEED 2147483647

enum {
  ARG_CUSTOMERS,
  ARG_SEED,
  ARG_COUNT
};
enum {
  COLUMN_ORDER_ID,
  COLUMN_CUSTOMER_ID,
  COLUMN_ORDERED_AT,
  COLUMN_AMOUNT,
  COLUMN_CHANNEL,
  COLUMN_TRUE_RATE,
  COLUMN_TRUE_DROPOUT,
  COLUMN_TRUE_MEAN_VALUE,
  COLUMN_ALIVE_AT_END,
  COLUMN_COUNT
};

static Status orders_compute(Call *call, void *state, int64_t *n_rows)
{
  DemoShop *shop = state;
  Status status = demo_orders_build(shop, (uint32_t)call_integer(call, ARG_CUSTOMERS),
                                    (uint64_t)call_integer(call, ARG_SEED), call_watch(call));
  *n_rows = shop->n_orders;
  return status;
}

static void orders_cell(const void *state, int64_t row, int column, Cell *out)
{
  const DemoShop *shop = state;
  const DemoOrder *order = &shop->orders[row];
  const DemoCustomer *customer = &shop->customers[order->customer];
  switch (column) {
    case COLUMN_ORDER_ID:
      cell_integer(out, row + 1);
      break;
    case COLUMN_CUSTOMER_ID:
      cell_integer(out, (int64_t)order->customer + 1);
      break;
    case COLUMN_ORDERED_AT:
      cell_time(out, DEMO_START_MS + order->second * MS_PER_SECOND);
      break;
    case COLUMN_AMOUNT:
      cell_real(out, order->cents / 100.0);
      break;
    case COLUMN_CHANNEL:
      cell_static(out, DEMO_CHANNELS[customer->channel].name);
      break;
    case COLUMN_TRUE_RATE:
      cell_real(out, customer->rate);
      break;
    case COLUMN_TRUE_DROPOUT:
      cell_real(out, customer->dropout);
      break;
    case COLUMN_TRUE_MEAN_VALUE:
      cell_real(out, customer->mean_value);
      break;
    case COLUMN_ALIVE_AT_END:
      cell_bool(out, customer->alive);
      break;
  }
}

static void orders_free(void *state)
{
  demo_orders_free(state);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_ORDER_ID] = {"order_id", "INTEGER", "1, 2, 3 … in time order"},
  [COLUMN_CUSTOMER_ID] = {"customer_id", "INTEGER", "1 … customers, in order of the first purchase day"},
  [COLUMN_ORDERED_AT] = {"ordered_at", "TEXT",
                         "when, 'YYYY-MM-DD HH:MM:SS' UTC, from 2024-01-01 to 2025-12-31; the shop's observation ends "
                         "at 2026-01-01 00:00:00"},
  [COLUMN_AMOUNT] = {"amount", "REAL", "what was paid, in whole cents, at least 0.01"},
  [COLUMN_CHANNEL] = {"channel", "TEXT", "how the customer was acquired: organic, search, social or referral"},
  [COLUMN_TRUE_RATE] = {"true_rate", "REAL", "the customer's own purchase rate: purchases per week while alive"},
  [COLUMN_TRUE_DROPOUT] = {"true_dropout", "REAL",
                           "the customer's own probability to be gone for good after a repeat purchase"},
  [COLUMN_TRUE_MEAN_VALUE] = {"true_mean_value", "REAL", "the customer's own expected amount of a purchase"},
  [COLUMN_ALIVE_AT_END] = {"alive_at_end", "INTEGER",
                           "1 where the customer is not yet gone when observation ends, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_CUSTOMERS] = {"customers", PARAM_INTEGER, "1000", 1, DEMO_CUSTOMERS_MAX, NULL,
                     "how many customers the shop acquires; each has about 3.7 orders"},
  [ARG_SEED] = {"seed", PARAM_INTEGER, "1", 0, LARGEST_SEED, NULL,
                "which shop: another seed gives other customers of the same population"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec demo_orders_table = {
  .name = "demo_orders",
  .doc =
    {
      .summary = "Generates the orders of a shop whose truth is known, for trying things out and for testing methods.",
      .result = "A row per order, in time order: two years of purchases of customers who were acquired during the "
                "first 18 months.",
      .nulls = "A NULL argument is its default. No column is NULL.",
      .errors =
        "customers outside 1…" NUMBER_TEXT(DEMO_CUSTOMERS_MAX) "; seed outside 0…" NUMBER_TEXT(LARGEST_SEED) ".",
      .example = "SELECT order_id, customer_id, ordered_at, amount, channel FROM demo_orders(200, 1) LIMIT 5",
      .formula =
        "BG/NBD purchases (Fader, Hardie & Lee 2005): rate ~ Gamma(r = 0.9, alpha) per week, dropout after each repeat "
        "purchase ~ Beta(a, b = 3); (alpha, a) by channel: organic (10, 0.8), search (12.5, 1.2), social (16, 2), "
        "referral (8, 0.4), with shares 0.35, 0.30, 0.20, 0.15. Gamma-Gamma amounts (Fader & Hardie 2013): p = 6, q = "
        "4, gamma = 20, mean 40. First purchases from 2024-01-01 to 2025-06-30, the last days twice as dense as the "
        "first. The time of day is independent of the model. Memory: 12 bytes per order, 32 per customer.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(DemoShop),
  .compute = orders_compute,
  .cell = orders_cell,
  .free = orders_free,
};
