/*
** core/btyd/clv_forecast.c: from rows to forecasts, against values computed with mpmath, and what it does where models
** cannot be fitted. not under valgrind: fits and integrals by the hundred, which ASan and UBSan see too
*/
#include "cdnow.h"

#include "core/base/random.h"
#include "core/btyd/clv_forecast.h"

typedef struct Shop {
  CustomerSummary summary;
  Customers customers;
  SummaryCbs cbs;
  ClvForecast forecast;
} Shop;

static void shop_read(Shop *shop, const Row *rows, size_t n, const char *until, double unit_days)
{
  shop->summary.split = until != NULL;
  shop->summary.until = until ? at(until) : 0;
  feed(customer_summary_accumulator(&shop->summary), &shop->summary, &shop->customers, rows, n);
  int64_t end = until ? at(until) : 0;
  for (size_t i = 0; i < n && !until; i++) {
    end = rows[i].time > end ? rows[i].time : end;
  }
  assert_int_equal(customer_summary_finish(&shop->summary, &shop->customers, end, &NEVER), STATUS_OK);
  assert_int_equal(summary_cbs(&shop->summary, &shop->customers, unit_days, true, NULL, &shop->cbs, &NEVER), STATUS_OK);
  shop->forecast = (ClvForecast){.unit_days = unit_days, .horizon = 364 / unit_days, .level = 0.95};
}

static void shop_free(Shop *shop)
{
  clv_forecast_free(&shop->forecast);
  clv_forecast_free(&shop->forecast);
  summary_cbs_free(&shop->cbs);
  summary_cbs_free(&shop->cbs);
  customer_summary_free(&shop->summary);
  customers_free(&shop->customers);
}

static CustomerSummaryRow row_of(const Shop *shop, int customer)
{
  CustomerSummaryRow row;
  uint32_t id = customers_find_integer(&shop->customers, customer);
  customer_summary_get(&shop->summary, &shop->customers, (uint32_t)customer_summary_row_of(&shop->summary, id), &row);
  return row;
}

/*
** BG/NBD and Gamma-Gamma on the CDNOW sample up to 1997-09-30, 52 weeks ahead. Python, mpmath at 30 digits, at the
** parameters of ../shared/reference/btyd/ref_params.csv (cdnow_sample, GOLD): E by equation 10 of Fader, Hardie & Lee
** 2005, gradients and the Hessians of both log-likelihoods by central differences.
*/
typedef struct Expected {
  int customer;
  double p_alive, purchases, mean, value, low, high, discounted, discounted_low, discounted_high;
} Expected;

static const Expected CDNOW[] = {
  {1760, 0.969221268622014, 25.063341342453, 26.3942635019018, 661.528435630813, 573.3343836237, 763.2890746622,
   633.509233135808, 550.1519741742, 729.4965160685},
  {50, 1, 0.251681896887638, 35.1703712656562, 8.85174575438283, 7.971102622529, 9.829681865942, 8.45493550960867,
   7.614183554906, 9.388522611276},
  {226, 0.694640488291646, 2.11853838730512, 26.3654336401237, 55.8561832645477, 49.68775299708, 62.79038637682,
   53.4318427570058, 47.57358469608, 60.01149248365},
};

