/* core/btyd/gamma_gamma.c: against mpmath, the reference files, quadrature and the published fits. */
#include "core/btyd/btyd.h"
#include "unit.h"

#define REFERENCE "../shared/reference/btyd/"

#define MODEL GAMMA_GAMMA
#define N 3

/* mpmath 1.3, 40 digits, from the definition: p, q, gamma; x, m; log-likelihood, E[M | x, m]. */
static const struct Known {
  double theta[3], x, m, log_likelihood, expected_value;
} KNOWN[] = {
  {{6.25, 3.74, 15.45}, 1, 35, -4.181676904990732, 35.073692992213571},
  {{6.25, 3.74, 15.45}, 500, 35, -3.9942157489324217, 35.000211814281238},
  {{6.25, 3.74, 15.45}, 28, 4e5, -45.495941900882903, 393834.23293856194},
  {{6.25, 0.5, 15.45}, 1, 3, -12.21621852208805, 20.054347826086957},
  {{1e4, 3, 0.01}, 10, 20, -3.8605607174782676, 20.00059998800024},
  {{2, 5e5, 3e6}, 3, 11, -2.4569042121186987, 12.000011999880001},
  {{1e-3, 1e-2, 7}, 4, 0.01, -1.2734367529457964, INFINITY},
  {{0.3, 1.0001, 1e6}, 2, 1e-3, -5.6210712194363931, 499916.68155307449},
};

static void known_values(void **unused)
{
  (void)unused;
  for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
    const struct Known *k = &KNOWN[i];
    assert_relative(GAMMA_GAMMA.log_likelihood(k->theta, &(CbsRow){k->x, k->m, 0}), k->log_likelihood, 1e-12);
    double value = GAMMA_GAMMA.expected_value(k->theta, k->x, k->m);
    if (isinf(k->expected_value)) {
      assert_true(value == INFINITY);
    } else {
      assert_relative(value, k->expected_value, 1e-14);
    }
  }
  /* Of an unknown customer the mean of all, gamma p/(q-1), if there is one. */
  assert_relative(GAMMA_GAMMA.expected_value((double[]){6, 4, 15}, 0, NAN), 30, 1e-15);
  assert_true(GAMMA_GAMMA.expected_value((double[]){6, 1, 15}, 0, 0) == INFINITY);
  assert_true(GAMMA_GAMMA.expected_value((double[]){6, 0.5, 15}, 0, 0) == INFINITY);
}

/* ref_cdnow_summary_gg.csv: id, x, m_x, p, q, gamma, ll, exp_profit. */
static void reference_file(void **unused)
{
  (void)unused;
  FILE *file = open_or_skip(REFERENCE "ref_cdnow_summary_gg.csv");
  char line[1000];
  double v[7];
  int rows = 0;
  assert_non_null(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    assert_int_equal(csv_numbers(line, 1, v, 7), 7);
    assert_relative(GAMMA_GAMMA.log_likelihood(v + 2, &(CbsRow){v[0], v[1], 0}), v[5], 1e-12);
    assert_relative(GAMMA_GAMMA.expected_value(v + 2, v[0], v[1]), v[6], 1e-13);
    rows++;
  }
  fclose(file);
  assert_int_equal(rows, 96);
}

/* The density of m integrates to one (midpoints in ln m), with the mean that the population has. */
static void density_integrates_to_one(void **unused)
{
  (void)unused;
  const double theta[] = {6.25, 3.74, 15.45};
  for (double x = 1; x <= 64; x *= 4) {
    double sum = 0, mean = 0;
    for (double log_m = -20; log_m < 30; log_m += 0.01) {
      double m = exp(log_m + 0.005), share = exp(GAMMA_GAMMA.log_likelihood(theta, &(CbsRow){x, m, 0})) * m * 0.01;
      sum += share;
      mean += share * m;
    }
    assert_relative(sum, 1, 1e-11);
    assert_relative(mean, 15.45 * 6.25 / 2.74, 1e-11);
  }
}

