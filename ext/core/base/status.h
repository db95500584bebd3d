/*
** What a core function can answer, and how long work notices that it should stop.
*/
#ifndef RETAIN_CORE_BASE_STATUS_H
#define RETAIN_CORE_BASE_STATUS_H

#include <stdbool.h>

typedef enum Status {
  STATUS_OK = 0,
  STATUS_NOMEM,     /* an allocation failed; what was built so far can still be freed */
  STATUS_INTERRUPT, /* the host asked to stop (sqlite3_interrupt() or its progress handler) */
  STATUS_DISORDER,  /* a row came before an earlier row of its customer: see accumulator.h */
  STATUS_ERROR      /* bad input; the caller has, or makes, the message */
} Status;

/*
** A question put to the host now and then: should this stop? Borrowed; never NULL inside core,
** WATCH_NEVER where nobody can ask.
*/
typedef struct Watch {
  bool (*stop)(void *context);
  void *context;
} Watch;

#define WATCH_NEVER ((Watch){0})
#define WATCH_EVERY 16384 /* how many cheap loop turns may pass between two questions */

static inline bool watch_stop(const Watch *watch)
{
  return watch->stop && watch->stop(watch->context);
}

#endif
