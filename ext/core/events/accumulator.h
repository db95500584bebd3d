/*
** How rows reach an analysis.
**
** A source hands every row that takes part to step(), in the source's own order, together with the customer's state
** (state_size bytes beside the key in the customer index, zero at the customer's first row). Most sources are in time
** order, or in time order per customer, and most analyses then need a few bytes per customer and nothing per row.
**
** An analysis whose answer depends on the order returns STATUS_DISORDER for a row that it can no longer take. The
** reader then calls restart() and hands over all rows again, sorted by customer and time (rows of equal time in the
** source's order). In that second pass step() never returns STATUS_DISORDER. An analysis that then keeps more per
** customer instead of relying on the order says any_order, and the rows come as they are.
*/
#ifndef RETAIN_CORE_EVENTS_ACCUMULATOR_H
#define RETAIN_CORE_EVENTS_ACCUMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

#define NO_ATTRIBUTE UINT32_MAX

typedef struct Event {
  int64_t time;      /* milliseconds since 1970-01-01 UTC */
  double value;      /* 0 where the row's value is NULL (NaN under a diagnosis) or the source has no value */
  uint32_t customer; /* dense id */
  /* dense id of the attribute column's value, NO_ATTRIBUTE where none was asked for or it is NULL */
  uint32_t attribute;
  int64_t rowid; /* the source's rowid, or the row's 1-based number where it has none */
} Event;

typedef struct Accumulator {
  size_t state_size;
  Status (*step)(void *self, void *state, const Event *event);
  void (*restart)(void *self); /* back to "no row seen"; NULL where step never returns STATUS_DISORDER */
  bool any_order;              /* the second pass need not be sorted */
} Accumulator;

#endif
