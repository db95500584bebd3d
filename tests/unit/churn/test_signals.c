/*
** core/churn/signals.c: the test against binomial sums in 40 digits (mpmath: sqrt(2) erfinv(2 t - 1), t = the smaller
** of P(R < r) + P(R = r)/2 and P(R > r) + P(R = r)/2, R ~ binomial(r + b, p)); views against values worked out by hand.
*/
#include "feed.h"

#include "core/churn/signals.h"
#include "core/time/length.h"

static void evidence(void **unused)
{
  (void)unused;
  static const struct {
    double r, b, p, want;
  } CASES[] = {
    {1, 2, 0.5, -0.4887764111146695},
    {5, 40, 0.5, -5.4737568031740381},
    {2, 1, 0.5, 0.4887764111146695},
    {1, 0, 0.1, 1.6448536269514727},
    {0, 3, 0.25, -0.8031725655979178},
    {0, 12, 0.2, -1.8202596256631535},
    {7, 7, 0.5, 0.0},
    {3, 100, 0.1, -2.6653498607379246},
    {250, 800, 0.2, 3.0239278194367625},
    {30, 10, 0.125, SIGNAL_MOST}, /* 9.01 */
    {0, 100000, 0.5, -SIGNAL_MOST},
    {0, 0, 0.5, 0},
    {5, 5, 1, 0},
    {5, 5, 0, 0},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    double got = signal_evidence(CASES[i].r, CASES[i].b, CASES[i].p);
    if (fabs(got - CASES[i].want) > 1e-10) {
      fail_msg("%g against %g in %g: %.15g, not %.15g", CASES[i].r, CASES[i].b, CASES[i].p, got, CASES[i].want);
    }
  }
}

static void names(void **unused)
{
  (void)unused;
  static const char *const DATED[] = {"contract_end", "Contract End", "renewal",   "expiry",  "EXPIRES",
                                      "payment_due",  "term-end",     "next_date", "合同到期"};
  static const char *const UNDATED[] = {"login", "complaint", "weekend", "update", "residue", "", "end", "投诉"};
  for (size_t i = 0; i < sizeof DATED / sizeof *DATED; i++) {
    assert_true(signal_is_dated(DATED[i]));
  }
  for (size_t i = 0; i < sizeof UNDATED / sizeof *UNDATED; i++) {
    assert_false(signal_is_dated(UNDATED[i]));
  }
}

enum {
  LOGIN,
  SCORE,
  END
};

static void say(Signals *signals, Customers *own, int customer, uint32_t kind, const char *time, double value)
{
  uint32_t id = customers_add_integer(own, customer);
  Event event = {at(time), value, id, kind, 0};
  assert_int_equal(SIGNALS_ACCUMULATOR.step(signals, customers_state(own, id), &event), STATUS_OK);
}

