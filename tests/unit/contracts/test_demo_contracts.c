/* The demo business: the same to the bit everywhere, and as its documentation says. */
#include "core/contracts/demo_contracts.h"
#include "core/time/calendar.h"
#include "unit.h"

static const Watch QUIET = {0};

static uint64_t checksum(const DemoBusiness *business)
{
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (int64_t i = 0; i < business->n_contracts; i++) {
    const DemoContract *contract = &business->contracts[i];
    const DemoSubscriber *customer = &business->customers[contract->customer];
    const uint32_t words[] = {contract->customer,
                              contract->cents,
                              contract->start,
                              contract->end,
                              contract->number,
                              customer->cents,
                              customer->plan,
                              customer->channel,
                              customer->senior,
                              customer->tenure,
                              customer->churned,
                              customer->cause,
                              (uint32_t)(customer->entry + 1)};
    for (size_t k = 0; k < 4 * sizeof words / sizeof *words; k++) {
      h = (h ^ (words[k / 4] >> 8 * (k % 4) & 255)) * UINT64_C(0x100000001b3);
    }
  }
  return h;
}

/* FNV-1a 64 of the first version: what a seed gives never changes. */
static void contracts_never_change(void **state)
{
  (void)state;
  static const struct {
    uint32_t customers;
    uint64_t seed;
    int64_t contracts;
    uint64_t sum;
  } GOLDEN[] = {
    {200, 1, 339, UINT64_C(0x3336538a8a88254f)},
    {1000, 1, 1710, UINT64_C(0xe4e65e462512a355)},
    {3000, 7, 5127, UINT64_C(0xd090b531cbc81f8d)},
  };
  for (size_t i = 0; i < sizeof GOLDEN / sizeof *GOLDEN; i++) {
    DemoBusiness business;
    assert_int_equal(demo_contracts_build(&business, GOLDEN[i].customers, GOLDEN[i].seed, &QUIET), STATUS_OK);
    assert_int_equal(business.n_contracts, GOLDEN[i].contracts);
    assert_true(checksum(&business) == GOLDEN[i].sum);
    demo_contracts_free(&business);
    demo_contracts_free(&business);
  }
}

static void contracts_are_in_order_and_in_the_window(void **state)
{
  (void)state;
  DemoBusiness business;
  assert_int_equal(demo_contracts_build(&business, 5000, 3, &QUIET), STATUS_OK);
  int last = DEMO_CONTRACTS_LAST_DAY - DEMO_CONTRACTS_FIRST_DAY, changed = 0, back = 0, add_ons = 0;
  uint32_t customers = 0;
  for (int64_t i = 0; i < business.n_contracts; i++) {
    const DemoContract *contract = &business.contracts[i];
    assert_true(contract->start <= last);
    assert_true(contract->end == 0 || contract->end > contract->start);
    assert_true(contract->cents >= 500);
    add_ons += contract->add_on;
    if (contract->number == 1) {
      assert_int_equal(contract->customer, customers++);
      assert_true(contract->start < DEMO_SIGN_UP_DAYS);
      assert_true(i == 0 || contract->cents == business.customers[contract->customer].cents);
      continue;
    }
    assert_int_equal(contract[-1].customer, contract->customer);
    assert_int_equal(contract[-1].number + 1, contract->number);
    assert_true(contract[-1].start <= contract->start);
    if (!contract->add_on && !contract[-1].add_on) {
      assert_true(contract[-1].end != 0 && contract[-1].end <= contract->start);
      changed += contract[-1].end == contract->start && contract[-1].cents != contract->cents;
      back += contract[-1].end < contract->start;
    }
  }
  assert_int_equal(customers, 5000);
  assert_true(changed > 200 && back > 200 && add_ons > 400);
  demo_contracts_free(&business);
}

/* A sum of martingale differences and of their variances: within four standard deviations of 0. */
typedef struct Score {
  double sum, variance;
} Score;

static void score_add(Score *score, double weight, double difference, double variance)
{
  score->sum += weight * difference;
  score->variance += weight * weight * variance;
}

