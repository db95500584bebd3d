/* core/btyd/bgbb.c: against mpmath, the reference files, the laws of probability, and the published fit. */
#include "core/btyd/btyd.h"
#include "unit.h"

#define REFERENCE "../shared/reference/btyd/"

#define MODEL BGBB
#define N 4

/*
** mpmath 1.3, 40 digits, from the definitions (Beta functions and term-by-term sums): the donations fit with many
** opportunities, gamma = 1 and near it, parameters from 1e-6 to 1e6, next to no chance to be alive.
*/
static const struct Known {
  double theta[4];
  CbsRow row;
  double log_likelihood, p_alive, p_alive_7, expected_10, expected_3000, dert_183, dert_10pct;
} KNOWN[] = {
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258},
   {0, 0, 6},
   -1.1675171029226536,
   0.11621816399422784,
   0.078644469008889557,
   0.13021808840351551,
   2.8446106926082996,
   1.206714248632977,
   0.11475271563687282},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258},
   {3, 5, 6},
   -5.6157674449583081,
   0.82415984956521766,
   0.55770639906789448,
   3.2252839798433696,
   70.456243124461429,
   29.888291112861988,
   2.8422325955226949},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258},
   {26, 50, 52},
   -39.827048543762488,
   0.92637656944698095,
   0.85583659425941332,
   4.3910545476226903,
   221.26098457233051,
   81.161944019458249,
   4.1882790687062734},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258},
   {180, 360, 365},
   -258.94238254409265,
   0.90065402559568117,
   0.88956595681445147,
   4.4044570305497196,
   542.30778918371301,
   153.99228166909246,
   4.3639331200017791},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258},
   {500, 999, 1000},
   -700.3838772470764,
   0.99868871653596734,
   0.99413599659802545,
   4.977811356098496,
   887.5038784040608,
   215.49482233014362,
   4.9603185389894759},
  {{1.204, 0.75, 1, 2.783},
   {2, 3, 6},
   -4.5262664862842335,
   0.22466374741820325,
   0.12502196626586068,
   0.58076873615975641,
   4.5948356434174271,
   2.8387249117702335,
   0.48980848409378066},
  {{1.204, 0.75, 1.0000001, 2.783},
   {2, 3, 6},
   -4.5262664967967486,
   0.22466372650248997,
   0.12502194760520891,
   0.58076865865743517,
   4.5948338832956466,
   2.8387240843738849,
   0.48980841334438614},
  {{1e-4, 1e-3, 1e-3, 0.01},
   {1, 2, 12},
   -11.792332557155629,
   0.99012921374684975,
   0.98965912692392883,
   0.82480456006378427,
   246.40116371718423,
   44.895143959784775,
   0.82463090402366219},
  {{2e4, 1e5, 3e4, 1e6},
   {7, 40, 52},
   -21.259157043287698,
   0.35888675173957849,
   0.29181104342716853,
   0.51019125273079665,
   1.9938193385392896,
   1.8758389876817637,
   0.44970195085244338},
  {{0.3, 12, 25, 0.4},
   {0, 0, 104},
   -0.00040420822019526651,
   1.1941252022498554e-28,
   2.7585672763748433e-29,
   1.1542446134493393e-30,
   1.3399255278899925e-30,
   1.3263678307088376e-30,
   8.6382393567428574e-31},
  {{30, 0.05, 0.2, 400},
   {60, 60, 60},
   -0.083440391142485605,
   1.0,
   0.99698140355673978,
   9.970742865752951,
   2312.112951885891,
   479.20107796948219,
   9.9478565128585567},
  {{5, 5, 1e-6, 1e-4},
   {10, 20, 400},
   -30.572435261188043,
   8.9094334139906976e-13,
   8.9094332592324993e-13,
   3.2595487655098128e-13,
   9.7786324792100395e-11,
   1.7795436314268591e-11,
   3.2595487226457835e-13},
};

