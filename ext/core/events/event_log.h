/*
** Events kept as rows: what retain_log() makes, and what a source without order is sorted in.
**
** An event keeps 24 bytes (32 with its rowid) and 4 more while it is sorted. At most 2^32 - 1 events.
*/
#ifndef RETAIN_CORE_EVENTS_EVENT_LOG_H
#define RETAIN_CORE_EVENTS_EVENT_LOG_H

#include "accumulator.h"
#include "core/base/chunks.h"
#include "core/base/status.h"
#include "customers.h"

/*
** Events in the order of their arrival; `customer` is an id of somebody's customer index. {0} is a valid empty object.
*/
typedef struct Events {
  Chunks rows; /* the first 24 bytes of Event, or all of it */
} Events;

Status events_add(Events *events, const Event *event, bool with_rowid);
void events_get(const Events *events, size_t i, Event *event); /* i < events->rows.count */

/*
** The order by (customer, time), events of equal time as they arrived: *order gets mem_alloc'ed indexes, one per event.
** n_customers is above every customer id. O(n + n log k) for k events per customer; a customer whose events arrived in
** order costs O(k).
*/
Status events_sort(const Events *events, uint32_t n_customers, uint32_t **order, const Watch *watch);
void events_free(Events *events);

/* A source made from any query: its customers and their events. Shared by reference count; read-only once made. */
typedef struct EventLog {
  int refs;
  bool has_value;
  int64_t newest; /* newest_mark() of all events; 0: there are none */
  Customers customers;
  Events events;
} EventLog;

EventLog *event_log_new(void); /* with one reference; NULL when out of memory */
EventLog *event_log_share(EventLog *log);
void event_log_release(EventLog *log); /* NULL allowed */

#endif
