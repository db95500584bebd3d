/*
** core/logit: against closed forms, 40-digit arithmetic and its own equations; and what has no answer.
** not under valgrind: matrices of 600 features, which ASan and UBSan see too
*/
#include "core/base/random.h"
#include "core/regression/logit.h"
#include "unit.h"

static void assert_reason(const Logit *logit, const char *const *names, const char *start)
{
  char text[LOGIT_REASON];
  logit_reason(logit, names, text);
  if (strncmp(text, start, strlen(start)) != 0) fail_msg("'%s' does not begin with '%s'", text, start);
}

static void assert_dropped(const Logit *logit, int i, const char *want)
{
  char text[LOGIT_REASON];
  logit_dropped(logit, i, NULL, text);
  assert_string_equal(text, want);
}

static Logit fit(const double *matrix, size_t n, int k, const unsigned char *label, const double *weight, double l2)
{
  Logit logit;
  assert_int_equal(logit_fit_matrix(matrix, n, k, label, weight, l2, &logit, &NEVER), STATUS_OK);
  return logit;
}

/* A 2 x 2 table of a, b (x = 1: label 1, 0) and c, d (x = 0): log odds ratio, with Woolf's standard error. */
static void two_by_two_is_the_odds_ratio(void **state)
{
  (void)state;
  const double a = 31, b = 200, c = 8, d = 77;
  const double x[] = {1, 1, 0, 0}, weight[] = {31, 200, 8, 77};
  const unsigned char label[] = {1, 0, 1, 0};
  Logit logit = fit(x, 4, 1, label, weight, 0);
  assert_int_equal(logit.end, LOGIT_CONVERGED);
  assert_relative(logit.coefficient[0], log(a * d / (b * c)), 1e-12);
  assert_relative(logit.error[0], sqrt(1 / a + 1 / b + 1 / c + 1 / d), 1e-12);
  assert_relative(logit.intercept, log(c / d), 1e-13);
  assert_relative(logit.intercept_error, sqrt(1 / c + 1 / d), 1e-12);
  assert_relative(logit.log_likelihood,
                  a * log(a / (a + b)) + b * log(b / (a + b)) + c * log(c / (c + d)) + d * log(d / (c + d)), 1e-14);
  assert_relative(logit.null_log_likelihood, (a + c) * log((a + c) / 316) + (b + d) * log((b + d) / 316), 1e-14);
  assert_relative(logit.mean[0], 231.0 / 316, 1e-15);
  assert_relative(logit.sd[0], sqrt(231.0 * 85) / 316, 1e-14);
  assert_true(logit.weight == 316 && logit.rows == 4 && logit.positives == 2);
  logit_free(&logit);
}

static const double EIGHT[] = {1, 0.5, 2, -1, 3, 2, 4, 0, 5, 1.5, 6, -2, 7, 3, 8, 1};
static const unsigned char EIGHT_LABEL[] = {0, 1, 0, 0, 1, 1, 0, 1};
static const double EIGHT_WEIGHT[] = {1, 2, 1, 3, 1, 0.5, 2, 1};

/*
** Newton's method in mpmath with 40 digits, 60 steps, on EIGHT: plain; weighted; weighted with l2 = 1.5 on columns
** standardised by weighted population sd.
*/
static void small_fits_to_twelve_digits(void **state)
{
  (void)state;
  static const struct {
    bool weighted;
    double l2, estimate[3], error[3], log_likelihood;
  } want[] = {
    {false,
     0,
     {-2.43349633003193927, 0.829474116226535217, -1.57878858456728106},
     {2.71170280120323661, 0.725149642459312378, 1.10566124649604439},
     -3.10520929970180525},
    {true,
     0,
     {-2.22191369586966768, 0.586661399774628564, -1.41644018255917702},
     {2.15652950673399351, 0.53897521281296315, 0.924866084863003762},
     -5.57000158789435883},
    {true,
     1.5,
     {-0.71436387203031509, 0.134176960647143676, -0.497882725345975215},
     {1.17895159907121927, 0.246337015725140757, 0.379694347692038023},
     -6.33173237075633602},
  };
  for (int i = 0; i < 3; i++) {
    Logit logit = fit(EIGHT, 8, 2, EIGHT_LABEL, want[i].weighted ? EIGHT_WEIGHT : NULL, want[i].l2);
    assert_true(logit_converged(&logit));
    assert_relative(logit.intercept, want[i].estimate[0], 1e-12);
    assert_relative(logit.intercept_error, want[i].error[0], 1e-12);
    for (int j = 0; j < 2; j++) {
      assert_relative(logit.coefficient[j], want[i].estimate[1 + j], 1e-12);
      assert_relative(logit.error[j], want[i].error[1 + j], 1e-12);
    }
    assert_relative(logit.log_likelihood, want[i].log_likelihood, 1e-13);
    logit_free(&logit);
  }
}

