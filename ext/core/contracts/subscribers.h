/*
** Contracts made one row per customer: since when, until when, and whether it has left.
*/
#ifndef RETAIN_CORE_CONTRACTS_SUBSCRIBERS_H
#define RETAIN_CORE_CONTRACTS_SUBSCRIBERS_H

#include "contracts.h"

typedef struct Subscriber {
  uint32_t customer;
  uint32_t contracts; /* that have begun */
  uint32_t returns;   /* gaps longer than the grace, after which a contract began */
  bool running;       /* a contract covers the end of as_of */
  bool churned;       /* none does, and the grace has passed */
  int64_t start, end; /* of the first contract; of the last cover, where it is not running */
  int64_t observed;   /* ms from the start to the end, or to that of as_of */
  double amount;      /* of the contracts that cover its last instant, in units */
} Subscriber;

/* A row per customer, in the order of their ids; *rows from mem_alloc(). 48 bytes a row; O(contracts). */
Status subscribers_find(const Contracts *contracts, Duration grace, Subscriber **rows, int64_t *n_rows,
                        const Watch *watch);

#endif
