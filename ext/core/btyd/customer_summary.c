#include "customer_summary.h"

#include <math.h>
#include <string.h>

#include "core/base/compiler.h"
#include "core/base/mem.h"
#include "core/numerics/stats.h"

const double UNIT_DAYS[] = {1, DAYS_PER_WEEK, DAYS_PER_MONTH, DAYS_PER_YEAR};

/*
** A customer's calibration or holdout in 16 bytes. `packed` is 0 while there is no row, else
**   bits  0 … 21  number of the first day (never 0)
**   bits 22 … 43  days from the first to the last one
**   bit  44       the sum is `high`, not `units`
**   bits 45 … 53  purchase days after the first
**   bits 54 … 63  rows
** A count that reaches its field's highest bit is taken to CustomerSummaryPart.overflow and begins again at 0. In the
** second pass the first day is the earliest so far, bits 22 … 43 hold the day of the latest row and the days are
** counted at the end.
*/
typedef struct CustomerSummaryState {
  uint64_t packed;
  union {
    int64_t units; /* of 1/UNITS */
    double high;
  } sum;
} CustomerSummaryState;

#define SPAN_SHIFT DAY_BITS
#define SPAN_FIELD ((uint64_t)DAY_MASK << SPAN_SHIFT)
#define ROUGH ((uint64_t)1 << 44)
#define DAYS_SHIFT 45
#define DAYS_FIELD ((uint64_t)511 << DAYS_SHIFT)
#define DAYS_FULL 256
#define ROWS_SHIFT 54
#define ROWS_FULL 512
#define ONE_DAY ((uint64_t)1 << DAYS_SHIFT)
#define ONE_ROW ((uint64_t)1 << ROWS_SHIFT)
#define FULL (DAYS_FULL * ONE_DAY | ROWS_FULL * ONE_ROW)

#define UNITS 10000.0
#define UNITS_MOST (INT64_C(1) << 52)     /* of a sum: its conversion to double stays exact */
#define ROUNDER 6755399441055744.0        /* 1.5 * 2^52: adding it rounds to an integer where |x| < 2^51 */
#define ROUNDER_DOMAIN 2251799813685248.0 /* 2^51 */

typedef struct Overflow {
  int64_t rows, days;
} Overflow;

/* Takes full counts out of the state. */
APART static Status carry(CustomerSummaryPart *part, CustomerSummaryState *state, uint32_t customer)
{
  part->overflow.state_size = sizeof(Overflow);
  uint32_t id = customers_add_integer(&part->overflow, customer);
  if (id == CUSTOMER_NONE) {
    return STATUS_NOMEM;
  }
  Overflow *overflow = customers_state(&part->overflow, id);
  overflow->days += state->packed & DAYS_FULL * ONE_DAY ? DAYS_FULL : 0;
  overflow->rows += state->packed & ROWS_FULL * ONE_ROW ? ROWS_FULL : 0;
  state->packed &= ~FULL;
  return STATUS_OK;
}

APART static Status rough_add(CustomerSummaryPart *part, CustomerSummaryState *state, uint32_t customer, double value)
{
  if (customer >= part->n_low) {
    uint32_t size = customer + customer / 2 + 64;
    float *low = mem_resize(part->low, size, sizeof *low);
    if (!low) {
      return STATUS_NOMEM;
    }
    for (uint32_t i = part->n_low; i < size; i++) {
      low[i] = 0;
    }
    part->low = low;
    part->n_low = size;
  }
  if (!(state->packed & ROUGH)) {
    state->packed |= ROUGH;
    state->sum.high = (double)state->sum.units / UNITS;
  }
  sum_add_compact(&state->sum.high, &part->low[customer], value);
  return STATUS_OK;
}