/* Columns in other units, from another zero: the same model. */
static void units_do_not_matter(void **state)
{
  (void)state;
  double moved[16];
  Logit plain = fit(EIGHT, 8, 2, EIGHT_LABEL, NULL, 0.5);
  for (int i = 0; i < 8; i++) {
    moved[2 * i] = 1.7e9 + 86400 * EIGHT[2 * i];
    moved[2 * i + 1] = 1e-200 * EIGHT[2 * i + 1];
  }
  Logit other = fit(moved, 8, 2, EIGHT_LABEL, NULL, 0.5);
  assert_relative(other.coefficient[0] * 86400, plain.coefficient[0], 1e-11);
  assert_relative(other.coefficient[1] * 1e-200, plain.coefficient[1], 1e-11);
  assert_relative(other.error[0] * 86400, plain.error[0], 1e-11);
  assert_relative(other.log_likelihood, plain.log_likelihood, 1e-13);
  for (int i = 0; i < 8; i++) {
    /* coefficient * 1.7e9 has 1e-13 */
    assert_relative(logit_predict(&other, moved + 2 * i), logit_predict(&plain, EIGHT + 2 * i), 1e-9);
  }
  logit_free(&plain);
  logit_free(&other);
}

/*
** Rows in blocks, full and not; at the maximum the gradient is zero: sum of weight (label - p) x = l2 / sd *
** coefficient * sd.
*/
static void gradient_is_zero(void **state)
{
  (void)state;
  static const size_t sizes[] = {40, 63, 64, 65, 128, 1000};
  static double matrix[1000 * 6], weight[1000];
  static unsigned char label[1000];
  Random random = random_seed(7, 1);
  for (int turn = 0; turn < 24; turn++) {
    size_t n = sizes[turn % 6];
    int k = 1 + turn % 6;
    double l2 = turn % 4 == 3 ? 2.5 : 0;
    for (size_t i = 0; i < n; i++) {
      double score = -0.3;
      for (int j = 0; j < k; j++) {
        double x = random_uniform(&random) * (j + 1) - 0.2;
        matrix[i * (size_t)k + (size_t)j] = x;
        score += x * (j % 2 ? 0.4 : -0.6);
      }
      label[i] = random_uniform(&random) < logit_probability(score);
      weight[i] = turn % 2 ? 0.5 + random_uniform(&random) : 1;
    }
    Logit logit = fit(matrix, n, k, label, turn % 2 ? weight : NULL, l2);
    assert_true(logit_converged(&logit));
    double off = 0, gradient[6] = {0}, value = 0;
    for (size_t i = 0; i < n; i++) {
      const double *x = matrix + i * (size_t)k;
      double p = logit_predict(&logit, x), residual = weight[i] * (label[i] - p);
      off += residual;
      value += weight[i] * log(label[i] ? p : 1 - p);
      for (int j = 0; j < k; j++) {
        gradient[j] += residual * (x[j] - logit.mean[j]) / logit.sd[j];
      }
    }
    assert_true(fabs(off) < 1e-10);
    for (int j = 0; j < k; j++) {
      assert_absolute(gradient[j], l2 * logit.coefficient[j] * logit.sd[j], 1e-10);
    }
    assert_relative(logit.log_likelihood, value, 1e-12);
    logit_free(&logit);
  }
}

