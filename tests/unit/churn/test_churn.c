/*
** core/churn/churn.c and churn_quality.c on generated shops whose truth is known (core/events/demo_orders.h), on small
** ones worked out by hand, and on the CDNOW sample.
*/
#include "cdnow.h"

#include "core/churn/churn_quality.h"
#include "core/events/demo_orders.h"
#include "core/time/length.h"

#define SHOP_CUSTOMERS 4000
#define MANY_CUSTOMERS 30000 /* more than CHURN_FIT_CUSTOMERS and CHURN_ALL_FOLDS */
#define AS_OF "2025-09-28"

typedef struct Shop {
  Row *rows;
  size_t n;
} Shop;

static Shop demo_rows(uint32_t n_customers)
{
  DemoShop demo;
  assert_int_equal(demo_orders_build(&demo, n_customers, 7, &NEVER), STATUS_OK);
  Shop shop = {malloc((size_t)demo.n_orders * sizeof(Row)), (size_t)demo.n_orders};
  for (size_t i = 0; i < shop.n; i++) {
    DemoOrder order = demo.orders[i];
    shop.rows[i] = (Row){DEMO_START_MS + (int64_t)order.second * MS_PER_SECOND, (int)order.customer,
                         order.cents / 100.0, (int64_t)i};
  }
  demo_orders_free(&demo);
  return shop;
}

static Duration days(const char *text)
{
  Duration duration;
  assert_true(duration_from_text(text, strlen(text), &duration));
  return duration;
}

static bool fit(Churn *churn, Customers *customers, const Row *rows, size_t n, const char *as_of, const char *horizon)
{
  churn->times = churn_times(bound_of_instant(at(as_of)), days(horizon), zone_fixed(0));
  churn->has_value = true;
  churn->first_time = rows[0].time;
  for (size_t i = 0; i < n; i++) {
    churn->first_time = rows[i].time < churn->first_time ? rows[i].time : churn->first_time;
  }
  bool in_order = feed(CHURN_ACCUMULATOR, &churn->times, customers, rows, n);
  assert_int_equal(churn_fit(churn, customers, &NEVER), STATUS_OK);
  return in_order;
}

typedef struct Judged {
  double probability;
  bool gone;
} Judged;

static int by_probability(const void *a, const void *b)
{
  double x = ((const Judged *)a)->probability, y = ((const Judged *)b)->probability;
  return x < y ? -1 : x > y;
}

/* Those of n judged: observed and predicted share, and how many binomial standard deviations they are apart. */
static double deviation(const Judged *judged, size_t n)
{
  double predicted = 0, variance = 0, observed = 0;
  for (size_t i = 0; i < n; i++) {
    predicted += judged[i].probability;
    variance += judged[i].probability * (1 - judged[i].probability);
    observed += judged[i].gone;
  }
  return (observed - predicted) / sqrt(variance);
}

/*
** What is promised for the 90 days after as_of against what happens in them, in tenths: within 3.3 binomial standard
** deviations (1 in 1000), overall within 3; by any method.
*/
static void comes_true(ChurnWanted wanted, ChurnMethod method, uint32_t n_customers)
{
  Shop shop = demo_rows(n_customers);
  static Judged judged[MANY_CUSTOMERS];
  Churn churn = {.wanted = wanted};
  Customers customers = {0};
  static bool returned[MANY_CUSTOMERS];
  size_t n = 0;
  memset(returned, 0, sizeof returned);
  assert_true(fit(&churn, &customers, shop.rows, shop.n, AS_OF, "90 days"));
  assert_int_equal(churn.method, method);
  for (size_t i = 0; i < shop.n; i++) {
    returned[shop.rows[i].customer] |=
      shop.rows[i].time >= churn.times.as_of + MS_PER_DAY && shop.rows[i].time <= churn.times.until;
  }
  for (uint32_t id = 0; id < customers.count; id++) {
    if (!isnan(churn.probability[id])) {
      assert_true(churn.probability[id] > 0 && churn.probability[id] < 1);
      judged[n++] = (Judged){churn.probability[id], !returned[customers_key(&customers, id).integer]};
    }
  }
  assert_int_equal(n, n_customers);
  qsort(judged, n, sizeof *judged, by_probability);
  assert_true(fabs(deviation(judged, n)) < 3);
  for (size_t tenth = 0; tenth < 10; tenth++) {
    double z = deviation(judged + tenth * n / 10, n / 10);
    if (fabs(z) > 3.3) {
      fail_msg("tenth %zu: %g standard deviations from what was promised", tenth + 1, z);
    }
  }
  assert_true(judged[n - n / 10].probability > 2 * judged[n / 10].probability);
  churn_free(&churn);
  churn_free(&churn);
  customers_free(&customers);
  free(shop.rows);
}

