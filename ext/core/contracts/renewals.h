/*
** Renewals, and contracts about to end.
**
** A contract is up for renewal when it ends, at or before as_of. It is renewed by one other contract of its customer
** that begins after it did, and from `early` before its end to `grace` after it. Each contract renews
** at most one: first those that begin within an hour of the end, the dearest ending first, then the earliest that fits,
** in the order of the ends. It is decided once `grace` after its end has passed at as_of.
**
** O(n log n) in the contracts of a customer.
*/
#ifndef RETAIN_CORE_CONTRACTS_RENEWALS_H
#define RETAIN_CORE_CONTRACTS_RENEWALS_H

#include "contracts.h"
#include "core/numerics/stats.h"
#include "core/time/period.h"

#define RENEWAL_ROWS_MAX 1000000

typedef struct RenewalRow {
  int64_t up;      /* contracts that ended in the period */
  int64_t decided; /* of these, with the grace passed */
  /* of the decided: renewed; of the renewed: more than an hour after the end */
  int64_t renewed, late;
  int64_t pending_renewed;                                /* of those not decided: renewed already */
  Sum value_up, value_decided, value_renewed, value_next; /* next: what the renewed cost now */
} RenewalRow;

/* {0} is a valid empty object. */
typedef struct Renewals {
  RenewalRow *rows; /* a row per period */
  int64_t first, periods;
  bool too_long;
} Renewals;

typedef struct RenewalRule {
  Grain grain; /* of the ends */
  ZoneCursor zone;
  Duration grace, early;
} RenewalRule;

/* STATUS_ERROR: too_long, more than RENEWAL_ROWS_MAX periods. */
Status renewals_build(Renewals *renewals, const Contracts *contracts, const RenewalRule *rule, const Watch *watch);
void renewals_free(Renewals *renewals);

/* The contract of each customer that ends soonest after as_of, where that is at most `days` civil days ahead. */
typedef struct ExpiringRow {
  uint32_t customer;
  int64_t days_left;
  const Contract *contract; /* of equal ends the dearest */
  int64_t others;           /* further contracts of the customer that end at most `days` ahead */
  bool covered_after;       /* another contract of the customer, begun by as_of, goes on after that end */
  /* the first of the customer that begins after as_of and goes on after that end; NULL: none */
  const Contract *next;
} ExpiringRow;

/*
** By end, then customer id. *rows from mem_alloc(), the caller's. Contracts that begin after as_of are to be kept.
*/
Status contracts_expiring_find(const Contracts *contracts, int64_t days, ZoneCursor zone, ExpiringRow **rows,
                               int64_t *n_rows, const Watch *watch);

#endif
