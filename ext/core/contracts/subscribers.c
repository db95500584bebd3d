#include "subscribers.h"

#include "core/base/mem.h"

/* What the contracts of one customer that cover an instant cost together. */
static double amount_at(const Contract *run, size_t n, int64_t instant)
{
  double amount = 0;
  for (size_t i = 0; i < n; i++) {
    amount += run[i].start <= instant && instant < run[i].end ? run[i].amount : 0;
  }
  return amount;
}

static Subscriber subscriber_of(const Contracts *contracts, const Contract *run, size_t n, Duration grace)
{
  Subscriber row = {.customer = run->customer, .contracts = (uint32_t)n, .start = run->start, .end = run->end};
  for (size_t i = 1; i < n; i++) { /* by start */
    row.returns += run[i].start > row.end && run[i].start > time_add(row.end, grace, 1);
    row.end = run[i].end > row.end ? run[i].end : row.end;
  }
  row.running = row.end > contracts->as_of.last;
  row.churned = !row.running && time_add(row.end, grace, 1) <= contracts->as_of.last;
  row.observed = (row.running ? contracts->as_of.end : row.end) - row.start;
  row.amount = amount_at(run, n, row.running ? contracts->as_of.last : row.end - 1);
  return row;
}

Status subscribers_find(const Contracts *contracts, Duration grace, Subscriber **rows, int64_t *n_rows,
                        const Watch *watch)
{
  *n_rows = 0;
  *rows = mem_alloc((size_t)contracts->n_customers + 1, sizeof **rows);
  if (!*rows) {
    return STATUS_NOMEM;
  }
  for (size_t from = 0, ask_at = WATCH_EVERY; from < contracts->count;) {
    size_t to = contracts_run(contracts, from);
    (*rows)[(*n_rows)++] = subscriber_of(contracts, contracts->contracts + from, to - from, grace);
    from = to;
    if (from >= ask_at) {
      ask_at = from + WATCH_EVERY;
      if (watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
  }
  return STATUS_OK;
}
