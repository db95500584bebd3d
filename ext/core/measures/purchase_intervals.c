#include "purchase_intervals.h"

#include <math.h>

#include "core/base/mem.h"

typedef struct PurchaseIntervalsState {
  uint32_t last; /* day number of the latest row; after purchase_intervals_finish(): of the newest purchase */
  uint32_t gaps; /* 0 until purchase_intervals_finish() */
} PurchaseIntervalsState;

/*
** A row of the customer's latest day adds nothing: the lines of an order and in-order repeats of a day cost no
** memory.
*/
static Status purchase_intervals_step(void *self, void *customer_state, const Event *event)
{
  PurchaseIntervals *intervals = self;
  PurchaseIntervalsState *state = customer_state;
  uint32_t day = day_number(zone_local(&intervals->zone, event->time));
  if (state->last == day) {
    return STATUS_OK;
  }
  state->last = day;
  return purchase_days_add(&intervals->days, event->customer, day);
}

Accumulator purchase_intervals_accumulator(void)
{
  return (Accumulator){.state_size = sizeof(PurchaseIntervalsState), .step = purchase_intervals_step};
}

/* Days of one bucket, sorted, into gaps; customers with a single day vanish. */
static void make_gaps(PurchaseIntervals *intervals, const Customers *customers, size_t number)
{
  DayBucket *bucket = &intervals->days.bucket[number];
  size_t out = 0;
  for (size_t i = 0; i < bucket->count;) {
    uint32_t local = bucket->key[i] >> DAY_BITS, customer = (uint32_t)(number << BUCKET_SHIFT) + local;
    uint32_t last = bucket->key[i] & DAY_MASK;
    size_t start = out;
    for (i++; i < bucket->count && bucket->key[i] >> DAY_BITS == local; i++) {
      uint32_t day = bucket->key[i] & DAY_MASK;
      if (day != last) {
        bucket->key[out++] = local << DAY_BITS | (day - last);
        last = day;
      }
    }
    PurchaseIntervalsState *state = customers_state(customers, customer);
    state->last = last;
    state->gaps = (uint32_t)(out - start);
    if (state->gaps > 0) {
      intervals->row[intervals->n_rows++] = (PurchaseIntervalsRow){customer, (uint32_t)start};
    }
  }
  bucket->count = out;
}

Status purchase_intervals_finish(PurchaseIntervals *intervals, const Customers *customers, const Watch *watch)
{
  PurchaseDays *days = &intervals->days;
  size_t turns = 0;
  Status status = STATUS_NOMEM;
  uint32_t *spare = mem_alloc(purchase_days_most(days) + 1, sizeof *spare);
  intervals->row = mem_alloc((size_t)customers->count + 1, sizeof *intervals->row);
  if (!spare || !intervals->row) {
    goto done;
  }
  for (size_t i = 0; i < days->count; i++) {
    status = day_bucket_sort(&days->bucket[i], spare, watch);
    if (status) {
      goto done;
    }
    turns += days->bucket[i].count;
    make_gaps(intervals, customers, i);
    status = day_bucket_sort(&days->bucket[i], spare, watch);
    if (status) {
      goto done;
    }
    if (turns >= WATCH_EVERY) {
      turns = 0;
      if (watch_stop(watch)) {
        status = STATUS_INTERRUPT;
        goto done;
      }
    }
  }
  status = STATUS_OK;
done:
  mem_free(spare);
  return status;
}

/*
** The type-7 quantile at tenths/10, as quantile_sorted() of stats.h; in integers, so that a whole rank is found as
** one.
*/
static double gap_quantile(const uint32_t *key, uint32_t n, uint32_t tenths)
{
  uint64_t h = (uint64_t)(n - 1) * tenths;
  size_t i = (size_t)(h / 10);
  double a = key[i] & DAY_MASK, b = key[i + 1 < n ? i + 1 : i] & DAY_MASK;
  return a + (double)(h % 10) / 10 * (b - a);
}

void purchase_intervals_get(const PurchaseIntervals *intervals, const Customers *customers, uint32_t row,
                            PurchaseIntervalsStats *stats)
{
  PurchaseIntervalsRow at = intervals->row[row];
  const PurchaseIntervalsState *state = customers_state(customers, at.customer);
  const uint32_t *key = intervals->days.bucket[at.customer >> BUCKET_SHIFT].key + at.start;
  uint32_t n = state->gaps;
  uint64_t sum = 0;
  double squares = 0;
  for (uint32_t i = 0; i < n; i++) {
    sum += key[i] & DAY_MASK;
  }
  double mean = (double)sum / n;
  for (uint32_t i = 0; i < n; i++) {
    double deviation = (key[i] & DAY_MASK) - mean;
    squares += deviation * deviation;
  }
  stats->customer = at.customer;
  stats->gaps = n;
  stats->last = state->last;
  stats->mean = mean;
  stats->median = gap_quantile(key, n, 5);
  stats->p90 = gap_quantile(key, n, 9);
  stats->cv = n > 1 ? sqrt(squares / (n - 1)) / mean : NAN;
}

int64_t purchase_intervals_row_of(const PurchaseIntervals *intervals, uint32_t customer)
{
  uint32_t low = 0, high = intervals->n_rows;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (intervals->row[middle].customer < customer) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < intervals->n_rows && intervals->row[low].customer == customer ? (int64_t)low : -1;
}

void purchase_intervals_free(PurchaseIntervals *intervals)
{
  purchase_days_free(&intervals->days);
  mem_free(intervals->row);
  intervals->row = NULL;
  intervals->n_rows = 0;
}
