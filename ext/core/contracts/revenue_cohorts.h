/*
** Revenue kept by cohort and age: net and gross retention of revenue (NRR, GRR) as curves.
**
** A customer's cohort is the period of its first revenue ever. `base` is the cohort's revenue at the end of that period
** (as in mrr.h: just before the next one's first instant), age n the n-th period after it:
**   revenue  of the cohort's customers at the end of age n; nrr = revenue / base
**   kept     of each customer at most what it paid at the end of age 0; grr = kept / base
** The bases are the `new` of mrr_movements() and the revenues of all cohorts add up to its mrr_end.
**
** By differences over the ages between two changes: O(contracts log + cells), 40 bytes per cell.
*/
#ifndef RETAIN_CORE_CONTRACTS_REVENUE_COHORTS_H
#define RETAIN_CORE_CONTRACTS_REVENUE_COHORTS_H

#include "contracts.h"
#include "core/numerics/stats.h"
#include "core/time/period.h"

#define REVENUE_CELLS_MAX 4000000

typedef struct RevenueCell {
  Sum revenue, kept;
  int64_t customers; /* with revenue at the end of the age */
} RevenueCell;

typedef struct RevenueRow {
  uint32_t cohort, age; /* cohort: periods after `first` */
  const RevenueCell *cell, *base;
  int64_t size;
} RevenueRow;

/* {0} is a valid empty object. */
typedef struct RevenueCohorts {
  RevenueCell *cells; /* by cohort, age; a cohort c has periods - c ages */
  int64_t *sizes;     /* by cohort: customers */
  RevenueRow *rows;   /* of cohorts with customers */
  int64_t n_rows, n_cells;
  int64_t first, periods;
  bool too_long;
} RevenueCohorts;

/* STATUS_ERROR: too_long, more than REVENUE_CELLS_MAX cells. */
Status revenue_cohorts_build(RevenueCohorts *cohorts, const Contracts *contracts, Grain grain, ZoneCursor zone,
                             const Watch *watch);
void revenue_cohorts_free(RevenueCohorts *cohorts);

#endif
