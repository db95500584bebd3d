/*
** core/sbg: against the published cases, 50-digit arithmetic and its own equations; and what has no answer.
*/
#include "core/survival/sbg.h"
#include "unit.h"

/* alive[i]: after i periods, of n + 1. */
static SbgFit fit_survivors(const double *alive, size_t n)
{
  SbgCounts counts = {0};
  SbgFit fit;
  for (size_t t = 1; t <= n; t++) {
    assert_int_equal(sbg_counts_add(&counts, t, true, alive[t - 1] - alive[t]), STATUS_OK);
  }
  assert_int_equal(sbg_counts_add(&counts, n, false, alive[n]), STATUS_OK);
  assert_int_equal(sbg_fit(&counts, &fit, &NEVER), STATUS_OK);
  sbg_counts_free(&counts);
  sbg_counts_free(&counts);
  return fit;
}

/* Survivors of 1000 customers, Fader & Hardie 2007, table 1. */
static const double REGULAR[] = {1000, 631, 468, 382, 326, 289, 262, 241},
                    HIGH_END[] = {1000, 869, 743, 653, 593, 551, 517, 491};

/* ../shared/reference/btyd/ref_params.csv, rows GOLD of sbg_regular_7y and sbg_highend_7y. */
static void published_cases(void **unused)
{
  (void)unused;
  SbgFit fit = fit_survivors(REGULAR, 7);
  assert_int_equal(fit.end, SBG_CONVERGED);
  assert_null(sbg_reason(&fit));
  assert_relative(fit.alpha, 0.7040772984735162, 1e-12);
  assert_relative(fit.beta, 1.1820430262094752, 1e-12);
  assert_relative(fit.log_likelihood, -1680.2651884632867, 1e-14);
  assert_relative(sqrt(fit.covariance[0][0]), 0.09317, 1e-4);
  assert_relative(sqrt(fit.covariance[1][1]), 0.129, 1e-3);
  assert_true(fit.customers == 1000 && fit.lost == 759 && fit.periods == 7 && fit.rows == 8);
  assert_relative(fit.churn, 759.0 / (1000 + 631 + 468 + 382 + 326 + 289 + 262), 1e-15);
  fit = fit_survivors(HIGH_END, 7);
  assert_int_equal(fit.end, SBG_CONVERGED);
  assert_relative(fit.alpha, 0.6680883511064354, 1e-12);
  assert_relative(fit.beta, 3.8060949640581825, 1e-12);
  assert_relative(fit.log_likelihood, -1611.158147391157, 1e-14);
  assert_relative(sqrt(fit.covariance[0][0]), 0.1553, 1e-3);
}

/* Every row of the two files: t, alpha, beta, P(T = t), S(t), r(t), DERL at 10 %. */
static void reference_rows(void **unused)
{
  (void)unused;
  static const char *const FILES[] = {"../shared/reference/btyd/ref_sbg_regular_7y.csv",
                                      "../shared/reference/btyd/ref_sbg_highend_7y.csv"};
  for (int f = 0; f < 2; f++) {
    FILE *file = open_or_skip(FILES[f]);
    char line[400];
    int rows = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
      double t, alpha, beta, p, s, r, derl;
      assert_int_equal(sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf", &t, &alpha, &beta, &p, &s, &r, &derl), 7);
      /* The file's parameters are rounded to 12 digits, its values those of more. */
      assert_relative(sbg_survival(alpha, beta, t), s, 2e-11);
      assert_relative(sbg_retention(alpha, beta, t), r, 2e-12);
      assert_relative(sbg_survival(alpha, beta, t - 1) * (1 - sbg_retention(alpha, beta, t)), p, 2e-11);
      assert_relative(sbg_residual_lifetime(alpha, beta, 0.1, t - 1), derl, 2e-12);
      rows++;
    }
    fclose(file);
    assert_int_equal(rows, 16);
  }
}

