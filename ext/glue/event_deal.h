/*
** The rows of a source of events, kept to be handed over segment by segment: 28 bytes a row, 32 while they are dealt.
*/
#ifndef RETAIN_GLUE_EVENT_DEAL_H
#define RETAIN_GLUE_EVENT_DEAL_H

#include "core/events/event_log.h"
#include "deal.h"
#include "event_source.h"

typedef struct EventDeal {
  SegmentRows *segments; /* borrowed */
  EventSource source;    /* of all rows; its customers and attributes are those that `events` number */
  Events events;
  struct DealtId *customers, *attributes; /* by those numbers: the ids in the segment that is handed over */
  uint32_t turn;                          /* how often rows have been handed over */
} EventDeal;

/* Attached to the deal, which frees it; NULL when out of memory. */
EventDeal *event_deal_new(Deal *deal);

extern const Accumulator EVENT_DEAL_ACCUMULATOR; /* self is an EventDeal: keeps every row */

/* After the last row. */
Status event_deal_finish(EventDeal *kept, const Watch *watch);

/* Hands the rows of a segment to an analysis, as if they were the source. */
Status event_deal_hand_over(EventDeal *kept, uint32_t segment, const Accumulator *accumulator, void *self,
                            EventSource *source, const Watch *watch);

#endif
