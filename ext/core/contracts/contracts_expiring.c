#include "core/base/mem.h"
#include "core/base/sort.h"
#include "renewals.h"

static int64_t day_of(int64_t ms, ZoneCursor zone)
{
  return floor_div(zone_local_at(&zone, ms), MS_PER_DAY);
}

/* The row of one customer's contracts; false where none ends in time. */
static bool run_find(const Contracts *contracts, size_t from, size_t to, int64_t days, ZoneCursor zone,
                     ExpiringRow *row)
{
  int64_t today = day_of(contracts->as_of.last, zone);
  const Contract *soonest = NULL;
  *row = (ExpiringRow){0};
  for (size_t i = from; i < to; i++) {
    const Contract *contract = &contracts->contracts[i];
    if (contract->start > contracts->as_of.last || contract->end <= contracts->as_of.last ||
        contract->end == CONTRACT_OPEN || day_of(contract->end, zone) - today > days) {
      continue;
    }
    row->others += soonest != NULL;
    if (!soonest || contract->end < soonest->end ||
        (contract->end == soonest->end && contract->amount > soonest->amount)) {
      soonest = contract;
    }
  }
  if (!soonest) {
    return false;
  }
  row->customer = soonest->customer;
  row->contract = soonest;
  row->days_left = day_of(soonest->end, zone) - today;
  for (size_t i = from; i < to; i++) { /* by start */
    const Contract *contract = &contracts->contracts[i];
    bool ahead = contract->start > contracts->as_of.last, longer = contract->end > soonest->end;
    row->covered_after = row->covered_after || (longer && !ahead);
    row->next = longer && ahead && !row->next ? contract : row->next;
  }
  return true;
}

static bool row_before(const void *a, const void *b, const void *unused)
{
  const ExpiringRow *x = a, *y = b;
  (void)unused;
  return x->contract->end != y->contract->end ? x->contract->end < y->contract->end : x->customer < y->customer;
}

Status contracts_expiring_find(const Contracts *contracts, int64_t days, ZoneCursor zone, ExpiringRow **rows,
                               int64_t *n_rows, const Watch *watch)
{
  *n_rows = 0;
  *rows = mem_alloc((size_t)contracts->n_customers + 1, sizeof **rows);
  if (!*rows) {
    return STATUS_NOMEM;
  }
  for (size_t from = 0, turn = 0; from < contracts->count; turn++) {
    if (turn % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    size_t to = contracts_run(contracts, from);
    *n_rows += run_find(contracts, from, to, days, zone, &(*rows)[*n_rows]);
    from = to;
  }
  return records_sort(*rows, (size_t)*n_rows, sizeof **rows, row_before, NULL, watch);
}
