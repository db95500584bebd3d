/*
** The parameter of functions that read events.
*/
#ifndef RETAIN_FN_EVENTS_EVENT_PARAMS_H
#define RETAIN_FN_EVENTS_EVENT_PARAMS_H

#include "glue/event_source.h"
#include "glue/spec.h"

/* The source: of the columns that an analysis reads, EVENT_TIMES, or with its value EVENT_VALUES. */
#define EVENT_TIMES "customer, time"
#define EVENT_VALUES "customer, time, value"
#define EVENT_SOURCE_PARAM(columns) \
  ENTRY("source", PARAM_SOURCE, NULL, 0, 0, NULL, \
        "the events, such as purchases, a row each: the name of a table or view, or (SELECT retain_log(" columns \
        ") FROM …)")

#endif
