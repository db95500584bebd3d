/*
** core/classify: against definitions written out over all pairs and rows, with many ties and in shuffled order.
*/
#include "core/base/random.h"
#include "core/regression/score_metrics.h"
#include "unit.h"

static void scores_of(ScoreMetrics *scores, const double *score, const unsigned char *label, size_t n)
{
  *scores = (ScoreMetrics){0};
  assert_int_equal(score_metrics_load(scores, score, label, n), STATUS_OK);
  assert_int_equal(score_metrics_sort(scores, &NEVER), STATUS_OK);
}

static Auc auc_of(const double *score, const unsigned char *label, size_t n)
{
  ScoreMetrics scores;
  Auc auc;
  scores_of(&scores, score, label, n);
  assert_int_equal(score_metrics_auc(&scores, &auc, &NEVER), STATUS_OK);
  score_metrics_free(&scores);
  return auc;
}

static double lift_of(const double *score, const unsigned char *label, size_t n, double share)
{
  ScoreMetrics scores;
  double lift;
  scores_of(&scores, score, label, n);
  assert_int_equal(score_metrics_lift(&scores, share, &lift, &NEVER), STATUS_OK);
  score_metrics_free(&scores);
  return lift;
}

static Calibration calibration_of(const double *score, const unsigned char *label, size_t n, int bins)
{
  ScoreMetrics scores;
  Calibration calibration;
  scores_of(&scores, score, label, n);
  assert_int_equal(score_metrics_calibrate(&scores, bins, &calibration, &NEVER), STATUS_OK);
  score_metrics_free(&scores);
  return calibration;
}

#define ROWS_MAX 200
typedef struct Data {
  double score[ROWS_MAX];
  unsigned char label[ROWS_MAX];
  size_t n;
} Data;

/* Scores k / steps, 0 < k < steps: few steps make many ties. */
static Data data_make(Random *random, size_t n, int steps)
{
  Data data = {.n = n};
  for (size_t i = 0; i < n; i++) {
    data.score[i] = (1 + floor(random_uniform(random) * (steps - 1))) / steps;
    data.label[i] = random_uniform(random) < 0.2 + 0.6 * data.score[i];
  }
  return data;
}

static void auc_is_the_share_of_pairs(void **state)
{
  (void)state;
  static const int steps[] = {2, 3, 10, 1000000};
  Random random = random_seed(11, 1);
  for (int turn = 0; turn < 40; turn++) {
    Data data = data_make(&random, 5 + (size_t)turn * 4, steps[turn % 4]);
    double pairs = 0, won = 0, of_one = 0, of_zero = 0, m = 0, n = 0;
    for (size_t i = 0; i < data.n; i++) {
      for (size_t j = 0; j < data.n; j++) {
        if (!data.label[i] || data.label[j]) continue;
        pairs++;
        won += data.score[i] > data.score[j] ? 1 : data.score[i] == data.score[j] ? 0.5 : 0;
      }
      m += data.label[i];
      n += !data.label[i];
    }
    Auc auc = auc_of(data.score, data.label, data.n);
    if (pairs == 0) {
      assert_true(isnan(auc.area));
      continue;
    }
    double area = won / pairs;
    assert_absolute(auc.area, area, 1e-15);
    for (size_t i = 0; i < data.n; i++) { /* DeLong's placements, one row at a time */
      double beaten = 0;
      for (size_t j = 0; j < data.n; j++) {
        if (data.label[j] == data.label[i]) continue;
        double high = data.label[i] ? data.score[i] : data.score[j],
               low = data.label[i] ? data.score[j] : data.score[i];
        beaten += high > low ? 1 : high == low ? 0.5 : 0;
      }
      *(data.label[i] ? &of_one : &of_zero) += pow(beaten / (data.label[i] ? n : m) - area, 2);
    }
    if (m > 1 && n > 1) {
      assert_absolute(auc.error, sqrt(of_one / (m - 1) / m + of_zero / (n - 1) / n), 1e-14);
    } else {
      assert_true(isnan(auc.error));
    }
  }
}

