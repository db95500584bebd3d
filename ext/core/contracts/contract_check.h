/*
** What is odd about the contracts of customers, one after the other: copies, overlaps, gaps, and ends that look like
** the last day covered.
*/
#ifndef RETAIN_CORE_CONTRACTS_CONTRACT_CHECK_H
#define RETAIN_CORE_CONTRACTS_CONTRACT_CHECK_H

#include "contracts.h"

/* A valid contract with where it stands. */
typedef struct CheckedContract {
  Contract contract;
  int64_t rowid;
} CheckedContract;

typedef struct ContractTally {
  int64_t rows, rowid; /* rowid: the smallest */
} ContractTally;

#define CONTRACT_CHECK_LAST_DAYS 3 /* ends a day before the next begins are told of from so many on … */

typedef struct ContractCheck {
  ContractTally copies;    /* of an earlier row: same customer, start, end and amount */
  ContractTally overlaps;  /* begin before another of the customer has ended, and are no copies */
  ContractTally gaps;      /* begin later than an hour after all before have ended */
  ContractTally last_days; /* … and exactly a day after: is `end` the last day? … where they are half of all gaps */
  int64_t customers_overlapping, customers_with_gaps, customers;
} ContractCheck;

/* Puts the rows in order. O(n log n). */
Status contract_check(CheckedContract *rows, size_t n, ContractCheck *check, const Watch *watch);

#endif
