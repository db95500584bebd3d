#include "contracts.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/base/sort.h"
#include "core/numerics/stats.h"
#include "core/time/calendar.h"

#define UNITS 10000.0
#define UNITS_MOST 4503599627370496.0 /* 2^52 */
#define NOISE 1e-12                   /* a smaller part of a revenue is rounding */

Status contracts_add(Contracts *contracts, const Contract *contract)
{
  contracts->added.stride = sizeof *contract;
  Contract *added = chunks_push(&contracts->added);
  if (!added) {
    return STATUS_NOMEM;
  }
  *added = *contract;
  return STATUS_OK;
}

/* Equal ones are the same in every field. */
static bool contract_before(const void *a, const void *b, const void *unused)
{
  const Contract *x = a, *y = b;
  (void)unused;
  if (x->start != y->start) {
    return x->start < y->start;
  }
  if (x->end != y->end) {
    return x->end < y->end;
  }
  return x->amount < y->amount;
}

/* One pass of a distribution sort, stable: by customer. */
static Status distribute(Contracts *contracts, const Watch *watch)
{
  size_t *next = mem_zero((size_t)contracts->n_customers + 1, sizeof *next);
  Contract *out = mem_alloc(contracts->count + 1, sizeof *out);
  if (!next || !out) {
    mem_free(next);
    mem_free(out);
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < contracts->count; i++) {
    next[contracts->contracts[i].customer + 1]++;
  }
  for (uint32_t customer = 0; customer < contracts->n_customers; customer++) {
    next[customer + 1] += next[customer];
  }
  for (size_t i = 0; i < contracts->count; i++) {
    const Contract *contract = &contracts->contracts[i];
    out[next[contract->customer]++] = *contract;
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      mem_free(next);
      mem_free(out);
      return STATUS_INTERRUPT;
    }
  }
  mem_free(next);
  mem_free(contracts->contracts);
  contracts->contracts = out;
  return STATUS_OK;
}

/* Into one array, without what begins after as_of, and looks at the rest. */
static Status take_part(Contracts *contracts, const Watch *watch)
{
  size_t n = 0;
  contracts->first = INT64_MAX;
  contracts->contracts = mem_alloc(contracts->added.count + 1, sizeof *contracts->contracts);
  if (!contracts->contracts) {
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < contracts->added.count; i++) {
    const Contract *contract = contracts_added(contracts, i);
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (contract->start > contracts->as_of.last && !contracts->keep_ahead) {
      continue;
    }
    contracts->contracts[n++] = *contract;
    contracts->first = contract->start < contracts->first ? contract->start : contracts->first;
    contracts->n_customers =
      contract->customer >= contracts->n_customers ? contract->customer + 1 : contracts->n_customers;
  }
  contracts->count = n;
  chunks_free(&contracts->added);
  return STATUS_OK;
}

static void amounts_scale(Contracts *contracts)
{
  double sum = 0;
  bool exact = true;
  contracts->units = 1;
  for (size_t i = 0; i < contracts->count && exact; i++) {
    double amount = contracts->contracts[i].amount, units = floor(amount * UNITS + 0.5);
    sum += units;
    exact = units / UNITS == amount && sum < UNITS_MOST;
  }
  if (exact) {
    contracts->units = UNITS;
    for (size_t i = 0; i < contracts->count; i++) {
      contracts->contracts[i].amount = floor(contracts->contracts[i].amount * UNITS + 0.5);
    }
  }
}

Status contracts_finish(Contracts *contracts, Bound as_of, const Watch *watch)
{
  contracts->as_of = as_of;
  Status status = take_part(contracts, watch);
  if (status != STATUS_OK || contracts->count == 0) {
    return status;
  }
  if (watch_stop(watch)) {
    return STATUS_INTERRUPT;
  }
  amounts_scale(contracts);
  status = watch_stop(watch) ? STATUS_INTERRUPT : distribute(contracts, watch);
  for (size_t from = 0, turn = 0; from < contracts->count && status == STATUS_OK; turn++) {
    size_t to = contracts_run(contracts, from);
    status = turn % WATCH_EVERY == 0 && watch_stop(watch)
               ? STATUS_INTERRUPT
               : records_sort(contracts->contracts + from, to - from, sizeof *contracts->contracts, contract_before,
                              NULL, watch);
    from = to;
  }
  return status;
}