/* A weight is the row so often; the standard errors too. 0: not at all. */
static void weights_count_rows(void **state)
{
  (void)state;
  double matrix[40], weight[9] = {3, 1, 2, 4, 1, 2, 5, 2, 0};
  unsigned char label[20];
  size_t n = 0;
  for (int i = 0; i < 8; i++) {
    for (int k = 0; k < (int)weight[i]; k++, n++) {
      memcpy(matrix + 2 * n, EIGHT + 2 * i, 2 * sizeof *matrix);
      label[n] = EIGHT_LABEL[i];
    }
  }
  assert_int_equal(n, 20);
  Logit repeated = fit(matrix, n, 2, label, NULL, 1);
  Logit weighted = fit(EIGHT, 8, 2, EIGHT_LABEL, weight, 1);
  double more[18];
  unsigned char more_label[9] = {0};
  memcpy(more, EIGHT, sizeof EIGHT);
  memcpy(more_label, EIGHT_LABEL, 8);
  more[16] = 1e6;
  more[17] = -1e6;
  Logit without = fit(more, 9, 2, more_label, weight, 1);
  for (int j = 0; j < 2; j++) {
    assert_relative(weighted.coefficient[j], repeated.coefficient[j], 1e-13);
    assert_relative(weighted.error[j], repeated.error[j], 1e-13);
    assert_true(without.coefficient[j] == weighted.coefficient[j]);
  }
  assert_relative(weighted.log_likelihood, repeated.log_likelihood, 1e-14);
  assert_int_equal(without.rows, 8);
  logit_free(&repeated);
  logit_free(&weighted);
  logit_free(&without);
}

static void rows_are_shared_by_fits(void **state)
{
  (void)state;
  RegressionRows rows = {.n_features = 2};
  for (int i = 0; i < 8; i++) {
    assert_int_equal(regression_rows_add(&rows, EIGHT + 2 * i, EIGHT_LABEL[i], 1), STATUS_OK);
  }
  Logit first, second, third;
  assert_int_equal(logit_fit(&rows, 0, &first, &NEVER), STATUS_OK);
  assert_int_equal(logit_fit(&rows, 1, &second, &NEVER), STATUS_OK);
  assert_int_equal(logit_fit(&rows, 0, &third, &NEVER), STATUS_OK);
  assert_true(first.coefficient[0] == third.coefficient[0]);
  assert_true(fabs(second.coefficient[0]) < fabs(first.coefficient[0]));
  logit_free(&first);
  logit_free(&second);
  logit_free(&third);
  regression_rows_free(&rows);
  regression_rows_free(&rows);
}

/* x, a constant, 2x + 1, noise z, x - 3z: what remains is the fit on x and z. */
static void redundant_columns_are_named(void **state)
{
  (void)state;
  double wide[40];
  for (int i = 0; i < 8; i++) {
    double x = EIGHT[2 * i], z = EIGHT[2 * i + 1];
    memcpy(wide + 5 * i, (double[]){x, 0.1 + 0.2, 2 * x + 1, z, x - 3 * z}, 5 * sizeof *wide);
  }
  Logit slim = fit(EIGHT, 8, 2, EIGHT_LABEL, NULL, 0), logit = fit(wide, 8, 5, EIGHT_LABEL, NULL, 0);
  assert_true(logit_converged(&logit));
  assert_relative(logit.coefficient[0], slim.coefficient[0], 1e-13);
  assert_relative(logit.coefficient[3], slim.coefficient[1], 1e-13);
  assert_relative(logit.intercept, slim.intercept, 1e-12);
  assert_relative(logit.error[3], slim.error[1], 1e-12);
  assert_true(logit.coefficient[1] == 0 && logit.coefficient[2] == 0 && logit.coefficient[4] == 0);
  assert_true(isnan(logit.error[1]) && isnan(logit.error[2]) && isnan(logit.error[4]));
  assert_dropped(&logit, 0, "");
  assert_dropped(&logit, 1, "constant");
  assert_dropped(&logit, 2, "collinear with f1");
  assert_dropped(&logit, 4, "collinear with f4 and f1");
  assert_reason(&logit, NULL, "");
  logit_free(&logit);
  /* A penalty makes them unique: only the constant has nothing to say. */
  logit = fit(wide, 8, 5, EIGHT_LABEL, NULL, 1);
  assert_true(logit_converged(&logit));
  assert_dropped(&logit, 1, "constant");
  assert_dropped(&logit, 2, "");
  /* equal columns share equally */
  assert_relative(logit.coefficient[0] * logit.sd[0], logit.coefficient[2] * logit.sd[2], 1e-12);
  logit_free(&logit);
  logit_free(&slim);
}

