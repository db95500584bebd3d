/* Contracts and what is made of them, against slow recomputation from the definitions on random contracts. */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/contracts/contracts.h"
#include "core/contracts/mrr.h"
#include "core/contracts/renewals.h"
#include "core/contracts/revenue_cohorts.h"
#include "unit.h"

static const Watch QUIET = {0};
static const Grain MONTH = {GRAIN_MONTH, 1};

#define START INT64_C(1704067200000) /* 2024-01-01 */
#define CUSTOMERS 60

static uint32_t below(Random *random, uint32_t n)
{
  return (uint32_t)(random_uniform(random) * n);
}

/*
** Contracts of a year and a half; ends and starts often coincide, or lie within the hour. Amounts are whole numbers
** over `per`.
*/
static void random_contracts(Contracts *contracts, uint64_t seed, int n, double per)
{
  Random random = random_seed(seed, 0);
  int64_t last = START;
  for (int i = 0; i < n; i++) {
    int64_t start = START + below(&random, 500) * MS_PER_DAY;
    if (below(&random, 2)) {
      start = last + (int64_t)below(&random, 3) * 40 * 60 * MS_PER_SECOND;
    }
    int64_t end = start + below(&random, 300) * MS_PER_DAY + (int64_t)below(&random, 4) * 25 * 60 * MS_PER_SECOND;
    Contract contract = {.start = start,
                         .end = below(&random, 4) ? end : CONTRACT_OPEN,
                         .amount = below(&random, 1000000) / per,
                         .customer = below(&random, CUSTOMERS)};
    assert_int_equal(contracts_add(contracts, &contract), STATUS_OK);
    last = end < START + 500 * MS_PER_DAY ? end : last;
  }
}

/* The day of the newest start. */
static Bound newest_start(const Contracts *contracts)
{
  int64_t newest = INT64_MIN;
  for (size_t i = 0; i < contracts->added.count; i++) {
    int64_t start = contracts_added(contracts, i)->start;
    newest = start > newest ? start : newest;
  }
  ZoneCursor utc = zone_fixed(0);
  return bound_of_day(&utc, newest);
}

/* What a customer pays just before `instant`, by looking at every contract; in units. */
static double paid(const Contracts *contracts, uint32_t customer, int64_t instant)
{
  double sum = 0;
  for (size_t i = 0; i < contracts->count; i++) {
    const Contract *contract = &contracts->contracts[i];
    if (contract->customer == customer && contract->start < instant && contract->end >= instant) {
      sum += contract->amount;
    }
  }
  return sum;
}

/*
** R: mrr_end = mrr_start + new + expansion + reactivation - contraction - churn, without rounding, and each is the sum
** over the customers.
*/
static void movements_add_up_exactly(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 30; seed++) {
    Contracts contracts = {0};
    Mrr mrr;
    random_contracts(&contracts, seed, 400, 100);
    assert_int_equal(contracts_finish(&contracts, newest_start(&contracts), &QUIET), STATUS_OK);
    assert_true(contracts.units == 10000);
    assert_int_equal(mrr_build(&mrr, &contracts, MONTH, zone_fixed(0), false, &QUIET), STATUS_OK);
    for (int64_t i = 0; i < mrr.periods; i++) {
      const MrrRow *row = &mrr.rows[i];
      double start = sum_value(&row->start), end = sum_value(&row->end);
      assert_true(end == start + sum_value(&row->new_revenue) + sum_value(&row->expansion) +
                           sum_value(&row->reactivation) - sum_value(&row->contraction) - sum_value(&row->churn));
      assert_true(end == floor(end));
      assert_int_equal(row->end_customers, row->start_customers + row->new_customers + row->reactivated - row->churned);
      assert_true(i == 0 ? start == 0 : start == sum_value(&row[-1].end));
    }
    mrr_free(&mrr);
    mrr_free(&mrr);
    contracts_free(&contracts);
    contracts_free(&contracts);
  }
}

