/*
** The rows of a source of events, kept to be handed over segment by segment: 16 bytes a row, 8 more with values, and 8
** more with an attribute or an order.
*/
#ifndef RETAIN_GLUE_EVENT_DEAL_H
#define RETAIN_GLUE_EVENT_DEAL_H

#include "core/events/accumulator.h"
#include "deal.h"
#include "event_source.h"

/* A row. Without values, or without an attribute and an order, it is kept up to them. */
typedef struct DealtEvent {
  int64_t time;     /* twice, plus one where the customer is a text: times are below 2^62 */
  int64_t customer; /* an integer key; or the id of a text among the source's customers */
  double value;
  uint32_t attribute, order;
} DealtEvent;

typedef struct EventDeal {
  SegmentRows *segments; /* borrowed; of DealtEvent */
  EventSource source;    /* of all rows; its customers are those with a text key */
  DealtKeys customers, attributes;
  bool by_order;       /* rows are lines of orders … */
  Customers order_ids; /* … with these ids */
} EventDeal;

/* Copies as much of a row as is kept: field by field, since most rows have two or three. */
static inline void dealt_event_copy(DealtEvent *to, const DealtEvent *from, size_t stride)
{
  to->time = from->time;
  to->customer = from->customer;
  if (stride > offsetof(DealtEvent, value)) {
    to->value = from->value;
  }
  if (stride > offsetof(DealtEvent, attribute)) {
    to->attribute = from->attribute;
    to->order = from->order;
  }
}

/* Adds a row; false when out of memory. */
static inline bool event_deal_add(EventDeal *kept, uint32_t segment, const DealtEvent *event)
{
  DealtEvent *row = segment_rows_add(kept->segments, segment);
  if (row) {
    dealt_event_copy(row, event, kept->segments->stride);
  }
  return row != NULL;
}

/* Attached to the deal, which frees it; NULL when out of memory. */
EventDeal *event_deal_new(Deal *deal);

/* Before the first row, and before each pass over the source. */
void event_deal_start(EventDeal *kept, bool values, bool attributes, bool orders);

/* After the last row. */
Status event_deal_finish(EventDeal *kept, const Watch *watch);

/* Hands the rows of a segment to an analysis, as if they were the source. */
Status event_deal_hand_over(EventDeal *kept, uint32_t segment, const Accumulator *accumulator, void *self,
                            EventSource *source, const Watch *watch);

#endif