/* All the levels of a category, each a column: they add up to 1. */
static void a_full_set_of_dummies_is_collinear(void **state)
{
  (void)state;
  double matrix[60 * 3];
  unsigned char label[60];
  for (int i = 0; i < 60; i++) {
    for (int j = 0; j < 3; j++) {
      matrix[3 * i + j] = i % 3 == j;
    }
    label[i] = i * 7 % 5 < 2;
  }
  Logit logit = fit(matrix, 60, 3, label, NULL, 0);
  assert_true(logit_converged(&logit));
  assert_int_equal(logit.feature[2].state, REGRESSION_COLLINEAR);
  assert_dropped(&logit, 2, "collinear with f1 and f2");
  logit_free(&logit);
}

static void assert_no_estimates(const Logit *logit)
{
  assert_false(logit_converged(logit));
  assert_true(isnan(logit->intercept) && isnan(logit->intercept_error) && isnan(logit->log_likelihood));
  for (int j = 0; j < logit->n_features; j++) {
    assert_true(isnan(logit->coefficient[j]) && isnan(logit->error[j]));
  }
}

static void one_column_separates(void **state)
{
  (void)state;
  static const struct {
    double x[6];
    unsigned char label[6];
    LogitEnd end;
    const char *reason;
  } cases[] = {
    {{1, 2, 3, 4.5, 5, 6},
     {0, 0, 0, 1, 1, 1},
     LOGIT_SEPARATED,
     "separation by age alone: every row with age up to 3 has label 0, from 4.5 label 1; "},
    {{1, 2, 3, 4, 5, 6},
     {1, 1, 0, 0, 0, 0},
     LOGIT_SEPARATED,
     "separation by age alone: every row with age up to 2 has label 1, from 3 label 0; "},
    {{1, 2, 3, 3, 5, 6},
     {0, 0, 0, 1, 1, 1},
     LOGIT_QUASI_SEPARATED,
     "quasi-separation by age alone: every row with age below 3 has label 0, above 3 label 1; "},
    {{0, 0, 0, 0, 1, 1},
     {0, 1, 0, 1, 1, 1},
     LOGIT_QUASI_SEPARATED,
     "quasi-separation by age alone: every row with age below 0 has label 0, above 0 label 1; "},
    {{0, 0, 0, 0, 1, 1},
     {0, 1, 0, 1, 0, 0},
     LOGIT_QUASI_SEPARATED,
     "quasi-separation by age alone: every row with age below 0 has label 1, above 0 label 0; "},
    {{1, 1, 1, 1, 0, 0},
     {0, 1, 0, 1, 1, 1},
     LOGIT_QUASI_SEPARATED,
     "quasi-separation by age alone: every row with age below 1 has label 1, above 1 label 0; "},
  };
  const char *const names[] = {"noise", "age"};
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    double matrix[24];
    unsigned char label[12];
    for (int i = 0; i < 12; i++) { /* each row with noise 0 and 1 */
      matrix[2 * i] = i / 6;
      matrix[2 * i + 1] = cases[c].x[i % 6];
      label[i] = cases[c].label[i % 6];
    }
    Logit logit = fit(matrix, 12, 2, label, NULL, 0);
    assert_int_equal(logit.end, cases[c].end);
    assert_no_estimates(&logit);
    assert_reason(&logit, names, cases[c].reason);
    assert_int_equal(logit.n_separating, 1);
    logit_free(&logit);
    logit = fit(matrix, 12, 2, label, NULL, 1); /* a penalty keeps it finite */
    assert_true(logit_converged(&logit));
    logit_free(&logit);
  }
}

#define GRID 21
static double grid[GRID * GRID * 3];
static unsigned char grid_label[GRID * GRID];