static void cdnow(void **unused)
{
  (void)unused;
  size_t n;
  Row *rows = cdnow_rows(&n);
  for (int discount = 0; discount < 2; discount++) {
    Shop shop = {0};
    shop_read(&shop, rows, n, "1997-09-30", 7);
    shop.forecast.annual_discount = discount ? 0.1 : 0;
    assert_int_equal(clv_forecast_fit(&shop.forecast, &shop.cbs, 0, &NEVER), STATUS_OK);
    assert_ptr_equal(shop.forecast.model, &BGNBD);
    assert_true(shop.forecast.has_spend);
    for (int round = 0; round < 2; round++) { /* the second time from memory */
      for (int i = 0; i < 3; i++) {
        const Expected *expected = &CDNOW[i];
        CustomerSummaryRow row = row_of(&shop, expected->customer);
        Interval interval = clv_forecast_interval(&shop.forecast, &row);
        assert_relative(clv_forecast_value(&shop.forecast, &row), discount ? expected->discounted : expected->value,
                        1e-8);
        assert_relative(clv_forecast_p_alive(&shop.forecast, &row), expected->p_alive, 1e-8);
        assert_relative(clv_forecast_purchases(&shop.forecast, &row), expected->purchases, 1e-8);
        assert_relative(clv_forecast_mean_value(&shop.forecast, &row), expected->mean, 1e-8);
        assert_relative(interval.low, discount ? expected->discounted_low : expected->low, 1e-7);
        assert_relative(interval.high, discount ? expected->discounted_high : expected->high, 1e-7);
      }
    }
    shop_free(&shop);
  }
  free(rows);
}

/*
** The lowest AIC: MBG/NBD on this set (ref_params.csv: -9582.1357 against -9582.4292 and -9594.9762, four parameters
** each).
*/
static void lowest_aic(void **unused)
{
  (void)unused;
  size_t n;
  Row *rows = cdnow_rows(&n);
  Shop shop = {0};
  shop_read(&shop, rows, n, "1997-09-30", 7);
  assert_int_equal(clv_forecast_fit(&shop.forecast, &shop.cbs, CLV_FORECAST_AUTO, &NEVER), STATUS_OK);
  assert_ptr_equal(shop.forecast.model, &MBGNBD);
  static const double LL[] = {-9582.42920667393, -9582.13571555375, -9594.97617893954};
  for (int i = 0; i < CLV_FORECAST_MODELS; i++) {
    assert_ptr_equal(shop.forecast.fit[i].model, CLV_FORECAST_MODEL[i]);
    assert_relative(shop.forecast.fit[i].log_likelihood, LL[i], 1e-11);
    assert_relative(btyd_aic(&shop.forecast.fit[i]), 8 - 2 * LL[i], 1e-11);
  }
  shop_free(&shop);
  free(rows);
}

/* Every customer, from a memory that has to forget, as from one that never had anything; in another unit the same. */
static void memory_and_unit(void **unused)
{
  (void)unused;
  size_t n;
  Row *rows = cdnow_rows(&n);
  Shop shop = {0}, days = {0};
  shop_read(&shop, rows, n, NULL, 7);
  shop_read(&days, rows, n, NULL, 1);
  assert_int_equal(clv_forecast_fit(&shop.forecast, &shop.cbs, 2, &NEVER), STATUS_OK);
  assert_int_equal(clv_forecast_fit(&days.forecast, &days.cbs, 2, &NEVER), STATUS_OK);
  const BtydFit *fit = shop.forecast.chosen;
  for (uint32_t i = 0; i < shop.summary.n_rows; i++) {
    CustomerSummaryRow row;
    customer_summary_get(&shop.summary, &shop.customers, i, &row);
    CbsRow cbs = {(double)row.repeats, (double)row.recency / 7, (double)row.age / 7};
    assert_true(clv_forecast_p_alive(&shop.forecast, &row) == PARETO_NBD.p_alive(fit->theta, &cbs));
    assert_true(clv_forecast_purchases(&shop.forecast, &row) == PARETO_NBD.expected(fit->theta, &cbs, 52));
    assert_true(clv_forecast_value(&shop.forecast, &row) ==
                clv_forecast_purchases(&shop.forecast, &row) * clv_forecast_mean_value(&shop.forecast, &row));
    if (row.repeats) {
      assert_relative(clv_forecast_mean_value(&shop.forecast, &row),
                      GAMMA_GAMMA.expected_value(shop.forecast.spend.theta, cbs.x, fmax(row.mean, 1e-300)), 1e-12);
    }
    Interval one = clv_forecast_interval(&shop.forecast, &row), other = clv_forecast_interval(&days.forecast, &row);
    assert_relative(other.low, one.low, 1e-6);
    assert_relative(other.high, one.high, 1e-6);
  }
  shop_free(&shop);
  shop_free(&days);
  free(rows);
}