static void learned_comes_true(void **unused)
{
  (void)unused;
  comes_true(CHURN_WANT_AUTO, CHURN_METHOD_LOGIT, SHOP_CUSTOMERS);
  comes_true(CHURN_WANT_AUTO, CHURN_METHOD_LOGIT, MANY_CUSTOMERS);
}

static void model_comes_true(void **unused)
{
  (void)unused;
  comes_true(CHURN_WANT_BGNBD, CHURN_METHOD_MODEL, SHOP_CUSTOMERS);
}

/* The same rows in another order, hence with other ids, give the same answers. */
static void any_order(void **unused)
{
  (void)unused;
  Shop shop = demo_rows(1500);
  Churn churn[2];
  Customers customers[2];
  uint64_t seed = 3;
  memset(churn, 0, sizeof churn);
  memset(customers, 0, sizeof customers);
  assert_true(fit(&churn[0], &customers[0], shop.rows, shop.n, AS_OF, "90 days"));
  for (size_t i = shop.n; i-- > 1;) {
    size_t j = (size_t)draw_below(&seed, (int64_t)i + 1);
    Row row = shop.rows[i];
    shop.rows[i] = shop.rows[j];
    shop.rows[j] = row;
  }
  assert_false(fit(&churn[1], &customers[1], shop.rows, shop.n, AS_OF, "90 days"));
  for (uint32_t id = 0; id < customers[0].count; id++) {
    uint32_t other = customers_find_integer(&customers[1], customers_key(&customers[0], id).integer);
    double a = churn[0].probability[id], b = churn[1].probability[other];
    assert_true((isnan(a) && isnan(b)) || fabs(a - b) < 1e-7);
  }
  for (int i = 0; i < 2; i++) {
    churn_free(&churn[i]);
    customers_free(&customers[i]);
  }
  free(shop.rows);
}

