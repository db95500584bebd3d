#include "churn_threshold.h"

#include "core/base/mem.h"
#include "core/numerics/stats.h"

typedef struct ThresholdState {
  int64_t time;          /* of the latest row up to the cut-off */
  bool bought, returned; /* up to the cut-off, after it */
} ThresholdState;

static Status threshold_step(void *self, void *customer_state, const Event *event)
{
  const ChurnTimes *times = self;
  ThresholdState *state = customer_state;
  if (event->time > times->as_of) {
    return STATUS_OK;
  }
  if (event->time > times->cut) {
    state->returned = true;
  } else if (!state->bought || event->time > state->time) {
    *state = (ThresholdState){event->time, true, state->returned};
  }
  return STATUS_OK;
}

const Accumulator CHURN_THRESHOLD_ACCUMULATOR = {.state_size = sizeof(ThresholdState), .step = threshold_step};

/* Silences with what came of them, as 2 * days + (1 if gone), sorted; the best threshold among them. */
static void best_threshold(const double *silence, size_t n, ChurnThreshold *best)
{
  int64_t called = (int64_t)n, right = 0;
  double least = 1;
  *best = (ChurnThreshold){.days = -1, .customers = (int64_t)n};
  for (size_t i = 0; i < n; i++) {
    right += (int64_t)silence[i] & 1;
  }
  best->gone = right;
  best->came_back = best->customers - right;
  if (best->gone == 0 || best->came_back == 0) {
    return;
  }
  for (size_t i = 0; i < n;) {
    int64_t days = (int64_t)silence[i] >> 1;
    for (; i < n && (int64_t)silence[i] >> 1 == days; i++) {
      called--;
      right -= (int64_t)silence[i] & 1;
    }
    double type_1 = (double)(called - right) / (double)best->came_back;
    double type_2 = (double)(best->gone - right) / (double)best->gone;
    if (type_1 + type_2 < least - 1e-12) { /* less by more than rounding: of equals the first */
      least = type_1 + type_2;
      best->days = days;
      best->type_1 = type_1;
      best->type_2 = type_2;
      best->called = called;
      best->right = right;
    }
  }
}

Status churn_threshold_find(const ChurnTimes *times, const Customers *customers, ChurnThreshold *threshold,
                            const Watch *watch)
{
  size_t n = 0;
  double *silence = mem_alloc((size_t)customers->count + 1, sizeof *silence);
  Status status = silence ? STATUS_OK : STATUS_NOMEM;
  for (uint32_t id = 0; id < customers->count && status == STATUS_OK; id++) {
    const ThresholdState *state = customers_state(customers, id);
    if (state->bought) {
      uint32_t days = day_number(zone_local_at(&times->time_zone, times->cut)) -
                      day_number(zone_local_at(&times->time_zone, state->time));
      silence[n++] = 2.0 * days + !state->returned;
    }
    status = id % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  if (status == STATUS_OK) {
    status = sort_doubles(silence, n, watch);
  }
  if (status == STATUS_OK) {
    best_threshold(silence, n, threshold);
  }
  mem_free(silence);
  return status;
}
