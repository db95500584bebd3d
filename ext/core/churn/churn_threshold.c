#include "churn_threshold.h"

#include "core/base/mem.h"
#include "core/numerics/stats.h"

typedef struct ThresholdState {
  int64_t time; /* of the latest row up to the cut-off */
  uint32_t segment;
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
    *state = (ThresholdState){event->time, event->attribute, true, state->returned};
  }
  return STATUS_OK;
}

const Accumulator CHURN_THRESHOLD_ACCUMULATOR = {.state_size = sizeof(ThresholdState), .step = threshold_step};

/* Silences with what came of them, as 2 * days + (1 if gone), sorted; the best threshold among them. */
static void threshold_find(const double *silence, size_t n, ChurnThreshold *best)
{
  int64_t called = (int64_t)n, right = 0;
  double least = 1;
  *best = (ChurnThreshold){.segment = best->segment, .days = -1, .customers = (int64_t)n};
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

Status churn_thresholds(const ChurnTimes *times, const Customers *customers, uint32_t n_segments,
                        ChurnThreshold **thresholds, int64_t *n, const Watch *watch)
{
  size_t *start = mem_zero((size_t)n_segments + 2, sizeof *start), all = 0;
  double *silence = mem_alloc((size_t)customers->count + 1, sizeof *silence), *overall = NULL;
  ChurnThreshold *found = mem_zero((size_t)n_segments + 1, sizeof *found);
  Status status = start && silence && found ? STATUS_OK : STATUS_NOMEM;
  *thresholds = found;
  *n = 0;
  if (status != STATUS_OK) {
    goto done;
  }
  /* By counting: each segment's silences beside each other, those without one behind all. */
  for (uint32_t id = 0; id < customers->count; id++) {
    const ThresholdState *state = customers_state(customers, id);
    if (state->bought) {
      start[(state->segment < n_segments ? state->segment : n_segments) + 1]++;
      all++;
    }
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
      goto done;
    }
  }
  overall = mem_alloc(all + 1, sizeof *overall);
  if (!overall) {
    status = STATUS_NOMEM;
    goto done;
  }
  for (uint32_t s = 1; s < n_segments + 2; s++) {
    start[s] += start[s - 1];
  }
  for (uint32_t id = 0; id < customers->count; id++) {
    const ThresholdState *state = customers_state(customers, id);
    if (state->bought) {
      uint32_t days = day_number(zone_local_at(&times->time_zone, times->cut)) -
                      day_number(zone_local_at(&times->time_zone, state->time));
      silence[start[state->segment < n_segments ? state->segment : n_segments]++] = 2.0 * days + !state->returned;
    }
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
      goto done;
    }
  }
  for (size_t i = 0; i < all; i++) {
    overall[i] = silence[i];
  }
  status = sort_doubles(overall, all, watch);
  found[0].segment = NO_ATTRIBUTE;
  threshold_find(overall, all, &found[0]);
  *n = customers->count > 0;
  for (uint32_t s = 0; s < n_segments && status == STATUS_OK; s++) {
    size_t begin = s ? start[s - 1] : 0, count = start[s] - begin; /* start[s] has moved to the segment's end */
    if (count) {
      status = sort_doubles(silence + begin, count, watch);
      found[*n].segment = s;
      threshold_find(silence + begin, count, &found[(*n)++]);
    }
  }
done:
  mem_free(overall);
  mem_free(silence);
  mem_free(start);
  return status;
}
