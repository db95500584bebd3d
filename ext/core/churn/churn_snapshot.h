/*
** Inside of churn.c: the shop at an instant, and what follows from it for a customer.
*/
#ifndef RETAIN_CORE_CHURN_CHURN_SNAPSHOT_H
#define RETAIN_CORE_CHURN_CHURN_SNAPSHOT_H

#include "churn.h"

static inline CbsRow cbs_row_of(const ChurnPast *past)
{
  return (CbsRow){(double)past->x, (double)past->t_x, (double)past->age};
}

/* Of the key, so that it does not depend on the order of the rows. */
uint64_t customer_hash(const Customers *customers, uint32_t id);

/* What is known of all customers at an instant, and the models fitted to it; churn->model_why: why there is none. */
Status churn_snapshot_build(Churn *churn, const Customers *customers, ChurnInstant instant, const Watch *watch);

/* The probability of no purchase in the horizon after the instant, and its log-odds. `past` NULL: of a new customer. */
double churn_snapshot_probability(const ChurnSnapshot *shop, const CbsRow *past);
double churn_snapshot_log_odds(const ChurnSnapshot *shop, const CbsRow *past);

/*
** What the purchases themselves and the silence since the last one add to the log-odds of a new customer; for a
** single purchase all is silence. Returns the first part; both together are churn_snapshot_log_odds(past) -
** churn_snapshot_log_odds(NULL).
*/
double churn_snapshot_frequency_part(const ChurnSnapshot *shop, const CbsRow *past);

/* The features of a customer's past at an instant, n_features of them. */
void churn_snapshot_features(const Churn *churn, uint32_t id, ChurnInstant instant, const ChurnPast *past, double *x);

#endif
