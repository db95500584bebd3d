/*
** Customers of several segments scored against each other: one view of them all.
**
** A customer who bought in two segments is two, each with what was bought there. For ntile, ties go by customer and
** then by segment.
*/
#ifndef RETAIN_CORE_RFM_RFM_POOL_H
#define RETAIN_CORE_RFM_RFM_POOL_H

#include "rfm.h"

/* {0} is a valid empty object. */
typedef struct RfmPool {
  RfmView view;              /* to be scored; its customers are numbers in key order */
  Customers customers;       /* what it borrows, with the totals */
  struct RfmPooled *members; /* of each id of the view */
} RfmPool;

/* From the customers of n views that differ in nothing else; each has purchases. */
Status rfm_pool_make(RfmPool *pool, const RfmView *views, uint32_t n, const Watch *watch);

/* The view's scores go to each customer in the n segments; *scores[i] are made, with the cuts of all. */
Status rfm_pool_share(const RfmPool *pool, const RfmScores *all, const RfmView *views, RfmScores *const *scores,
                      uint32_t n);

void rfm_pool_free(RfmPool *pool); /* may run twice */

#endif
