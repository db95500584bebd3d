/*
** What a core function can answer, and how long work is interruptible.
*/
#ifndef RETAIN_CORE_BASE_STATUS_H
#define RETAIN_CORE_BASE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum Status {
  STATUS_OK = 0,
  STATUS_NOMEM,     /* an allocation failed; what was built so far can still be freed */
  STATUS_INTERRUPT, /* the host asked to stop (sqlite3_interrupt() or its progress handler) */
  STATUS_DISORDER,  /* a row came before an earlier row of its customer: see accumulator.h */
  STATUS_ERROR      /* bad input; the caller has, or makes, the message */
} Status;

/*
** Cooperative cancellation: a question put to the host now and then, whether to stop. Borrowed; never NULL, but
** &WATCH_NEVER where nobody can ask.
*/
typedef struct Watch {
  bool (*stop)(void *context);
  void *context;
} Watch;

#define WATCH_NEVER ((Watch){0})
#define WATCH_EVERY 16384            /* how many cheap loop turns may pass between two questions */
#define WATCH_WORK ((size_t)2000000) /* a millisecond or two: a progress handler is called at every 16th question */

static inline bool watch_stop(const Watch *watch)
{
  return watch->stop && watch->stop(watch->context);
}

/* The same for turns 0, 1, 2 … of a loop of which each costs `work` multiplications: asks every WATCH_WORK or so. */
static inline bool watch_due(const Watch *watch, size_t turn, size_t work)
{
  return turn % (WATCH_WORK / (work + 1) + 1) == 0 && watch_stop(watch);
}

/* The same for work that does not come in even turns. {.watch = watch} is one that begins. */
typedef struct WatchMeter {
  const Watch *watch;
  size_t work; /* since it was asked */
  bool stopped;
} WatchMeter;

/* Adds work; true once it was said to stop. */
static inline bool watch_spend(WatchMeter *meter, size_t work)
{
  meter->work += work;
  if (meter->work > WATCH_WORK) {
    meter->work = 0;
    meter->stopped = meter->stopped || watch_stop(meter->watch);
  }
  return meter->stopped;
}

#endif
