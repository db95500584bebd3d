#include "renewals.h"

#include "mem.h"

/* A contract of the run that has ended, by end, the dearest first. */
typedef struct Ended {
  const Contract *contract;
  const Contract *next; /* what renews it */
} Ended;

/* Work on one run after another. */
typedef struct Work {
  Ended *ended;
  bool *used; /* by contract of the run: it renews another */
  size_t size;
} Work;

static bool ended_before(const Ended *x, const Ended *y)
{
  const Contract *a = x->contract, *b = y->contract;
  if (a->end != b->end) {
    return a->end < b->end;
  }
  if (a->amount != b->amount) {
    return a->amount > b->amount;
  }
  return a < b; /* both of one array */
}

static void ended_sift(Ended *ended, size_t root, size_t n)
{
  Ended moving = ended[root];
  for (size_t child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && ended_before(&ended[child], &ended[child + 1])) {
      child++;
    }
    if (!ended_before(&moving, &ended[child])) {
      break;
    }
    ended[root] = ended[child];
  }
  ended[root] = moving;
}

static void ended_sort(Ended *ended, size_t n)
{
  for (size_t root = n / 2; root-- > 0;) {
    ended_sift(ended, root, n);
  }
  while (n-- > 1) {
    Ended last = ended[0];
    ended[0] = ended[n];
    ended[n] = last;
    ended_sift(ended, 0, n);
  }
}

static Status work_reserve(Work *work, size_t n)
{
  if (n <= work->size) {
    return STATUS_OK;
  }
  Ended *ended = mem_resize(work->ended, n + n / 2 + 16, sizeof *ended);
  if (!ended) {
    return STATUS_NOMEM;
  }
  work->ended = ended;
  bool *used = mem_resize(work->used, n + n / 2 + 16, sizeof *used);
  if (!used) {
    return STATUS_NOMEM;
  }
  work->used = used;
  work->size = n + n / 2 + 16;
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

/* Renews what is not yet by the first contract that is free, begins in low … high and covers more than the old one did. */
static void renew(Work *work, Ended *ended, const Contract *run, size_t n, int64_t low, int64_t high)
{
  const Contract *contract = ended->contract;
  low = low > contract->start ? low : contract->start + 1;
  for (size_t i = first_from(run, n, low); i < n && run[i].start <= high && !ended->next; i++) {
    if (!work->used[i] && run[i].end > contract->end) {
      work->used[i] = true;
      ended->next = &run[i];
    }
  }
}

static size_t run_match(Work *work, const Contracts *contracts, const Contract *run, size_t n, const RenewalRule *rule)
{
  size_t n_ended = 0;
  for (size_t i = 0; i < n; i++) {
    work->used[i] = false;
    if (run[i].end <= contracts->as_of && run[i].end > run[i].start) {
      work->ended[n_ended++] = (Ended){&run[i], NULL};
    }
  }
  ended_sort(work->ended, n_ended);
  for (size_t i = 0; i < n_ended; i++) {
    int64_t end = work->ended[i].contract->end;
    renew(work, &work->ended[i], run, n, end - MS_PER_HOUR, end + MS_PER_HOUR);
  }
  for (size_t i = 0; i < n_ended; i++) {
    int64_t end = work->ended[i].contract->end;
    if (!work->ended[i].next) {
      renew(work, &work->ended[i], run, n, time_add(end, rule->early, -1), time_add(end, rule->grace, 1));
    }
  }
  return n_ended;
}

static void row_add(RenewalRow *row, const Ended *ended, const Contracts *contracts, const RenewalRule *rule)
{
  const Contract *contract = ended->contract, *next = ended->next;
  row->up++;
  sum_add(&row->value_up, contract->amount);
  if (time_add(contract->end, rule->grace, 1) > contracts->as_of) {
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
  if (first > contracts->as_of) {
    return STATUS_OK;
  }
  renewals->first = period_of(cursor, first);
  renewals->periods = period_of(cursor, contracts->as_of) - renewals->first + 1;
  if (renewals->periods > RENEWAL_ROWS_MAX / (int64_t)contracts->n_segments) {
    renewals->too_long = true;
    return STATUS_ERROR;
  }
  renewals->n_rows = renewals->periods * contracts->n_segments;
  renewals->rows = mem_zero((size_t)renewals->n_rows, sizeof *renewals->rows);
  return renewals->rows ? STATUS_OK : STATUS_NOMEM;
}

Status renewals_build(Renewals *renewals, const Contracts *contracts, const RenewalRule *rule, const Watch *watch)
{
  *renewals = (Renewals){0};
  PeriodCursor cursor = {.grain = rule->grain, .offset_ms = rule->offset_ms};
  Work work = {0};
  Status status = rows_make(renewals, contracts, &cursor);
  for (size_t from = 0, turn = 0; renewals->rows && from < contracts->count && status == STATUS_OK; turn++) {
    const Contract *run = contracts->contracts + from;
    size_t n = contracts_run(contracts, from) - from;
    RenewalRow *rows = renewals->rows + run->segment * renewals->periods;
    status = turn % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : work_reserve(&work, n);
    size_t n_ended = status == STATUS_OK ? run_match(&work, contracts, run, n, rule) : 0;
    for (size_t i = 0; i < n_ended; i++) {
      int64_t period = period_of(&cursor, work.ended[i].contract->end);
      row_add(&rows[period - renewals->first], &work.ended[i], contracts, rule);
    }
    from += n;
  }
  mem_free(work.ended);
  mem_free(work.used);
  return status;
}

void renewals_free(Renewals *renewals)
{
  mem_free(renewals->rows);
  *renewals = (Renewals){0};
}