static void bootstrap_run(Shop *shop, const Row *rows, size_t n, uint64_t seed)
{
  shop_read(shop, rows, n, "1997-09-30", 7);
  assert_int_equal(clv_forecast_fit(&shop->forecast, &shop->cbs, 0, &NEVER), STATUS_OK);
  assert_int_equal(clv_forecast_bootstrap(&shop->forecast, &shop->summary, &shop->customers, 60, seed, &NEVER),
                   STATUS_OK);
  assert_true(shop->forecast.n_replicates >= 55);
}

/* The same seed the same interval, another seed another; on average over customers as wide as the delta method's. */
static void bootstrap(void **unused)
{
  (void)unused;
  size_t n;
  Row *rows = cdnow_rows(&n);
  Shop one = {0}, same = {0}, other = {0}, delta = {0};
  bootstrap_run(&one, rows, n, 7);
  bootstrap_run(&same, rows, n, 7);
  bootstrap_run(&other, rows, n, 8);
  shop_read(&delta, rows, n, "1997-09-30", 7);
  assert_int_equal(clv_forecast_fit(&delta.forecast, &delta.cbs, 0, &NEVER), STATUS_OK);
  double width = 0, width_delta = 0;
  int differ = 0;
  for (uint32_t i = 0; i < 200; i++) {
    CustomerSummaryRow row;
    customer_summary_get(&one.summary, &one.customers, i, &row);
    Interval a = clv_forecast_interval(&one.forecast, &row), b = clv_forecast_interval(&same.forecast, &row);
    Interval c = clv_forecast_interval(&other.forecast, &row), d = clv_forecast_interval(&delta.forecast, &row);
    double value = clv_forecast_value(&one.forecast, &row);
    assert_true(a.low == b.low && a.high == b.high);
    assert_true(a.low < value && value < a.high);
    differ += a.low != c.low;
    width += log(a.high / a.low);
    width_delta += log(d.high / d.low);
  }
  assert_int_equal(differ, 200);
  assert_true(width / width_delta > 0.7 && width / width_delta < 1.4);
  shop_free(&one);
  shop_free(&same);
  shop_free(&other);
  shop_free(&delta);
  free(rows);
}

#define SMALL 300
#define REFUNDED 5 /* a customer who bought again */

/*
** A shop as BG/NBD means it (r = 0.6, alpha = 4 weeks, a = 1, b = 3), 300 customers who begin in the first 40 days of a
** year; `value` of a purchase.
*/
static size_t small_shop(Row *rows, double (*value)(int customer, int purchase))
{
  Random random = random_seed(1, 1);
  size_t n = 0;
  for (int c = 0; c < SMALL; c++) {
    double rate = random_gamma(&random, 0.6) / 28, leaves = random_beta(&random, 1, 3);
    double day = c % 40;
    bool alive = true;
    for (int i = 0; day < 364 && alive && i < 60; i++) {
      rows[n] = (Row){at("2024-01-01") + (int64_t)day * DAY, c, value(c, i), (int64_t)n + 1};
      n++;
      alive = i == 0 || random_uniform(&random) > leaves;
      day = floor(day) + 1 + random_exponential(&random) / rate; /* one purchase a day at most */
    }
  }
  rows[n] = (Row){at("2024-12-30"), 999, 1, (int64_t)n + 1};
  return n + 1;
}

static double ten(int customer, int purchase)
{
  (void)customer, (void)purchase;
  return 10;
}

static double vary(int customer, int purchase)
{
  return (5 + customer * 7919 % 61) * (1 + (customer + purchase * 104729) % 5);
}

