/*
** Is this purchase history fit to be analysed? What can be counted over rows that are well formed; rows that are not
** are counted while they are read.
**
**   duplicates   rows beyond the first of the same customer, time and value (NULL, which comes as NaN, equals NULL)
**   future       time > today
**   negative     value < 0
**   zero         value = 0
**   dominant     the customer with the most rows, if it has more than 10 % of all rows and more than ten times the
**                average customer's; the same for value, over values > 0
**   lines        rows beyond the first of one customer and time that are no duplicates: what lines of an order look
**                like, if they are more than 10 % of all rows, of at least 10 customers
**   blank, nobody, similar
**                the rows of customers that key_check.h finds odd; a similar one is spelled as another before it
**   days         day_check.h, up to `today`
**   newest       the newest time, and the first row read that has it
**
** Duplicates are found exactly, among the rows that share an instant: while rows come in time order these are
** neighbours. The first row that is earlier than the one before it answers STATUS_DISORDER; in the sorted pass rows
** of one customer and time are neighbours. Memory while rows come: 32 bytes per customer, 24 … 48 per row of the
** fullest instant, and the days'; after them, where there are text customers, what key_check.h keeps. O(1) expected
** per row.
*/
#ifndef RETAIN_CORE_EVENTS_DATA_CHECK_H
#define RETAIN_CORE_EVENTS_DATA_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "accumulator.h"
#include "core/base/hash.h"
#include "core/time/zone.h"
#include "customers.h"
#include "day_check.h"

/* A customer is dominant with more than this share of all, and more than so many times the average customer's. */
#define DATA_CHECK_DOMINANT_PERCENT 10
#define DATA_CHECK_DOMINANT_TIMES 10
/* Rows are lines of orders where more than this share of them follow another at the instant, of so many customers. */
#define DATA_CHECK_LINES_PERCENT 10
#define DATA_CHECK_LINES_CUSTOMERS 10

/* Rows of a kind, and the smallest rowid among them. */
typedef struct DataCheckTally {
  int64_t rows, rowid;
} DataCheckTally;

/* A row of the current instant. */
typedef struct DataCheckTwin {
  uint64_t value;
  uint32_t customer, round; /* round != Check.round: free */
} DataCheckTwin;

typedef struct DataCheckDominant {
  DataCheckTally tally; /* rows 0: nobody */
  uint32_t customer;
  double share;
} DataCheckDominant;

/* Set the first two, feed data_check_accumulator() with rows, data_check_finish(). {0} is a valid empty object. */
typedef struct DataCheck {
  ZoneCursor zone;
  int64_t today;

  DataCheckTally duplicate, future, negative, zero;
  DataCheckTally lines;    /* rows 0: they look like purchases */
  uint32_t line_customers; /* those with such rows */
  DataCheckTally blank, nobody, similar;
  uint32_t nobody_id;                  /* of those, the customer with the most rows */
  uint32_t n_similar;                  /* customers spelled as another before them … */
  uint32_t similar_id, similar_before; /* … such as these */
  int64_t newest, newest_rowid;
  int64_t rows;
  DataCheckDominant by_rows, by_value;
  DayCheck days;

  bool sorted; /* second pass: rows come by customer */
  bool alone;  /* `last` is the only row of its instant so far, and not in `twin` */
  Event last;
  uint32_t round; /* of the instant; never 0 */
  uint32_t n_twins, twins_size;
  DataCheckTwin *twin; /* hash table of twins_size = 2^n */
  HashSecret secret;
} DataCheck;

Accumulator data_check_accumulator(void);

/* What takes all rows to know. `customers` are those whose states the accumulator was given. */
Status data_check_finish(DataCheck *check, const Customers *customers, const Watch *watch);

/* May run twice. */
void data_check_free(DataCheck *check);

#endif