/* mpmath 1.3, mp.dps = 50: exp of loggamma sums. */
static void survival_far_out(void **unused)
{
  (void)unused;
  static const double CASE[][4] = {
    {0.704, 1.182, 1, 0.626723223753976672},    {0.704, 1.182, 64, 0.0548540694562374414},
    {0.704, 1.182, 65, 0.0542679469886845294},  {0.668, 3.806, 1e6, 0.000232977874864958732},
    {0.01, 0.05, 1e15, 0.587069832049993535},   {1e-9, 1e-9, 1e9, 0.499999989349759364},
    {5.5, 500, 1000, 0.00241527885621954668},   {100, 3.8, 60, 9.97201221763407792e-42},
    {499, 1e5, 5000, 2.83238749219729429e-11},  {3000, 1e5, 4096, 2.83052815569126084e-52},
    {3000, 1e5, 4097, 2.75123869140619153e-52}, {1e6, 1e9, 1e5, 3.93025930895004372e-44},
  };
  for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
    assert_relative(sbg_survival(CASE[i][0], CASE[i][1], CASE[i][2]), CASE[i][3], 5e-13);
  }
  assert_true(sbg_survival(0.7, 1.2, 0) == 1);
  assert_true(sbg_survival(1e15, 1e-15, 1e15) == 0);
  assert_relative(sbg_retention(0.5, 1e-15, 1), 2e-15, 1e-14);
}

/* mpmath 1.3, mp.dps = 50: (b + n)/(a + b + n) (1 + d)/d 2F1(1, a; a + b + n + 1; -1/d). */
static void residual_lifetimes(void **unused)
{
  (void)unused;
  static const double CASE[][5] = {
    {0.704, 1.182, 0.1, 0, 2.96466214613203152}, {0.704, 1.182, 1e-9, 1e6, 20086196.9613945902},
    {0.01, 0.05, 1e-12, 3, 770271174109.155067}, {2, 3.8, 1e-8, 1000, 1003.68975254309627},
    {1, 1, 2, 0, 0.649185972973479438},          {3, 1e-9, 0.1, 0, 4.66376847970790778e-10},
    {300, 2000, 0.15, 5, 3.57360596017398201},
  };
  for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
    assert_relative(sbg_residual_lifetime(CASE[i][0], CASE[i][1], CASE[i][2], CASE[i][3]), CASE[i][4], 1e-13);
  }
  /* Without discount it is the mean of the beta-geometric. */
  assert_relative(sbg_residual_lifetime(3, 2, 0, 4), 6.0 / 2, 1e-15);
  assert_relative(sbg_residual_lifetime(3, 2, 1e-15, 4), 6.0 / 2, 1e-13);
  assert_true(sbg_residual_lifetime(1, 2, 0, 4) == INFINITY);
  assert_true(sbg_residual_lifetime(0.5, 2, 0, 4) == INFINITY);
}

/* V(n) = r(n + 1) (1 + V(n + 1) / (1 + d)). */
static void residual_lifetimes_follow_from_the_next(void **unused)
{
  (void)unused;
  static const double PARAMETER[] = {1e-6, 0.03, 0.7, 1, 5, 80, 1e4, 1e6},
                      DISCOUNT[] = {1e-13, 1e-6, 0.01, 0.5, 30, 1e15}, RENEWED[] = {0, 1, 20, 1e4, 1e7};
  for (int a = 0; a < 8; a++) {
    for (int b = 0; b < 8; b++) {
      for (int d = 0; d < 6; d++) {
        for (int n = 0; n < 5; n++) {
          double alpha = PARAMETER[a], beta = PARAMETER[b], discount = DISCOUNT[d], renewed = RENEWED[n];
          double next = sbg_residual_lifetime(alpha, beta, discount, renewed + 1);
          double now = sbg_residual_lifetime(alpha, beta, discount, renewed);
          assert_relative(now, sbg_retention(alpha, beta, renewed + 1) * (1 + next / (1 + discount)), 1e-12);
        }
      }
    }
  }
}

/*
** Staggered starts: rows of any order, kept at different ages; the derivatives of the log-likelihood are 0 at the fit.
*/
static void staggered_rows(void **unused)
{
  (void)unused;
  static const double LOST[] = {40, 31, 18, 12, 9, 4, 5, 2, 0, 1}, KEPT[] = {30, 28, 31, 25, 40, 22, 18, 35, 20, 50};
  SbgCounts counts = {0};
  SbgFit fit;
  double first = 0, second = 0, size = 0;
  for (size_t i = 10; i-- > 0;) {
    assert_int_equal(sbg_counts_add(&counts, i + 1, false, KEPT[i] / 2), STATUS_OK);
    assert_int_equal(sbg_counts_add(&counts, i + 1, true, LOST[i]), STATUS_OK);
    assert_int_equal(sbg_counts_add(&counts, i + 1, false, KEPT[i] / 2), STATUS_OK);
  }
  assert_int_equal(sbg_fit(&counts, &fit, &NEVER), STATUS_OK);
  assert_int_equal(fit.end, SBG_CONVERGED);
  double log_likelihood = 0;
  for (int i = 0; i < 10; i++) {
    double before = sbg_survival(fit.alpha, fit.beta, i), after = sbg_survival(fit.alpha, fit.beta, i + 1);
    log_likelihood += LOST[i] * log(before - after) + KEPT[i] * log(after);
    for (int t = 1; t <= i + 1; t++) {
      double n = LOST[i] + KEPT[i], lost = t == i + 1 ? LOST[i] : 0, s = fit.alpha + fit.beta + t - 1;
      first += lost / fit.alpha - n / s;
      second += (n - lost) / (fit.beta + t - 1) - n / s;
      size += n / s;
    }
  }
  assert_relative(fit.log_likelihood, log_likelihood, 1e-13);
  assert_true(fabs(first) < 1e-12 * size && fabs(second) < 1e-12 * size);
  sbg_counts_free(&counts);
}