static double lose(int customer, int purchase)
{
  (void)customer;
  return purchase % 2 ? -7 : -2;
}

static double refund(int customer, int purchase)
{
  return customer == REFUNDED ? -3 : vary(customer, purchase);
}

/* One price for all: Gamma-Gamma has no maximum, the mean is what it is, and certain. */
static void mean_instead(void **unused)
{
  (void)unused;
  static Row rows[SMALL * 60];
  Shop shop = {0};
  shop_read(&shop, rows, small_shop(rows, ten), NULL, 7);
  assert_int_equal(clv_forecast_fit(&shop.forecast, &shop.cbs, CLV_FORECAST_AUTO, &NEVER), STATUS_OK);
  assert_non_null(shop.forecast.model);
  assert_false(shop.forecast.has_spend);
  assert_true(shop.forecast.spend.reason[0] != 0);
  assert_relative(shop.forecast.mean, 10, 1e-12);
  assert_true(shop.forecast.mean_sd < 1e-7);
  CustomerSummaryRow row = row_of(&shop, REFUNDED), once = row_of(&shop, 999);
  assert_true(row.repeats > 0 && once.repeats == 0);
  assert_relative(clv_forecast_value(&shop.forecast, &row), 10 * clv_forecast_purchases(&shop.forecast, &row), 1e-12);
  assert_relative(clv_forecast_mean_value(&shop.forecast, &once), 10, 1e-12);
  Interval interval = clv_forecast_interval(&shop.forecast, &row);
  assert_true(interval.low < clv_forecast_value(&shop.forecast, &row) &&
              interval.high > clv_forecast_value(&shop.forecast, &row));
  shop_free(&shop);
}

/* The ratio of two totals and its standard error (Cochran 1977, 6.4), by the definition. */
static void mean_by_definition(void **unused)
{
  (void)unused;
  static Row rows[SMALL * 60];
  Shop shop = {0};
  shop_read(&shop, rows, small_shop(rows, vary), NULL, 7);
  double x = 0, s = 0, squares = 0, n = shop.summary.n_rows;
  for (int round = 0; round < 2; round++) {
    for (uint32_t i = 0; i < shop.summary.n_rows; i++) {
      CustomerSummaryRow row;
      customer_summary_get(&shop.summary, &shop.customers, i, &row);
      double sum = row.repeats ? row.mean * (double)row.repeats : 0;
      x += round ? 0 : (double)row.repeats;
      s += round ? 0 : sum;
      squares += round ? pow(sum - s / x * (double)row.repeats, 2) : 0;
    }
  }
  assert_relative(shop.cbs.mean, s / x, 1e-12);
  assert_relative(shop.cbs.mean_sd, sqrt(squares * n / (n - 1)) / x, 1e-10);
  assert_true(cbs_customers(&shop.cbs.purchases) == n);
  shop_free(&shop);
}

/*
** Refunds: a negative mean of one customer counts as 0; a shop that loses on the whole has no interval on a log scale.
*/
static void negative_values(void **unused)
{
  (void)unused;
  static Row rows[SMALL * 60];
  Shop shop = {0}, losing = {0};
  shop_read(&shop, rows, small_shop(rows, refund), NULL, 7);
  assert_int_equal(clv_forecast_fit(&shop.forecast, &shop.cbs, CLV_FORECAST_AUTO, &NEVER), STATUS_OK);
  CustomerSummaryRow row = row_of(&shop, REFUNDED);
  assert_true(row.mean < 0);
  assert_non_null(shop.forecast.model);
  assert_true(shop.forecast.has_spend);
  assert_relative(clv_forecast_mean_value(&shop.forecast, &row),
                  GAMMA_GAMMA.expected_value(shop.forecast.spend.theta, (double)row.repeats, 1e-300), 1e-12);
  assert_true(clv_forecast_interval(&shop.forecast, &row).low > 0);
  shop_read(&losing, rows, small_shop(rows, lose), NULL, 7);
  assert_int_equal(clv_forecast_fit(&losing.forecast, &losing.cbs, CLV_FORECAST_AUTO, &NEVER), STATUS_OK);
  assert_non_null(losing.forecast.model);
  assert_false(losing.forecast.has_spend);
  assert_true(clv_forecast_value(&losing.forecast, &row) < 0);
  assert_true(isnan(clv_forecast_interval(&losing.forecast, &row).low));
  shop_free(&shop);
  shop_free(&losing);
}

