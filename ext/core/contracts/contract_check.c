#include "contract_check.h"

#include "core/base/sort.h"

static bool row_before(const void *a, const void *b, const void *unused)
{
  const CheckedContract *x = a, *y = b;
  (void)unused;
  if (x->contract.customer != y->contract.customer) {
    return x->contract.customer < y->contract.customer;
  }
  if (x->contract.start != y->contract.start) {
    return x->contract.start < y->contract.start;
  }
  if (x->contract.end != y->contract.end) {
    return x->contract.end < y->contract.end;
  }
  return x->contract.amount != y->contract.amount ? x->contract.amount < y->contract.amount : x->rowid < y->rowid;
}

static bool is_copy(const Contract *a, const Contract *b)
{
  return a->customer == b->customer && a->start == b->start && a->end == b->end && a->amount == b->amount;
}

static void tally(ContractTally *tally, int64_t rowid)
{
  tally->rowid = tally->rows++ == 0 || rowid < tally->rowid ? rowid : tally->rowid;
}

/* One customer's n rows. */
static void customer_check(const CheckedContract *rows, size_t n, ContractCheck *check)
{
  int64_t covered = rows[0].contract.end, overlaps = check->overlaps.rows, gaps = check->gaps.rows;
  for (size_t i = 1; i < n; i++) {
    const Contract *contract = &rows[i].contract;
    if (is_copy(contract, &rows[i - 1].contract)) {
      tally(&check->copies, rows[i].rowid);
    } else if (contract->start < covered) {
      tally(&check->overlaps, rows[i].rowid);
    } else if (contract->start - covered > MS_PER_HOUR) {
      tally(&check->gaps, rows[i].rowid);
      if (contract->start - covered == MS_PER_DAY) {
        tally(&check->last_days, rows[i].rowid);
      }
    }
    covered = contract->end > covered ? contract->end : covered;
  }
  check->customers++;
  check->customers_overlapping += check->overlaps.rows > overlaps;
  check->customers_with_gaps += check->gaps.rows > gaps;
}

Status contract_check(CheckedContract *rows, size_t n, ContractCheck *check, const Watch *watch)
{
  *check = (ContractCheck){0};
  Status status = records_sort(rows, n, sizeof *rows, row_before, NULL, watch);
  for (size_t from = 0, ask_at = WATCH_EVERY; status == STATUS_OK && from < n;) {
    size_t to = from + 1;
    while (to < n && rows[to].contract.customer == rows[from].contract.customer) {
      to++;
    }
    customer_check(rows + from, to - from, check);
    from = to;
    if (from >= ask_at) {
      ask_at = from + WATCH_EVERY;
      status = watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
    }
  }
  if (check->last_days.rows < CONTRACT_CHECK_LAST_DAYS || 2 * check->last_days.rows < check->gaps.rows) {
    check->last_days = (ContractTally){0};
  }
  return status;
}
