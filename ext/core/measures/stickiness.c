#include "stickiness.h"

#include "core/base/mem.h"
#include "core/base/sort.h"

/* Of a customer: the days of the period of its latest day. Zero before the first row. */
typedef struct StickinessState {
  int32_t period, day;
  uint32_t days;
} StickinessState;

#define DAYS_BITS 31 /* of the key of a pair, below its period */

void stickiness_init(Stickiness *stickiness, Grain grain, ZoneCursor zone)
{
  *stickiness = (Stickiness){
    .period = {.grain = grain, .zone = zone},
    .day = {.grain = {.unit = GRAIN_DAY, .count = 1}, .zone = zone},
    .pairs.state_size = sizeof(int64_t),
  };
}

static Status count(Stickiness *stickiness, const StickinessState *state)
{
  int64_t key = (int64_t)state->period * (INT64_C(1) << DAYS_BITS) + state->days;
  uint32_t pair = customers_add_integer(&stickiness->pairs, key);
  if (pair == CUSTOMER_NONE) {
    return STATUS_NOMEM;
  }
  ++*(int64_t *)customers_state(&stickiness->pairs, pair);
  return STATUS_OK;
}

static Status step(void *self, void *customer_state, const Event *event)
{
  Stickiness *stickiness = self;
  StickinessState *state = customer_state;
  int32_t day = (int32_t)period_of(&stickiness->day, event->time);
  if (state->days > 0 && day <= state->day) {
    return day == state->day ? STATUS_OK : STATUS_DISORDER;
  }
  int32_t period = (int32_t)period_of(&stickiness->period, event->time);
  if (state->days > 0 && period != state->period) {
    Status status = count(stickiness, state);
    if (status != STATUS_OK) {
      return status;
    }
    state->days = 0;
  }
  state->days++;
  state->day = day;
  state->period = period;
  return STATUS_OK;
}

static void restart(void *self)
{
  customers_free(&((Stickiness *)self)->pairs);
}

Accumulator stickiness_accumulator(void)
{
  return (Accumulator){.state_size = sizeof(StickinessState), .step = step, .restart = restart};
}

/* The latest period of each customer. */
static Status count_latest(Stickiness *stickiness, const Customers *customers, const Watch *watch)
{
  for (uint32_t id = 0; id < customers->count; id++) {
    const StickinessState *state = customers_state(customers, id);
    Status status = state->days > 0 ? count(stickiness, state) : STATUS_OK;
    if (status == STATUS_OK && (id + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static int64_t period_at(const Customers *pairs, uint32_t pair)
{
  return customers_key(pairs, pair).integer >> DAYS_BITS;
}

static uint32_t days_at(const Customers *pairs, uint32_t pair)
{
  return (uint32_t)(customers_key(pairs, pair).integer & ((INT64_C(1) << DAYS_BITS) - 1));
}

/* Periods ascend; the days of a period descend, so that those with more are known before. */
static bool pair_before(const void *a, const void *b, const void *pairs)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  int64_t period = period_at(pairs, x), other = period_at(pairs, y);
  return period != other ? period < other : days_at(pairs, x) > days_at(pairs, y);
}

/* The rows of a period, whose pairs are the n of `order`. */
static void period_rows(Stickiness *stickiness, const uint32_t *order, uint32_t n, int64_t end)
{
  const Customers *pairs = &stickiness->pairs;
  int64_t period = period_at(pairs, order[0]), at_least = 0, sum = 0;
  uint32_t most = days_at(pairs, order[0]);
  StickinessRow *rows = stickiness->rows + stickiness->n_rows;
  for (uint32_t days = most, i = 0; days > 0; days--) {
    bool occurs = i < n && days_at(pairs, order[i]) == days;
    int64_t customers = occurs ? *(const int64_t *)customers_state(pairs, order[i++]) : 0;
    at_least += customers;
    sum += customers * days;
    rows[days - 1] = (StickinessRow){.period = period, .days = days, .customers = customers, .at_least = at_least};
  }
  int64_t begin = period_begin(&stickiness->period, period), next = period_begin(&stickiness->period, period + 1);
  int64_t last = next <= end ? next : end;
  int64_t length = period_of(&stickiness->day, last - 1) + 1 - period_of(&stickiness->day, begin);
  for (uint32_t i = 0; i < most; i++) {
    rows[i].active = at_least;
    rows[i].stickiness = (double)sum / ((double)at_least * (double)length);
    rows[i].complete = next <= end;
  }
  stickiness->n_rows += most;
}

static Status rows_make(Stickiness *stickiness, const uint32_t *order, int64_t end, const Watch *watch)
{
  const Customers *pairs = &stickiness->pairs;
  int64_t n_rows = 0, before = INT64_MIN;
  for (uint32_t i = 0; i < pairs->count; i++) { /* the first pair of a period has its most days */
    int64_t period = period_at(pairs, order[i]);
    n_rows += period != before ? days_at(pairs, order[i]) : 0;
    before = period;
  }
  stickiness->rows = mem_alloc((size_t)n_rows + 1, sizeof *stickiness->rows);
  if (!stickiness->rows) {
    return STATUS_NOMEM;
  }
  int64_t ask_at = WATCH_EVERY;
  for (uint32_t i = 0, n; i < pairs->count; i += n) {
    n = 1;
    while (i + n < pairs->count && period_at(pairs, order[i + n]) == period_at(pairs, order[i])) {
      n++;
    }
    period_rows(stickiness, order + i, n, end);
    if (stickiness->n_rows >= ask_at) {
      ask_at = stickiness->n_rows + WATCH_EVERY;
      if (watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
  }
  return STATUS_OK;
}

Status stickiness_finish(Stickiness *stickiness, const Customers *customers, int64_t end, const Watch *watch)
{
  Status status = count_latest(stickiness, customers, watch);
  uint32_t n = stickiness->pairs.count;
  uint32_t *order = status == STATUS_OK ? mem_alloc((size_t)n + 1, sizeof *order) : NULL;
  if (!order) {
    return status == STATUS_OK ? STATUS_NOMEM : status;
  }
  for (uint32_t i = 0; i < n; i++) {
    order[i] = i;
  }
  status = records_sort(order, n, sizeof *order, pair_before, &stickiness->pairs, watch);
  if (status == STATUS_OK) {
    status = rows_make(stickiness, order, end, watch);
  }
  mem_free(order);
  customers_free(&stickiness->pairs);
  return status;
}

void stickiness_free(Stickiness *stickiness)
{
  customers_free(&stickiness->pairs);
  mem_free(stickiness->rows);
  stickiness->rows = NULL;
  stickiness->n_rows = 0;
}
