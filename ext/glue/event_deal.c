#include "event_deal.h"

#include "core/base/compiler.h"
#include "core/base/mem.h"

/* A number of the whole source's and the id that it has in this turn. */
typedef struct DealtId {
  uint32_t turn, id;
} DealtId;

static void kept_free(void *in)
{
  EventDeal *kept = in;
  event_source_free(&kept->source);
  events_free(&kept->events);
  mem_free(kept->customers);
  mem_free(kept->attributes);
  mem_free(kept);
}

EventDeal *event_deal_new(Deal *deal)
{
  EventDeal *kept = mem_zero(1, sizeof *kept);
  if (kept) {
    kept->segments = &deal->rows;
    deal->kept = kept;
    deal->free_kept = kept_free;
  }
  return kept;
}

static Status deal_step(void *self, void *state, const Event *event)
{
  EventDeal *kept = self;
  (void)state;
  Status status = segment_rows_add(kept->segments, event->segment);
  return status == STATUS_OK ? events_add(&kept->events, event, false) : status;
}

const Accumulator EVENT_DEAL_ACCUMULATOR = {.step = deal_step};

Status event_deal_finish(EventDeal *kept, const Watch *watch)
{
  kept->customers = mem_zero((size_t)kept->source.customers.count + 1, sizeof *kept->customers);
  kept->attributes = mem_zero((size_t)kept->source.attributes.count + 1, sizeof *kept->attributes);
  return kept->customers && kept->attributes ? segment_rows_deal(kept->segments, watch) : STATUS_NOMEM;
}

/* The id of a key of the whole source in the segment, added where it is new. CUSTOMER_NONE when out of memory. */
static inline uint32_t id_of(const EventDeal *kept, DealtId *ids, uint32_t number, const Customers *all, Customers *own)
{
  DealtId *id = &ids[number];
  if (id->turn != kept->turn) {
    CustomerKey key = customers_key(all, number);
    id->id = key.text ? customers_add_text(own, key.text, key.length) : customers_add_integer(own, key.integer);
    id->turn = kept->turn;
  }
  return id->id;
}

/* One pass over the rows; a row's event as the segment numbers it goes to the analysis, or to `unsorted`. */
static Status pass(EventDeal *kept, uint32_t segment, const Accumulator *accumulator, void *self, EventSource *source,
                   Events *unsorted, const Watch *watch)
{
  const SegmentRows *segments = kept->segments;
  size_t end = segments->first[segment + 1];
  customers_free(&source->customers);
  customers_free(&source->attributes);
  source->customers.most = source->attributes.most = end - segments->first[segment];
  source->rows = 0;
  source->first_time = INT64_MAX;
  source->newest = NEWEST_NONE;
  kept->turn++;
  for (size_t i = segments->first[segment]; i < end; i++) {
    Event event;
    events_get(&kept->events, segments->row[i], &event);
    event.customer = id_of(kept, kept->customers, event.customer, &kept->source.customers, &source->customers);
    if (event.attribute != NO_ATTRIBUTE) {
      event.attribute = id_of(kept, kept->attributes, event.attribute, &kept->source.attributes, &source->attributes);
      if (event.attribute == CUSTOMER_NONE) {
        return STATUS_NOMEM;
      }
    }
    if (event.customer == CUSTOMER_NONE) {
      return STATUS_NOMEM;
    }
    event_source_count(source, event.time, false);
    Status status = unsorted ? events_add(unsorted, &event, false)
                             : accumulator->step(self, customers_state(&source->customers, event.customer), &event);
    if (status != STATUS_OK) {
      return status;
    }
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

static Status pass_sorted(EventDeal *kept, uint32_t segment, const Accumulator *accumulator, void *self,
                          EventSource *source, const Watch *watch)
{
  Events unsorted = {0};
  uint32_t *order = NULL;
  Status status = pass(kept, segment, accumulator, self, source, &unsorted, watch);
  if (status == STATUS_OK) {
    status = events_sort(&unsorted, source->customers.count, &order, watch);
  }
  for (size_t i = 0; i < unsorted.rows.count && status == STATUS_OK; i++) {
    Event event;
    events_get(&unsorted, order[i], &event);
    status = accumulator->step(self, customers_state(&source->customers, event.customer), &event);
    if (status == STATUS_OK && (i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
    }
  }
  mem_free(order);
  events_free(&unsorted);
  return status;
}

Status event_deal_hand_over(EventDeal *kept, uint32_t segment, const Accumulator *accumulator, void *self,
                            EventSource *source, const Watch *watch)
{
  if (segment >= kept->segments->n) {
    return STATUS_OK; /* no rows, no segments */
  }
  Status status = pass(kept, segment, accumulator, self, source, NULL, watch);
  if (status == STATUS_DISORDER) {
    accumulator->restart(self);
    status = accumulator->any_order ? pass(kept, segment, accumulator, self, source, NULL, watch)
                                    : pass_sorted(kept, segment, accumulator, self, source, watch);
  }
  return status;
}
