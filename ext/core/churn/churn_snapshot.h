/*
** All customers at an instant: their means, and the purchase models fitted to them.
*/
#ifndef RETAIN_CORE_CHURN_CHURN_SNAPSHOT_H
#define RETAIN_CORE_CHURN_CHURN_SNAPSHOT_H

#include "churn_features.h"
#include "core/btyd/btyd.h"
#include "core/events/customers.h"

#define CHURN_FOLDS 5
#define CHURN_FIT_CUSTOMERS 25000
#define CHURN_MODEL_WHY (BTYD_REASON + 16)

typedef enum ChurnWanted {
  CHURN_WANT_AUTO,
  CHURN_WANT_LOGIT,
  CHURN_WANT_BGNBD,
  CHURN_WANT_MBGNBD
} ChurnWanted;

typedef struct ChurnSnapshot {
  double horizon;         /* days after the instant that a forecast is about */
  double gap;             /* mean gap; NaN: nobody bought twice */
  double prior;           /* A of churn.h */
  double repeats, value;  /* mean per customer: x, sum of values */
  const BtydModel *model; /* that forecasts, or is a feature; NULL: none */
  double theta[BTYD_PARAMETERS];
  bool at_limit;          /* the model did not converge: theta is near a limit */
  const BtydModel *alive; /* the likelier one at this instant; NULL: none */
  double alive_theta[BTYD_PARAMETERS];
} ChurnSnapshot;

double churn_snapshot_value(const ChurnSnapshot *snapshot); /* mean value of a purchase day */

static inline CbsRow churn_cbs_row(const ChurnHistory *history)
{
  return (CbsRow){(double)history->x, (double)history->t_x, (double)history->age};
}

/* Of the key, so that it does not depend on the order of the rows. */
uint64_t churn_snapshot_hash(const Customers *customers, uint32_t id);

/*
** `learned`: the snapshot of the cut-off whose model is a feature, and then is in this one too; NULL: none. `why`: why
** there is no model, or it is at its limit; else "".
*/
Status churn_snapshot_build(ChurnSnapshot *snapshot, const ChurnTimes *times, ChurnInstant instant,
                            const Customers *customers, ChurnWanted wanted, const ChurnSnapshot *learned,
                            char why[CHURN_MODEL_WHY], const Watch *watch);

/* The probability of no purchase in the horizon after the instant, and its log-odds. `row` NULL: of a new customer. */
double churn_snapshot_probability(const ChurnSnapshot *snapshot, const CbsRow *row);
double churn_snapshot_log_odds(const ChurnSnapshot *snapshot, const CbsRow *row);

/*
** What the purchases themselves and the silence since the last one add to the log-odds of a new customer; for a
** single purchase all is silence. Returns the first part; both together are churn_snapshot_log_odds(row) -
** churn_snapshot_log_odds(NULL).
*/
double churn_snapshot_frequency_part(const ChurnSnapshot *snapshot, const CbsRow *row);

/* The features of a customer at the instant, those of signals not among them. */
void churn_snapshot_features(const ChurnSnapshot *snapshot, const ChurnHistory *history, double x[CHURN_FEATURES]);

#endif