static void nothing_to_fit(void **unused)
{
  (void)unused;
  Row rows[40];
  Shop shop = {0};
  for (int i = 0; i < 40; i++) {
    rows[i] = (Row){at("2024-01-01") + i * DAY, i, 10, i + 1};
  }
  shop_read(&shop, rows, 40, NULL, 7);
  assert_int_equal(clv_forecast_fit(&shop.forecast, &shop.cbs, CLV_FORECAST_AUTO, &NEVER), STATUS_OK);
  assert_null(shop.forecast.model);
  for (int i = 0; i < CLV_FORECAST_MODELS; i++) {
    assert_false(shop.forecast.fit[i].converged);
    assert_true(shop.forecast.fit[i].reason[0] != 0);
  }
  shop_free(&shop);
}

/*
** Shops whose truth is known: customers by BG/NBD in continuous time with values by Gamma-Gamma. The interval is one
** for the value at the true parameters, and should hold it at its level.
*/
static void intervals_cover(void **unused)
{
  (void)unused;
  enum {
    SHOPS = 300,
    CUSTOMERS = 600
  };
  static const double THETA[] = {0.6, 4, 1, 3}, SPEND[] = {6, 4, 15};
  static const CustomerSummaryRow ASKED[] = {{.repeats = 0, .age = 200, .mean = NAN},
                                             {.repeats = 3, .recency = 150, .age = 271, .mean = 30},
                                             {.repeats = 20, .recency = 260, .age = 270, .mean = 12}};
  int covered[3] = {0}, shops = 0;
  for (int k = 0; k < SHOPS; k++) {
    Random random = random_seed(20, (uint64_t)k);
    SummaryCbs cbs = {0};
    for (int c = 0; c < CUSTOMERS; c++) {
      double rate = random_gamma(&random, THETA[0]) / THETA[1], leaves = random_beta(&random, THETA[2], THETA[3]);
      double nu = random_gamma(&random, SPEND[1]) / SPEND[2], sum = 0, t = 0;
      CbsRow row = {0, 0, 20 + c % 32};
      for (bool alive = true; alive; alive = random_uniform(&random) > leaves) {
        t += random_exponential(&random) / rate;
        if (t > row.T) {
          break;
        }
        row.x++;
        row.t_x = t;
        sum += random_gamma(&random, SPEND[0]) / nu;
      }
      assert_int_equal(cbs_add(&cbs.purchases, row, NULL, 1, &WATCH_NEVER), STATUS_OK);
      if (row.x > 0) {
        assert_int_equal(cbs_add(&cbs.spend, (CbsRow){row.x, sum / row.x, 0}, NULL, 1, &WATCH_NEVER), STATUS_OK);
      }
    }
    assert_int_equal(cbs_finish(&cbs.purchases, &NEVER), STATUS_OK);
    assert_int_equal(cbs_finish(&cbs.spend, &NEVER), STATUS_OK);
    ClvForecast forecast = {.unit_days = 7, .horizon = 26, .level = 0.9};
    assert_int_equal(clv_forecast_fit(&forecast, &cbs, 0, &NEVER), STATUS_OK);
    for (int i = 0; i < 3 && forecast.model; i++) {
      CbsRow row = {(double)ASKED[i].repeats, (double)ASKED[i].recency / 7, (double)ASKED[i].age / 7};
      double mean =
        row.x > 0 ? GAMMA_GAMMA.expected_value(SPEND, row.x, ASKED[i].mean) : SPEND[0] * SPEND[2] / (SPEND[1] - 1);
      double truth = BGNBD.expected(THETA, &row, 26) * mean;
      Interval interval = clv_forecast_interval(&forecast, &ASKED[i]);
      covered[i] += interval.low <= truth && truth <= interval.high;
    }
    shops += forecast.model && forecast.has_spend;
    clv_forecast_free(&forecast);
    summary_cbs_free(&cbs);
  }
  print_message("of %d shops the intervals at 0.9 hold the truth in %d, %d, %d\n", shops, covered[0], covered[1],
                covered[2]);
  assert_true(shops >= SHOPS - 15);
  for (int i = 0; i < 3; i++) { /* 0.9 within three standard errors of a share of 300 */
    assert_true(covered[i] > 0.848 * shops && covered[i] < 0.952 * shops);
  }
}

