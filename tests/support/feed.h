/*
** Feeding rows to an accumulator in a unit test, as a reader does: as they come, and once more if they cannot be
** taken so, sorted by customer and time unless any order will do.
*/
#ifndef RETAIN_TESTS_FEED_H
#define RETAIN_TESTS_FEED_H

#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "core/time/time_parse.h"
#include "unit.h"

#define DAY MS_PER_DAY

typedef struct Row {
  int64_t time;
  int customer;
  double value;
  int64_t rowid;
} Row;

static inline int64_t at(const char *text)
{
  int64_t ms;
  assert_true(time_from_text(text, strlen(text), &ms));
  return ms;
}

static inline int by_customer(const void *a, const void *b)
{
  const Row *x = a, *y = b;
  if (x->customer != y->customer) {
    return x->customer < y->customer ? -1 : 1;
  }
  return x->time != y->time ? (x->time < y->time ? -1 : 1) : (x->rowid < y->rowid ? -1 : x->rowid > y->rowid);
}

static inline int by_time(const void *a, const void *b)
{
  const Row *x = a, *y = b;
  return x->time != y->time ? (x->time < y->time ? -1 : 1) : (x->rowid < y->rowid ? -1 : x->rowid > y->rowid);
}

static inline Status feed_once(Accumulator accumulator, void *self, Customers *customers, const Row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    uint32_t id = customers_add_integer(customers, rows[i].customer);
    Event event = {rows[i].time, rows[i].value, id, NO_ATTRIBUTE, rows[i].rowid};
    Status status = accumulator.step(self, customers_state(customers, id), &event);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

/* Whether the rows could be taken as they came. */
static inline bool feed(Accumulator accumulator, void *self, Customers *customers, const Row *rows, size_t n)
{
  customers->state_size = accumulator.state_size;
  Status status = feed_once(accumulator, self, customers, rows, n);
  if (status == STATUS_OK) {
    return true;
  }
  assert_int_equal(status, STATUS_DISORDER);
  Row *sorted = malloc(n * sizeof *sorted);
  memcpy(sorted, rows, n * sizeof *sorted);
  if (!accumulator.any_order) {
    qsort(sorted, n, sizeof *sorted, by_customer);
  }
  customers_free(customers);
  accumulator.restart(self);
  assert_int_equal(feed_once(accumulator, self, customers, sorted, n), STATUS_OK);
  free(sorted);
  return false;
}

/* xorshift64*: the same rows everywhere. */
static inline uint64_t draw(uint64_t *seed)
{
  *seed ^= *seed >> 12;
  *seed ^= *seed << 25;
  *seed ^= *seed >> 27;
  return *seed * UINT64_C(0x2545F4914F6CDD1D);
}

static inline int64_t draw_below(uint64_t *seed, int64_t n)
{
  return (int64_t)(draw(seed) >> 11) % n;
}

#endif