static void known_values(void **unused)
{
  (void)unused;
  for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
    const struct Known *k = &KNOWN[i];
    assert_relative(BGBB.log_likelihood(k->theta, &k->row), k->log_likelihood, 2e-12);
    assert_relative(BGBB.p_alive(k->theta, &k->row), k->p_alive, 1e-12);
    assert_relative(BGBB.p_alive_at(k->theta, &k->row, 7), k->p_alive_7, 1e-12);
    assert_relative(BGBB.expected(k->theta, &k->row, 10), k->expected_10, 1e-12);
    assert_relative(BGBB.expected(k->theta, &k->row, 3000), k->expected_3000, 1e-12);
    assert_relative(BGBB.dert(k->theta, &k->row, 0.00183), k->dert_183, 1e-12);
    assert_relative(BGBB.dert(k->theta, &k->row, 0.0953101798), k->dert_10pct, 1e-12);
  }
}

/* The same, of k transactions in the next h opportunities. */
static const struct KnownPmf {
  double theta[4];
  CbsRow row;
  double k, h, chance;
} KNOWN_PMF[] = {
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258}, {0, 0, 0}, 0, 6, 0.31113850790075183},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258}, {0, 0, 0}, 3, 6, 0.10026824000488558},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258}, {0, 0, 0}, 6, 6, 0.11285251466610187},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258}, {0, 0, 0}, 500, 1000, 4.1379542019988411e-5},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258}, {3, 5, 6}, 0, 10, 0.28341636977663807},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258}, {3, 5, 6}, 4, 10, 0.096771915172411531},
  {{1.2035223516, 0.749716358173, 0.656718208442, 2.78344223258}, {180, 360, 365}, 100, 365, 0.0015706098530322581},
  {{2e4, 1e5, 3e4, 1e6}, {7, 40, 52}, 5, 52, 0.027603555227961665},
  {{0.3, 12, 25, 0.4}, {0, 0, 104}, 20, 52, 2.2074818757241543e-45},
  {{1.204, 0.75, 1, 2.783}, {2, 3, 6}, 2, 4, 0.050361266398251496},
};

static void known_chances(void **unused)
{
  (void)unused;
  for (size_t i = 0; i < COUNT_OF(KNOWN_PMF); i++) {
    const struct KnownPmf *k = &KNOWN_PMF[i];
    assert_relative(BGBB.pmf(k->theta, k->row.T == 0 ? NULL : &k->row, k->k, k->h), k->chance, 5e-12);
  }
}

/*
** ref_*.csv: id, x, t_x, n, four parameters, ll, p_alive_at_n, p_alive_at_n_plus_1, cet_n1, cet_n5, cet_n10,
** dert_annual10pct.
*/
static int compare_reference(const char *name)
{
  FILE *file = open_or_skip(name);
  char line[1000];
  double v[14];
  int rows = 0;
  assert_non_null(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    assert_int_equal(csv_numbers(line, 1, v, 14), 14);
    CbsRow row = {v[0], v[1], v[2]};
    const double *theta = v + 3;
    assert_relative(BGBB.log_likelihood(theta, &row), v[7], 1e-12);
    assert_relative(BGBB.p_alive(theta, &row), v[8], 1e-12);
    assert_relative(BGBB.p_alive_at(theta, &row, 0), v[8], 1e-12);
    assert_relative(BGBB.p_alive_at(theta, &row, 1), v[9], 1e-12);
    assert_relative(BGBB.expected(theta, &row, 1), v[10], 1e-12);
    assert_relative(BGBB.expected(theta, &row, 5), v[11], 1e-12);
    assert_relative(BGBB.expected(theta, &row, 10), v[12], 1e-12);
    assert_relative(BGBB.dert(theta, &row, log(1.1)), v[13], 1e-12);
    rows++;
  }
  fclose(file);
  return rows;
}

static void reference_files(void **unused)
{
  (void)unused;
  assert_int_equal(compare_reference(REFERENCE "ref_donations_bgbb.csv"), 37);
  assert_int_equal(compare_reference(REFERENCE "ref_stress_bgbb_gamma1.csv"), 2);
}