static void rows_and_reasons(void **unused)
{
  (void)unused;
  Shop shop = demo_rows(1500);
  Churn churn = {0};
  Customers customers = {0};
  fit(&churn, &customers, shop.rows, shop.n, AS_OF, "90 days");
  const ChurnSnapshot *known = &churn.snapshot[CHURN_AS_OF];
  assert_int_equal(churn.method, CHURN_METHOD_LOGIT);
  assert_int_equal(churn.why[0], 0);
  assert_true(churn.slope > 0.8 && churn.slope < 1.25);
  int signs[2] = {0, 0};
  for (uint32_t id = 0; id < customers.count; id++) {
    ChurnRow row = churn_row(&churn, &customers, id);
    ChurnReason reasons[CHURN_REASONS];
    double x[CHURN_FEATURES];
    if (isnan(churn.probability[id])) {
      continue;
    }
    CbsRow cbs = {(double)row.history.x, (double)row.history.t_x, (double)row.history.age};
    assert_relative(row.p_alive, known->alive->p_alive(known->alive_theta, &cbs), 1e-12);
    assert_relative(row.usual_gap, ((double)row.history.t_x + known->gap) / (double)(row.history.x + 1), 1e-12);
    assert_relative(row.overdue_ratio, (double)row.history.since / row.usual_gap, 1e-12);
    assert_relative(row.expected_purchases, 90 * (known->alive_theta[0] + cbs.x) / (known->alive_theta[1] + cbs.T),
                    1e-12);
    assert_relative(row.expected_value, row.expected_purchases * row.history.value / (cbs.x + 1), 1e-12);
    /* The probability from its parts, and the sum of all causes from the average. */
    double p = known->model->pmf(known->theta, &cbs, 0, 90);
    churn_features(&row.history, known->gap, churn_snapshot_value(known), log(p) - log1p(-p), x);
    double odds = churn.intercept + churn.slope * logit_log_odds(&churn.logit, x);
    assert_true(fabs(churn.probability[id] - 1 / (1 + exp(-odds))) < 1e-9);
    int n = churn_reasons(&churn, &customers, id, reasons);
    assert_true(n >= 1 && n <= CHURN_REASONS);
    for (int i = 0; i < n; i++) {
      assert_true(i == 0 || fabs(reasons[i].log_odds) <= fabs(reasons[i - 1].log_odds));
      assert_true(i == 0 || fabs(reasons[i].log_odds) >= CHURN_REASON_LEAST);
      signs[reasons[i].log_odds > 0]++;
      int feature = reasons[i].cause == CHURN_CAUSE_VALUE   ? CHURN_VALUE
                    : reasons[i].cause == CHURN_CAUSE_TREND ? CHURN_TREND
                    : reasons[i].cause == CHURN_CAUSE_AGE   ? CHURN_AGE
                                                            : -1;
      if (feature >= 0) {
        assert_true(fabs(reasons[i].log_odds - churn.slope * churn.logit.coefficient[feature] *
                                                 (x[feature] - churn.logit.mean[feature])) < 1e-9);
      }
    }
  }
  assert_true(signs[0] > 100 && signs[1] > 100);
  churn_free(&churn);
  customers_free(&customers);

  /* Of the purchase model: silence and frequency add up to the distance from a new customer. */
  churn = (Churn){.wanted = CHURN_WANT_MBGNBD};
  fit(&churn, &customers, shop.rows, shop.n, AS_OF, "90 days");
  assert_int_equal(churn.method, CHURN_METHOD_MODEL);
  assert_string_equal(churn.why, "as asked");
  int both = 0;
  for (uint32_t id = 0; id < customers.count; id++) {
    double p = churn.probability[id], new_p = MBGNBD.pmf(churn.snapshot[CHURN_AS_OF].theta, NULL, 0, 90), sum = 0;
    ChurnReason reasons[CHURN_REASONS];
    if (!isnan(p)) {
      int n = churn_reasons(&churn, &customers, id, reasons);
      for (int i = 0; i < n; i++) {
        assert_true(reasons[i].cause == CHURN_CAUSE_SILENCE || reasons[i].cause == CHURN_CAUSE_FREQUENCY);
        sum += reasons[i].log_odds;
      }
      both += n == 2;
      assert_true(n < 2 || fabs(sum - (log(p / (1 - p)) - log(new_p / (1 - new_p)))) < 1e-9);
    }
  }
  assert_true(both > 500);
  churn_free(&churn);
  customers_free(&customers);
  free(shop.rows);
}

