/*
** Churn: the probability that a customer buys nothing within a horizon after as_of.
**
** Learned on the shop's own history: features of every customer at the cut-off (as_of - horizon, see churn_features.h
** and signals.h), labels from what happened in the horizon after it, a logistic regression with a ridge penalty
** (CHURN_RIDGE / 2 times the sum of squares of the standardised coefficients), applied to the same features at as_of.
** Two things keep it honest:
**   held out     customers fall into CHURN_FOLDS folds by a hash of their key; each one's log-odds are also computed
**                by the model of the other folds (of more than CHURN_ALL_FOLDS customers only the first fold is held
**                out, for the slope alone)
**   calibration  P = 1 / (1 + exp(-(a + b log-odds))), a and b fitted to those held-out log-odds (Platt 1999), so
**                that what the model promises is what held-out customers did. Of one fold only b is: a is such that
**                over all customers of the cut-off the mean probability is the share that bought nothing
** Where the history is too short, customers too few or the regression shows no skill, the probability is that of the
** purchase model, BG/NBD or MBG/NBD, whichever is likelier, fitted up to as_of. Where neither has a finite maximum it
** is the likelier one at its limit (BtydFit.at_limit), and where there is no such either, that of a Poisson process
** without dropout, its rate gamma(1, A) with A the mean time per repeat purchase: ((A + T) / (A + T + H))^(x + 1).
** `why` and `model_why` say so.
**
** The purchase model that is a feature is the likelier one of the cut-off, fitted twice: for the cut-off on what was
** known then, and there on one in k customers, by a hash of their key, where they are more than CHURN_FIT_CUSTOMERS k;
** for as_of on all. P(alive) and the rate given alive are those of the likelier one at as_of. O(customers) beside the
** fits of the two models; 8 bytes per customer afterwards, some 16 (features + 2) more per customer of the cut-off
** meanwhile.
*/
#ifndef RETAIN_CORE_CHURN_CHURN_H
#define RETAIN_CORE_CHURN_CHURN_H

#include "churn_features.h"
#include "churn_snapshot.h"
#include "core/events/customers.h"
#include "core/regression/logit.h"
#include "signals.h"

#define CHURN_RIDGE 1.0
#define CHURN_LINE_RIDGE 0.001 /* of the calibration: only so that there is a line where all are told apart */
#define CHURN_HISTORY 0.75     /* of a horizon that must lie before the cut-off */
#define CHURN_ALL_FOLDS 20000
#define CHURN_PER_FEATURE 5 /* customers of either class that each feature needs */
#define CHURN_FEATURES_MAX (CHURN_FEATURES + SIGNAL_FEATURES_MAX)
#define CHURN_REASONS 3
#define CHURN_REASON_LEAST 0.1 /* odds times 1.1 */
#define CHURN_WHY 240

typedef enum ChurnMethod {
  CHURN_METHOD_LOGIT,
  CHURN_METHOD_MODEL,
  CHURN_METHOD_RATE
} ChurnMethod;

/* Customers of the cut-off, as the models of the other folds see them. */
typedef struct ChurnHeldOut {
  size_t n;
  unsigned char *label, *fold; /* label 1: bought nothing in the horizon */
  double *log_odds; /* CHURN_METHOD_LOGIT: of the other folds' model, not calibrated; else of the purchase model */
  double *gone;     /* 1 - P(alive) at the cut-off; NULL without a model */
} ChurnHeldOut;

/* Set the first group, churn_fit(). {0} is a valid empty object. */
typedef struct Churn {
  ChurnTimes times;
  int64_t first_time; /* of the purchases */
  ChurnWanted wanted;
  bool has_value;
  const Signals *signals; /* NULL: none */
  bool keep_held_out;     /* keep `held_out`, and leave `probability` out */

  ChurnMethod method;
  char why[CHURN_WHY];             /* "" for CHURN_METHOD_LOGIT; else why it is not */
  char model_why[CHURN_MODEL_WHY]; /* why there is no purchase model, or it is at its limit; else "" */
  int n_features;
  ChurnSnapshot snapshot[CHURN_INSTANTS];
  Logit logit;
  double intercept, slope; /* of the calibration */
  double mean_frequency;   /* of the part of the purchase model's log-odds that the purchases make, at the cut-off */
  double *probability;     /* by customer */
  ChurnHeldOut held_out;
} Churn;

/* STATUS_OK also where the model that was asked for cannot be had: then `method` is another. */
Status churn_fit(Churn *churn, const Customers *customers, const Watch *watch);

/* All that is told of a customer. */
typedef struct ChurnRow {
  ChurnHistory history;
  double usual_gap, overdue_ratio; /* NaN where nobody bought twice */
  double p_alive;                  /* NaN without a model at as_of */
  double expected_purchases;       /* in the horizon, of one who stays: the rate given alive times the horizon */
  double expected_value;           /* times the own mean value of a purchase day */
} ChurnRow;
ChurnRow churn_row(const Churn *churn, const Customers *customers, uint32_t customer);

/*
** What moves a customer's log-odds of leaving away from those of the average customer of the cut-off (without a learned
** model: of a new customer), the largest first. Features that tell the same thing are one cause, their contributions
** added: silence is recency and overdue, and what the silence does to the log-odds of the purchase model; frequency is
** frequency, and what the purchases do to them. Signals only of customers who have something to compare. At least one,
** and of the others those of CHURN_REASON_LEAST or more.
*/
typedef enum ChurnCause {
  CHURN_CAUSE_SILENCE,
  CHURN_CAUSE_FREQUENCY,
  CHURN_CAUSE_VALUE,
  CHURN_CAUSE_TREND,
  CHURN_CAUSE_AGE,
  CHURN_CAUSES
} ChurnCause;

typedef struct ChurnReason {
  int cause; /* or CHURN_CAUSES + a number of signals->feature */
  double log_odds;
} ChurnReason;

/* The number of reasons. */
int churn_reasons(const Churn *churn, const Customers *customers, uint32_t customer,
                  ChurnReason reasons[CHURN_REASONS]);

/* May run twice. */
void churn_free(Churn *churn);

#endif
