/* Totals, cuts, scores and ABC classes of core/rfm/rfm.h. */
#include "core/rfm/rfm.h"
#include "core/time/calendar.h"
#include "unit.h"

/* Customers that are filled purchase by purchase, and scored. */
typedef struct Shop {
  Customers customers;
  RfmView view;
  RfmScores scores;
} Shop;

static void shop_init(Shop *shop, int64_t as_of_day)
{
  *shop = (Shop){.customers.state_size = sizeof(RfmState)};
  shop->view = (RfmView){&shop->customers, offsetof(RfmState, totals), bound_of_instant(as_of_day * MS_PER_DAY), false,
                         zone_fixed(0)};
}

static void shop_free(Shop *shop)
{
  rfm_scores_free(&shop->scores);
  rfm_scores_free(&shop->scores);
  customers_free(&shop->customers);
}

static void buy_at(Shop *shop, uint32_t id, int64_t ms, double value)
{
  Event event = {.time = ms, .value = value, .customer = id};
  assert_int_equal(RFM_ACCUMULATOR.step(NULL, customers_state(&shop->customers, id), &event), STATUS_OK);
}

static void buy(Shop *shop, int64_t customer, int day, double value)
{
  buy_at(shop, customers_add_integer(&shop->customers, customer), day * MS_PER_DAY, value);
}

static int scored(const Shop *shop, uint32_t id)
{
  RfmScore score = rfm_scores_at(&shop->scores, id);
  return score.r * 10000 + score.f * 100 + score.m;
}

static void score(Shop *shop, RfmMethod method, int bins)
{
  rfm_scores_free(&shop->scores);
  assert_int_equal(rfm_scores_make(&shop->scores, &shop->view, method, bins, &NEVER), STATUS_OK);
}

static void test_state_is_small(void **unused)
{
  (void)unused;
  assert_int_equal(sizeof(RfmState), 32);
  assert_int_equal(RFM_ACCUMULATOR.state_size, 32);
  assert_null(RFM_ACCUMULATOR.restart);
}

/* By hand: three purchases out of order, one of them a refund, one before 1970. */
static void test_totals(void **unused)
{
  (void)unused;
  Shop shop;
  shop_init(&shop, 10);
  buy(&shop, 7, 3, 20.5);
  buy(&shop, 7, -5, 10);
  buy(&shop, 7, 8, -0.25);
  const RfmState *state = customers_state(&shop.customers, 0);
  assert_int_equal(state->first, -5 * MS_PER_DAY);
  assert_int_equal(state->totals.last, 8 * MS_PER_DAY);
  assert_int_equal(state->totals.count, 3);
  assert_true(rfm_view_value(&shop.view, 0, RFM_RECENCY) == 2);
  assert_true(rfm_view_value(&shop.view, 0, RFM_FREQUENCY) == 3);
  assert_true(rfm_view_value(&shop.view, 0, RFM_MONETARY) == 30.25);
  shop.view.mean = true;
  assert_true(rfm_view_value(&shop.view, 0, RFM_MONETARY) == 30.25 / 3);
  shop_free(&shop);
}

/* 1e16 + 1 - 1e16 is 1; a plain sum gives 0. */
static void test_sum_is_compensated(void **unused)
{
  (void)unused;
  RfmTotals totals = {0};
  rfm_totals_add(&totals, 0, 1e16);
  rfm_totals_add(&totals, 0, 1);
  rfm_totals_add(&totals, 0, -1e16);
  assert_true(rfm_totals_sum(&totals) == 1);
}

/* R: quantile(c(15, 20, 35, 40, 50), c(.2, .4, .6, .8), type = 7) is 19 29 37 42. */
static void test_quantile_cuts(void **unused)
{
  (void)unused;
  double x[] = {50, 20, 40, 35, 15}, cuts[RFM_CUTS_MAX];
  assert_int_equal(rfm_quantile_cuts(x, 5, 5, cuts, &NEVER), STATUS_OK);
  const double expected[] = {19, 29, 37, 42};
  for (int k = 0; k < 4; k++) {
    assert_absolute(cuts[k], expected[k], 1e-12);
  }
  double one[] = {3};
  assert_int_equal(rfm_quantile_cuts(one, 1, 10, cuts, &NEVER) == STATUS_OK && cuts[0] == 3, 1);
}

/* The interval rule of the header: (c_k, c_k+1]; recency counts downwards. */
static void test_bin(void **unused)
{
  (void)unused;
  RfmCuts cuts = {3, {{30, 90}, {1, 1}, {-5, 0}}};
  const struct {
    RfmAxis axis;
    double value;
    int bin;
  } cases[] = {
    {RFM_RECENCY, 0, 3},   {RFM_RECENCY, 30, 3},    {RFM_RECENCY, 30.001, 2}, {RFM_RECENCY, 90, 2},
    {RFM_RECENCY, 1e9, 1}, {RFM_FREQUENCY, 1, 1},   {RFM_FREQUENCY, 2, 3},    {RFM_MONETARY, -5, 1},
    {RFM_MONETARY, -4, 2}, {RFM_MONETARY, 0.01, 3},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(rfm_bin(&cuts, cases[i].axis, cases[i].value), cases[i].bin);
  }
}