/*
** Without changes within the hour of a period's first instant, the revenue is what covers it. Whole days apart: noon
** starts.
*/
static void revenue_is_what_covers(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 10; seed++) {
    Contracts contracts = {0};
    Mrr mrr;
    random_contracts(&contracts, seed, 300, seed % 2 ? 10000 : 3);
    for (size_t i = 0; i < contracts.added.count; i++) {
      Contract *contract = contracts_added(&contracts, i);
      contract->start += MS_PER_DAY / 2 - contract->start % MS_PER_DAY;
      contract->end =
        contract->end == CONTRACT_OPEN ? CONTRACT_OPEN : contract->end + MS_PER_DAY / 2 - contract->end % MS_PER_DAY;
      contract->end = contract->end < contract->start ? contract->start : contract->end;
    }
    assert_int_equal(contracts_finish(&contracts, newest_start(&contracts), &QUIET), STATUS_OK);
    assert_true(contracts.units == (seed % 2 ? 10000 : 1));
    assert_int_equal(mrr_build(&mrr, &contracts, MONTH, zone_fixed(0), false, &QUIET), STATUS_OK);
    for (int64_t i = 0; i < mrr.periods; i++) {
      const MrrRow *row = &mrr.rows[i];
      int64_t from = period_start(MONTH, mrr.first + i), to = period_start(MONTH, mrr.first + i + 1);
      to = to < contracts.as_of.end ? to : contracts.as_of.end;
      double start = 0, end = 0, churn = 0, expansion = 0;
      int64_t churned = 0;
      for (uint32_t customer = 0; customer < CUSTOMERS; customer++) {
        double was = paid(&contracts, customer, from), now = paid(&contracts, customer, to);
        start += was;
        end += now;
        churn += was > 0 && now == 0 ? was : 0;
        churned += was > 0 && now == 0;
        expansion += was > 0 && now > was * (1 + 1e-12) ? now - was : 0;
      }
      double tolerance = seed % 2 ? 0 : 1e-11;
      assert_true(fabs(sum_value(&row->start) - start) <= tolerance * start);
      assert_true(fabs(sum_value(&row->end) - end) <= tolerance * end);
      assert_true(fabs(sum_value(&row->churn) - churn) <= tolerance * start);
      assert_true(fabs(sum_value(&row->expansion) - expansion) <= tolerance * (start + end));
      assert_int_equal(row->churned, churned);
    }
    mrr_free(&mrr);
    contracts_free(&contracts);
  }
}

static void cohorts_add_up_to_movements(void **state)
{
  (void)state;
  for (uint64_t seed = 40; seed < 50; seed++) {
    Contracts contracts = {0};
    Mrr mrr;
    RevenueCohorts cohorts;
    random_contracts(&contracts, seed, 400, 4);
    assert_int_equal(contracts_finish(&contracts, newest_start(&contracts), &QUIET), STATUS_OK);
    assert_int_equal(mrr_build(&mrr, &contracts, MONTH, zone_fixed(0), false, &QUIET), STATUS_OK);
    assert_int_equal(revenue_cohorts_build(&cohorts, &contracts, MONTH, zone_fixed(0), &QUIET), STATUS_OK);
    double *ends = calloc((size_t)mrr.periods, sizeof *ends);
    for (int64_t i = 0; i < cohorts.n_rows; i++) {
      const RevenueRow *row = &cohorts.rows[i];
      int64_t place = row->cohort + row->age;
      ends[place] += sum_value(&row->cell->revenue);
      assert_true(sum_value(&row->cell->kept) <= sum_value(&row->base->revenue));
      assert_true(sum_value(&row->cell->kept) <= sum_value(&row->cell->revenue));
      assert_true(row->cell->customers <= row->size);
      if (row->age == 0) {
        assert_true(sum_value(&row->cell->revenue) == sum_value(&mrr.rows[place].new_revenue));
        assert_int_equal(row->size, mrr.rows[place].new_customers + mrr.rows[place].new_lost);
      }
    }
    for (int64_t i = 0; i < mrr.periods; i++) {
      assert_true(ends[i] == sum_value(&mrr.rows[i].end));
    }
    free(ends);
    revenue_cohorts_free(&cohorts);
    revenue_cohorts_free(&cohorts);
    mrr_free(&mrr);
    contracts_free(&contracts);
  }
}

static void renewals_split_what_is_up(void **state)
{
  (void)state;
  for (uint64_t seed = 60; seed < 70; seed++) {
    Contracts contracts = {0};
    Renewals renewals;
    const RenewalRule rule = {.grain = MONTH, .grace = {.ms = 14 * MS_PER_DAY}, .early = {.ms = 30 * MS_PER_DAY}};
    int64_t as_of = START + 450 * MS_PER_DAY, up = 0, ended = 0, renewed = 0, next = 0;
    random_contracts(&contracts, seed, 500, 4);
    assert_int_equal(contracts_finish(&contracts, bound_of_instant(as_of), &QUIET), STATUS_OK);
    assert_int_equal(renewals_build(&renewals, &contracts, &rule, &QUIET), STATUS_OK);
    for (size_t i = 0; i < contracts.count; i++) {
      ended += contracts.contracts[i].end > contracts.contracts[i].start && contracts.contracts[i].end <= as_of;
      next += contracts.contracts[i].start > START;
      assert_true(contracts.contracts[i].start <= as_of);
    }
    for (int64_t i = 0; i < renewals.periods; i++) {
      const RenewalRow *row = &renewals.rows[i];
      assert_true(row->late <= row->renewed && row->renewed <= row->decided &&
                  row->decided + row->pending_renewed <= row->up);
      assert_true(sum_value(&row->value_renewed) <= sum_value(&row->value_decided));
      up += row->up;
      renewed += row->renewed + row->pending_renewed;
    }
    assert_int_equal(up, ended);
    assert_true(renewed > 0 && renewed < up && renewed <= next);
    renewals_free(&renewals);
    renewals_free(&renewals);
    contracts_free(&contracts);
  }
}

