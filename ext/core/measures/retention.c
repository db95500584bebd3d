#include "retention.h"

#include <math.h>
#include <string.h>

#include "core/base/compiler.h"
#include "core/base/mem.h"
#include "core/numerics/stats.h"

#define PERIOD_LOW (-(INT64_C(1) << 25)) /* below every hour of years 0000 … 9999 */
#define FLAG_START 1U                    /* customer at the start of the current period */
#define FLAG_NEW 2U                      /* first event ever in the current period */
#define FLAG_BITS 2
#define NEVER INT32_MIN

struct RetentionCell {
  double high[2]; /* value in the period, a compensated sum; [1] of those who were customers at its start */
  float low[2];
  uint32_t begins, ends; /* runs whose first, or last, boundary is the start of this period */
  uint32_t news;         /* first events ever */
  uint32_t news_kept;    /* of those, customers at the next boundary */
};

typedef struct CustomerState {
  uint32_t code;   /* (current period - PERIOD_LOW) << FLAG_BITS | flags; 0: no event yet */
  int32_t covered; /* last boundary at which this is a customer */
} CustomerState;

typedef struct PendingState { /* with !sure */
  CustomerState state;
  double high; /* value in the current period */
  float low;
} PendingState;

static uint32_t code_of(int64_t period)
{
  return (uint32_t)(period - PERIOD_LOW) << FLAG_BITS;
}

static int64_t period_of_code(uint32_t code)
{
  return (int64_t)(code >> FLAG_BITS) + PERIOD_LOW;
}

bool retention_init(Retention *retention, Grain grain, ZoneCursor zone, const Duration *within)
{
  *retention = (Retention){.cursor = {.grain = grain, .zone = zone}, .sure = true};
  if (!within) {
    return true;
  }
  int64_t ms_max = RETENTION_WITHIN_MAX_DAYS * MS_PER_DAY;
  int64_t shortest = within->ms + within->months * 28 * MS_PER_DAY;
  int32_t months = grain_months(grain);
  retention->within = *within;
  /* Month-like periods start on a day 1, where N months back is exact: no month is too short for them. */
  retention->sure = shortest >= grain_longest(grain) || (months > 0 && within->months >= months);
  return within->ms + within->months > 0 && within->ms <= ms_max &&
         within->months <= RETENTION_WITHIN_MAX_DAYS / 365 * 12;
}

/* The first instant of the window before boundary k. */
static int64_t window_start(const Retention *retention, int64_t k)
{
  if (retention->within.ms == 0 && retention->within.months == 0) {
    return period_begin(&retention->cursor, k - 1);
  }
  int64_t local = time_add(period_start(retention->cursor.grain, k), retention->within, -1);
  return zone_instant(&retention->cursor.zone, local);
}

/* Makes room for cells lo … hi. Grows by half of what is there, on the side that is short: amortised both ways. */
static Status cells_reserve(Retention *retention, int64_t lo, int64_t hi)
{
  int64_t old_lo = retention->base, old_hi = retention->base + retention->count - 1;
  if (retention->count > 0) {
    if (old_lo <= lo && hi <= old_hi) {
      return STATUS_OK;
    }
    int64_t slack = retention->count / 2 + 16;
    lo = lo < old_lo ? lo - slack : old_lo;
    hi = hi > old_hi ? hi + slack : old_hi;
  }
  int64_t count = hi - lo + 1;
  if (count > INT64_C(2) * RETENTION_PERIODS_MAX) {
    retention->too_long = true;
    return STATUS_ERROR;
  }
  RetentionCell *cells = mem_zero((size_t)count, sizeof *cells);
  if (!cells) {
    return STATUS_NOMEM;
  }
  if (retention->count > 0) {
    memcpy(cells + (old_lo - lo), retention->cells, (size_t)retention->count * sizeof *cells);
  }
  mem_free(retention->cells);
  retention->cells = cells;
  retention->base = lo;
  retention->count = count;
  return STATUS_OK;
}