/* All the rows that n opportunities can make, each in C(t_x - 1, x - 1) orders. */
static void chances_sum_to_one(void **unused)
{
  (void)unused;
  for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
    const double *theta = KNOWN[i].theta;
    double n = 9, sum = exp(BGBB.log_likelihood(theta, &(CbsRow){0, 0, n}));
    for (double t_x = 1; t_x <= n; t_x++) {
      double orders = 1; /* C(t_x - 1, x - 1) */
      for (double x = 1; x <= t_x; x++) {
        sum += orders * exp(BGBB.log_likelihood(theta, &(CbsRow){x, t_x, n}));
        orders *= (t_x - x) / x;
      }
    }
    assert_relative(sum, 1, 1e-11);
  }
}

/* P(X = k) sums to one, and has the mean that expected() says, for those known and for new customers. */
static void pmf_agrees_with_the_mean(void **unused)
{
  (void)unused;
  for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
    for (int known = 0; known < 2; known++) {
      const CbsRow *row = known ? &KNOWN[i].row : NULL;
      double sum = 0, mean = 0;
      for (double k = 0; k <= 40; k++) {
        double chance = BGBB.pmf(KNOWN[i].theta, row, k, 40);
        sum += chance;
        mean += k * chance;
      }
      assert_relative(sum, 1, 1e-12);
      assert_relative(mean, BGBB.expected(KNOWN[i].theta, row, 40), 1e-11);
      assert_true(BGBB.pmf(KNOWN[i].theta, row, 41, 40) == 0);
    }
  }
}

/* The closed form of a long horizon continues the sum of a short one, also at and around gamma = 1. */
static void long_horizons_continue_short_ones(void **unused)
{
  (void)unused;
  for (double gamma = 0.2; gamma < 3; gamma += 0.1) {
    for (int side = -2; side <= 2; side++) {
      double theta[4] = {1.2, 0.75, (fabs(gamma - 1) < 0.01 ? 1 : gamma) + 0.99e-5 * side, 2.8};
      CbsRow row = {2, 5, 6};
      double sum = 0, delta = theta[3] + row.T, chance = BGBB.p_alive(theta, &row) * (1.2 + 2) / (1.95 + 6);
      for (double i = 0; i < 400; i++) {
        chance *= (delta + i) / (theta[2] + delta + i);
        sum += chance;
      }
      assert_relative(BGBB.expected(theta, &row, 400), sum, 2e-12);
    }
  }
}

/* Without discounting, the sum of a geometric-like tail: delta/(gamma - 1), or no end. */
static void dert_without_discount(void **unused)
{
  (void)unused;
  const double lasting[] = {1.2, 0.75, 1, 2.8}, leaving[] = {1.2, 0.75, 1.5, 2.8};
  assert_true(isinf(BGBB.dert(lasting, NULL, 0)));
  assert_relative(BGBB.dert(leaving, NULL, 0), 1.2 / 1.95 * 2.8 / 0.5, 1e-14);
  assert_relative(BGBB.dert(leaving, NULL, 1e-9), 1.2 / 1.95 * 2.8 / 0.5, 1e-3);
  assert_relative(BGBB.dert(leaving, NULL, 20), BGBB.expected(leaving, NULL, 1) * exp(-20), 1e-8);
  assert_relative(BGBB.expected(leaving, NULL, 2.7), BGBB.expected(leaving, NULL, 2), 0); /* whole opportunities */
  assert_relative(BGBB.p_alive_at(leaving, &(CbsRow){1, 1, 3}, 0.9), BGBB.p_alive(leaving, &(CbsRow){1, 1, 3}), 1e-15);
}