/* Five customers, each better than the one before on every axis: one per bin. */
static void test_one_per_bin(void **unused)
{
  (void)unused;
  Shop shop;
  shop_init(&shop, 100);
  for (int c = 1; c <= 5; c++) {
    for (int n = 0; n < c; n++) {
      buy(&shop, c, 10 * c - n, 5);
    }
  }
  for (RfmMethod method = RFM_QUANTILE; method <= RFM_NTILE; method++) {
    score(&shop, method, 5);
    assert_int_equal(shop.scores.n, 5);
    assert_int_equal(shop.scores.cuts.bins, method == RFM_QUANTILE ? 5 : 0);
    for (int c = 1; c <= 5; c++) {
      assert_int_equal(scored(&shop, (uint32_t)c - 1), c * 10101);
    }
  }
  shop_free(&shop);
}

static void test_mean(void **unused)
{
  (void)unused;
  Shop shop;
  shop_init(&shop, 10);
  /*
  ** Recencies 0, 4, 8: mean 4. Frequencies 3, 2, 1: mean 2. Values 9, 6, 3: mean 6. The middle one is better on no
  ** axis.
  */
  for (int c = 0; c < 3; c++) {
    for (int n = 0; n < 3 - c; n++) {
      buy(&shop, c, 10 - 4 * c, 3);
    }
  }
  score(&shop, RFM_MEAN, 2);
  assert_int_equal(scored(&shop, 0), 20202);
  assert_int_equal(scored(&shop, 1), 10101);
  assert_int_equal(scored(&shop, 2), 10101);
  shop_free(&shop);
}

/*
** Customers all alike are never better than their mean, whatever the value and their number: sum / n alone misses it
** for some.
*/
static void test_mean_of_equal_values(void **unused)
{
  (void)unused;
  for (int n = 1; n < 60; n++) {
    Shop shop;
    shop_init(&shop, 10);
    for (int c = 0; c < n; c++) {
      buy(&shop, c, 3, 0.1 * n);
    }
    score(&shop, RFM_MEAN, 2);
    for (int c = 0; c < n; c++) {
      assert_int_equal(scored(&shop, (uint32_t)c), 10101);
    }
    shop_free(&shop);
  }
}

/* Keys in the order of SQLite's ORDER BY, however they arrive: integers, then text by bytes. */
static void test_ntile_ties_by_key(void **unused)
{
  (void)unused;
  static const char *const sorted[] = {"-5", "3",         "20",         "'",          "'1", "'B",
                                       "'a", "'aaaaaaaa", "'aaaaaaaab", "'aaaaaaaac", "'b", "'\xe4\xb8\xad"};
  enum {
    N = sizeof sorted / sizeof *sorted
  };
  for (int rotation = 0; rotation < N; rotation++) {
    Shop shop;
    shop_init(&shop, 10);
    for (int i = 0; i < N; i++) {
      const char *key = sorted[(i * 5 + rotation) % N];
      uint32_t id = *key == '\'' ? customers_add_text(&shop.customers, key + 1, strlen(key + 1))
                                 : customers_add_integer(&shop.customers, strtol(key, NULL, 10));
      buy_at(&shop, id, 0, 1);
    }
    score(&shop, RFM_NTILE, 4);
    for (int i = 0; i < N; i++) {
      assert_int_equal(scored(&shop, (uint32_t)i), ((i * 5 + rotation) % N / (N / 4) + 1) * 10101);
    }
    shop_free(&shop);
  }
}

/* Fewer customers than bins: a group each. */
static void test_ntile_of_few(void **unused)
{
  (void)unused;
  Shop shop;
  shop_init(&shop, 10);
  buy(&shop, 2, 1, 5);
  buy(&shop, 1, 1, 5);
  score(&shop, RFM_NTILE, 10);
  assert_int_equal(scored(&shop, 0), 20202);
  assert_int_equal(scored(&shop, 1), 10101);
  shop_free(&shop);
}

static void test_given_cuts(void **unused)
{
  (void)unused;
  Shop shop;
  shop_init(&shop, 100);
  buy(&shop, 1, 95, 300);
  buy(&shop, 2, 5, 10);
  shop.scores.cuts = (RfmCuts){2, {{30}, {1}, {100}}};
  assert_int_equal(rfm_scores_make(&shop.scores, &shop.view, RFM_GIVEN, 2, &NEVER), STATUS_OK);
  assert_int_equal(scored(&shop, 0), 20102);
  assert_int_equal(scored(&shop, 1), 10101);
  shop_free(&shop);
}