/* Finds the period and the reach of time t, and the widest range of times that share both. */
static Status reach_seek(Retention *retention, int64_t t)
{
  int64_t period = period_of(&retention->cursor, t);
  bool empty = retention->count == 0;
  int64_t k = empty ? period + 1 : retention->reach + (period - retention->period);
  int64_t from = window_start(retention, k), to = window_start(retention, k + 1);
  while (from > t) {
    to = from;
    from = window_start(retention, --k);
  }
  while (to <= t) {
    from = to;
    to = window_start(retention, ++k + 1);
  }
  Status status = cells_reserve(retention, period, k > period ? k : period + 1);
  if (status != STATUS_OK) {
    return status;
  }
  if (empty || period < retention->first) {
    retention->first = period;
  }
  retention->period = period;
  retention->reach = k;
  retention->here = retention->cells + (period - retention->base);
  retention->lo = from > retention->cursor.lo ? from : retention->cursor.lo;
  retention->hi = to < retention->cursor.hi ? to : retention->cursor.hi;
  return STATUS_OK;
}

static RetentionCell *cell_at(const Retention *retention, int64_t period)
{
  return retention->cells + (period - retention->base);
}

/* With !sure: the value of the customer's current period goes where it belongs, now that the period is over. */
static void pending_flush(Retention *retention, PendingState *pending)
{
  const CustomerState *state = &pending->state;
  int64_t period = period_of_code(state->code);
  RetentionCell *cell = cell_at(retention, period);
  int kept = (state->code & FLAG_START) && state->covered > period;
  sum_add_compact(&cell->high[kept], &cell->low[kept], pending->high);
  cell->low[kept] += pending->low;
  pending->high = 0;
  pending->low = 0;
}

/* A customer's first event in a period, or one that reaches further than the ones before. */
static inline Status customer_advance(Retention *retention, CustomerState *state)
{
  int64_t period = retention->period, reach = retention->reach;
  RetentionCell *here = retention->here;
  uint32_t code = code_of(period);
  if (state->code == 0) {
    state->code = code | FLAG_NEW;
    state->covered = NEVER;
    here->news++;
  } else if (state->code >> FLAG_BITS != code >> FLAG_BITS) {
    if (code < state->code) {
      return STATUS_DISORDER;
    }
    state->code = code | (state->covered >= period ? FLAG_START : 0);
  }
  if (reach > period && reach > state->covered) {
    if (state->covered >= period) {
      cell_at(retention, state->covered)->ends--;
    } else {
      here[1].begins++;
      here->news_kept += (state->code & FLAG_NEW) != 0;
    }
    cell_at(retention, reach)->ends++;
    state->covered = (int32_t)reach;
  }
  return STATUS_OK;
}

static bool is_seen(const Retention *retention, const CustomerState *state)
{
  return state->code >> FLAG_BITS == (uint32_t)(retention->period - PERIOD_LOW) && state->covered >= retention->reach;
}

static Status step(void *self, void *customer_state, const Event *event);

APART static Status step_elsewhere(Retention *retention, CustomerState *state, const Event *event)
{
  Status status = reach_seek(retention, event->time);
  return status == STATUS_OK ? step(retention, state, event) : status;
}

static Status step(void *self, void *customer_state, const Event *event)
{
  Retention *retention = self;
  CustomerState *state = customer_state;
  if (event->time < retention->lo || event->time >= retention->hi) {
    return step_elsewhere(retention, state, event);
  }
  if (!is_seen(retention, state)) {
    Status status = customer_advance(retention, state);
    if (status != STATUS_OK) {
      return status;
    }
  }
  uint32_t kept = state->code & FLAG_START;
  sum_add_compact(&retention->here->high[kept], &retention->here->low[kept], event->value);
  retention->refunds -= event->value < 0 ? event->value : 0;
  return STATUS_OK;
}

/* With !sure. */
static Status step_pending(void *self, void *customer_state, const Event *event)
{
  Retention *retention = self;
  PendingState *pending = customer_state;
  CustomerState *state = &pending->state;
  if (event->time < retention->lo || event->time >= retention->hi) {
    Status status = reach_seek(retention, event->time);
    if (status != STATUS_OK) {
      return status;
    }
  }
  if (!is_seen(retention, state)) {
    if (state->code != 0 && period_of_code(state->code) < retention->period) {
      pending_flush(retention, pending);
    }
    Status status = customer_advance(retention, state);
    if (status != STATUS_OK) {
      return status;
    }
  }
  sum_add_compact(&pending->high, &pending->low, event->value);
  retention->refunds -= event->value < 0 ? event->value : 0;
  return STATUS_OK;
}

