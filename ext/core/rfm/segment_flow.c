#include "segment_flow.h"

#include "core/base/mem.h"

static Status flow_step(void *self, void *state, const Event *event)
{
  const FlowSpan *span = self;
  FlowState *customer = state;
  if (event->time <= span->until) {
    rfm_totals_add(&customer->until, event->time, event->value);
    if (event->time <= span->since) {
      rfm_totals_add(&customer->since, event->time, event->value);
    }
  }
  return STATUS_OK;
}

const Accumulator SEGMENT_FLOW_ACCUMULATOR = {.state_size = sizeof(FlowState), .step = flow_step};

typedef struct FlowSums {
  int64_t customers;
  Sum before, between;
} FlowSums;

Status segment_flow_make(const Customers *customers, const Segments *segments, const RfmScores *since,
                         const RfmScores *until, Flow **flows, int64_t *n_flows, const Watch *watch)
{
  int side = segments->n_rules - FLOW_NOT_YET; /* rows and columns: the two negative ones, then the segments */
  Status status = STATUS_NOMEM;
  int64_t n = 0;
  FlowSums *table = mem_zero((size_t)side * (size_t)side, sizeof *table);
  if (!table) {
    return STATUS_NOMEM;
  }
  for (uint32_t id = 0; id < customers->count; id++) {
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
      goto done;
    }
    const FlowState *customer = customers_state(customers, id);
    if (customer->until.count == 0) {
      continue;
    }
    int from = customer->since.count ? segments_find(segments, rfm_scores_at(since, id)) : FLOW_NOT_YET;
    int to = segments_find(segments, rfm_scores_at(until, id));
    FlowSums *sums = &table[(from - FLOW_NOT_YET) * side + (to - FLOW_NOT_YET)];
    n += sums->customers++ == 0;
    sum_add(&sums->before, rfm_totals_sum(&customer->since));
    sum_add(&sums->between, customer->until.high - customer->since.high);
    sum_add(&sums->between, (double)customer->until.low - (double)customer->since.low);
  }
  *flows = mem_alloc((size_t)n + 1, sizeof **flows);
  if (!*flows) {
    goto done;
  }
  *n_flows = 0;
  for (int from = 0; from < side; from++) {
    int64_t from_customers = 0;
    for (int to = 0; to < side; to++) {
      from_customers += table[from * side + to].customers;
    }
    for (int to = 0; to < side; to++) {
      const FlowSums *sums = &table[from * side + to];
      if (sums->customers) {
        (*flows)[(*n_flows)++] = (Flow){from + FLOW_NOT_YET, to + FLOW_NOT_YET,        sums->customers,
                                        from_customers,      sum_value(&sums->before), sum_value(&sums->between)};
      }
    }
  }
  status = STATUS_OK;
done:
  mem_free(table);
  return status;
}
