/*
** How well churn_fit() told those who stayed away from those who came back, on customers it had not seen.
**
** Every customer of the cut-off is held out once: their log-odds come from the model of the other folds, which has not
** seen their label. The line that calibrates them is fitted to the held-out log-odds of the other folds; their label is
** not among its rows, though it took part in the models that those log-odds come from: two numbers that hardly change
** by it. All customers are of one horizon: how the shop changes from one horizon to the next is not in it, while
** churn_fit() applies what was learned in one to the next. Beside it P(gone) = 1 - P(alive) of the purchase model for
** the same customers. Measures: score_metrics.h. O(customers log customers), 24 bytes per customer.
*/
#ifndef RETAIN_CORE_CHURN_CHURN_QUALITY_H
#define RETAIN_CORE_CHURN_CHURN_QUALITY_H

#include "churn.h"
#include "core/regression/score_metrics.h"

#define CHURN_BINS 10
#define CHURN_TOP_SHARE 0.1

typedef enum ChurnScore {
  CHURN_SCORE_RISK,
  CHURN_SCORE_P_ALIVE,
  CHURN_SCORES
} ChurnScore;

typedef struct ChurnQuality {
  Auc auc;
  double brier, log_loss, lift;
  Calibration calibration;
} ChurnQuality;

/*
** Of a fit with keep_held_out. n[score]: the customers it is made of; 0: it does not exist (P(alive) without a
** model).
*/
Status churn_quality(const Churn *churn, ChurnQuality quality[CHURN_SCORES], size_t n[CHURN_SCORES],
                     const Watch *watch);

#endif
