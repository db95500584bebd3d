/*
** Lines of orders made one purchase each: rows of one customer with one order id become an event at the earliest of
** their times, which gives it its attribute and rowid too, with the sum of their values.
**
** The sum of money is exact: of lines with at most four decimals it is the number of four decimals that they add up to.
** 24 bytes of an event (32 with its rowid), 24 of its sum and 8 … 16 of hash slots per order; O(1) expected per line.
** At most 2^31 orders.
*/
#ifndef RETAIN_CORE_EVENTS_ORDERS_H
#define RETAIN_CORE_EVENTS_ORDERS_H

#include "event_log.h"

#define ORDER_NONE UINT32_MAX /* in place of an order's id: the line is an order of its own */

/* {0} is a valid empty object. */
typedef struct Orders {
  Events events; /* an event per order, in order of appearance; its value after orders_finish() */
  Chunks sums;   /* of each */
  HashSecret secret;
  uint32_t *slots; /* index + 1 by customer and order id; 0 is free */
  uint32_t n_slots;
} Orders;

/* Adds a line; `order` is an id that is the same for equal order ids. A value of NaN, none, adds nothing. */
Status orders_add(Orders *orders, const Event *line, uint32_t order, bool with_rowid);

/* After the last line. */
Status orders_finish(Orders *orders, const Watch *watch);

void orders_free(Orders *orders); /* may run twice */

/* The value of a line. Of money it is the number of four decimals, as if computed by hand: 3 of 19.99 are 59.97. */
double line_value(double price, double quantity);

#endif
