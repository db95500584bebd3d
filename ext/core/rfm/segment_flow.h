/*
** Customers at two instants: their RFM totals at `since` and at `until`, from one pass over the rows in any order.
*/
#ifndef RETAIN_CORE_RFM_SEGMENT_FLOW_H
#define RETAIN_CORE_RFM_SEGMENT_FLOW_H

#include "core/events/accumulator.h"
#include "core/numerics/stats.h"
#include "rfm.h"
#include "segments.h"

/*
** The state beside a customer's key: 48 bytes. Zero counts at `since` and above at `until`: a new customer; rows after
** `until` leave it as it is.
*/
typedef struct FlowState {
  RfmTotals since, until; /* rows up to and with each instant */
} FlowState;

/* The accumulator's self. */
typedef struct FlowSpan {
  int64_t since, until; /* ms, since < until */
} FlowSpan;

extern const Accumulator SEGMENT_FLOW_ACCUMULATOR;

/* Customers who went from one segment to another. */
typedef struct Flow {
  int from, to; /* a segment of core/rfm/segments.h, SEGMENT_NONE, or in `from` FLOW_NOT_YET */
  int64_t customers, from_customers;
  double value_before, value_between; /* of their rows up to since; after it, up to until */
} Flow;

#define FLOW_NOT_YET (-2)

/*
** The flows with customers, by `from` (FLOW_NOT_YET, SEGMENT_NONE, segments in order), then `to`. *flows from
** mem_alloc(). O(customers + segments^2).
*/
Status segment_flow_make(const Customers *customers, const Segments *segments, const RfmScores *since,
                         const RfmScores *until, Flow **flows, int64_t *n, const Watch *watch);

#endif
