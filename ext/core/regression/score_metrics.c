#include "score_metrics.h"

#include <math.h>
#include <stdint.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"

/* ---- Scores ---- */

Status score_metrics_add(ScoreMetrics *scores, double score, bool positive)
{
  size_t count = scores->count[positive];
  if (count == scores->size[positive]) {
    size_t size = count ? 2 * count : 64;
    double *grown = mem_resize(scores->score[positive], size, sizeof *grown);
    if (!grown) {
      return STATUS_NOMEM;
    }
    scores->score[positive] = grown;
    scores->size[positive] = size;
  }
  scores->score[positive][count] = score;
  scores->count[positive]++;
  scores->sorted = false;
  return STATUS_OK;
}

Status score_metrics_load(ScoreMetrics *scores, const double *score, const unsigned char *label, size_t n)
{
  Status status = STATUS_OK;
  for (size_t i = 0; i < n && status == STATUS_OK; i++) {
    status = score_metrics_add(scores, score[i], label[i] != 0);
  }
  return status;
}

Status score_metrics_sort(ScoreMetrics *scores, const Watch *watch)
{
  for (int label = 0; label < 2 && !scores->sorted; label++) {
    Status status = sort_doubles(scores->score[label], scores->count[label], watch);
    if (status != STATUS_OK) {
      return status;
    }
  }
  scores->sorted = true;
  return STATUS_OK;
}

void score_metrics_free(ScoreMetrics *scores)
{
  mem_free(scores->score[0]);
  mem_free(scores->score[1]);
  *scores = (ScoreMetrics){0};
}

/* Rows of one score, from the highest score down. */
typedef struct Tie {
  double score;
  size_t count[2], above[2]; /* by label: of this score, and of higher ones */
  size_t turns;
  Status status;
} Tie;

/*
** The next one; {0} before the first. False after the last, and where it has to stop: then status is
** STATUS_INTERRUPT.
*/
static bool tie_next(const ScoreMetrics *scores, Tie *tie, const Watch *watch)
{
  bool found = false;
  size_t left[2];
  if (tie->turns++ % WATCH_EVERY == 0 && watch_stop(watch)) {
    tie->status = STATUS_INTERRUPT;
    return false;
  }
  for (int label = 0; label < 2; label++) {
    tie->above[label] += tie->count[label];
    tie->count[label] = 0;
    left[label] = scores->count[label] - tie->above[label];
    if (left[label] > 0) {
      double highest = scores->score[label][left[label] - 1];
      tie->score = !found || highest > tie->score ? highest : tie->score;
      found = true;
    }
  }
  for (int label = 0; label < 2 && found; label++) {
    while (left[label] > 0 && scores->score[label][left[label] - 1] == tie->score) {
      tie->count[label]++;
      left[label]--;
    }
  }
  return found;
}

/* ---- AUC ---- */

Status score_metrics_auc(const ScoreMetrics *scores, Auc *auc, const Watch *watch)
{
  double n = (double)scores->count[0], m = (double)scores->count[1];
  *auc = (Auc){NAN, NAN};
  if (scores->count[0] == 0 || scores->count[1] == 0) {
    return STATUS_OK;
  }
  uint64_t wins = 0; /* half wins: exact up to 3 * 10^9 rows of each label */
  Tie tie = {0};
  while (tie_next(scores, &tie, watch)) {
    wins += (uint64_t)tie.count[1] * (2 * (uint64_t)(scores->count[0] - tie.above[0]) - (uint64_t)tie.count[0]);
  }
  if (tie.status != STATUS_OK) {
    return tie.status;
  }
  auc->area = (double)wins / 2 / (m * n);
  if (m < 2 || n < 2) {
    return STATUS_OK;
  }
  Sum of_positives = {0}, of_negatives = {0};
  for (tie = (Tie){0}; tie_next(scores, &tie, watch);) {
    double beats = (n - (double)tie.above[0] - (double)tie.count[0] / 2) / n - auc->area;
    double beaten = ((double)tie.above[1] + (double)tie.count[1] / 2) / m - auc->area;
    sum_add(&of_positives, (double)tie.count[1] * beats * beats);
    sum_add(&of_negatives, (double)tie.count[0] * beaten * beaten);
  }
  auc->error = sqrt(sum_value(&of_positives) / (m - 1) / m + sum_value(&of_negatives) / (n - 1) / n);
  return tie.status;
}

/* ---- Lift ---- */

Status score_metrics_lift(const ScoreMetrics *scores, double share, double *lift, const Watch *watch)
{
  double rows = (double)(scores->count[0] + scores->count[1]), positives = (double)scores->count[1];
  double k = fmax(1, floor(share * rows + 0.5)), left = k, hits = 0;
  Tie tie = {0};
  while (left > 0 && tie_next(scores, &tie, watch)) {
    double size = (double)(tie.count[0] + tie.count[1]), taken = fmin(size, left);
    hits += taken == size ? (double)tie.count[1] : (double)tie.count[1] * taken / size;
    left -= taken;
  }
  *lift = positives > 0 ? hits / k / (positives / rows) : NAN;
  return tie.status;
}

/* ---- Brier and log loss ---- */

double score_metrics_brier_term(double score, bool positive)
{
  double off = score - positive;
  return off * off;
}

static double clip(double score)
{
  return fmin(fmax(score, SCORE_CLIP), 1 - SCORE_CLIP);
}

double score_metrics_log_loss_term(double score, bool positive)
{
  return positive ? -log(clip(score)) : -log1p(-clip(score));
}

/* ---- Calibration ---- */

