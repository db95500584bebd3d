#include "repeat_ladder.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "core/time/calendar.h"

typedef struct RepeatLadderState {
  int64_t last;   /* time of the latest purchase; by_day: local, its day's first instant */
  uint32_t count; /* purchases, at most max_step + 1 */
} RepeatLadderState;

Status repeat_ladder_start(RepeatLadder *ladder)
{
  ladder->step = mem_zero(ladder->max_step, sizeof *ladder->step);
  if (!ladder->step) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = 0; i < ladder->max_step; i++) {
    ladder->step[i].seconds.stride = sizeof(uint32_t);
    ladder->step[i].others.stride = sizeof(int64_t);
  }
  return STATUS_OK;
}

static Status keep_gap(RepeatLadderStep *step, int64_t gap)
{
  if (gap % MS_PER_SECOND == 0 && gap / MS_PER_SECOND <= UINT32_MAX) {
    uint32_t *seconds = chunks_push(&step->seconds);
    if (!seconds) {
      return STATUS_NOMEM;
    }
    *seconds = (uint32_t)(gap / MS_PER_SECOND);
    return STATUS_OK;
  }
  int64_t *other = chunks_push(&step->others);
  if (!other) {
    return STATUS_NOMEM;
  }
  *other = gap;
  return STATUS_OK;
}

static Status repeat_ladder_step(void *self, void *customer_state, const Event *event)
{
  RepeatLadder *ladder = self;
  RepeatLadderState *state = customer_state;
  int64_t time = event->time;
  if (ladder->by_day) {
    time = floor_div(zone_local(&ladder->zone, time), MS_PER_DAY) * MS_PER_DAY;
  }
  int64_t last = state->last;
  uint32_t count = state->count;
  if (count > 0 && time <= last) {
    if (time < last) {
      return STATUS_DISORDER;
    }
    if (ladder->by_day) {
      return STATUS_OK;
    }
  }
  state->last = time;
  if (count > ladder->max_step) {
    return STATUS_OK;
  }
  state->count = count + 1;
  if (count < ladder->max_step) {
    ladder->step[count].customers++;
  }
  if (count == 0) {
    return STATUS_OK;
  }
  ladder->step[count - 1].converted++;
  return keep_gap(&ladder->step[count - 1], time - last);
}

static void repeat_ladder_restart(void *self)
{
  RepeatLadder *ladder = self;
  for (uint32_t i = 0; i < ladder->max_step; i++) {
    RepeatLadderStep *step = &ladder->step[i];
    chunks_free(&step->seconds);
    chunks_free(&step->others);
    step->customers = step->converted = 0;
  }
}

Accumulator repeat_ladder_accumulator(void)
{
  return (Accumulator){
    .state_size = sizeof(RepeatLadderState), .step = repeat_ladder_step, .restart = repeat_ladder_restart};
}

/* In milliseconds, which are exact in a double; divided once. */
static Status find_median(RepeatLadderStep *step, const Watch *watch)
{
  static const double HALF = 0.5;
  size_t n = step->seconds.count + step->others.count;
  step->median = NAN;
  if (n == 0) {
    return STATUS_OK;
  }
  double *gap = mem_alloc(n, sizeof *gap);
  if (!gap) {
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < step->seconds.count; i++) {
    gap[i] = (double)(*(const uint32_t *)chunks_at(&step->seconds, i) * MS_PER_SECOND);
  }
  for (size_t i = 0; i < step->others.count; i++) {
    gap[step->seconds.count + i] = (double)*(const int64_t *)chunks_at(&step->others, i);
  }
  Status status = quantiles_select(gap, n, &HALF, 1, &step->median, watch);
  step->median /= (double)MS_PER_DAY;
  mem_free(gap);
  return status;
}

Status repeat_ladder_finish(RepeatLadder *ladder, const Watch *watch)
{
  for (ladder->n_steps = 0; ladder->n_steps < ladder->max_step; ladder->n_steps++) {
    RepeatLadderStep *step = &ladder->step[ladder->n_steps];
    if (step->customers == 0) {
      break;
    }
    Status status = find_median(step, watch);
    if (status) {
      return status;
    }
    chunks_free(&step->seconds);
    chunks_free(&step->others);
  }
  return STATUS_OK;
}

void repeat_ladder_free(RepeatLadder *ladder)
{
  if (ladder->step) {
    repeat_ladder_restart(ladder);
    mem_free(ladder->step);
    ladder->step = NULL;
    ladder->n_steps = 0;
  }
}