/*
** The mean of 1/(growth + p) over Beta(gamma, delta + n + 1) by quadrature, mpmath at 60 digits; below 1e-290 no answer
** rather than a wrong one.
*/
static void dert_with_tiny_discounts(void **unused)
{
  (void)unused;
  static const struct {
    double gamma, discount, value;
  } cases[] = {
    {1.5, 1e-12, 6.2570489623791482},    {1.5, 1e-20, 6.257083237415649},       {1.5, 1e-200, 6.257083240843507},
    {1.5, 1e-289, 6.257083240843507},    {1, 1e-12, 87.163264215421401},        {1, 1e-20, 151.84467234802186},
    {1, 1e-200, 1607.1763553495648},     {1, 1e-289, 2326.7570208336611},       {0.1, 1e-12, 42663343345.335869},
    {0.1, 1e-20, 6.7616842442988946e17}, {0.1, 1e-200, 6.7616842442988789e179}, {0.1, 1e-289, 8.5124561216760885e259},
  };
  const CbsRow row = {3, 5, 6};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    const double theta[] = {1.2, 0.75, cases[i].gamma, 2.8};
    assert_relative(BGBB.dert(theta, &row, cases[i].discount), cases[i].value, 2e-12);
  }
  assert_true(isnan(BGBB.dert((double[]){1.2, 0.75, 1.5, 2.8}, &row, 1e-291)));
}

/* Several n, gaps in t_x, weights. */
static Cbs sample(void)
{
  Cbs cbs = {0};
  for (int n = 3; n <= 12; n += 3) {
    for (int t_x = 0; t_x <= n; t_x++) {
      for (int x = t_x > 0; x <= t_x; x += 2) {
        if ((n + 3 * t_x + x) % 5 != 0) {
          assert_int_equal(cbs_add(&cbs, (CbsRow){x, t_x, n}, NULL, 1 + (7 * x + t_x) % 4, &WATCH_NEVER), STATUS_OK);
        }
      }
    }
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
  }
  MODEL.close(fitter);
  cbs_free(&cbs);
}

static void outside_the_domain(void **unused)
{
  (void)unused;
  Cbs cbs = sample();
  void *fitter = NULL;
  double value, gradient[4];
  assert_int_equal(BGBB.open(&cbs, &fitter, &METER_NEVER), STATUS_OK);
  for (int i = 0; i < 4; i++) {
    double at[4] = {0};
    at[i] = 1000;
    BGBB.evaluate(fitter, at, &value, gradient);
    assert_true(value == -INFINITY);
    at[i] = NAN;
    BGBB.evaluate(fitter, at, &value, gradient);
    assert_true(value == -INFINITY);
  }
  BGBB.close(fitter);
  cbs_free(&cbs);
}

/* ---- Fits ---- */

/*
** Published (the paper): 1.204, 0.750, 0.657, 2.783, LL -33225.6. GOLD: ref_params.csv, with its standard errors of the
** logarithms.
*/
static void donations(void **unused)
{
  (void)unused;
  FILE *file = open_or_skip("../shared/data/donations.csv");
  Cbs cbs = {0};
  char line[200];
  double v[4];
  assert_non_null(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    assert_int_equal(csv_numbers(line, 0, v, 4), 4);
    assert_int_equal(cbs_add(&cbs, (CbsRow){v[0], v[1], v[2]}, NULL, v[3], &WATCH_NEVER), STATUS_OK);
  }
  fclose(file);
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  BtydFit fit;
  assert_int_equal(btyd_fit(&BGBB, &cbs, &fit, &NEVER), STATUS_OK);
  assert_true(fit.converged);
  assert_true(fit.customers == 11104 && fit.rows == 22);
  const double gold[] = {1.2035223516018776, 0.7497163581729263, 0.656718208441876, 2.7834422325776567};
  const double error[] = {0.05766, 0.03928, 0.07767, 0.1153};
  assert_relative(fit.log_likelihood, -33225.581274347, 1e-13);
  for (int i = 0; i < 4; i++) {
    assert_relative(fit.theta[i], gold[i], 1e-9);
    assert_relative(sqrt(fit.covariance[5 * i]), error[i], 5e-4);
  }
  cbs_free(&cbs);
}

typedef struct Weighted {
  CbsRow row;
  double weight;
} Weighted;