void contracts_free(Contracts *contracts)
{
  chunks_free(&contracts->added);
  mem_free(contracts->contracts);
  *contracts = (Contracts){0};
}

size_t contracts_run(const Contracts *contracts, size_t from)
{
  const Contract *first = &contracts->contracts[from];
  size_t to = from + 1;
  while (to < contracts->count && contracts->contracts[to].customer == first->customer) {
    to++;
  }
  return to;
}

/* A contract's end, or its start, in time order: starts come in order, ends are sorted. */
typedef struct ContractChange {
  int64_t time;
  double amount;
} ContractChange;

static bool change_before(const void *a, const void *b, const void *unused)
{
  (void)unused;
  return ((const ContractChange *)a)->time < ((const ContractChange *)b)->time;
}

static Status steps_reserve(ContractSteps *steps, size_t n)
{
  if (n <= steps->size) {
    return STATUS_OK;
  }
  size_t size = n + n / 2 + 16;
  ContractStep *grown = mem_resize(steps->steps, 2 * size, sizeof *grown);
  if (!grown) {
    return STATUS_NOMEM;
  }
  steps->steps = grown;
  ContractChange *changes = mem_resize(steps->changes, size, sizeof *changes);
  if (!changes) {
    return STATUS_NOMEM;
  }
  steps->changes = changes;
  steps->size = size;
  return STATUS_OK;
}

Status contract_steps(const Contracts *contracts, size_t from, size_t to, bool cover, ContractSteps *steps,
                      const Watch *watch)
{
  const Contract *all = contracts->contracts;
  Status status = steps_reserve(steps, to - from);
  if (status != STATUS_OK) {
    return status;
  }
  size_t n_ends = 0;
  for (size_t i = from; i < to; i++) {
    if (all[i].end <= contracts->as_of.last) {
      steps->changes[n_ends++] = (ContractChange){all[i].end, all[i].amount};
    }
  }
  status = records_sort(steps->changes, n_ends, sizeof *steps->changes, change_before, NULL, watch);

  Sum sum = {0};
  double before = 0, peak = 0;
  uint32_t covers = 0;
  steps->count = 0;
  for (size_t start = from, end = 0; status == STATUS_OK && (start < to || end < n_ends);) {
    bool begins = end == n_ends || (start < to && all[start].start <= steps->changes[end].time);
    int64_t time = begins ? all[start].start : steps->changes[end].time;
    if (begins) {
      covers++;
      sum_add(&sum, all[start++].amount);
    } else {
      covers--;
      sum_add(&sum, -steps->changes[end++].amount);
    }
    if (covers == 0) {
      sum = (Sum){0};
      peak = 0;
    }
    peak = sum.high > peak ? sum.high : peak;
    double level = cover ? covers > 0 : sum_value(&sum);
    if (!cover && contracts->units == 1 && level <= NOISE * peak) {
      level = 0;
    }
    if (steps->count > 0 && time - steps->steps[steps->count - 1].time <= MS_PER_HOUR) {
      steps->count--;
      time = steps->steps[steps->count].time;
      before = steps->count > 0 ? steps->steps[steps->count - 1].level : 0;
    }
    if (contracts->units == 1 && fabs(level - before) <= NOISE * before) {
      level = before;
    }
    steps->steps[steps->count++] = (ContractStep){time, level, covers};
    before = level;
    status = (start + end) % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  return status;
}

void contract_steps_free(ContractSteps *steps)
{
  mem_free(steps->steps);
  mem_free(steps->changes);
  *steps = (ContractSteps){0};
}
