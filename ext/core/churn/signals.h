/*
** Signals beside the purchases: logins, complaints, tickets, the end of a contract, answers to a survey.
**
** Each kind of signal is one to two features of a customer at an instant of ChurnTimes:
**
**   rate   the rate in the horizon before the instant against the customer's own rate before that. Given r + b
**          signals, r of them in the recent part of the exposure (a share p of it), r is binomial(r + b, p) if the
**          rate has not changed: the exact conditional test of two Poisson rates (Przyborowski & Wilenski 1940). The
**          feature is the standard normal deviate of its one-sided mid-p value (Lancaster 1961), negative for a fall:
**          2 -> 1 gives -0.5, 40 -> 5 gives -5.5. At most SIGNAL_MOST in size; 0 with nothing to compare. Exposure
**          begins on the day after the customer's first purchase or first signal of the kind, whichever is earlier, but
**          not before the day after the kind's first row of any customer: what opens the exposure does not count in it.
**          Less than SIGNAL_BASELINE horizons before the recent part are nothing to compare with.
**   value  (of kinds with values that differ, such as satisfaction) the recent mean against the own mean before, in
**          standard errors: (m_r - m_b) / (s sqrt(1/n_r + 1/(n_b + 1))), s the kind's standard deviation, m_b shrunk
**          by one value of the kind's mean; 0 without a recent value.
**   date   (of dated kinds, such as contract_end, whose rows lie in the future and are known ahead) e^(-d/H), d the
**          days from the instant to the next date, or from the last one where no next one is known: 1 on the day, 0
**          far off. In place of the other two.
**
** Rows after the instant count for dates alone. Of those a row does not say when it was written: a date after the
** cut-off may have been written by a purchase in the horizon that is to be foretold, and would tell it. What is known
** ahead is therefore judged by what lies ahead of as_of, where the table can hold nothing else:
**   known ahead   the longest span u such that at least SIGNAL_KNOWN times as many dates of the kind lie in (as_of,
**                 as_of + u] as in (cut-off, cut-off + u], to a 32nd of a horizon, up to four of them; more where it
**                 holds at four. At either instant a date further ahead than that is not known. Passes that end 14
**                 days after each purchase are known 14 days ahead, yearly contracts a year, notes of what has
**                 happened not at all.
**   overwritten   a kind of which fewer than one customer in twenty has a second row, and of which dates lie between
**                 the cut-off and as_of, may be a column that a renewal overwrites: who stayed is told by their date.
**                 Such a kind is no feature. Dates that all lie ahead of as_of are.
** Both judge the table as it stands at as_of. For an as_of in the past, what was written later must be left out of it.
**
** Rows come in any order. Memory: 88 bytes and a hash slot for each pair of customer and kind, 4 bytes per customer of
** the purchases.
*/
#ifndef RETAIN_CORE_CHURN_SIGNALS_H
#define RETAIN_CORE_CHURN_SIGNALS_H

#include "churn_features.h"
#include "core/events/customers.h"

#define SIGNAL_KINDS_MAX 16
#define SIGNAL_MOST 8.0
#define SIGNAL_FEATURES_MAX (2 * SIGNAL_KINDS_MAX)
#define SIGNAL_BASELINE 0.25
#define SIGNAL_KNOWN 0.95
#define SIGNAL_AHEAD_PARTS 32 /* of a horizon */
#define SIGNAL_AHEAD_BINS (4 * SIGNAL_AHEAD_PARTS)

typedef struct SignalKind {
  int64_t first; /* time of its first row */
  int64_t n;     /* rows up to the cut-off: count, mean and sum of squared deviations of the values (Welford 1962) */
  double mean, squares;
  uint32_t ahead[CHURN_INSTANTS][SIGNAL_AHEAD_BINS]; /* rows by how far they lie ahead of each instant */
  /* rows, customers that have any, rows between the cut-off and as_of */
  int64_t rows, pairs, passed;
  int64_t known_ms; /* signals_finish(): how far ahead dates are known */
  bool dated;
} SignalKind;

typedef enum SignalMeasure {
  SIGNAL_RATE,
  SIGNAL_VALUE,
  SIGNAL_DATE
} SignalMeasure;

typedef struct SignalFeature {
  SignalMeasure measure;
  uint32_t kind;
} SignalFeature;

/* Set times, feed SIGNALS_ACCUMULATOR with rows, signals_finish(). {0} is a valid empty object without kinds. */
typedef struct Signals {
  ChurnTimes times;
  uint32_t n_kinds; /* more than SIGNAL_KINDS_MAX: the rest was left out, and nothing may be asked */
  SignalKind kind[SIGNAL_KINDS_MAX];
  Customers pairs;    /* customer * SIGNAL_KINDS_MAX + kind, with its state */
  uint32_t *own_id;   /* by the purchases' customer: the signals' customer, or CUSTOMER_NONE */
  uint32_t n_matched; /* customers of the purchases that have signals */
  int n_features;
  SignalFeature feature[SIGNAL_FEATURES_MAX];
} Signals;

/* Event.attribute is the kind; rows without one do not take part. */
extern const Accumulator SIGNALS_ACCUMULATOR;

/*
** Whether a kind is dated by its name: one that ends in _end, _due or _date, or contains renew, expir or
** contract_end; or, in Chinese, 到期 or 续约.
*/
bool signal_is_dated(const char *name);

/*
** After `dated` was set: which features there are, and whose signals are whose. `own`: the signals' customers,
** `customers`: those of the purchases.
*/
Status signals_finish(Signals *signals, const Customers *own, const Customers *customers, bool has_value,
                      const Watch *watch);

/*
** What one feature of a customer is made of. recent and usual are for a rate the signals in the horizon before the
** instant and those expected in it; for values the means; for a date recent is the days to it, negative where it has
** passed. NaN where there is none.
*/
typedef struct SignalView {
  double evidence; /* the feature */
  double recent, usual;
} SignalView;
SignalView signals_view(const Signals *signals, ChurnInstant instant, uint32_t customer, uint32_t first_day,
                        int feature);

/* May run twice. */
void signals_free(Signals *signals);

/* The deviate described above, for r and b signals in exposures that are in proportion p to 1 - p, 0 < p < 1. */
double signal_evidence(double r, double b, double p);

#endif