static void auc_at_its_ends(void **state)
{
  (void)state;
  const double score[] = {-1e300, 2, 3, 4, 5, 1e300};
  Auc auc = auc_of(score, (const unsigned char[]){0, 0, 0, 1, 1, 1}, 6);
  assert_true(auc.area == 1 && auc.error == 0);
  auc = auc_of(score, (const unsigned char[]){1, 1, 1, 0, 0, 0}, 6);
  assert_true(auc.area == 0 && auc.error == 0);
  auc = auc_of((const double[]){0.0, -0.0, 0.0, 0.0}, (const unsigned char[]){0, 1, 0, 1}, 4);
  assert_true(auc.area == 0.5 && auc.error == 0);
  auc = auc_of(score, (const unsigned char[]){0, 0, 0, 0, 0, 1}, 6);
  assert_true(auc.area == 1 && isnan(auc.error));
  auc = auc_of(score, (const unsigned char[]){1, 1, 1, 1, 1, 1}, 6);
  assert_true(isnan(auc.area) && isnan(auc.error));
  auc = auc_of(score, NULL, 0);
  assert_true(isnan(auc.area));
}

static void lift_counts_the_top(void **state)
{
  (void)state;
  const double score[] = {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05};
  const unsigned char label[] = {1, 1, 0, 1, 0, 0, 0, 1, 0, 0};
  assert_absolute(lift_of(score, label, 10, 0.2), 1 / 0.4, 1e-15);
  assert_absolute(lift_of(score, label, 10, 0.3), 2.0 / 3 / 0.4, 1e-15);
  assert_absolute(lift_of(score, label, 10, 0.34), 2.0 / 3 / 0.4, 1e-15);
  assert_absolute(lift_of(score, label, 10, 0.35), 0.75 / 0.4, 1e-15);
  assert_absolute(lift_of(score, label, 10, 1e-9), 1 / 0.4, 1e-15);
  assert_true(lift_of(score, label, 10, 1) == 1);
  assert_true(isnan(lift_of(score, (const unsigned char[10]){0}, 10, 0.5)));
  /* Three of a tie of four, of which two have label 1, are in the top half: 1 + 3 · 2/4 of 4, over 3/8. */
  const double tied[] = {0.9, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1};
  assert_absolute(lift_of(tied, (const unsigned char[]){1, 1, 0, 1, 0, 0, 0, 0}, 8, 0.5), 2.5 / 4 / (3.0 / 8), 1e-15);
  assert_absolute(lift_of(tied, (const unsigned char[]){1, 0, 1, 0, 1, 0, 0, 0}, 8, 0.5), 2.5 / 4 / (3.0 / 8), 1e-15);
}

static void losses_of_a_row(void **state)
{
  (void)state;
  assert_absolute(score_metrics_brier_term(0.3, true), 0.49, 1e-16);
  assert_absolute(score_metrics_brier_term(0.3, false), 0.09, 1e-16);
  assert_absolute(score_metrics_log_loss_term(0.3, true), -log(0.3), 1e-16);
  assert_absolute(score_metrics_log_loss_term(0.3, false), -log(0.7), 1e-15);
  assert_absolute(score_metrics_log_loss_term(0, true), -log(1e-15), 1e-13);
  assert_absolute(score_metrics_log_loss_term(1, false), -log(1e-15), 1e-1); /* 1 - 1e-15 is 9 steps of 2^-53 below 1 */
  assert_absolute(score_metrics_log_loss_term(0, false), 1e-15, 1e-25);
  assert_absolute(score_metrics_log_loss_term(1e-12, false) / 1e-12, 1, 1e-11);
}