static void too_little(void **unused)
{
  (void)unused;
  Shop shop = demo_rows(1500);
  Churn churn = {0};
  Customers customers = {0};
  fit(&churn, &customers, shop.rows, shop.n, "2024-05-01", "90 days");
  assert_int_equal(churn.method, CHURN_METHOD_MODEL);
  assert_string_equal(churn.why,
                      "too little history: 30 days before the horizon that was to be learned from, 68 are needed");
  churn_free(&churn);
  customers_free(&customers);
  free(shop.rows);

  shop = demo_rows(60);
  churn = (Churn){0};
  fit(&churn, &customers, shop.rows, shop.n, AS_OF, "90 days");
  assert_true(churn.method != CHURN_METHOD_LOGIT);
  assert_non_null(strstr(churn.why, "too few customers to learn from"));
  assert_non_null(strstr(churn.why, "35 of either"));
  churn_free(&churn);
  customers_free(&customers);
  free(shop.rows);

  /*
  ** Nobody bought twice: no model. 3 customers on 1, 11 and 21 January, as_of 31 January, horizon 30 days: A = (30 + 20
  ** + 10 + 30) / 1 = 90, P = (90 + T) / (120 + T).
  */
  const Row rows[] = {{at("2024-01-01"), 1, 5, 1}, {at("2024-01-11"), 2, 5, 2}, {at("2024-01-21"), 3, 6, 3}};
  churn = (Churn){0};
  fit(&churn, &customers, rows, 3, "2024-01-31", "30 days");
  assert_int_equal(churn.method, CHURN_METHOD_RATE);
  assert_string_equal(churn.why,
                      "too little history: 0 days before the horizon that was to be learned from, 23 are needed");
  assert_string_equal(churn.model_why, "bgnbd: nobody bought again");
  assert_relative(churn.probability[0], 120.0 / 150, 1e-12);
  assert_relative(churn.probability[2], 100.0 / 130, 1e-12);
  ChurnRow row = churn_row(&churn, &customers, 0);
  assert_true(isnan(row.p_alive) && isnan(row.usual_gap));
  assert_relative(row.expected_purchases, 30.0 / 120, 1e-12);
  assert_relative(row.expected_value, 5 * 30.0 / 120, 1e-12);
  ChurnReason reasons[CHURN_REASONS];
  assert_int_equal(churn_reasons(&churn, &customers, 0, reasons), 1);
  assert_int_equal(reasons[0].cause, CHURN_CAUSE_SILENCE);
  assert_relative(reasons[0].log_odds, log(4.0) - log(90.0 / 30), 1e-12);
  churn_free(&churn);
  customers_free(&customers);
}

/* The AUC by its definition. */
static double naive_auc(const double *score, const unsigned char *label, size_t n)
{
  double wins = 0, pairs = 0;
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) {
      if (label[i] && !label[j]) {
        wins += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
        pairs++;
      }
    }
  }
  return wins / pairs;
}

/*
** Each customer's log-odds are of a model that has not seen them: fitted here again, from the features of the other
** folds.
*/
static void held_out_apart(const Churn *churn, const Customers *customers)
{
  const ChurnHeldOut *held = &churn->held_out;
  const ChurnSnapshot *snapshot = &churn->snapshot[CHURN_CUT];
  double(*x)[CHURN_FEATURES] = malloc(held->n * sizeof *x), *weight = malloc(held->n * sizeof *weight);
  size_t n = 0;
  for (uint32_t id = 0; id < customers->count; id++) {
    ChurnHistory history;
    if (churn_history(&churn->times, customers_state(customers, id), CHURN_CUT, &history)) {
      CbsRow seen = {(double)history.x, (double)history.t_x, (double)history.age};
      double p = snapshot->model->pmf(snapshot->theta, &seen, 0, 90);
      churn_features(&history, snapshot->gap, churn_snapshot_value(snapshot), log(p) - log1p(-p), x[n]);
      assert_int_equal(held->label[n], !churn_returned(&churn->times, customers_state(customers, id)));
      n++;
    }
  }
  assert_int_equal(n, held->n);
  for (int f = 0; f < CHURN_FOLDS; f++) {
    Logit others = {0};
    for (size_t i = 0; i < n; i++) {
      weight[i] = held->fold[i] != f;
    }
    assert_int_equal(logit_fit_matrix(x[0], n, CHURN_FEATURES, held->label, weight, CHURN_RIDGE, &others, &NEVER),
                     STATUS_OK);
    for (size_t i = 0; i < n; i++) {
      assert_true(held->fold[i] != f || fabs(held->log_odds[i] - logit_log_odds(&others, x[i])) < 1e-7);
    }
    logit_free(&others);
  }
  free(x);
  free(weight);
}

