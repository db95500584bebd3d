/*
** The rows of a named source on their way to an analysis.
*/
#ifndef RETAIN_GLUE_EVENT_READER_H
#define RETAIN_GLUE_EVENT_READER_H

#include "core/events/orders.h"
#include "event_deal.h"
#include "event_fault.h"
#include "scan.h"

#define QUEUE 8 /* rows; a power of two */

/* Where the rows of one event_source_read() go. */
typedef struct EventReader {
  Scan scan;
  RowCheck check;
  Accumulator accumulator;
  void *self;
  EventSource *source;
  Orders *orders;       /* where rows are lines of orders: they are kept here, in place of the accumulator; else NULL */
  Customers *order_ids; /* the ids of orders, of lines that are kept or dealt */
  EventDeal *deal;      /* where rows are kept by segment, in place of the accumulator; else NULL */
  bool value_wanted;    /* the value column is read, where there is one */
  int usual_value;      /* SQLITE_FLOAT: such a value needs no more checks than its size; else -1 */
  /* which of a row's values they are, after customer and time; -1: not read */
  int value_at, attribute_at, segment_at, order_at;
  int64_t as_of;   /* INT64_MAX: none given */
  bool collecting; /* second pass: keep the events, to be sorted */
  bool apart;      /* collecting, seeking, an attribute or text customers: rows do not go through the queue */
  bool unusual;    /* apart, with a segment, or under diagnosis */
  Events events;
  struct Queued {
    Event event; /* its customer is first the key's hash, then the id that its slot makes likely */
    int64_t key;
  } queue[QUEUE];
  uint32_t queue_head, queue_tail; /* rows taken out and put in */
  TimeMemo memo;
} EventReader;

/* Takes one row; `scan` is that of an EventReader. */
void event_reader_row(Scan *scan, sqlite3_value **values);

/* Hands over the rows that still wait in the queue; at the end of a scan. */
Status event_reader_drain(EventReader *reader);

#endif