static BtydFit fit_of(const Weighted *rows, size_t n)
{
  Cbs cbs = {0};
  BtydFit fit;
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(cbs_add(&cbs, rows[i].row, NULL, rows[i].weight, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_int_equal(btyd_fit(&BGBB, &cbs, &fit, &NEVER), STATUS_OK);
  cbs_free(&cbs);
  return fit;
}

static void says_why_there_is_no_fit(void **unused)
{
  (void)unused;
  /* Every living customer has the chance 1/2, and counts far from half occur more seldom still than that gives. */
  Weighted alike[200];
  size_t n = 0;
  alike[n++] = (Weighted){{0, 0, 8}, 1e4 * exp(BGBB.log_likelihood((double[]){1e6, 1e6, 2, 6}, &(CbsRow){0, 0, 8}))};
  for (double t_x = 1; t_x <= 8; t_x++) {
    double orders = 1; /* C(t_x - 1, x - 1) */
    for (double x = 1; x <= t_x; x++) {
      CbsRow row = {x, t_x, 8};
      double chance = orders * exp(BGBB.log_likelihood((double[]){1e6, 1e6, 2, 6}, &row));
      alike[n++] = (Weighted){row, 1e4 * chance * (1 - 0.3 * fabs(x / t_x - 0.5))};
      orders *= (t_x - x) / x;
    }
  }
  BtydFit fit = fit_of(alike, n);
  assert_false(fit.converged);
  assert_non_null(strstr(fit.reason, "alpha and beta grow without end while alpha/(alpha+beta) stays 0.49"));

  const Weighted none[] = {{{0, 0, 4}, 10}, {{0, 0, 5}, 3}};
  assert_string_equal(fit_of(none, 2).reason, "nobody made a transaction");
  const Weighted always[] = {{{4, 4, 4}, 10}, {{5, 5, 5}, 3}};
  assert_string_equal(fit_of(always, 2).reason, "everybody made a transaction at every opportunity");
  const Weighted few[] = {{{0, 0, 2}, 10}, {{1, 1, 2}, 3}, {{1, 2, 2}, 3}, {{2, 2, 2}, 3}};
  assert_string_equal(fit_of(few, 4).reason, "fewer than 3 opportunities do not determine four parameters");
  const Weighted many[] = {{{0, 0, 100001}, 10}, {{1, 1, 5}, 3}};
  assert_string_equal(fit_of(many, 2).reason, "more than 100000 opportunities: count in longer periods");
}

static void words_of_limits(void **unused)
{
  (void)unused;
  const struct {
    double theta[4];
    const char *text;
  } cases[] = {
    {{3e5, 7e5, 1, 2}, "alpha and beta grow without end while alpha/(alpha+beta) stays 0.3"},
    {{1, 2, 2e5, 8e5}, "gamma and delta grow without end while gamma/(gamma+delta) stays 0.2"},
    {{1, 2, 3e-7, 1e-7}, "gamma and delta tend to 0 while gamma/(gamma+delta) stays 0.75"},
    {{1, 1e6, 1, 2}, "alpha/(alpha+beta) tends to 0: beta grows without end"},
    {{1, 2, 1e-7, 2}, "gamma/(gamma+delta) tends to 0: gamma tends to 0"},
    {{1, 1e-7, 1, 2}, "alpha/(alpha+beta) tends to 1: beta tends to 0"},
    {{1, 2, 1e6, 2}, "gamma/(gamma+delta) tends to 1: gamma grows without end"},
  };
  char text[120];
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    assert_true(BGBB.limit(cases[i].theta, text, sizeof text));
    assert_string_equal(text, cases[i].text);
  }
  assert_false(BGBB.limit((double[]){1, 2, 3, 4}, text, sizeof text));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(known_values),
    cmocka_unit_test(known_chances),
    cmocka_unit_test(reference_files),
    cmocka_unit_test(chances_sum_to_one),
    cmocka_unit_test(pmf_agrees_with_the_mean),
    cmocka_unit_test(long_horizons_continue_short_ones),
    cmocka_unit_test(dert_without_discount),
    cmocka_unit_test(dert_with_tiny_discounts),
    cmocka_unit_test(gradient_is_that_of_the_likelihood),
    cmocka_unit_test(outside_the_domain),
    cmocka_unit_test(donations),
    cmocka_unit_test(says_why_there_is_no_fit),
    cmocka_unit_test(words_of_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