/* Groups with and without weights, shorter and longer than a block. */
static Cbs sample(void)
{
  Cbs cbs = {0};
  for (int i = 0; i < 200; i++) {
    double x = 1 + (i % 7) * (i % 3), m = exp(0.5 * sin(i * 1.7) + 0.7 * cos(i * 3.1) / sqrt(x));
    assert_int_equal(cbs_add(&cbs, (CbsRow){x, m, 0}, NULL, x == 3 ? 1 + i % 4 : 1, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  return cbs;
}

/* The gradient against central differences of the value, and the value against the sum over customers. */
static void gradient_is_that_of_the_likelihood(void **unused)
{
  (void)unused;
  Cbs cbs = sample();
  void *fitter = NULL;
  assert_int_equal(MODEL.open(&cbs, &fitter, &METER_NEVER), STATUS_OK);
  for (int k = 0; k < 20; k++) {
    double at[N], theta[N], value, gradient[N], unused_gradient[N], sum = 0;
    for (int i = 0; i < N; i++) {
      at[i] = (k == 0 ? 0 : 2.5 * sin(7.0 * k + 3.0 * i));
      theta[i] = exp(at[i]);
    }
    MODEL.evaluate(fitter, at, &value, gradient);
    for (size_t i = 0; i < cbs.n; i++) {
      sum += cbs.weight[i] * MODEL.log_likelihood(theta, &(CbsRow){cbs.x[i], cbs.t_x[i], cbs.T[i]});
    }
    assert_relative(value, sum, 1e-13);
    for (int i = 0; i < N; i++) {
      double there = at[i], step = 1e-4, v[4];
      for (int s = 0; s < 4; s++) {
        at[i] = there + step * (double[]){-2, -1, 1, 2}[s];
        MODEL.evaluate(fitter, at, &v[s], unused_gradient);
      }
      at[i] = there;
      double slope = (v[0] - 8 * v[1] + 8 * v[2] - v[3]) / (12 * step);
      if (!(fabs(slope - gradient[i]) <= 1e-7 * (fabs(slope) + fabs(value) * 1e-2))) {
        fail_msg("variable %d: %.12g by differences, %.12g", i, slope, gradient[i]);
      }
    }
    double hessian[N * N], at_value, above[N], below[N];
    MODEL.evaluate_hessian(fitter, at, &at_value, unused_gradient, hessian);
    assert_true(at_value == value && memcmp(gradient, unused_gradient, sizeof gradient) == 0);
    for (int i = 0; i < N; i++) {
      double there = at[i];
      at[i] = there + 1e-5;
      MODEL.evaluate(fitter, at, &value, above);
      at[i] = there - 1e-5;
      MODEL.evaluate(fitter, at, &value, below);
      at[i] = there;
      for (int j = 0; j < N; j++) {
        double got = hessian[i > j ? i * N + j : j * N + i], slope = (above[j] - below[j]) / 2e-5;
        if (!(fabs(slope - got) <= 1e-7 * (fabs(slope) + fabs(at_value) * 1e-1))) {
          fail_msg("hessian %d, %d: %.12g by differences, %.12g", i, j, slope, got);
        }
      }
    }
  }
  MODEL.close(fitter);
  cbs_free(&cbs);
}

static void far_from_one(void **unused)
{
  (void)unused;
  double value, gradient[3];
  Cbs cbs = {0};
  void *fitter = NULL;
  for (int i = 0; i < 40; i++) { /* a product of 16 of these would overflow, or vanish */
    assert_int_equal(cbs_add(&cbs, (CbsRow){1, pow(10, i - 20), 0}, NULL, 1, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_int_equal(GAMMA_GAMMA.open(&cbs, &fitter, &METER_NEVER), STATUS_OK);
  for (double log_gamma = -45; log_gamma < 46; log_gamma += 9) {
    double at[] = {0.1, 0.2, log_gamma}, theta[] = {exp(0.1), exp(0.2), exp(log_gamma)}, sum = 0;
    GAMMA_GAMMA.evaluate(fitter, at, &value, gradient);
    for (size_t i = 0; i < cbs.n; i++) {
      sum += GAMMA_GAMMA.log_likelihood(theta, &(CbsRow){1, cbs.t_x[i], 0});
    }
    assert_relative(value, sum, 1e-13);
  }
  for (int i = 0; i < 3; i++) {
    double at[3] = {0};
    at[i] = 1000;
    GAMMA_GAMMA.evaluate(fitter, at, &value, gradient);
    assert_true(value == -INFINITY);
    at[i] = NAN;
    GAMMA_GAMMA.evaluate(fitter, at, &value, gradient);
    assert_true(value == -INFINITY);
  }
  GAMMA_GAMMA.close(fitter);
  cbs_free(&cbs);
}

/* ---- Fits ---- */

/*
** Customers of a file of orders (customer, ISO date, units, amount; by customer and time) to 1997-09-30: orders of a
** day are one purchase, the first is not counted, and m is the mean of the others; x > 0 and m > 0 take part.
*/
static size_t read_orders(const char *name, Cbs *cbs)
{
  FILE *file = open_or_skip(name);
  char line[200], day[11] = "", customer[20] = "";
  double x = -1, total = 0;
  size_t customers = 0;
  assert_non_null(fgets(line, sizeof line, file));
  for (bool more = true; more;) {
    more = fgets(line, sizeof line, file) != NULL;
    char *date = more ? strchr(line, ',') + 1 : NULL;
    if (more) {
      date[-1] = 0;
    }
    if (!more || strcmp(line, customer) != 0) {
      if (x > 0 && total > 0) {
        assert_int_equal(cbs_add(cbs, (CbsRow){x, total / x, 0}, NULL, 1, &WATCH_NEVER), STATUS_OK);
        customers++;
      }
      x = -1;
      total = 0;
      day[0] = 0;
      if (!more) {
        break;
      }
      strcpy(customer, line);
    }
    if (strncmp(date, "1997-09-30", 10) > 0) {
      continue;
    }
    if (strncmp(date, day, 10) != 0) {
      memcpy(day, date, 10);
      x++;
    }
    if (x > 0) {
      total += strtod(strchr(strchr(date, ',') + 1, ',') + 1, NULL);
    }
  }
  fclose(file);
  assert_int_equal(cbs_finish(cbs, &NEVER), STATUS_OK);
  return customers;
}

static void assert_fit(const Cbs *cbs, double customers, const double *gold, const double *error, double log_likelihood)
{
  BtydFit fit;
  assert_int_equal(btyd_fit(&GAMMA_GAMMA, cbs, &fit, &NEVER), STATUS_OK);
  assert_true(fit.converged);
  assert_true(fit.customers == customers);
  assert_relative(fit.log_likelihood, log_likelihood, 2e-13);
  for (int i = 0; i < 3; i++) {
    assert_relative(fit.theta[i], gold[i], 1e-9);
    assert_relative(sqrt(fit.covariance[4 * i]), error[i], 5e-4);
  }
}

/* ref_params.csv, GOLD; the paper's rounded summary of the sample gives 6.25, 3.74, 15.45. */
static void cdnow_sample(void **unused)
{
  (void)unused;
  Cbs cbs = {0};
  assert_int_equal(read_orders("../shared/data/cdnow_sample_orders.csv", &cbs), 946);
  assert_fit(&cbs, 946, (double[]){6.249572271323944, 3.744224667131953, 15.443520962588423},
             (double[]){0.1904, 0.07749, 0.2693}, -4055.917694801876);
  cbs_free(&cbs);
}

static void cdnow_all(void **unused)
{
  (void)unused;
  Cbs cbs = {0};
  assert_int_equal(read_orders("../shared/data/cdnow_orders.csv", &cbs), 9450);
  assert_fit(&cbs, 9450, (double[]){6.27535906791673, 3.624450022830443, 14.983687030933183},
             (double[]){0.06369, 0.02498, 0.0897}, -40763.476261390795);
  cbs_free(&cbs);
}

static BtydFit fit_of(const CbsRow *rows, size_t n, double unit)
{
  Cbs cbs = {0};
  BtydFit fit;
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(cbs_add(&cbs, (CbsRow){rows[i].x, unit * rows[i].t_x, 0}, NULL, 1, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_int_equal(btyd_fit(&GAMMA_GAMMA, &cbs, &fit, &NEVER), STATUS_OK);
  cbs_free(&cbs);
  return fit;
}

/* Cents or millions: gamma follows, p and q stay. */
static void unit_of_value(void **unused)
{
  (void)unused;
  Cbs cbs = sample();
  CbsRow rows[200];
  for (size_t i = 0; i < cbs.n; i++) {
    rows[i] = (CbsRow){cbs.x[i], cbs.t_x[i], 0};
  }
  BtydFit one = fit_of(rows, cbs.n, 1), other = fit_of(rows, cbs.n, 1e9);
  assert_true(one.converged && other.converged);
  assert_relative(other.theta[0], one.theta[0], 1e-9);
  assert_relative(other.theta[1], one.theta[1], 1e-9);
  assert_relative(other.theta[2], one.theta[2] * 1e9, 1e-9);
  assert_relative(other.log_likelihood, one.log_likelihood - one.customers * log(1e9), 1e-12);
  cbs_free(&cbs);
}

static void says_why_there_is_no_fit(void **unused)
{
  (void)unused;
  assert_string_equal(fit_of((CbsRow[]){{1, 5, 0}, {2, 5, 0}, {3, 5, 0}, {4, 5, 0}}, 4, 1).reason,
                      "all mean values are alike");
  assert_string_equal(fit_of((CbsRow[]){{1, 5, 0}, {2, 6, 0}, {3, 5, 0}}, 3, 1).reason,
                      "fewer than 4 different customers do not determine three parameters");
  /* Means differ less the more purchases they are of: customers do not differ. */
  CbsRow rows[60];
  for (int i = 0; i < 60; i++) {
    double x = 1 + i % 6 * 8;
    rows[i] = (CbsRow){x, 10 * exp((i / 6 - 4.5) / 4.5 * pow(x, -0.75)), 0};
  }
  BtydFit fit = fit_of(rows, 60, 1);
  assert_false(fit.converged);
  assert_non_null(strstr(fit.reason, "q and gamma grow without end while p gamma/(q-1) stays"));
  assert_non_null(strstr(fit.reason, "customers do not differ; the log-likelihood tends to "));
}

static void words_of_limits(void **unused)
{
  (void)unused;
  const struct {
    double theta[3];
    const char *text;
  } cases[] = {
    {{4, 1e6, 2.5e6}, "q and gamma grow without end while p gamma/(q-1) stays 10: customers do not differ"},
    {{1e6, 3, 2e-5}, "p grows without end while p gamma stays 20: a customer's values do not vary"},
    {{1e6, 1e5, 1}, "p and q grow without end while p gamma/(q-1) stays 10.0001: all values are nearly alike"},
    {{1, 1e-7, 1}, "q tends to 0: the values vary too widely to have a mean"},
    {{1e-7, 2, 1}, "p tends to 0: the values vary too widely"},
  };
  char text[120];
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    assert_true(GAMMA_GAMMA.limit(cases[i].theta, text, sizeof text));
    assert_string_equal(text, cases[i].text);
  }
  assert_false(GAMMA_GAMMA.limit((double[]){1, 2, 3}, text, sizeof text));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(known_values),
    cmocka_unit_test(reference_file),
    cmocka_unit_test(density_integrates_to_one),
    cmocka_unit_test(gradient_is_that_of_the_likelihood),
    cmocka_unit_test(far_from_one),
    cmocka_unit_test(cdnow_sample),
    cmocka_unit_test(cdnow_all),
    cmocka_unit_test(unit_of_value),
    cmocka_unit_test(says_why_there_is_no_fit),
    cmocka_unit_test(words_of_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