static void restart(void *self)
{
  Retention *retention = self;
  mem_free(retention->cells);
  retention->cells = retention->here = NULL;
  retention->count = 0;
  retention->refunds = 0;
  retention->lo = retention->hi = 0;
}

Accumulator retention_accumulator(const Retention *retention)
{
  return (Accumulator){
    .state_size = retention->sure ? sizeof(CustomerState) : sizeof(PendingState),
    .step = retention->sure ? step : step_pending,
    .restart = restart,
  };
}

static Status pending_finish(Retention *retention, const Customers *customers, const Watch *watch)
{
  for (uint32_t id = 0; id < customers->count; id++) {
    if ((id + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    PendingState *pending = customers_state(customers, id);
    if (pending->state.code != 0) {
      pending_flush(retention, pending);
    }
  }
  return STATUS_OK;
}

static Sum value_sum(const RetentionCell *cell, bool all)
{
  Sum sum = {cell->high[1], (double)cell->low[1]};
  if (all) {
    sum_add(&sum, cell->high[0]);
    sum_add(&sum, (double)cell->low[0]);
  }
  return sum;
}

/* Whether all values were money: every sum is a number of four decimals, but for the rounding of values. */
static Status decimal_find(Retention *retention, const Watch *watch)
{
  retention->decimal = true;
  for (int64_t i = 0; i < retention->count && retention->decimal; i++) {
    const RetentionCell *cell = retention->cells + i;
    if (cell->high[0] != 0 || cell->high[1] != 0) {
      Sum kept = value_sum(cell, false), total = value_sum(cell, true);
      retention->decimal = sum_is_decimal(&kept, fabs(kept.high) + 2 * retention->refunds) &&
                           sum_is_decimal(&total, fabs(total.high) + 2 * retention->refunds);
    }
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

static double value_of(const Retention *retention, const RetentionCell *cell, bool all)
{
  Sum sum = value_sum(cell, all);
  return retention->decimal ? sum_decimal(&sum) : sum_value(&sum);
}

Status retention_finish(Retention *retention, const Customers *customers, int64_t end, int64_t since, int64_t until,
                        const Watch *watch)
{
  static const RetentionCell nothing = {0};
  if (retention->count == 0) {
    return STATUS_OK;
  }
  if (!retention->sure) {
    Status status = pending_finish(retention, customers, watch);
    if (status != STATUS_OK) {
      return status;
    }
  }
  Status status = decimal_find(retention, watch);
  if (status != STATUS_OK) {
    return status;
  }
  int64_t current = period_of(&retention->cursor, end); /* the first that is not complete */
  int64_t newest = period_of(&retention->cursor, end - 1);
  since = since > retention->first ? since : retention->first;
  until = until < newest ? until : newest;
  if (since > until) {
    return STATUS_OK;
  }
  if (until - since >= RETENTION_PERIODS_MAX) {
    retention->too_long = true;
    return STATUS_ERROR;
  }
  retention->rows = mem_alloc((size_t)(until - since + 1), sizeof *retention->rows);
  if (!retention->rows) {
    return STATUS_NOMEM;
  }
  int64_t at = 0; /* customers at the start of the period */
  for (int64_t period = retention->first; period <= until; period++) {
    if ((period + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    int64_t i = period - retention->base;
    const RetentionCell *cell = i < retention->count ? retention->cells + i : &nothing;
    int64_t begun = i + 1 < retention->count ? cell[1].begins : 0;
    int64_t lost = cell->ends;
    if (period >= since) {
      retention->rows[retention->n_rows++] = (RetentionRow){
        .period = period,
        .start = at,
        .new_customers = cell->news,
        .retained = at - lost,
        .resurrected = begun - cell->news_kept,
        .lost = lost,
        .end = at - lost + begun,
        .new_lost = (int64_t)cell->news - cell->news_kept,
        .value_total = value_of(retention, cell, true),
        .value_retained = value_of(retention, cell, false),
        .complete = period < current,
      };
    }
    at += begun - lost;
  }
  return STATUS_OK;
}

void retention_free(Retention *retention)
{
  mem_free(retention->cells);
  mem_free(retention->rows);
  *retention = (Retention){0};
}