/* Who has not bought yet is not scored and moves nobody's cut. */
static void test_customers_outside_the_view(void **unused)
{
  (void)unused;
  for (RfmMethod method = RFM_QUANTILE; method <= RFM_MEAN; method++) {
    Shop shop;
    shop_init(&shop, 100);
    customers_add_integer(&shop.customers, 1);
    buy(&shop, 2, 1, 1);
    customers_add_integer(&shop.customers, 3);
    buy(&shop, 4, 2, 2);
    score(&shop, method, 2);
    assert_int_equal(shop.scores.n, 2);
    assert_int_equal(scored(&shop, 0), 0);
    assert_int_equal(scored(&shop, 2), 0);
    assert_int_equal(scored(&shop, 3) / 10000, 2);
    assert_int_equal(rfm_classify(&shop.scores, &shop.view, &NEVER), STATUS_OK);
    assert_int_equal(rfm_scores_at(&shop.scores, 0).abc, ABC_NONE);
    shop_free(&shop);
  }
}

static void test_no_customers(void **unused)
{
  (void)unused;
  Shop shop;
  shop_init(&shop, 0);
  for (RfmMethod method = RFM_QUANTILE; method <= RFM_GIVEN; method++) {
    score(&shop, method, 5);
    assert_int_equal(shop.scores.n, 0);
    assert_int_equal(rfm_classify(&shop.scores, &shop.view, &NEVER), STATUS_OK);
  }
  shop_free(&shop);
}

static void test_interrupt(void **unused)
{
  (void)unused;
  Shop shop;
  shop_init(&shop, 10);
  for (int i = 0; i < 2 * WATCH_EVERY; i++) {
    buy(&shop, i, 1, 1);
  }
  for (RfmMethod method = RFM_QUANTILE; method <= RFM_GIVEN; method++) {
    rfm_scores_free(&shop.scores);
    assert_int_equal(rfm_scores_make(&shop.scores, &shop.view, method, 2, &NOW), STATUS_INTERRUPT);
  }
  score(&shop, RFM_MEAN, 2);
  assert_int_equal(rfm_classify(&shop.scores, &shop.view, &NOW), STATUS_INTERRUPT);
  shop_free(&shop);
}

static void classes_are(const double *values, const char *classes)
{
  Shop shop;
  shop_init(&shop, 10);
  for (int i = 0; classes[i]; i++) {
    buy(&shop, i, 1, values[i]);
  }
  score(&shop, RFM_QUANTILE, 5);
  assert_int_equal(rfm_classify(&shop.scores, &shop.view, &NEVER), STATUS_OK);
  for (int i = 0; classes[i]; i++) {
    assert_int_equal(rfm_scores_at(&shop.scores, (uint32_t)i).abc, classes[i] - 'A' + ABC_A);
  }
  shop_free(&shop);
}

/* By hand from the rule in the header. */
static void test_abc(void **unused)
{
  (void)unused;
  classes_are((double[]){80, 15, 5}, "ABC");
  classes_are((double[]){5, 15, 80}, "CBA");
  classes_are((double[]){100}, "A");
  classes_are((double[]){79, 16, 5}, "AAC"); /* 79 before the second, 95 before the third */
  classes_are((double[]){81, 13, 6}, "ABB");
  classes_are((double[]){10, 10, 10, 10}, "AAAA"); /* equal values share a class */
  classes_are((double[]){40, 40, 10, 10}, "AABB");
  classes_are((double[]){90, -1000, 10, 0}, "ACBC"); /* debts take no part in the whole */
  classes_are((double[]){-1, -2}, "CC");
}

static void test_score_numbers(void **unused)
{
  (void)unused;
  assert_int_equal(rfm_score_number(5, 4, 5, 5), 545);
  assert_int_equal(rfm_score_number(10, 4, 7, 10), 100407);
  assert_int_equal(rfm_score_number(1, 1, 1, 10), 10101);
  int r, f, m;
  for (int bins = RFM_BINS_MIN; bins <= RFM_BINS_MAX; bins++) {
    for (int i = 1; i <= bins; i++) {
      assert_true(rfm_score_split(rfm_score_number(i, bins, bins + 1 - i, bins), &r, &f, &m));
      assert_true(r == i && f == bins && m == bins + 1 - i);
    }
  }
  const int64_t none[] = {INT64_MIN, -1,    0,     5,      45,     110,    101,     540,      1000,
                          9999,      10001, 10100, 110101, 101110, 101011, 1000000, INT64_MAX};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    assert_false(rfm_score_split(none[i], &r, &f, &m));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_state_is_small),
    cmocka_unit_test(test_totals),
    cmocka_unit_test(test_sum_is_compensated),
    cmocka_unit_test(test_quantile_cuts),
    cmocka_unit_test(test_bin),
    cmocka_unit_test(test_one_per_bin),
    cmocka_unit_test(test_mean),
    cmocka_unit_test(test_mean_of_equal_values),
    cmocka_unit_test(test_ntile_ties_by_key),
    cmocka_unit_test(test_ntile_of_few),
    cmocka_unit_test(test_given_cuts),
    cmocka_unit_test(test_customers_outside_the_view),
    cmocka_unit_test(test_no_customers),
    cmocka_unit_test(test_interrupt),
    cmocka_unit_test(test_abc),
    cmocka_unit_test(test_score_numbers),
  };
  return cmocka_run_group_tests_name("rfm", tests, NULL, NULL);
}
