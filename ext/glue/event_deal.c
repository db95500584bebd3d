#include "event_deal.h"

#include "core/base/mem.h"
#include "core/events/orders.h"

static void kept_free(void *in)
{
  EventDeal *kept = in;
  event_source_free(&kept->source);
  dealt_keys_free(&kept->customers);
  dealt_keys_free(&kept->attributes);
  customers_free(&kept->order_ids);
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

void event_deal_start(EventDeal *kept, bool values, bool attributes, bool orders)
{
  kept->by_order = orders;
  customers_free(&kept->order_ids);
  segment_rows_free(kept->segments);
  segment_rows_init(kept->segments, attributes || orders ? sizeof(DealtEvent)
                                    : values             ? offsetof(DealtEvent, attribute)
                                                         : offsetof(DealtEvent, value));
}

Status event_deal_finish(EventDeal *kept, const Watch *watch)
{
  customers_free(&kept->order_ids);
  bool room = dealt_keys_start(&kept->customers, kept->source.customers.count) &&
              dealt_keys_start(&kept->attributes, kept->source.attributes.count);
  return room ? segment_rows_deal(kept->segments, watch) : STATUS_NOMEM;
}

/* The event of a row, with the segment's ids, and the id of its order. */
static inline Status event_of(EventDeal *kept, const void *record, EventSource *source, Event *event, uint32_t *order)
{
  const EventSource *all = &kept->source;
  DealtEvent row = {.attribute = NO_ATTRIBUTE};
  dealt_event_copy(&row, record, kept->segments->stride);
  bool is_text = row.time & 1;
  *event = (Event){.time = (row.time - is_text) / 2, .value = row.value, .attribute = NO_ATTRIBUTE};
  event->customer = is_text ? dealt_key(&kept->customers, (uint32_t)row.customer, &all->customers, &source->customers)
                            : customers_add_integer(&source->customers, row.customer);
  if (row.attribute != NO_ATTRIBUTE) {
    event->attribute = dealt_key(&kept->attributes, row.attribute, &all->attributes, &source->attributes);
    if (event->attribute == CUSTOMER_NONE) {
      return STATUS_NOMEM;
    }
  }
  *order = row.order;
  event_source_count(source, event->time, false);
  return event->customer == CUSTOMER_NONE ? STATUS_NOMEM : STATUS_OK;
}

/* One pass over the rows of a list: to the analysis, or to `unsorted`, orders made of their lines. */
static Status pass(EventDeal *kept, const SegmentList *list, const Accumulator *accumulator, void *self,
                   EventSource *source, Orders *unsorted, const Watch *watch)
{
  size_t passed = 0, stride = kept->segments->stride;
  customers_free(&source->customers);
  customers_free(&source->attributes);
  source->customers.most = source->attributes.most = segment_list_count(list, stride);
  source->rows = 0;
  source->first_time = INT64_MAX;
  source->newest = NEWEST_NONE;
  dealt_keys_next(&kept->customers);
  dealt_keys_next(&kept->attributes);
  for (const SegmentBlock *block = list->first; block; block = block->next) {
    const char *record = (const char *)block->records;
    for (size_t i = segment_block_count(list, block, stride); i > 0; i--, record += stride) {
      Event event;
      uint32_t order;
      Status status = event_of(kept, record, source, &event, &order);
      if (status == STATUS_OK && !unsorted) {
        status = accumulator->step(self, customers_state(&source->customers, event.customer), &event);
      } else if (status == STATUS_OK) {
        status =
          kept->by_order ? orders_add(unsorted, &event, order, false) : events_add(&unsorted->events, &event, false);
      }
      if (status != STATUS_OK) {
        return status;
      }
      if (++passed % WATCH_EVERY == 0 && watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
  }
  return STATUS_OK;
}

static Status pass_sorted(EventDeal *kept, const SegmentList *list, const Accumulator *accumulator, void *self,
                          EventSource *source, const Watch *watch)
{
  Orders unsorted = {0};
  uint32_t *order = NULL;
  Status status = pass(kept, list, accumulator, self, source, &unsorted, watch);
  if (status == STATUS_OK) {
    status = orders_finish(&unsorted, watch);
  }
  if (status == STATUS_OK) {
    status = events_sort(&unsorted.events, source->customers.count, &order, watch);
  }
  source->rows = (int64_t)unsorted.events.rows.count;
  for (size_t i = 0; i < unsorted.events.rows.count && status == STATUS_OK; i++) {
    Event event;
    events_get(&unsorted.events, order[i], &event);
    status = accumulator->step(self, customers_state(&source->customers, event.customer), &event);
    if (status == STATUS_OK && (i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
    }
  }
  mem_free(order);
  orders_free(&unsorted);
  return status;
}

Status event_deal_hand_over(EventDeal *kept, uint32_t segment, const Accumulator *accumulator, void *self,
                            EventSource *source, const Watch *watch)
{
  if (segment >= kept->segments->n) {
    return STATUS_OK; /* no rows, no segments */
  }
  const SegmentList *list = segment_list(kept->segments, kept->segments->key[segment]);
  if (!kept->by_order) {
    Status status = pass(kept, list, accumulator, self, source, NULL, watch);
    if (status != STATUS_DISORDER) {
      return status;
    }
  }
  if (accumulator->restart) {
    accumulator->restart(self);
  }
  return accumulator->any_order && !kept->by_order ? pass(kept, list, accumulator, self, source, NULL, watch)
                                                   : pass_sorted(kept, list, accumulator, self, source, watch);
}
