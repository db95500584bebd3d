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
typedef struct IntervalsRow {
  uint32_t customer, start;
} IntervalsRow;

/* Set offset_ms, feed intervals_accumulator() with rows, intervals_finish(). {0} is a valid empty object. */
typedef struct Intervals {
  int64_t offset_ms;
  PurchaseDays days; /* after intervals_finish(): each customer's gaps ascending, in place of its days */
  IntervalsRow *row;
  uint32_t n_rows;
} Intervals;

/* What is known of one customer, all in days. */
typedef struct IntervalStats {
  uint32_t customer, gaps;
  uint32_t last; /* day number of the newest purchase */
  double mean, median, p90;
  double cv; /* standard deviation / mean; NaN with one gap */
} IntervalStats;

Accumulator intervals_accumulator(void);

/* Turns days into gaps. `customers` are those whose states the accumulator was given. */
Status intervals_finish(Intervals *intervals, const Customers *customers, const Watch *watch);

/* Row < n_rows; rows are in the order of the customers' ids. */
void intervals_get(const Intervals *intervals, const Customers *customers, uint32_t row, IntervalStats *stats);

/* The row of a customer, or -1. O(log n). */
int64_t intervals_row_of(const Intervals *intervals, uint32_t customer);

/* May run twice. */
void intervals_free(Intervals *intervals);

#endif
