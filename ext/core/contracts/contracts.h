/*
** Contracts: who was covered from when to when, for how much per month, and what a customer's revenue was at any time.
**
** A contract covers [start, end). Contracts that begin after `as_of` do not take part; an end after `as_of` is yet to
** come. A customer's revenue is the sum of its contracts' amounts that cover the time.
**
** Changes of one customer within an hour of the first of them happen together, at the first one's time: a contract that
** ends and another that begins are one change of its revenue, also across midnight.
**
** Amounts: where all of them are numbers of at most four decimals, and their sum is below 2^52 of these units, they are
** counted in units of 1/10000, and every sum and difference of them in a double is exact. Else sums are compensated, a
** change below 1e-12 of the revenue is none, and a customer without a contract has exactly 0.
**
** 32 bytes per contract, twice that while they are put in order. O(n log n) in the contracts of a customer, O(n) in
** customers.
*/
#ifndef RETAIN_CORE_CONTRACTS_CONTRACTS_H
#define RETAIN_CORE_CONTRACTS_CONTRACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/chunks.h"
#include "core/base/status.h"
#include "core/time/zone.h"

#define CONTRACT_OPEN INT64_MAX /* the end of a contract without one */

typedef struct Contract {
  int64_t start, end;
  double amount;
  uint32_t customer;
  uint32_t dates; /* flags of contract_log.h */
} Contract;

/* {0} is a valid empty object. */
typedef struct Contracts {
  bool keep_ahead;     /* set by the caller: contracts that begin after as_of are kept too */
  Chunks added;        /* until contracts_finish() */
  Contract *contracts; /* from then on: by customer, start, end */
  size_t count;
  uint32_t n_customers; /* the largest id + 1 */
  double units;         /* of amounts: 10000, or 1 where they are not exact */
  int64_t first;        /* the earliest start */
  Bound as_of;
} Contracts;

/* end >= start, amount >= 0 and finite. STATUS_OK or STATUS_NOMEM. */
Status contracts_add(Contracts *contracts, const Contract *contract);

/* The one that was added as number i, before contracts_finish(). */
static inline Contract *contracts_added(const Contracts *contracts, size_t i)
{
  return chunks_at(&contracts->added, i);
}

/* Puts all in order. */
Status contracts_finish(Contracts *contracts, Bound as_of, const Watch *watch);

/* May run twice. */
void contracts_free(Contracts *contracts);

/* An amount or a sum of amounts in the unit of the input. */
static inline double contracts_money(const Contracts *contracts, double units)
{
  return units / contracts->units;
}

/* The end of the run of one customer's contracts that begins at `from`. */
size_t contracts_run(const Contracts *contracts, size_t from);

/* A customer's revenue from `time` on, to the next step. */
typedef struct ContractStep {
  int64_t time;
  double level;    /* in units */
  uint32_t covers; /* contracts that cover it */
} ContractStep;

/* The changes, for one run after another: set nothing, contract_steps() fills. */
typedef struct ContractSteps {
  ContractStep *steps;
  size_t count;
  struct ContractChange *changes;
  size_t size;
} ContractSteps;

/*
** The steps of contracts [from, to), a run, up to as_of. With `cover` the level is 1 where at least one contract covers
** the time, whatever it costs.
*/
Status contract_steps(const Contracts *contracts, size_t from, size_t to, bool cover, ContractSteps *steps,
                      const Watch *watch);
void contract_steps_free(ContractSteps *steps);

#endif
