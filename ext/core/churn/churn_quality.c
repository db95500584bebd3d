#include "churn_quality.h"

#include <math.h>

#include "core/base/mem.h"

/*
** Held-out log-odds to probabilities, each fold by the line of the others; a line that does not rise or converge is
** left out.
*/
static Status calibrated(const ChurnHeldOut *held, double *probability, double *weight, const Watch *watch)
{
  Status status = STATUS_OK;
  for (int f = 0; f < CHURN_FOLDS && status == STATUS_OK; f++) {
    Logit line = {0};
    for (size_t i = 0; i < held->n; i++) {
      weight[i] = held->fold[i] != f;
    }
    status = logit_fit_matrix(held->log_odds, held->n, 1, held->label, weight, CHURN_LINE_RIDGE, &line, watch);
    bool works = status == STATUS_OK && logit_converged(&line) && line.coefficient[0] > 0;
    for (size_t i = 0; i < held->n && status == STATUS_OK; i++) {
      if (held->fold[i] == f) {
        probability[i] = works ? logit_predict(&line, &held->log_odds[i]) : logit_probability(held->log_odds[i]);
      }
    }
    logit_free(&line);
  }
  return status;
}

static Status measure(const double *score, const ChurnHeldOut *held, ChurnQuality *quality, const Watch *watch)
{
  ScoreMetrics scores = {0};
  double brier = 0, log_loss = 0;
  Status status = score_metrics_load(&scores, score, held->label, held->n);
  if (status == STATUS_OK) {
    status = score_metrics_sort(&scores, watch);
  }
  if (status == STATUS_OK) {
    status = score_metrics_auc(&scores, &quality->auc, watch);
  }
  if (status == STATUS_OK) {
    status = score_metrics_lift(&scores, CHURN_TOP_SHARE, &quality->lift, watch);
  }
  if (status == STATUS_OK) {
    status = score_metrics_calibrate(&scores, CHURN_BINS, &quality->calibration, watch);
  }
  for (size_t i = 0; i < held->n; i++) {
    brier += score_metrics_brier_term(score[i], held->label[i]);
    log_loss += score_metrics_log_loss_term(score[i], held->label[i]);
  }
  quality->brier = brier / (double)held->n;
  quality->log_loss = log_loss / (double)held->n;
  score_metrics_free(&scores);
  return status;
}

Status churn_quality(const Churn *churn, ChurnQuality quality[CHURN_SCORES], size_t n[CHURN_SCORES], const Watch *watch)
{
  const ChurnHeldOut *held = &churn->held_out;
  double *score = mem_alloc(held->n + 1, sizeof *score), *weight = mem_alloc(held->n + 1, sizeof *weight);
  Status status = score && weight ? STATUS_OK : STATUS_NOMEM;
  n[CHURN_SCORE_RISK] = held->n;
  n[CHURN_SCORE_P_ALIVE] = churn->snapshot[CHURN_CUT].model ? held->n : 0;
  if (status == STATUS_OK && churn->method == CHURN_METHOD_LOGIT) {
    status = calibrated(held, score, weight, watch);
  }
  for (size_t i = 0; status == STATUS_OK && churn->method != CHURN_METHOD_LOGIT && i < held->n; i++) {
    score[i] = logit_probability(held->log_odds[i]);
  }
  if (status == STATUS_OK && n[CHURN_SCORE_RISK]) {
    status = measure(score, held, &quality[CHURN_SCORE_RISK], watch);
  }
  if (status == STATUS_OK && n[CHURN_SCORE_P_ALIVE]) {
    status = measure(held->gone, held, &quality[CHURN_SCORE_P_ALIVE], watch);
  }
  mem_free(weight);
  mem_free(score);
  return status;
}
