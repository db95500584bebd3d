#include "renewals.h"

#include "core/base/mem.h"
#include "core/base/sort.h"

/* A contract of the run that has ended, by end, the dearest first. */
typedef struct Ended {
  const Contract *contract;
  const Contract *next; /* what renews it */
} Ended;

/* Work on one run after another. */
typedef struct Work {
  Ended *ended;
  /* by contract of the run, and one more: itself where it is free, else a later one on the way to the next that is */
  size_t *ahead;
  size_t size;
} Work;

static bool ended_before(const void *x, const void *y, const void *unused)
{
  const Contract *a = ((const Ended *)x)->contract, *b = ((const Ended *)y)->contract;
  (void)unused;
  if (a->end != b->end) {
    return a->end < b->end;
  }
  if (a->amount != b->amount) {
    return a->amount > b->amount;
  }
  return a < b; /* both of one array */
}

static Status work_reserve(Work *work, size_t n)
{
  if (n < work->size) {
    return STATUS_OK;
  }
  size_t size = n + n / 2 + 16;
  Ended *ended = mem_resize(work->ended, size, sizeof *ended);
  if (!ended) {
    return STATUS_NOMEM;
  }
  work->ended = ended;
  size_t *ahead = mem_resize(work->ahead, size, sizeof *ahead);
  if (!ahead) {
    return STATUS_NOMEM;
  }
  work->ahead = ahead;
  work->size = size;
  return STATUS_OK;
}

/* The first of the run that begins at or after `time`. */
static size_t first_from(const Contract *run, size_t n, int64_t time)
{
  size_t low = 0, high = n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (run[middle].start < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/*
** The first free contract from i on; n: none. The way there becomes half as long each time (Tarjan & van Leeuwen 1984).
*/
static size_t free_from(size_t *ahead, size_t i)
{
  while (ahead[i] != i) {
    ahead[i] = ahead[ahead[i]];
    i = ahead[i];
  }
  return i;
}

/*
** Renews by the first contract that is free, begins in low … high and covers more than the old one did. Those that do
** not are out for the rest of the turn: the ends to come are no earlier.
*/
static void renew(size_t *ahead, Ended *ended, const Contract *run, size_t n, int64_t low, int64_t high)
{
  const Contract *contract = ended->contract;
  low = low > contract->start ? low : contract->start + 1;
  for (size_t i = free_from(ahead, first_from(run, n, low)); i < n && run[i].start <= high && !ended->next;
       i = free_from(ahead, i)) {
    ahead[i] = i + 1;
    if (run[i].end > contract->end) {
      ended->next = &run[i];
    }
  }
}

/*
** A turn over all that ended, in the order of the ends: those not renewed yet, by what begins from `early` before the
** end to `late` after it.
*/
static Status run_turn(const Work *work, size_t n_ended, const Contract *run, size_t n, Duration early, Duration late,
                       const Watch *watch)
{
  for (size_t i = 0; i <= n; i++) {
    work->ahead[i] = i;
  }
  for (size_t i = 0; i < n_ended; i++) {
    const Contract *next = work->ended[i].next;
    if (next) {
      work->ahead[next - run] = (size_t)(next - run) + 1;
    }
  }
  for (size_t i = 0; i < n_ended; i++) {
    Ended *ended = &work->ended[i];
    int64_t end = ended->contract->end;
    if (!ended->next) {
      renew(work->ahead, ended, run, n, time_add(end, early, -1), time_add(end, late, 1));
    }
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

static Status run_match(const Work *work, const Contracts *contracts, const Contract *run, size_t n,
                        const RenewalRule *rule, size_t *n_ended, const Watch *watch)
{
  const Duration hour = {.ms = MS_PER_HOUR};
  *n_ended = 0;
  for (size_t i = 0; i < n; i++) {
    if (run[i].end <= contracts->as_of.last && run[i].end > run[i].start) {
      work->ended[(*n_ended)++] = (Ended){&run[i], NULL};
    }
  }
  Status status = records_sort(work->ended, *n_ended, sizeof *work->ended, ended_before, NULL, watch);
  if (status == STATUS_OK) {
    status = run_turn(work, *n_ended, run, n, hour, hour, watch);
  }
  if (status == STATUS_OK) {
    status = run_turn(work, *n_ended, run, n, rule->early, rule->grace, watch);
  }
  return status;
}

static void row_add(RenewalRow *row, const Ended *ended, const Contracts *contracts, const RenewalRule *rule)
{
  const Contract *contract = ended->contract, *next = ended->next;
  row->up++;
  sum_add(&row->value_up, contract->amount);
  if (time_add(contract->end, rule->grace, 1) > contracts->as_of.last) {
    row->pending_renewed += next != NULL;
    return;
  }
  row->decided++;
  sum_add(&row->value_decided, contract->amount);
  if (next) {
    row->renewed++;
    row->late += next->start > contract->end + MS_PER_HOUR;
    sum_add(&row->value_renewed, contract->amount);
    sum_add(&row->value_next, next->amount);
  }
}

/* The periods from the first end to that of as_of. */
static Status rows_make(Renewals *renewals, const Contracts *contracts, PeriodCursor *cursor)
{
  int64_t first = INT64_MAX;
  for (size_t i = 0; i < contracts->count; i++) {
    const Contract *contract = &contracts->contracts[i];
    first = contract->end > contract->start && contract->end < first ? contract->end : first;
  }
  if (first >= contracts->as_of.end) {
    return STATUS_OK;
  }
  renewals->first = period_of(cursor, first);
  renewals->periods = period_of(cursor, contracts->as_of.end - 1) - renewals->first + 1;
  if (renewals->periods > RENEWAL_ROWS_MAX) {
    renewals->too_long = true;
    return STATUS_ERROR;
  }
  renewals->rows = mem_zero((size_t)renewals->periods, sizeof *renewals->rows);
  return renewals->rows ? STATUS_OK : STATUS_NOMEM;
}

Status renewals_build(Renewals *renewals, const Contracts *contracts, const RenewalRule *rule, const Watch *watch)
{
  *renewals = (Renewals){0};
  PeriodCursor cursor = {.grain = rule->grain, .zone = rule->zone};
  Work work = {0};
  Status status = rows_make(renewals, contracts, &cursor);
  for (size_t from = 0, turn = 0; renewals->rows && from < contracts->count && status == STATUS_OK; turn++) {
    const Contract *run = contracts->contracts + from;
    size_t n = contracts_run(contracts, from) - from;
    size_t n_ended = 0;
    status = turn % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : work_reserve(&work, n);
    if (status == STATUS_OK) {
      status = run_match(&work, contracts, run, n, rule, &n_ended, watch);
    }
    for (size_t i = 0; i < n_ended && status == STATUS_OK; i++) {
      int64_t period = period_of(&cursor, work.ended[i].contract->end);
      if (period - renewals->first < renewals->periods) { /* else it begins at as_of: nothing of it has passed */
        row_add(&renewals->rows[period - renewals->first], &work.ended[i], contracts, rule);
      }
      status = (i + 1) % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
    }
    from += n;
  }
  mem_free(work.ended);
  mem_free(work.ahead);
  return status;
}

void renewals_free(Renewals *renewals)
{
  mem_free(renewals->rows);
  *renewals = (Renewals){0};
}
