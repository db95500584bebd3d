/*
** After how many days of silence "gone" is the better guess.
**
** Looked at from a cut-off, a horizon before as_of, every customer who had bought has been silent for some whole days
** and then either came back (bought after the cut-off, up to as_of) or was gone. Calling gone whoever has been silent
** for more than g days errs in two ways:
**
**   type I   of those who came back, the share that was called gone:       #(came back, silence > g) / #(came back)
**   type II  of those who were gone, the share that was not called so:     #(gone, silence <= g) / #(gone)
**
** The threshold is the smallest g of those that make type I + type II least, which is where Youden's J = 1 - type I -
** type II of the silence is greatest (Youden 1950). There is none where everybody came back or nobody did, or where
** no g does better than calling all or none gone (a sum of 1).
**
** Rows in any order; 16 bytes per customer, 8 more while it is worked out. O(customers log customers).
*/
#ifndef RETAIN_CORE_CHURN_CHURN_THRESHOLD_H
#define RETAIN_CORE_CHURN_CHURN_THRESHOLD_H

#include "churn_features.h"
#include "core/events/accumulator.h"
#include "core/events/customers.h"

typedef struct ChurnThreshold {
  int64_t days; /* g; -1: there is none, and the next four are 0 */
  double type_1, type_2;
  int64_t called, right; /* silent for more than g days; of those, the gone */
  int64_t customers, came_back, gone;
} ChurnThreshold;

/* `self` of its step is a ChurnTimes. */
extern const Accumulator CHURN_THRESHOLD_ACCUMULATOR;

Status churn_threshold_find(const ChurnTimes *times, const Customers *customers, ChurnThreshold *threshold,
                            const Watch *watch);

#endif