static inline Status value_add(CustomerSummaryPart *part, CustomerSummaryState *state, uint32_t customer, double value)
{
  double scaled = value * UNITS, rounded = scaled + ROUNDER - ROUNDER;
  bool decimal = fabs(scaled) < ROUNDER_DOMAIN && rounded / UNITS == value;
  if (decimal && !(state->packed & ROUGH)) {
    int64_t sum = state->sum.units + (int64_t)rounded;
    if (sum < UNITS_MOST && sum > -UNITS_MOST) {
      state->sum.units = sum;
      return STATUS_OK;
    }
  }
  return rough_add(part, state, customer, value);
}

/* `from_first`: the first day's values count as well. */
static inline Status part_add(CustomerSummaryPart *part, CustomerSummaryState *state, const Event *event, uint32_t day,
                              bool from_first)
{
  uint64_t packed = state->packed;
  if (packed == 0) {
    state->packed = ONE_ROW | day;
    return from_first ? value_add(part, state, event->customer, event->value) : STATUS_OK;
  }
  uint32_t span = day - (uint32_t)(packed & DAY_MASK), known = (uint32_t)(packed >> SPAN_SHIFT) & DAY_MASK;
  if (span != known) {
    if (span < known || span > DAY_MASK) {
      return STATUS_DISORDER;
    }
    packed = ((packed & ~SPAN_FIELD) | (uint64_t)span << SPAN_SHIFT) + ONE_DAY;
  }
  state->packed = packed + ONE_ROW;
  if (state->packed & FULL) {
    Status status = carry(part, state, event->customer);
    if (status) {
      return status;
    }
  }
  return span || from_first ? value_add(part, state, event->customer, event->value) : STATUS_OK;
}

/* sum / n; one rounding where the sum is exact and n * UNITS as well. */
static double sum_over(const CustomerSummaryPart *part, const CustomerSummaryState *state, uint32_t customer, int64_t n)
{
  return state->packed & ROUGH ? (state->sum.high + part->low[customer]) / (double)n
                               : (double)state->sum.units / (UNITS * (double)n);
}

/*
** The second pass. A first day is kept apart until it turns out not to have been the first: then its sum goes to the
** others.
*/

static CustomerSummaryState *first_sum_of(CustomerSummary *summary, uint32_t customer)
{
  if (customer >= summary->n_first) {
    size_t size = (size_t)customer + customer / 2 + 64;
    CustomerSummaryState *grown = mem_resize(summary->first_sum, size, sizeof *grown);
    if (!grown) {
      return NULL;
    }
    memset(grown + summary->n_first, 0, (size - summary->n_first) * sizeof *grown);
    summary->first_sum = grown;
    summary->n_first = (uint32_t)size;
  }
  return &summary->first_sum[customer];
}

static Status calibration_value(CustomerSummary *summary, CustomerSummaryState *state, const Event *event, uint32_t day,
                                uint32_t first_day)
{
  CustomerSummaryPart *part = &summary->part[0];
  if (day > first_day) {
    return value_add(part, state, event->customer, event->value);
  }
  CustomerSummaryState *first = first_sum_of(summary, event->customer);
  if (!first) {
    return STATUS_NOMEM;
  }
  if (day < first_day) {
    Status status = value_add(part, state, event->customer, sum_over(&summary->first, first, event->customer, 1));
    if (status) {
      return status;
    }
    if (first->packed & ROUGH) {
      summary->first.low[event->customer] = 0;
    }
    *first = (CustomerSummaryState){0};
    state->packed = (state->packed & ~(uint64_t)DAY_MASK) | day;
  }
  return value_add(&summary->first, first, event->customer, event->value);
}

