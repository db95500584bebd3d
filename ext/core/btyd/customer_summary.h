/*
** The customer summary of the buy-till-you-die models (Fader, Hardie & Lee 2005): x, t_x, T and m per customer, from
** purchases merged by civil day.
**
**   x    purchase days after the first
**   t_x  days from the first to the last purchase day
**   T    days from the first purchase day to the day on which observation ends
**   m    mean of the day sums over the repeat days = (sum of all rows after the first day) / x
**
** With `split`, rows up to `until` are the calibration, of which the above is made, and rows after it the holdout, in
** which purchase days, rows and value are counted.
**
** Memory: 16 bytes per customer (32 with split), + 4 where amounts have more than four decimals, + about 30 for a
** customer with more than 511 rows or 255 days. A row that comes before its customer's latest day answers
** STATUS_DISORDER; rows of one day may come in any order. The second pass takes rows in any order, with 16 more bytes
** per customer and 4 … 6 per row: only the purchase days need to be brought together, sums and first days do not.
**
** Sums: an amount that is a number of at most four decimals is added as that decimal number, exactly, in 64-bit
** integers; a customer's first amount that is not turns its sum into a compensated floating-point one.
*/
#ifndef RETAIN_CORE_BTYD_CUSTOMER_SUMMARY_H
#define RETAIN_CORE_BTYD_CUSTOMER_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "core/events/purchase_days.h"

#define DAYS_PER_WEEK 7.0
#define DAYS_PER_MONTH 30.4375
#define DAYS_PER_YEAR 365.25

/* Units of time, as a choice in SQL, and their days in the same order. */
#define UNIT_CHOICES "day|week|month|year"
extern const double UNIT_DAYS[];

/* One of calibration and holdout, beside the customers' states: what only few customers need. */
typedef struct CustomerSummaryPart {
  float *low; /* by customer id: what rounding lost of a floating-point sum */
  uint32_t n_low;
  Customers overflow; /* by customer id as integer key: what the counters in the state could not hold */
  PurchaseDays days;  /* second pass, until customer_summary_finish() */
} CustomerSummaryPart;

/*
** Set the first four, feed customer_summary_accumulator() with rows, customer_summary_finish(). {0} is a valid empty
** object.
*/
typedef struct CustomerSummary {
  ZoneCursor zone;
  bool split;
  int64_t until;
  bool hourly;  /* purchases of one hour are one, instead of those of one day, and all that is a day is an hour */
  bool too_far; /* STATUS_ERROR: a row that cannot be counted by the hour, before 1699 or after 2176 */
  CustomerSummaryPart part[2]; /* calibration, holdout */
  bool second_pass;
  /* second pass: the sums of the calibration's first days, until customer_summary_finish() */
  CustomerSummaryPart first;
  struct CustomerSummaryState *first_sum;
  uint32_t n_first;
  uint32_t end;  /* day number of the end of the observation */
  uint32_t *row; /* the customers that have a calibration; NULL: all have */
  uint32_t n_rows;
} CustomerSummary;

typedef struct CustomerSummaryRow {
  uint32_t customer;
  int64_t orders, repeats; /* repeats: x */
  int64_t recency, age;    /* in days (hours): t_x, T */
  double mean;             /* m; NaN where x = 0 */
  int64_t holdout_orders, holdout_days;
  double holdout_value;
} CustomerSummaryRow;

Accumulator customer_summary_accumulator(const CustomerSummary *summary);

/* The number of the day (hour) that holds an instant. */
uint32_t customer_summary_number(const CustomerSummary *summary, int64_t ms);

/*
** `end_ms`: when the observation (with split: the calibration) ends. `customers` are those whose states the
** accumulator was given.
*/
Status customer_summary_finish(CustomerSummary *summary, const Customers *customers, int64_t end_ms,
                               const Watch *watch);

/* Row < n_rows; rows are in the order of the customers' ids. */
void customer_summary_get(const CustomerSummary *summary, const Customers *customers, uint32_t row,
                          CustomerSummaryRow *out);

/* The row of a customer, or -1. O(log n). */
int64_t customer_summary_row_of(const CustomerSummary *summary, uint32_t customer);

/* May run twice. */
void customer_summary_free(CustomerSummary *summary);

#endif
