/*
** Purchase intervals: how many days a customer lets pass between purchase days.
**
** Several purchases of a customer on one civil day are one purchase day; a customer with k >= 2 purchase days has k -
** 1 gaps, each at least 1 day. Quantiles are type 7 (see stats.h), the spread is the sample standard deviation (n -
** 1). The rows may come in any order. Memory: 8 bytes per customer while reading and 8 more at the end, 4 … 6 bytes
** per purchase day. O(n) in all; the figures of a row cost O(its gaps).
*/
#ifndef RETAIN_CORE_MEASURES_PURCHASE_INTERVALS_H
#define RETAIN_CORE_MEASURES_PURCHASE_INTERVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "core/events/purchase_days.h"

/* A customer with a gap: where its keys begin in its bucket. */
typedef struct PurchaseIntervalsRow {
  uint32_t customer, start;
} PurchaseIntervalsRow;

/*
** Set zone, feed purchase_intervals_accumulator() with rows, purchase_intervals_finish(). {0} is a valid empty
** object.
*/
typedef struct PurchaseIntervals {
  ZoneCursor zone;
  PurchaseDays days; /* after purchase_intervals_finish(): each customer's gaps ascending, in place of its days */
  PurchaseIntervalsRow *row;
  uint32_t n_rows;
} PurchaseIntervals;

/* What is known of one customer, all in days. */
typedef struct PurchaseIntervalsStats {
  uint32_t customer, gaps;
  uint32_t last; /* day number of the newest purchase */
  double mean, median, p90;
  double cv; /* standard deviation / mean; NaN with one gap */
} PurchaseIntervalsStats;

Accumulator purchase_intervals_accumulator(void);

/* Turns days into gaps. `customers` are those whose states the accumulator was given. */
Status purchase_intervals_finish(PurchaseIntervals *intervals, const Customers *customers, const Watch *watch);

/* Row < n_rows; rows are in the order of the customers' ids. */
void purchase_intervals_get(const PurchaseIntervals *intervals, const Customers *customers, uint32_t row,
                            PurchaseIntervalsStats *stats);

/* The row of a customer, or -1. O(log n). */
int64_t purchase_intervals_row_of(const PurchaseIntervals *intervals, uint32_t customer);

/* May run twice. */
void purchase_intervals_free(PurchaseIntervals *intervals);

#endif