/* as_of 2024-04-10, cut-off 2024-03-11, recent start 2024-02-10; customer 7 bought first on 2024-01-01. */
static void by_hand(void **unused)
{
  (void)unused;
  Duration horizon;
  assert_true(duration_from_text("30 days", 7, &horizon));
  Signals signals = {.times = churn_times(bound_of_instant(at("2024-04-10")), horizon, zone_fixed(0))};
  Customers own = {0}, customers = {0};
  uint32_t first = day_number(at("2024-01-01"));
  customers_add_integer(&customers, 5);
  customers_add_integer(&customers, 7);
  /*
  ** Logins: 8 up to 10 February, 3 up to 11 March, 1 up to 10 April, 1 after it that nobody knows yet. Of another: one,
  ** the kind's first.
  */
  static const char *const LOGINS[] = {"2024-01-12", "2024-01-13", "2024-01-14", "2024-01-15", "2024-01-16",
                                       "2024-01-17", "2024-01-18", "2024-02-10", "2024-02-11", "2024-03-01",
                                       "2024-03-11", "2024-03-12", "2024-04-11"};
  say(&signals, &own, 9, END, "2024-02-01", 0); /* kinds in any order, and of one who never bought */
  say(&signals, &own, 9, LOGIN, "2024-01-11", 0);
  for (size_t i = 13; i-- > 0;) {
    say(&signals, &own, 7, LOGIN, LOGINS[i], 0);
  }
  say(&signals, &own, 7, SCORE, "2024-01-20", 5);
  say(&signals, &own, 7, SCORE, "2024-02-20", 3);
  say(&signals, &own, 7, SCORE, "2024-04-01", 1);
  say(&signals, &own, 7, SCORE, "2024-04-02", 2);
  say(&signals, &own, 7, END, "2024-02-25", 0);
  say(&signals, &own, 7, END, "2024-04-25", 0);
  say(&signals, &own, 7, NO_ATTRIBUTE, "2024-04-01", 0);
  assert_int_equal(signals.n_kinds, 3);
  signals.kind[END].dated = true;
  assert_int_equal(signals_finish(&signals, &own, &customers, true, &NEVER), STATUS_OK);
  assert_int_equal(signals.n_features, 4);
  assert_true(signals.feature[0].measure == SIGNAL_RATE && signals.feature[1].measure == SIGNAL_RATE &&
              signals.feature[1].kind == SCORE);
  assert_true(signals.feature[2].measure == SIGNAL_VALUE && signals.feature[3].measure == SIGNAL_DATE);

  /*
  ** The kind's first row is of 11 January: exposure begins on the 12th, 29 days before the recent part at the cut-off,
  ** 59 at as_of.
  */
  SignalView view = signals_view(&signals, CHURN_CUT, 1, first, 0);
  assert_relative(view.usual, 8 * 30.0 / 29, 1e-12);
  assert_relative(view.evidence, signal_evidence(3, 8, 30.0 / 59), 1e-12);
  view = signals_view(&signals, CHURN_AS_OF, 1, first, 0);
  assert_relative(view.usual, 11 * 30.0 / 59, 1e-12);
  assert_relative(view.evidence, signal_evidence(1, 11, 30.0 / 89), 1e-12);
  /*
  ** One who first bought on 20 February has no time of their own before the recent part of the cut-off, but a signal on
  ** 12 January begins it, and does not count.
  */
  view = signals_view(&signals, CHURN_CUT, 1, day_number(at("2024-02-20")), 0);
  assert_relative(view.evidence, signal_evidence(3, 7, 30.0 / 58), 1e-12);
  view = signals_view(&signals, CHURN_CUT, 0, day_number(at("2024-02-20")), 0); /* without signals */
  assert_true(view.evidence == 0 && view.recent == 0 && isnan(view.usual));
  view = signals_view(&signals, CHURN_AS_OF, 0, first, 0);
  assert_true(view.evidence == 0 && view.recent == 0 && view.usual == 0);

  /* Values up to the cut-off: 5 and 3: mean 4, standard deviation 1. */
  view = signals_view(&signals, CHURN_CUT, 1, first, 2);
  assert_true(view.recent == 3 && view.usual == 4.5); /* (5 + 4) / 2 */
  assert_relative(view.evidence, -1.5 / sqrt(1 + 0.5), 1e-12);
  view = signals_view(&signals, CHURN_AS_OF, 1, first, 2);
  assert_true(view.recent == 1.5 && view.usual == 4); /* (5 + 3 + 4) / 3 */
  assert_relative(view.evidence, -2.5 / sqrt(0.5 + 1.0 / 3), 1e-12);
  view = signals_view(&signals, CHURN_AS_OF, 0, first, 2);
  assert_true(view.evidence == 0 && isnan(view.recent));

  /* Dates: at the cut-off 25 April is known ahead, in 45 days; at as_of in 15. */
  view = signals_view(&signals, CHURN_CUT, 1, first, 3);
  assert_true(view.recent == 45);
  assert_relative(view.evidence, exp(-1.5), 1e-12);
  view = signals_view(&signals, CHURN_AS_OF, 1, first, 3);
  assert_relative(view.evidence, exp(-0.5), 1e-12);
  view = signals_view(&signals, CHURN_AS_OF, 0, first, 3);
  assert_true(view.evidence == 0 && isnan(view.recent));
  signals_free(&signals);
  signals_free(&signals);

  /* The newest date has passed. */
  Signals passed = {.times = signals.times};
  customers_free(&own);
  say(&passed, &own, 7, 0, "2024-03-04", 0);
  say(&passed, &own, 7, 0, "2024-04-04", 0);
  passed.kind[0].dated = true;
  assert_int_equal(signals_finish(&passed, &own, &customers, false, &NEVER), STATUS_OK);
  view = signals_view(&passed, CHURN_AS_OF, 1, first, 0);
  assert_true(view.recent == -6);
  assert_relative(view.evidence, exp(-0.2), 1e-12);
  signals_free(&passed);
  customers_free(&own);
  customers_free(&customers);
}