/* Without ties, bins are rows in order of falling score, the first ones a row larger. */
static void bins_are_ntile(void **state)
{
  (void)state;
  const double score[] = {0.1, 0.9, 0.3, 0.8, 0.5, 0.2, 0.7};
  const unsigned char label[] = {0, 1, 1, 1, 0, 0, 0};
  Calibration c = calibration_of(score, label, 7, 3);
  assert_int_equal(c.n_bins, 3);
  assert_true(c.bin[0].rows == 3 && c.bin[1].rows == 2 && c.bin[2].rows == 2);
  assert_absolute(c.bin[0].mean_score, (0.9 + 0.8 + 0.7) / 3, 1e-15);
  assert_true(c.bin[0].positives == 2 && c.bin[1].positives == 1 && c.bin[2].positives == 0);
  assert_absolute(c.bin[1].mean_score, 0.4, 1e-15);
  assert_absolute(c.bin[1].observed, 0.5, 1e-15);
  assert_absolute(c.bin[2].mean_score, 0.15, 1e-15);
  assert_absolute(c.error, (3 * fabs(0.8 - 2.0 / 3) + 2 * fabs(0.4 - 0.5) + 2 * 0.15) / 7, 1e-15);
  assert_absolute(c.mean_score, 0.5, 1e-15);
  assert_absolute(c.observed, 3.0 / 7, 1e-15);
  c = calibration_of(score, label, 7, 10);
  assert_int_equal(c.n_bins, 7);
  assert_true(c.bin[6].rows == 1 && c.bin[6].positives == 0);
}

/* Whatever the order of rows, ties included, the bins are the same and add up. */
static void order_of_rows_does_not_matter(void **state)
{
  (void)state;
  Random random = random_seed(12, 1);
  for (int turn = 0; turn < 20; turn++) {
    Data data = data_make(&random, 150, 4 + turn), shuffled = data;
    for (size_t i = data.n - 1; i > 0; i--) {
      size_t j = (size_t)(random_uniform(&random) * (double)(i + 1));
      double score = shuffled.score[i];
      unsigned char label = shuffled.label[i];
      shuffled.score[i] = shuffled.score[j], shuffled.label[i] = shuffled.label[j];
      shuffled.score[j] = score, shuffled.label[j] = label;
    }
    Calibration a = calibration_of(data.score, data.label, data.n, 7),
                b = calibration_of(shuffled.score, shuffled.label, data.n, 7);
    double positives = 0;
    for (int i = 0; i < 7; i++) {
      assert_true(a.bin[i].positives == b.bin[i].positives && a.bin[i].mean_score == b.bin[i].mean_score);
      assert_true(i == 0 || a.bin[i].mean_score <= a.bin[i - 1].mean_score);
      positives += a.bin[i].positives;
    }
    assert_absolute(positives, (double)a.positives, 1e-12);
    assert_true(a.slope == b.slope && a.in_the_large == b.in_the_large && a.error == b.error);
    assert_absolute(lift_of(data.score, data.label, data.n, 0.3), lift_of(shuffled.score, shuffled.label, data.n, 0.3),
                    0);
  }
}

/* Two scores: the line goes through the two observed log-odds. */
static void line_through_two_scores(void **state)
{
  (void)state;
  double score[100];
  unsigned char label[100];
  for (int i = 0; i < 100; i++) { /* 0.2 sees 12 of 40, 0.7 sees 33 of 60 */
    score[i] = i < 40 ? 0.2 : 0.7;
    label[i] = i < 40 ? i < 12 : i - 40 < 33;
  }
  double x0 = log(0.2 / 0.8), x1 = log(0.7 / 0.3), y0 = log(12.0 / 28), y1 = log(33.0 / 27);
  Calibration c = calibration_of(score, label, 100, 10);
  assert_int_equal(c.fit, LOGIT_CONVERGED);
  assert_absolute(c.slope, (y1 - y0) / (x1 - x0), 1e-13);
  assert_absolute(c.intercept, y0 - x0 * (y1 - y0) / (x1 - x0), 1e-13);
  assert_absolute(c.slope_error, sqrt(1.0 / 12 + 1.0 / 28 + 1.0 / 33 + 1.0 / 27) / (x1 - x0), 1e-13);
  /* In the large: 40 / (1 + e^-(a + x0)) + 60 / (1 + e^-(a + x1)) = 45. */
  assert_absolute(40 * logit_probability(c.in_the_large + x0) + 60 * logit_probability(c.in_the_large + x1), 45, 1e-12);
}