/* One reason where all say the same, else each model's own; models that were not asked for say nothing. */
static void reasons(void **unused)
{
  (void)unused;
  char text[CLV_FORECAST_REASONS];
  BtydFit fit[CLV_FORECAST_MODELS] = {{.model = &BGNBD, .reason = "nobody bought again"},
                                      {.model = NULL},
                                      {.model = &PARETO_NBD, .reason = "nobody bought again"}};
  clv_forecast_reasons(fit, text);
  assert_string_equal(text, "nobody bought again");
  snprintf(fit[2].reason, sizeof fit[2].reason, "all customers are alike");
  clv_forecast_reasons(fit, text);
  assert_string_equal(text, "bgnbd: nobody bought again; pareto_nbd: all customers are alike");
  for (int i = 0; i < CLV_FORECAST_MODELS; i++) {
    fit[i].model = CLV_FORECAST_MODEL[i];
    memset(fit[i].reason, 'a' + i, BTYD_REASON - 1);
  }
  clv_forecast_reasons(fit, text);
  assert_int_equal(strlen(text), 3 * (BTYD_REASON - 1) + strlen("bgnbd: ; mbgnbd: ; pareto_nbd: "));
}

/* Says stop at the n-th question. */
static void interrupted(void **unused)
{
  (void)unused;
  static Row rows[SMALL * 60];
  size_t n = small_shop(rows, vary);
  int stopped = 0;
  for (int at_question = 1;; at_question++) {
    int questions = at_question;
    const Watch watch = {stop_once, &questions};
    Shop shop = {0};
    shop_read(&shop, rows, n, NULL, 7);
    Status status = clv_forecast_fit(&shop.forecast, &shop.cbs, 0, &watch);
    if (status == STATUS_OK) {
      status = clv_forecast_bootstrap(&shop.forecast, &shop.summary, &shop.customers, 2, 1, &watch);
    }
    shop_free(&shop);
    if (questions > 0) {
      assert_int_equal(status, STATUS_OK);
      break;
    }
    assert_int_equal(status, STATUS_INTERRUPT);
    stopped++;
  }
  assert_true(stopped > 10);
}

/* exp(±1.959963984540054 * 0.1) */
static void interval_on_log_scale(void **unused)
{
  (void)unused;
  Interval interval = log_interval(2, 0.1, 0.95);
  assert_relative(interval.low, 2 / 1.216522523964603, 1e-12);
  assert_relative(interval.high, 2 * 1.216522523964603, 1e-12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(cdnow),           cmocka_unit_test(lowest_aic),     cmocka_unit_test(memory_and_unit),
    cmocka_unit_test(bootstrap),       cmocka_unit_test(mean_instead),   cmocka_unit_test(mean_by_definition),
    cmocka_unit_test(negative_values), cmocka_unit_test(nothing_to_fit), cmocka_unit_test(intervals_cover),
    cmocka_unit_test(reasons),         cmocka_unit_test(interrupted),    cmocka_unit_test(interval_on_log_scale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