/*
** Two columns on a grid and one of noise; the label is a + b > 0, where a + b = 0 it is up to `tie`: 0, 1, or 2: both.
*/
static Logit grid_fit(int tie, double l2)
{
  Random random = random_seed(3, 1);
  for (int i = 0; i < GRID * GRID; i++) {
    double a = i % GRID - 10, b = i / GRID - 10;
    grid[3 * i] = a;
    grid[3 * i + 1] = random_uniform(&random);
    grid[3 * i + 2] = b / 1000;
    grid_label[i] = a + b > 0 || (a + b == 0 && (tie == 1 || (tie == 2 && i % GRID % 2)));
  }
  return fit(grid, GRID * GRID, 3, grid_label, NULL, l2);
}

static void columns_separate_together(void **state)
{
  (void)state;
  for (int tie = 0; tie < 3; tie++) {
    Logit logit = grid_fit(tie, 0);
    assert_int_equal(logit.end, tie == 2 ? LOGIT_QUASI_SEPARATED : LOGIT_SEPARATED);
    assert_no_estimates(&logit);
    assert_int_equal(logit.n_separating, 2);
    assert_int_equal(logit.separating[0] + logit.separating[1], 0 + 2);
    logit_free(&logit);
    logit = grid_fit(tie, 0.1);
    assert_true(logit_converged(&logit));
    logit_free(&logit);
  }
}

/* One row on the wrong side, and the maximum is finite. */
static void nearly_separated_is_not_separated(void **state)
{
  (void)state;
  Logit logit = grid_fit(2, 0);
  logit_free(&logit);
  grid_label[0] = 1;
  logit = fit(grid, GRID * GRID, 3, grid_label, NULL, 0);
  assert_true(logit_converged(&logit));
  logit_free(&logit);
  /* An outlier of its class makes the others look as if they lay on the boundary. */
  double x[101];
  unsigned char label[101];
  for (int i = 0; i < 100; i++) {
    x[i] = i % 10;
    label[i] = i % 7 < 3;
  }
  x[100] = 1e9;
  label[100] = 1;
  logit = fit(x, 101, 1, label, NULL, 0);
  assert_true(logit_converged(&logit));
  assert_relative(logit.coefficient[0], 0.04, 2); /* of the bulk, not of the outlier */
  assert_true(fabs(logit.coefficient[0]) > 1e-6);
  logit_free(&logit);
}

static void nothing_to_fit(void **state)
{
  (void)state;
  const unsigned char zeros[8] = {0}, ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  Logit logit = fit(EIGHT, 8, 2, zeros, NULL, 1);
  assert_int_equal(logit.end, LOGIT_ONE_CLASS);
  assert_reason(&logit, NULL, "every label is 0");
  assert_no_estimates(&logit);
  assert_true(logit.null_log_likelihood == 0 && logit.rows == 8);
  assert_true(isnan(logit_predict(&logit, EIGHT)));
  logit_free(&logit);
  logit = fit(EIGHT, 8, 2, ones, NULL, 0);
  assert_reason(&logit, NULL, "every label is 1");
  logit_free(&logit);
  logit = fit(EIGHT, 0, 2, ones, NULL, 0);
  assert_int_equal(logit.end, LOGIT_NO_ROWS);
  assert_reason(&logit, NULL, "no row takes part");
  logit_free(&logit);
  logit_free(&logit);
}

/* Constant columns alone leave the intercept. */
static void intercept_only(void **state)
{
  (void)state;
  const double x[8] = {3, 3, 3, 3, 3, 3, 3, 3};
  Logit logit = fit(x, 8, 1, (const unsigned char[]){1, 0, 0, 0, 0, 0, 1, 1}, NULL, 0);
  assert_true(logit_converged(&logit));
  assert_relative(logit.intercept, log(3.0 / 5), 1e-14);
  assert_relative(logit.intercept_error, sqrt(1.0 / 3 + 1.0 / 5), 1e-14);
  assert_relative(logit.log_likelihood, logit.null_log_likelihood, 1e-15);
  assert_relative(logit_predict(&logit, (double[]){1e9}), 3.0 / 8, 1e-14);
  logit_free(&logit);
}