APART static Status add_unordered(CustomerSummary *summary, int p, CustomerSummaryState *state, const Event *event,
                                  uint32_t day)
{
  CustomerSummaryPart *part = &summary->part[p];
  Status status = STATUS_OK;
  state->packed = state->packed ? state->packed : day;
  uint32_t first_day = (uint32_t)(state->packed & DAY_MASK), seen = (uint32_t)(state->packed >> SPAN_SHIFT) & DAY_MASK;
  if (day != seen) {
    state->packed = (state->packed & ~SPAN_FIELD) | (uint64_t)day << SPAN_SHIFT;
    status = purchase_days_add(&part->days, event->customer, day);
  }
  state->packed += ONE_ROW;
  if (status == STATUS_OK && state->packed & FULL) {
    status = carry(part, state, event->customer);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (p == 0) {
    return calibration_value(summary, state, event, day, first_day);
  }
  if (day < first_day) {
    state->packed = (state->packed & ~(uint64_t)DAY_MASK) | day;
  }
  return value_add(part, state, event->customer, event->value);
}

/* Counts each customer's days in a sorted bucket and finds the last one. */
static Status count_days(CustomerSummaryPart *part, const Customers *customers, int p, size_t number)
{
  const DayBucket *bucket = &part->days.bucket[number];
  for (size_t i = 0; i < bucket->count;) {
    uint32_t local = bucket->key[i] >> DAY_BITS, customer = (uint32_t)(number << BUCKET_SHIFT) + local;
    uint32_t last = bucket->key[i] & DAY_MASK;
    CustomerSummaryState *state = (CustomerSummaryState *)customers_state(customers, customer) + p;
    for (i++; i < bucket->count && bucket->key[i] >> DAY_BITS == local; i++) {
      uint32_t day = bucket->key[i] & DAY_MASK;
      state->packed += day != last ? ONE_DAY : 0;
      last = day;
      if (state->packed & FULL) {
        Status status = carry(part, state, customer);
        if (status) {
          return status;
        }
      }
    }
    uint64_t span = last - (state->packed & DAY_MASK);
    state->packed = (state->packed & ~SPAN_FIELD) | span << SPAN_SHIFT;
  }
  return STATUS_OK;
}

static Status finish_days(CustomerSummaryPart *part, const Customers *customers, int p, const Watch *watch)
{
  uint32_t *spare = mem_alloc(purchase_days_most(&part->days) + 1, sizeof *spare);
  Status status = spare ? STATUS_OK : STATUS_NOMEM;
  for (size_t i = 0; i < part->days.count && status == STATUS_OK; i++) {
    status = watch_stop(watch) ? STATUS_INTERRUPT : day_bucket_sort(&part->days.bucket[i], spare, watch);
    if (status == STATUS_OK) {
      status = count_days(part, customers, p, i);
    }
  }
  mem_free(spare);
  purchase_days_free(&part->days);
  return status;
}

static Status add(CustomerSummary *summary, int p, CustomerSummaryState *state, const Event *event, uint32_t day)
{
  return summary->second_pass ? add_unordered(summary, p, state + p, event, day)
                              : part_add(&summary->part[p], state + p, event, day, p == 1);
}

static Status customer_summary_step(void *self, void *state, const Event *event)
{
  CustomerSummary *summary = self;
  return add(summary, 0, state, event, day_number(zone_local(&summary->zone, event->time)));
}

static Status customer_summary_step_split(void *self, void *state, const Event *event)
{
  CustomerSummary *summary = self;
  return add(summary, event->time > summary->until, state, event, day_number(zone_local(&summary->zone, event->time)));
}

static Status customer_summary_step_hourly(void *self, void *state, const Event *event)
{
  CustomerSummary *summary = self;
  uint32_t hour;
  if (!hour_number(zone_local(&summary->zone, event->time), &hour)) {
    summary->too_far = true;
    return STATUS_ERROR;
  }
  return add(summary, summary->split && event->time > summary->until, state, event, hour);
}

static void part_free(CustomerSummaryPart *part)
{
  mem_free(part->low);
  customers_free(&part->overflow);
  purchase_days_free(&part->days);
  *part = (CustomerSummaryPart){0};
}

static void first_free(CustomerSummary *summary)
{
  part_free(&summary->first);
  mem_free(summary->first_sum);
  summary->first_sum = NULL;
  summary->n_first = 0;
}

static void customer_summary_restart(void *self)
{
  CustomerSummary *summary = self;
  part_free(&summary->part[0]);
  part_free(&summary->part[1]);
  first_free(summary);
  summary->second_pass = true;
}

Accumulator customer_summary_accumulator(const CustomerSummary *summary)
{
  return (Accumulator){
    .state_size = (summary->split ? 2 : 1) * sizeof(CustomerSummaryState),
    .step = summary->hourly  ? customer_summary_step_hourly
            : summary->split ? customer_summary_step_split
                             : customer_summary_step,
    .restart = customer_summary_restart,
    .any_order = true,
  };
}

uint32_t customer_summary_number(const CustomerSummary *summary, int64_t ms)
{
  int64_t local = zone_local_at(&summary->zone, ms);
  uint32_t hour;
  return !summary->hourly ? day_number(local) : hour_number(local, &hour) ? hour : DAY_MASK;
}

Status customer_summary_finish(CustomerSummary *summary, const Customers *customers, int64_t end_ms, const Watch *watch)
{
  first_free(summary);
  for (int p = 0; summary->second_pass && p < (summary->split ? 2 : 1); p++) {
    Status status = finish_days(&summary->part[p], customers, p, watch);
    if (status) {
      return status;
    }
  }
  summary->end = customer_summary_number(summary, end_ms);
  summary->n_rows = customers->count;
  if (!summary->split) {
    return STATUS_OK;
  }
  summary->row = mem_alloc((size_t)customers->count + 1, sizeof *summary->row);
  if (!summary->row) {
    return STATUS_NOMEM;
  }
  summary->n_rows = 0;
  for (uint32_t id = 0; id < customers->count; id++) {
    const CustomerSummaryState *state = customers_state(customers, id);
    if (state->packed) {
      summary->row[summary->n_rows++] = id;
    }
  }
  return STATUS_OK;
}

static Overflow overflow_of(const CustomerSummaryPart *part, uint32_t customer)
{
  uint32_t id = part->overflow.count ? customers_find_integer(&part->overflow, customer) : CUSTOMER_NONE;
  return id == CUSTOMER_NONE ? (Overflow){0} : *(const Overflow *)customers_state(&part->overflow, id);
}

void customer_summary_get(const CustomerSummary *summary, const Customers *customers, uint32_t row,
                          CustomerSummaryRow *out)
{
  uint32_t customer = summary->row ? summary->row[row] : row;
  const CustomerSummaryState *state = customers_state(customers, customer);
  const CustomerSummaryPart *part = summary->part;
  Overflow more = overflow_of(part, customer);
  *out = (CustomerSummaryRow){.customer = customer};
  out->orders = more.rows + (int64_t)(state->packed >> ROWS_SHIFT);
  out->repeats = more.days + (int64_t)((state->packed & DAYS_FIELD) >> DAYS_SHIFT);
  out->recency = (int64_t)((state->packed & SPAN_FIELD) >> SPAN_SHIFT);
  out->age = (int64_t)summary->end - (int64_t)(state->packed & DAY_MASK);
  out->mean = out->repeats ? sum_over(part, state, customer, out->repeats) : NAN;
  if (summary->split && state[1].packed) {
    more = overflow_of(part + 1, customer);
    out->holdout_orders = more.rows + (int64_t)(state[1].packed >> ROWS_SHIFT);
    out->holdout_days = more.days + (int64_t)((state[1].packed & DAYS_FIELD) >> DAYS_SHIFT) + 1;
    out->holdout_value = sum_over(part + 1, state + 1, customer, 1);
  }
}

int64_t customer_summary_row_of(const CustomerSummary *summary, uint32_t customer)
{
  if (!summary->row) {
    return customer;
  }
  uint32_t low = 0, high = summary->n_rows;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (summary->row[middle] < customer) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < summary->n_rows && summary->row[low] == customer ? (int64_t)low : -1;
}

void customer_summary_free(CustomerSummary *summary)
{
  customer_summary_restart(summary);
  summary->second_pass = false;
  mem_free(summary->row);
  summary->row = NULL;
  summary->n_rows = 0;
}