/* Passes that end 14 days after each purchase are known 14 days ahead, however many were written in the horizon. */
static void known_ahead(void **unused)
{
  (void)unused;
  Duration horizon;
  assert_true(duration_from_text("32 days", 7, &horizon));
  Signals signals = {.times = churn_times(bound_of_instant(at("2024-04-10")), horizon, zone_fixed(0))};
  Customers own = {0}, customers = {0};
  uint32_t first = day_number(at("2024-01-01"));
  for (int i = 0; i < 100; i++) { /* customer i bought on days i and i - 50 from 2024-01-01, as_of is day 100 */
    customers_add_integer(&customers, i);
    for (int day = i % 50; day <= 100; day += 50) {
      uint32_t id = customers_add_integer(&own, i);
      Event event = {at("2024-01-15") + (int64_t)day * MS_PER_DAY, 0, id, 0, 0};
      assert_int_equal(SIGNALS_ACCUMULATOR.step(&signals, customers_state(&own, id), &event), STATUS_OK);
    }
  }
  signals.kind[0].dated = true;
  assert_int_equal(signals_finish(&signals, &own, &customers, false, &NEVER), STATUS_OK);
  assert_int_equal(signals.n_features, 1);
  assert_int_equal(signals.kind[0].known_ms, 14 * MS_PER_DAY);
  /*
  ** The cut-off is day 68. Customer 20 bought on day 70, after it: its pass, in 16 days, is not known then; the one
  ** before, in -34, is.
  */
  assert_true(signals_view(&signals, CHURN_CUT, 20, first, 0).recent == -34);
  assert_true(signals_view(&signals, CHURN_CUT, 10, first, 0).recent == 6); /* bought on day 60 */
  signals_free(&signals);

  /*
  ** A date per customer, some of them between the cut-off and as_of: perhaps overwritten, no feature. All ahead: one.
  */
  for (int passed = 0; passed < 2; passed++) {
    Signals one = {.times = signals.times};
    for (int i = 0; i < 40; i++) {
      Event event = {at(passed ? "2024-04-01" : "2024-04-20") + i * MS_PER_DAY, 0, (uint32_t)i, 0, 0};
      assert_int_equal(SIGNALS_ACCUMULATOR.step(&one, NULL, &event), STATUS_OK);
    }
    one.kind[0].dated = true;
    assert_int_equal(signals_finish(&one, &own, &customers, false, &NEVER), STATUS_OK);
    assert_int_equal(one.n_features, !passed);
    signals_free(&one);
  }
  customers_free(&own);
  customers_free(&customers);
}

static void too_many_kinds(void **unused)
{
  (void)unused;
  Signals signals = {0};
  Customers own = {0};
  say(&signals, &own, 1, SIGNAL_KINDS_MAX, "2024-01-01", 0);
  assert_int_equal(signals.n_kinds, SIGNAL_KINDS_MAX + 1);
  signals_free(&signals);
  customers_free(&own);
}

static void nobody(void **unused)
{
  (void)unused;
  Signals signals = {0};
  Customers own = {0}, customers = {0};
  customers_add_integer(&customers, 1);
  assert_int_equal(signals_finish(&signals, &own, &customers, false, &NEVER), STATUS_OK);
  assert_int_equal(signals.n_features, 0);
  signals_free(&signals);
  customers_free(&customers);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(evidence),    cmocka_unit_test(names),          cmocka_unit_test(by_hand),
    cmocka_unit_test(known_ahead), cmocka_unit_test(too_many_kinds), cmocka_unit_test(nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