static void values_in_words(void **state)
{
  (void)state;
  static const struct {
    double low, high;
    const char *reason;
  } cases[] = {
    {-2.5, 0, "separation by f1 alone: every row with f1 up to -2.5 has label 0, from 0 label 1; "},
    {0.000123456789, 0.2,
     "separation by f1 alone: every row with f1 up to 0.000123457 has label 0, from 0.2 label 1; "},
    {0.9999999, 1234567.89, "separation by f1 alone: every row with f1 up to 1 has label 0, from 1234568 label 1; "},
    {1e-12, 1.7e9, "separation by f1 alone: every row with f1 up to 1e-12 has label 0, from 1700000000 label 1; "},
    {-1.25e200, -3e-200,
     "separation by f1 alone: every row with f1 up to -1.25e200 has label 0, from -3e-200 label 1; "},
    {99.95, 100.05, "separation by f1 alone: every row with f1 up to 99.95 has label 0, from 100.05 label 1; "},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    Logit logit = fit((const double[]){cases[c].low, cases[c].high}, 2, 1, (const unsigned char[]){0, 1}, NULL, 0);
    assert_reason(&logit, NULL, cases[c].reason);
    logit_free(&logit);
  }
}

static void names_are_cut_between_characters(void **state)
{
  (void)state;
  char text[LOGIT_REASON], name[LOGIT_REASON + 1];
  for (size_t i = 0; i + 1 < sizeof name; i += 2) {
    memcpy(name + i, "\xc3\xa4", 2); /* ä */
  }
  name[LOGIT_REASON] = 0;
  const double x[] = {1, 2, 3, 4};
  Logit logit = fit(x, 4, 1, (const unsigned char[]){0, 0, 1, 1}, NULL, 0);
  logit_reason(&logit, (const char *const[]){name}, text);
  assert_true(strlen(text) < LOGIT_REASON && strlen(text) >= LOGIT_REASON - 3);
  assert_int_equal((strlen(text) - strlen("separation by ")) % 2, 0);
  logit_free(&logit);
}

static void contributions_add_up(void **state)
{
  (void)state;
  Logit logit = fit(EIGHT, 8, 2, EIGHT_LABEL, NULL, 0);
  double part[2], x[] = {7, -0.5};
  logit_contributions(&logit, x, part);
  assert_relative(part[0], logit.coefficient[0] * (7 - 4.5), 1e-14);
  assert_relative(part[0] + part[1] + logit_log_odds(&logit, logit.mean), logit_log_odds(&logit, x), 1e-13);
  logit_free(&logit);
}

static void probability_does_not_overflow(void **state)
{
  (void)state;
  assert_true(logit_probability(0) == 0.5 && logit_probability(800) == 1 && logit_probability(-800) == 0);
  assert_relative(logit_probability(-700), exp(-700), 1e-13);
  assert_relative(logit_probability(2) + logit_probability(-2), 1, 1e-15);
}

/* Stopped at any question; then the same rows can still be fitted. */
static void interrupts_are_noticed(void **state)
{
  (void)state;
  RegressionRows rows = {.n_features = 2};
  Logit logit, whole;
  for (int i = 0; i < 20000; i++) {
    double x[] = {i % 97, i % 31};
    assert_int_equal(regression_rows_add(&rows, x, i * 7919 % 13 < 5, 1), STATUS_OK);
  }
  int asked = 0;
  for (int left = 0;; left++) {
    int questions = left;
    Status status = logit_fit(&rows, 0, &logit, &(Watch){stop_after, &questions});
    if (status == STATUS_OK) break;
    assert_int_equal(status, STATUS_INTERRUPT);
    assert_null(logit.coefficient);
    asked++;
  }
  assert_true(asked > 3);
  assert_int_equal(logit_fit(&rows, 0, &whole, &NEVER), STATUS_OK);
  assert_true(logit.coefficient[0] == whole.coefficient[0] && logit_converged(&whole));
  logit_free(&logit);
  logit_free(&whole);
  regression_rows_free(&rows);
}

