/*
** How well a score told label 1 from label 0.
**
**   auc           the area under the ROC curve: the probability that a row of label 1 scores above a row of label 0,
**                 ties counting one half (Mann & Whitney 1947; Bamber 1975), exact in integers; its standard error
**                 after DeLong, DeLong & Clarke-Pearson 1988: sqrt(S10 / m + S01 / n) with sample variances (divisors
**                 m - 1 and n - 1)
**   lift          the rate of label 1 among the k highest scores over the rate among all, k = share * rows rounded,
**                 at least 1
**   brier         the mean of (score - label)^2 (Brier 1950)
**   log loss      the mean of -log(score) for label 1, -log(1 - score) for label 0, scores clipped to SCORE_CLIP ...
**                 1 - SCORE_CLIP
**   calibration   slope and intercept of the logistic regression of the label on logit(score), clipped as above (Cox
**                 1958): 1 and 0 are right, a slope below 1 is overfitting; in the large: the intercept where the
**                 slope is held at 1; bins of equal size, and the expected calibration error: the mean over rows of
**                 |mean score - observed rate| of their bin
**
** Bins are SQL's NTILE(bins) OVER (ORDER BY score DESC): bin 1 has the highest scores, and the first bins have a row
** more where rows do not divide. Where a boundary (or the k of lift) falls into a tie, every part of the tie gets its
** share of the tie's labels: the mean over all orders of the tied rows, so that no result depends on the order of
** rows.
**
** Domain: finite scores; brier, log loss and calibration: 0 ... 1. O(n log n) for the sort, then O(n); 8 bytes a row.
*/
#ifndef RETAIN_CORE_REGRESSION_SCORE_METRICS_H
#define RETAIN_CORE_REGRESSION_SCORE_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"
#include "logit.h"

#define SCORE_CLIP 1e-15
#define CALIBRATION_BINS_MAX 100

/* Scores by label. {0} is a valid empty object; score_metrics_free() may run twice. */
typedef struct ScoreMetrics {
  double *score[2];
  size_t count[2], size[2];
  bool sorted;
} ScoreMetrics;

Status score_metrics_add(ScoreMetrics *scores, double score, bool positive);
/* n at once; label 0 or 1. */
Status score_metrics_load(ScoreMetrics *scores, const double *score, const unsigned char *label, size_t n);
/* Needed before all that follows, after the last score_metrics_add(). */
Status score_metrics_sort(ScoreMetrics *scores, const Watch *watch);
void score_metrics_free(ScoreMetrics *scores);

/* area: NaN where a label is absent; error: NaN where one has fewer than two rows. */
typedef struct Auc {
  double area, error;
} Auc;
Status score_metrics_auc(const ScoreMetrics *scores, Auc *auc, const Watch *watch);

/* 0 < share <= 1. NaN where label 1 is absent. */
Status score_metrics_lift(const ScoreMetrics *scores, double share, double *lift, const Watch *watch);

/* The terms of the means. */
double score_metrics_brier_term(double score, bool positive);
double score_metrics_log_loss_term(double score, bool positive);

typedef struct CalibrationBin {
  size_t rows;
  double positives; /* not whole where a tie crosses the boundary */
  double mean_score, observed;
} CalibrationBin;

typedef struct Calibration {
  size_t rows, positives;
  double mean_score, observed;                           /* NaN without rows */
  double slope, slope_error, intercept, intercept_error; /* NaN without a line: see fit and constant */
  LogitEnd fit;
  bool constant;       /* all scores are equal */
  double in_the_large; /* NaN where a label is absent */
  double error;        /* ECE */
  int n_bins;          /* at most rows */
  CalibrationBin bin[CALIBRATION_BINS_MAX];
} Calibration;

/* 1 <= bins <= CALIBRATION_BINS_MAX. */
Status score_metrics_calibrate(const ScoreMetrics *scores, int bins, Calibration *calibration, const Watch *watch);

#endif