/* The first of the run that is free and renews contract i, by looking at every one; -1: none. */
static int first_renewal(const Contracts *contracts, const bool *used, int i, int64_t low, int64_t high)
{
  const Contract *all = contracts->contracts;
  for (int j = 0; j < (int)contracts->count; j++) {
    if (!used[j] && all[j].start > all[i].start && all[j].start >= low && all[j].start <= high &&
        all[j].end > all[i].end) {
      return j;
    }
  }
  return -1;
}

/*
** One customer with many contracts in each other's reach: each renews at most one, those within an hour first, in the
** order of the ends.
*/
static void renewals_of_one_customer(void **state)
{
  (void)state;
  enum {
    N = 700
  };
  for (uint64_t seed = 90; seed < 96; seed++) {
    Contracts contracts = {0};
    Renewals renewals;
    const RenewalRule rule = {
      .grain = {GRAIN_YEAR, 1}, .grace = {.ms = 20 * MS_PER_DAY}, .early = {.ms = 90 * MS_PER_DAY}};
    int64_t as_of = START + 900 * MS_PER_DAY, renewed = 0, got = 0;
    int order[N], n = 0, next[N];
    bool used[N] = {false};
    double value = 0, got_value = 0;
    random_contracts(&contracts, seed, N, 4);
    for (size_t i = 0; i < contracts.added.count; i++) {
      contracts_added(&contracts, i)->customer = 0;
    }
    assert_int_equal(contracts_finish(&contracts, bound_of_instant(as_of), &QUIET), STATUS_OK);
    const Contract *all = contracts.contracts;
    for (int i = 0; i < N; i++) {
      int at = n;
      if (all[i].end > as_of || all[i].end == all[i].start) {
        continue;
      }
      for (; at > 0; at--) {
        const Contract *before = &all[order[at - 1]];
        if (before->end < all[i].end || (before->end == all[i].end && before->amount >= all[i].amount)) {
          break;
        }
        order[at] = order[at - 1];
      }
      order[at] = i;
      next[i] = -1;
      n++;
    }
    for (int turn = 0; turn < 2; turn++) {
      for (int k = 0; k < n; k++) {
        int i = order[k];
        if (next[i] < 0) {
          next[i] = first_renewal(&contracts, used, i, all[i].end - (turn ? rule.early.ms : MS_PER_HOUR),
                                  all[i].end + (turn ? rule.grace.ms : MS_PER_HOUR));
          used[next[i] < 0 ? i : next[i]] |= next[i] >= 0;
        }
      }
    }
    for (int k = 0; k < n; k++) {
      bool decided = all[order[k]].end + rule.grace.ms <= as_of;
      renewed += next[order[k]] >= 0;
      value += decided && next[order[k]] >= 0 ? all[next[order[k]]].amount : 0;
    }
    assert_int_equal(renewals_build(&renewals, &contracts, &rule, &QUIET), STATUS_OK);
    for (int64_t i = 0; i < renewals.periods; i++) {
      got += renewals.rows[i].renewed + renewals.rows[i].pending_renewed;
      got_value += sum_value(&renewals.rows[i].value_next);
    }
    assert_true(renewed > 100 && renewed < n);
    assert_int_equal(got, renewed);
    assert_true(got_value == value);
    renewals_free(&renewals);
    contracts_free(&contracts);
  }
}

typedef struct Questions {
  int asked, stop_at;
} Questions;

static bool question(void *context)
{
  Questions *questions = context;
  return ++questions->asked == questions->stop_at;
}