/* Scores that are the truth's: slope 1, intercept 0, in the large 0, up to chance. */
static void a_calibrated_score(void **state)
{
  (void)state;
  enum {
    N = 20000
  };
  static double score[N];
  static unsigned char label[N];
  Random random = random_seed(13, 1);
  for (int i = 0; i < N; i++) {
    score[i] = random_uniform(&random);
    label[i] = random_uniform(&random) < score[i];
  }
  Calibration c = calibration_of(score, label, N, 10);
  assert_absolute(c.slope, 1, 4 * c.slope_error);
  assert_absolute(c.intercept, 0, 4 * c.intercept_error);
  assert_absolute(c.in_the_large, 0, 0.08); /* 4 standard errors: 1 / sqrt(20000 / 6) */
  assert_true(c.error < 0.02);
}

static void no_line(void **state)
{
  (void)state;
  const double score[] = {0.1, 0.2, 0.8, 0.9};
  Calibration c = calibration_of(score, (const unsigned char[]){0, 0, 1, 1}, 4, 2);
  assert_int_equal(c.fit, LOGIT_SEPARATED);
  assert_true(isnan(c.slope) && isnan(c.intercept) && fabs(c.in_the_large) < 1e-12);
  c = calibration_of(score, (const unsigned char[]){0, 0, 0, 0}, 4, 2);
  assert_int_equal(c.fit, LOGIT_ONE_CLASS);
  assert_true(isnan(c.slope) && isnan(c.in_the_large) && c.observed == 0);
  c = calibration_of((const double[]){0.3, 0.3, 0.3, 0.3}, (const unsigned char[]){0, 1, 0, 0}, 4, 2);
  assert_true(c.constant && isnan(c.slope));
  assert_absolute(c.in_the_large, log(0.25 / 0.75) - log(0.3 / 0.7), 1e-13);
  c = calibration_of(score, NULL, 0, 2);
  assert_true(c.fit == LOGIT_NO_ROWS && c.n_bins == 0 && isnan(c.error) && isnan(c.mean_score));
  /* Certainties, right and wrong, stay finite. */
  c = calibration_of((const double[]){0, 1, 0, 1, 1, 0}, (const unsigned char[]){0, 1, 1, 0, 1, 0}, 6, 2);
  assert_true(isfinite(c.slope) && isfinite(c.in_the_large));
  assert_absolute(c.slope, 2 * log(2) / (2 * 34.5), 0.01);
}

static void interrupts_are_noticed(void **state)
{
  (void)state;
  ScoreMetrics scores = {0};
  for (int i = 0; i < 40000; i++) {
    assert_int_equal(score_metrics_add(&scores, (double)(i * 7919LL % 40009) / 40009, i % 3 == 0), STATUS_OK);
  }
  int asked = 0;
  for (int left = 0;; left++) {
    int questions = left;
    const Watch watch = {stop_after, &questions};
    Auc auc;
    double lift;
    Calibration calibration;
    Status status = score_metrics_sort(&scores, &watch);
    if (status == STATUS_OK) status = score_metrics_auc(&scores, &auc, &watch);
    if (status == STATUS_OK) status = score_metrics_lift(&scores, 0.5, &lift, &watch);
    if (status == STATUS_OK) status = score_metrics_calibrate(&scores, 10, &calibration, &watch);
    if (status == STATUS_OK) break;
    assert_int_equal(status, STATUS_INTERRUPT);
    asked++;
  }
  assert_true(asked > 10);
  score_metrics_free(&scores);
  score_metrics_free(&scores);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(auc_is_the_share_of_pairs),
    cmocka_unit_test(auc_at_its_ends),
    cmocka_unit_test(lift_counts_the_top),
    cmocka_unit_test(losses_of_a_row),
    cmocka_unit_test(bins_are_ntile),
    cmocka_unit_test(order_of_rows_does_not_matter),
    cmocka_unit_test(line_through_two_scores),
    cmocka_unit_test(a_calibrated_score),
    cmocka_unit_test(no_line),
    cmocka_unit_test(interrupts_are_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