/* Customers of a known truth, in expectation: the fit is the truth. */
static void recovers_the_truth(void **unused)
{
  (void)unused;
  static const double TRUTH[][2] = {{0.7, 1.2}, {0.05, 0.02}, {3, 900}, {40, 60}, {0.2, 30}};
  for (int k = 0; k < 5; k++) {
    double alive[400];
    for (int t = 0; t < 400; t++) {
      alive[t] = 1e6 * sbg_survival(TRUTH[k][0], TRUTH[k][1], t);
    }
    SbgFit fit = fit_survivors(alive, 399);
    assert_int_equal(fit.end, SBG_CONVERGED);
    assert_relative(fit.alpha, TRUTH[k][0], 1e-8);
    assert_relative(fit.beta, TRUTH[k][1], 1e-8);
  }
}

static void no_maximum(void **unused)
{
  (void)unused;
  static const double NOBODY[] = {0, 0, 0}, NONE[] = {100, 100, 100, 100}, ALL[] = {100, 0}, ONE[] = {100, 60},
                      FIRST[] = {100, 60, 60, 60};
  static const double CONSTANT[] = {1000, 900, 810, 729}, RISING[] = {1000, 950, 850, 700, 400},
                      LATE[] = {100, 100, 50};
  const struct {
    const double *alive;
    size_t n;
    SbgEnd end;
  } CASE[] = {
    {NOBODY, 2, SBG_NOBODY},      {NONE, 3, SBG_NONE_LOST},   {ALL, 1, SBG_ONE_PERIOD},
    {ONE, 1, SBG_ONE_PERIOD},     {FIRST, 3, SBG_FIRST_ONLY}, {CONSTANT, 3, SBG_NOT_FALLING},
    {RISING, 4, SBG_NOT_FALLING}, {LATE, 2, SBG_NOT_FALLING},
  };
  for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
    SbgFit fit = fit_survivors(CASE[i].alive, CASE[i].n);
    if (fit.end != CASE[i].end) fail_msg("case %d: %d", (int)i, (int)fit.end);
    assert_true(isnan(fit.alpha) && isnan(fit.beta) && isnan(fit.log_likelihood) && isnan(fit.covariance[1][1]));
    assert_non_null(sbg_reason(&fit));
  }
  SbgCounts empty = {0};
  SbgFit fit;
  assert_int_equal(sbg_fit(&empty, &fit, &NEVER), STATUS_OK);
  assert_int_equal(fit.end, SBG_NOBODY);
}

static void interrupts_are_noticed(void **unused)
{
  (void)unused;
  SbgCounts counts = {0};
  SbgFit fit;
  int n = 0;
  for (size_t t = 1; t <= 8; t++) {
    assert_int_equal(sbg_counts_add(&counts, t, true, 100.0 / (double)t), STATUS_OK);
  }
  for (;; n++) {
    int questions = n;
    Status status = sbg_fit(&counts, &fit, &(Watch){stop_after, &questions});
    if (status == STATUS_OK) break;
    assert_int_equal(status, STATUS_INTERRUPT);
  }
  assert_true(n > 2);
  sbg_counts_free(&counts);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(published_cases),
    cmocka_unit_test(reference_rows),
    cmocka_unit_test(survival_far_out),
    cmocka_unit_test(residual_lifetimes),
    cmocka_unit_test(residual_lifetimes_follow_from_the_next),
    cmocka_unit_test(staggered_rows),
    cmocka_unit_test(recovers_the_truth),
    cmocka_unit_test(no_maximum),
    cmocka_unit_test(interrupts_are_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