/*
** finish, renewals and movements of `n` contracts of one customer, backwards; the status of the first that does not
** answer.
*/
static Status one_customer(size_t n, Questions *questions)
{
  Contracts contracts = {0};
  Renewals renewals = {0};
  Mrr mrr = {0};
  const Watch watch = {question, questions};
  const RenewalRule rule = {.grain = MONTH, .early = {.ms = 30 * MS_PER_DAY}};
  int64_t as_of = START + 900 * MS_PER_DAY;
  for (size_t i = 0; i < n; i++) {
    int64_t start = START + (int64_t)(n - i) * MS_PER_SECOND, length = (int64_t)(1 + i * 7919 % 30) * MS_PER_DAY;
    assert_int_equal(contracts_add(&contracts, &(Contract){.start = start, .end = start + length, .amount = 1}),
                     STATUS_OK);
  }
  Status status = contracts_finish(&contracts, bound_of_instant(as_of), &watch);
  int first = questions->asked;
  assert_true(status == STATUS_INTERRUPT || first > (int)(n / 2200)); /* rows gathered, put in place, and sorted */
  if (status == STATUS_OK) {
    status = renewals_build(&renewals, &contracts, &rule, &watch);
    assert_true(status == STATUS_INTERRUPT || questions->asked - first > 30);
    first = questions->asked;
  }
  if (status == STATUS_OK) {
    status = mrr_build(&mrr, &contracts, MONTH, zone_fixed(0), false, &watch);
    assert_true(status == STATUS_INTERRUPT || questions->asked - first > 4);
  }
  renewals_free(&renewals);
  mrr_free(&mrr);
  contracts_free(&contracts);
  return status;
}

static void one_customer_stops(void **state)
{
  (void)state;
  Questions questions = {0};
  assert_int_equal(one_customer(60000, &questions), STATUS_OK);
  for (int stop_at = 1; stop_at <= questions.asked; stop_at += 7) {
    assert_int_equal(one_customer(60000, &(Questions){.stop_at = stop_at}), STATUS_INTERRUPT);
  }
}

/* One customer with many contracts: order does not matter. */
static void order_does_not_matter(void **state)
{
  (void)state;
  Contracts forward = {0}, backward = {0};
  Mrr a, b;
  random_contracts(&forward, 80, 3000, 100);
  for (size_t i = forward.added.count; i-- > 0;) {
    Contract *contract = contracts_added(&forward, i);
    contract->customer = 0;
    assert_int_equal(contracts_add(&backward, contract), STATUS_OK);
  }
  assert_int_equal(contracts_finish(&forward, newest_start(&forward), &QUIET), STATUS_OK);
  assert_int_equal(contracts_finish(&backward, newest_start(&backward), &QUIET), STATUS_OK);
  assert_int_equal(mrr_build(&a, &forward, (Grain){GRAIN_DAY, 1}, zone_fixed(0), false, &QUIET), STATUS_OK);
  assert_int_equal(mrr_build(&b, &backward, (Grain){GRAIN_DAY, 1}, zone_fixed(0), false, &QUIET), STATUS_OK);
  assert_int_equal(a.periods, b.periods);
  for (int64_t i = 0; i < a.periods; i++) {
    assert_true(sum_value(&a.rows[i].end) == sum_value(&b.rows[i].end));
  }
  mrr_free(&a);
  mrr_free(&b);
  contracts_free(&forward);
  contracts_free(&backward);
}

static void nothing_gives_nothing(void **state)
{
  (void)state;
  Contracts contracts = {0};
  Mrr mrr;
  RevenueCohorts cohorts;
  Renewals renewals;
  ExpiringRow *rows = NULL;
  int64_t n_rows = 1;
  const RenewalRule rule = {.grain = MONTH};
  assert_int_equal(contracts_finish(&contracts, newest_start(&contracts), &QUIET), STATUS_OK);
  assert_int_equal(mrr_build(&mrr, &contracts, MONTH, zone_fixed(0), false, &QUIET), STATUS_OK);
  assert_int_equal(revenue_cohorts_build(&cohorts, &contracts, MONTH, zone_fixed(0), &QUIET), STATUS_OK);
  assert_int_equal(renewals_build(&renewals, &contracts, &rule, &QUIET), STATUS_OK);
  assert_int_equal(contracts_expiring_find(&contracts, 90, zone_fixed(0), &rows, &n_rows, &QUIET), STATUS_OK);
  assert_int_equal(mrr.periods + cohorts.n_rows + renewals.periods + n_rows, 0);
  mem_free(rows);
  contracts_free(&contracts);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(movements_add_up_exactly),    cmocka_unit_test(revenue_is_what_covers),
    cmocka_unit_test(cohorts_add_up_to_movements), cmocka_unit_test(renewals_split_what_is_up),
    cmocka_unit_test(renewals_of_one_customer),    cmocka_unit_test(one_customer_stops),
    cmocka_unit_test(order_does_not_matter),       cmocka_unit_test(nothing_gives_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