/* The Brier score of held-out log-odds, each fold's calibrated by the line through the others. */
static double brier_apart(const ChurnHeldOut *held)
{
  double *weight = malloc(held->n * sizeof *weight), sum = 0;
  for (int f = 0; f < CHURN_FOLDS; f++) {
    Logit line = {0};
    for (size_t i = 0; i < held->n; i++) {
      weight[i] = held->fold[i] != f;
    }
    assert_int_equal(logit_fit_matrix(held->log_odds, held->n, 1, held->label, weight, CHURN_LINE_RIDGE, &line, &NEVER),
                     STATUS_OK);
    for (size_t i = 0; i < held->n; i++) {
      double miss = held->fold[i] == f ? logit_predict(&line, &held->log_odds[i]) - held->label[i] : 0;
      sum += miss * miss;
    }
    logit_free(&line);
  }
  free(weight);
  return sum / (double)held->n;
}

static void quality(void **unused)
{
  (void)unused;
  Shop shop = demo_rows(2500);
  Churn churn = {.keep_held_out = true};
  Customers customers = {0};
  static ChurnQuality got[CHURN_SCORES];
  size_t n[CHURN_SCORES], fold[CHURN_FOLDS] = {0}, gone = 0;
  fit(&churn, &customers, shop.rows, shop.n, AS_OF, "90 days");
  assert_null(churn.probability);
  const ChurnHeldOut *held = &churn.held_out;
  assert_int_equal(churn.method, CHURN_METHOD_LOGIT);
  assert_int_equal(churn_quality(&churn, got, n, &NEVER), STATUS_OK);
  assert_int_equal(n[CHURN_SCORE_RISK], held->n);
  assert_int_equal(n[CHURN_SCORE_P_ALIVE], held->n);
  for (size_t i = 0; i < held->n; i++) {
    fold[held->fold[i]]++;
    gone += held->label[i];
  }
  for (int f = 0; f < CHURN_FOLDS; f++) {
    assert_true(fabs((double)fold[f] - (double)held->n / CHURN_FOLDS) < 5 * sqrt((double)held->n * 0.16));
  }
  for (int s = 0; s < CHURN_SCORES; s++) {
    assert_relative(got[s].calibration.observed, (double)gone / (double)held->n, 1e-12);
    assert_int_equal(got[s].calibration.n_bins, CHURN_BINS);
  }
  assert_relative(got[CHURN_SCORE_P_ALIVE].auc.area, naive_auc(held->gone, held->label, held->n), 1e-12);
  /* Held-out log-odds rank nearly as their calibrated probabilities: each fold has a line of its own. */
  assert_true(fabs(got[CHURN_SCORE_RISK].auc.area - naive_auc(held->log_odds, held->label, held->n)) < 0.005);
  assert_true(got[CHURN_SCORE_RISK].auc.area > got[CHURN_SCORE_P_ALIVE].auc.area + 0.05);
  assert_true(got[CHURN_SCORE_RISK].brier < got[CHURN_SCORE_P_ALIVE].brier &&
              got[CHURN_SCORE_RISK].log_loss < got[CHURN_SCORE_P_ALIVE].log_loss);
  held_out_apart(&churn, &customers);
  assert_relative(got[CHURN_SCORE_RISK].brier, brier_apart(held), 1e-12);
  const Calibration *calibration = &got[CHURN_SCORE_RISK].calibration;
  assert_true(fabs(calibration->slope - 1) < 3 * calibration->slope_error &&
              fabs(calibration->intercept) < 3 * calibration->intercept_error);
  churn_free(&churn);
  customers_free(&customers);
  free(shop.rows);
}

/* Of a purchase model that was fitted at the cut-off; and of a shop in which there is nothing to judge. */
static void quality_without_learning(void **unused)
{
  (void)unused;
  Shop shop = demo_rows(1500);
  Churn churn = {.keep_held_out = true, .wanted = CHURN_WANT_BGNBD};
  Customers customers = {0};
  static ChurnQuality got[CHURN_SCORES];
  size_t n[CHURN_SCORES];
  fit(&churn, &customers, shop.rows, shop.n, AS_OF, "90 days");
  assert_int_equal(churn.method, CHURN_METHOD_MODEL);
  assert_int_equal(churn_quality(&churn, got, n, &NEVER), STATUS_OK);
  assert_true(got[CHURN_SCORE_RISK].auc.area > 0.7 && fabs(got[CHURN_SCORE_RISK].calibration.slope - 1) < 0.2);
  churn_free(&churn);
  customers_free(&customers);
  free(shop.rows);
  const Row rows[] = {{at("2024-01-21"), 1, 5, 1}, {at("2024-01-22"), 1, 5, 2}};
  churn = (Churn){.keep_held_out = true};
  fit(&churn, &customers, rows, 2, "2024-01-31", "30 days");
  assert_int_equal(churn_quality(&churn, got, n, &NEVER), STATUS_OK);
  assert_true(n[CHURN_SCORE_RISK] == 0 && n[CHURN_SCORE_P_ALIVE] == 0);
  churn_free(&churn);
  customers_free(&customers);
}

