/*
** Purchase histories of any size, the same on every machine, for what measures or interrupts.
**
** Table orders(order_id INTEGER PRIMARY KEY, customer_id, ordered_at TEXT, amount REAL): three years in time order,
** 'YYYY-MM-DD HH:MM:SS'; one order in ten is a new customer's first, the others go to known customers, newer ones more
** often; ids are dense integers.
*/
#ifndef RETAIN_TESTS_ORDERS_H
#define RETAIN_TESTS_ORDERS_H

#include <stdbool.h>

typedef enum OrdersForm {
  ORDERS_PLAIN,
  ORDERS_TEXT_IDS, /* customer_id TEXT: 'cust-000000123' */
  ORDERS_SHUFFLED, /* in no order of time */
  ORDERS_INDEXED,  /* with an index on (customer_id, ordered_at, amount) */
  ORDERS_STORES    /* with store INTEGER, one of 1,000: nine in ten orders in the customer's own, the tenth in any */
} OrdersForm;

/* Writes `file` unless it is there and complete. Ends the program with a message on an error. */
void orders_write(const char *file, long rows, OrdersForm form);

/* orders_write() of FOLDER/orders-ROWS[-text|-shuffled|-indexed|-stores].db; the name goes to out. */
#define ORDERS_NAME_MAX 512
void orders_file(const char *folder, long rows, OrdersForm form, char out[ORDERS_NAME_MAX]);

#endif
