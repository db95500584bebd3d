/*
** Movements of recurring revenue, period by period, and of customers.
**
** A customer's revenue at the start of a period is that just before its first instant, at its end that just before the
** next period's first instant (in the last period, that of as_of: at as_of; a period that begins there is no row). Per
** customer and period the difference is exactly one of
**   new          from 0, and its first revenue ever lies in the period
**   reactivation from 0, otherwise
**   churn        to 0
**   expansion, contraction  up, down, else
** so that end = start + new + expansion + reactivation - contraction - churn, exact where the amounts are
** (contracts.h). A contract that begins at a period's first instant belongs to that period, and so does one that ends
** there.
**
** O(contracts log contracts per customer + periods); 176 bytes per period.
*/
#ifndef RETAIN_CORE_CONTRACTS_MRR_H
#define RETAIN_CORE_CONTRACTS_MRR_H

#include "contracts.h"
#include "core/numerics/stats.h"
#include "core/time/period.h"

#define MRR_ROWS_MAX 1000000

typedef struct MrrRow {
  Sum start, new_revenue, expansion, contraction, churn, reactivation, end; /* in units of contracts_money() */
  int64_t start_customers, new_customers, expanded, contracted, churned, reactivated, end_customers;
  int64_t new_lost; /* whose first revenue ever lies in the period, and who have none at its end */
} MrrRow;

/* {0} is a valid empty object. */
typedef struct Mrr {
  MrrRow *rows; /* a row per period */
  int64_t first, periods;
  bool too_long;
} Mrr;

/*
** `cover`: counts customers by the cover of their contracts, whatever these cost. STATUS_ERROR: too_long, more than
** MRR_ROWS_MAX periods.
*/
Status mrr_build(Mrr *mrr, const Contracts *contracts, Grain grain, ZoneCursor zone, bool cover, const Watch *watch);
void mrr_free(Mrr *mrr);

#endif