/* A stop is heard wherever it comes in a fit that finds separation, which asks in several ways. */
static void interrupts_are_noticed_in_separation(void **state)
{
  (void)state;
  RegressionRows rows = {.n_features = 2};
  Logit logit;
  for (int i = 0; i < 20000; i++) {
    double x[] = {i % 97 + i / 20000.0, i % 31};
    assert_int_equal(regression_rows_add(&rows, x, 3 * x[0] + x[1] > 160, 1), STATUS_OK);
  }
  for (int left = 1;; left++) {
    int questions = left;
    Status status = logit_fit(&rows, 0, &logit, &(Watch){stop_once, &questions});
    bool heard = questions <= 0;
    logit_free(&logit);
    if (!heard) break;
    assert_int_equal(status, STATUS_INTERRUPT);
  }
  regression_rows_free(&rows);
}

/* A factor of 600 features takes long, however few the rows are. */
static void interrupts_are_noticed_in_matrices(void **state)
{
  (void)state;
  enum {
    FEATURES = 600
  };
  RegressionRows rows = {.n_features = FEATURES};
  Logit logit;
  for (int i = 0; i < 40; i++) {
    double x[FEATURES];
    for (int j = 0; j < FEATURES; j++) {
      x[j] = (i + 1) * 7919 * (j + 3) % 101;
    }
    assert_int_equal(regression_rows_add(&rows, x, i * 7919 % 13 < 5, 1), STATUS_OK);
  }
  int asked = 0;
  assert_int_equal(logit_fit(&rows, 1, &logit, &(Watch){count_questions, &asked}), STATUS_OK);
  assert_true(logit_converged(&logit));
  print_message("%d questions in %d steps\n", asked, logit.iterations);
  assert_true(asked > 95 * (logit.iterations + 2)); /* the factor of each step, of the last one, and its inverse */
  logit_free(&logit);
  int left = asked - 10; /* in the inverse */
  assert_int_equal(logit_fit(&rows, 1, &logit, &(Watch){stop_after, &left}), STATUS_INTERRUPT);
  assert_null(logit.coefficient);
  asked = 0; /* without a penalty it is found out first which of the 600 columns depend on others */
  assert_int_equal(logit_fit(&rows, 0, &logit, &(Watch){count_questions, &asked}), STATUS_OK);
  assert_true(asked > 20 * (logit.iterations + 2));
  logit_free(&logit);
  regression_rows_free(&rows);
}

/* Before the first step the values are gone through three times: ranges, deviations, scaling. */
static void interrupts_are_noticed_before_the_first_step(void **state)
{
  (void)state;
  RegressionRows rows = {.n_features = 3};
  int asked = 0;
  for (int i = 0; i < 400000; i++) {
    double x[] = {i % 97, i % 31, i % 7};
    assert_int_equal(regression_rows_add(&rows, x, i % 13 < 5, 1), STATUS_OK);
  }
  assert_int_equal(regression_rows_standardise(&rows, &(Watch){count_questions, &asked}), STATUS_OK);
  assert_true(asked >= 25); /* nine in each */
  regression_rows_free(&rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(two_by_two_is_the_odds_ratio),
    cmocka_unit_test(small_fits_to_twelve_digits),
    cmocka_unit_test(units_do_not_matter),
    cmocka_unit_test(gradient_is_zero),
    cmocka_unit_test(weights_count_rows),
    cmocka_unit_test(rows_are_shared_by_fits),
    cmocka_unit_test(redundant_columns_are_named),
    cmocka_unit_test(a_full_set_of_dummies_is_collinear),
    cmocka_unit_test(one_column_separates),
    cmocka_unit_test(columns_separate_together),
    cmocka_unit_test(nearly_separated_is_not_separated),
    cmocka_unit_test(nothing_to_fit),
    cmocka_unit_test(intercept_only),
    cmocka_unit_test(values_in_words),
    cmocka_unit_test(names_are_cut_between_characters),
    cmocka_unit_test(contributions_add_up),
    cmocka_unit_test(probability_does_not_overflow),
    cmocka_unit_test(interrupts_are_noticed),
    cmocka_unit_test(interrupts_are_noticed_in_separation),
    cmocka_unit_test(interrupts_are_noticed_in_matrices),
    cmocka_unit_test(interrupts_are_noticed_before_the_first_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