static double logit_of(double score)
{
  double p = clip(score);
  return log(p) - log1p(-p);
}

static Status bins_fill(const ScoreMetrics *scores, Calibration *calibration, const Watch *watch)
{
  size_t rows = calibration->rows, bins = (size_t)calibration->n_bins, b = 0;
  Sum total = {0}, in_bin = {0};
  for (size_t i = 0; i < bins; i++) {
    calibration->bin[i] = (CalibrationBin){.rows = rows / bins + (i < rows % bins)};
  }
  size_t room = bins ? calibration->bin[0].rows : 0;
  Tie tie = {0};
  while (tie_next(scores, &tie, watch)) {
    size_t size = tie.count[0] + tie.count[1];
    for (size_t left = size; left > 0;) {
      size_t taken = left < room ? left : room;
      CalibrationBin *bin = &calibration->bin[b];
      bin->positives += (double)tie.count[1] * ((double)taken / (double)size);
      sum_add(&in_bin, (double)taken * tie.score);
      left -= taken;
      room -= taken;
      if (room == 0) {
        bin->mean_score = sum_value(&in_bin) / (double)bin->rows;
        in_bin = (Sum){0};
        room = ++b < bins ? calibration->bin[b].rows : 0;
      }
    }
    sum_add(&total, (double)size * tie.score);
  }
  if (tie.status != STATUS_OK) {
    return tie.status;
  }
  calibration->mean_score = rows > 0 ? sum_value(&total) / (double)rows : NAN;
  calibration->observed = rows > 0 ? (double)calibration->positives / (double)rows : NAN;
  calibration->error = bins ? 0 : NAN;
  for (size_t i = 0; i < bins; i++) {
    CalibrationBin *bin = &calibration->bin[i];
    bin->observed = bin->positives / (double)bin->rows;
    calibration->error += (double)bin->rows / (double)rows * fabs(bin->mean_score - bin->observed);
  }
  return STATUS_OK;
}

/* Slope and intercept; ties are one weighted row for each label. */
static Status line_fit(const ScoreMetrics *scores, Calibration *calibration, const Watch *watch)
{
  RegressionRows rows = {.n_features = 1};
  Logit logit = {0};
  Status status = STATUS_OK;
  Tie tie = {0};
  while (status == STATUS_OK && tie_next(scores, &tie, watch)) {
    double x = logit_of(tie.score);
    for (int label = 0; label < 2 && status == STATUS_OK; label++) {
      if (tie.count[label] > 0) {
        status = regression_rows_add(&rows, &x, label, (double)tie.count[label]);
      }
    }
  }
  if (status == STATUS_OK) {
    status = tie.status;
  }
  calibration->slope = calibration->slope_error = calibration->intercept = calibration->intercept_error = NAN;
  if (status == STATUS_OK) {
    status = logit_fit(&rows, 0, &logit, watch);
  }
  if (status == STATUS_OK) {
    calibration->fit = logit.end;
    calibration->constant = logit.rows > 0 && logit.feature[0].state == REGRESSION_CONSTANT;
    if (logit_converged(&logit) && !calibration->constant) {
      calibration->slope = logit.coefficient[0];
      calibration->slope_error = logit.error[0];
      calibration->intercept = logit.intercept;
      calibration->intercept_error = logit.intercept_error;
    }
  }
  logit_free(&logit);
  regression_rows_free(&rows);
  return status;
}

#define SHIFT_MAX 100 /* the clipped logits span -35 ... 35 */
#define SHIFT_STEPS 200

/*
** The a with sum of 1 / (1 + exp(-(a + logit(score)))) = positives: Newton's steps, inside a bracket that shrinks;
** halved where they leave it.
*/
static Status shift_find(const ScoreMetrics *scores, Calibration *calibration, const Watch *watch)
{
  double low = -SHIFT_MAX, high = SHIFT_MAX, a = 0;
  calibration->in_the_large = NAN;
  if (scores->count[0] == 0 || scores->count[1] == 0) {
    return STATUS_OK;
  }
  for (int i = 0; i < SHIFT_STEPS; i++) {
    Sum off = {0};
    double slope = 0;
    Tie tie = {0};
    while (tie_next(scores, &tie, watch)) {
      double p = logit_probability(a + logit_of(tie.score)), q = logit_probability(-a - logit_of(tie.score));
      sum_add(&off, (double)tie.count[0] * p - (double)tie.count[1] * q);
      slope += (double)(tie.count[0] + tie.count[1]) * p * q;
    }
    if (tie.status != STATUS_OK) {
      return tie.status;
    }
    double excess = sum_value(&off);
    if (excess == 0) {
      break;
    }
    *(excess > 0 ? &high : &low) = a;
    double next = a - excess / slope, step = fabs(next - a);
    a = next > low && next < high ? next : low + (high - low) / 2;
    if (step <= 1e-14 * (1 + fabs(a)) || high - low <= 1e-14 * (1 + fabs(a))) {
      break;
    }
  }
  calibration->in_the_large = a;
  return STATUS_OK;
}

Status score_metrics_calibrate(const ScoreMetrics *scores, int bins, Calibration *calibration, const Watch *watch)
{
  *calibration = (Calibration){.rows = scores->count[0] + scores->count[1], .positives = scores->count[1]};
  calibration->n_bins = (size_t)bins > calibration->rows ? (int)calibration->rows : bins;
  Status status = bins_fill(scores, calibration, watch);
  if (status == STATUS_OK) {
    status = line_fit(scores, calibration, watch);
  }
  return status == STATUS_OK ? shift_find(scores, calibration, watch) : status;
}