/* The 1/10 sample of CDNOW: 39 weeks learned from, the last 39 to tell; better than P(alive) alone. */
static void cdnow(void **unused)
{
  (void)unused;
  size_t n_rows, n[CHURN_SCORES];
  Row *rows = cdnow_rows(&n_rows);
  Churn churn = {.keep_held_out = true};
  Customers customers = {0};
  static ChurnQuality got[CHURN_SCORES];
  fit(&churn, &customers, rows, n_rows, "1998-06-30", "39 weeks");
  assert_int_equal(churn.method, CHURN_METHOD_LOGIT);
  assert_int_equal(churn_quality(&churn, got, n, &NEVER), STATUS_OK);
  assert_int_equal(n[0], 2357);
  assert_true(got[CHURN_SCORE_RISK].auc.area > 0.75 &&
              got[CHURN_SCORE_RISK].auc.area > got[CHURN_SCORE_P_ALIVE].auc.area + 0.02);
  assert_true(fabs(got[CHURN_SCORE_RISK].calibration.slope - 1) < 3 * got[CHURN_SCORE_RISK].calibration.slope_error);
  churn_free(&churn);
  customers_free(&customers);
  free(rows);
}

static void stops(void **unused)
{
  (void)unused;
  Shop shop = demo_rows(300);
  Customers customers = {0};
  Churn churn = {.times = churn_times(bound_of_instant(at(AS_OF)), days("90 days"), zone_fixed(0)),
                 .first_time = shop.rows[0].time};
  feed(CHURN_ACCUMULATOR, &churn.times, &customers, shop.rows, shop.n);
  assert_int_equal(churn_fit(&churn, &customers, &NOW), STATUS_INTERRUPT);
  churn_free(&churn);
  customers_free(&customers);
  free(shop.rows);
}

/* Questions of a fit of n customers; those of the fits of models apart, a walk over the customers asks every 1024. */
static int questions_of(const Row *rows, size_t n, bool keep_held_out)
{
  Churn churn = {.wanted = CHURN_WANT_BGNBD, .keep_held_out = keep_held_out};
  Customers customers = {0};
  int asked = 0;
  churn.times = churn_times(bound_of_instant(at(AS_OF)), days("90 days"), zone_fixed(0));
  churn.has_value = true;
  churn.first_time = rows[0].time;
  feed(CHURN_ACCUMULATOR, &churn.times, &customers, rows, n);
  assert_int_equal(churn_fit(&churn, &customers, &(Watch){count_questions, &asked}), STATUS_OK);
  churn_free(&churn);
  customers_free(&customers);
  return asked;
}

static void walks_over_customers_ask(void **unused)
{
  (void)unused;
  Shop shop = demo_rows(MANY_CUSTOMERS);
  int applied = questions_of(shop.rows, shop.n, false), held_out = questions_of(shop.rows, shop.n, true);
  assert_true(applied > 80 && held_out > 50); /* of each 29 in the walk that gives all customers a row */
  free(shop.rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(learned_comes_true),
    cmocka_unit_test(model_comes_true),
    cmocka_unit_test(any_order),
    cmocka_unit_test(rows_and_reasons),
    cmocka_unit_test(too_little),
    cmocka_unit_test(quality),
    cmocka_unit_test(cdnow),
    cmocka_unit_test(quality_without_learning),
    cmocka_unit_test(stops),
    cmocka_unit_test(walks_over_customers_ask),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