/*
** The score equations of the true model: over all months at risk, event - p times each covariate sums to 0. A
** coefficient that were off by 0.1 would fail: the standard error of the smallest (two_year) is 0.035 at this size.
*/
static void leaving_follows_the_documented_hazards(void **state)
{
  (void)state;
  DemoBusiness business;
  assert_int_equal(demo_contracts_build(&business, 50000, 11, &QUIET), STATUS_OK);
  Score all = {0}, first = {0}, year = {0}, plans[DEMO_PLAN_COUNT] = {{0}}, senior = {0}, charges = {0}, channel = {0},
        late = {0};
  double causes[DEMO_CAUSE_COUNT] = {0}, left = 0;
  for (uint32_t id = 0; id < business.n_customers; id++) {
    const DemoSubscriber *customer = &business.customers[id];
    double charge = customer->cents / 100.0;
    assert_true(charge >= 20 && charge < 120 && customer->tenure >= 1 && customer->tenure <= 35);
    double eta = DEMO_PLANS[customer->plan].effect + DEMO_SENIOR_EFFECT * customer->senior +
                 DEMO_CHARGE_EFFECT * (charge - DEMO_CHARGE_CENTRE);
    for (int month = 1; month <= customer->tenure; month++) {
      double p = -expm1(-DEMO_HAZARD * demo_hazard_shape(month) * exp(eta));
      double difference = (customer->churned && month == customer->tenure) - p, variance = p * (1 - p);
      score_add(&all, 1, difference, variance);
      score_add(&first, month == 1, difference, variance);
      score_add(&year, month % 12 == 0, difference, variance);
      score_add(&late, month > 20, difference, variance);
      score_add(&plans[customer->plan], 1, difference, variance);
      score_add(&senior, customer->senior, difference, variance);
      score_add(&charges, charge - DEMO_CHARGE_CENTRE, difference, variance);
      score_add(&channel, customer->channel == 1, difference, variance);
    }
    if (customer->churned) {
      left++;
      causes[customer->cause]++;
    }
  }
  const Score scores[] = {all, first, year, plans[0], plans[1], plans[2], senior, charges, channel, late};
  for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
    assert_true(scores[i].variance > 0);
    assert_true(fabs(scores[i].sum) < 4 * sqrt(scores[i].variance));
  }
  for (int i = 0; i < DEMO_CAUSE_COUNT; i++) {
    double share = DEMO_CAUSES[i].share;
    assert_true(fabs(causes[i] - share * left) < 4 * sqrt(left * share * (1 - share)));
  }
  demo_contracts_free(&business);
}

/* Tenure is what the contracts say: a first life without a gap, to its end or to the last day. */
static void tenure_is_the_first_life(void **state)
{
  (void)state;
  DemoBusiness business;
  assert_int_equal(demo_contracts_build(&business, 3000, 5, &QUIET), STATUS_OK);
  int64_t i = 0;
  for (uint32_t id = 0; id < business.n_customers; id++) {
    const DemoSubscriber *customer = &business.customers[id];
    int start = business.contracts[i].start, end = start;
    bool open = false;
    for (; i < business.n_contracts && business.contracts[i].customer == id; i++) {
      const DemoContract *contract = &business.contracts[i];
      if (contract->start <= end && !contract->add_on) {
        open = contract->end == 0;
        end = contract->end;
      }
      if (open) {
        end = UINT16_MAX;
      }
    }
    int64_t ms = (DEMO_CONTRACTS_FIRST_DAY + (int64_t)start) * MS_PER_DAY;
    int64_t after = time_add(ms, (Duration){.months = customer->tenure}, 1) / MS_PER_DAY - DEMO_CONTRACTS_FIRST_DAY;
    int64_t next = time_add(ms, (Duration){.months = customer->tenure + 1}, 1) / MS_PER_DAY;
    if (customer->churned) {
      assert_int_equal(after, end);
    } else {
      assert_true(end > DEMO_CONTRACTS_LAST_DAY - DEMO_CONTRACTS_FIRST_DAY);
      assert_true(next > DEMO_CONTRACTS_LAST_DAY);
    }
    assert_true(after + DEMO_CONTRACTS_FIRST_DAY <= DEMO_CONTRACTS_LAST_DAY);
    assert_true(customer->entry < customer->tenure || (customer->entry == customer->tenure && !customer->churned));
  }
  demo_contracts_free(&business);
}

static void an_interrupt_is_noticed(void **state)
{
  (void)state;
  DemoBusiness business;
  assert_int_equal(demo_contracts_build(&business, 100, 1, &NOW), STATUS_INTERRUPT);
  demo_contracts_free(&business);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(contracts_never_change),
    cmocka_unit_test(contracts_are_in_order_and_in_the_window),
    cmocka_unit_test(leaving_follows_the_documented_hazards),
    cmocka_unit_test(tenure_is_the_first_life),
    cmocka_unit_test(an_interrupt_is_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
