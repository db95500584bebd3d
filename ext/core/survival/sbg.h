/*
** The shifted-beta-geometric model of contracts that are renewed or not, period after period (Fader & Hardie 2007, "How
** to Project Customer Retention"; 2010, "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring
** Heterogeneity").
**
** A customer leaves at the end of each period with chance theta, always the same; theta is beta(alpha, beta) over
** customers. Then
**
**   P(T = t) = B(alpha + 1, beta + t - 1) / B(alpha, beta)       lost at the end of period t = 1, 2, ...
**   S(t)     = B(alpha, beta + t) / B(alpha, beta)               still there after t periods
**   r(t)     = S(t) / S(t - 1) = (beta + t - 1) / (alpha + beta + t - 1)
**
** Retention rises with time although no customer changes: those who leave easily leave first.
*/
#ifndef RETAIN_CORE_SURVIVAL_SBG_H
#define RETAIN_CORE_SURVIVAL_SBG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

#define SBG_PERIODS_MAX 1000000

/*
** Customers by the number of periods they were observed. {0} is a valid empty object; sbg_counts_free() may run twice.
*/
typedef struct SbgCounts {
  /* by period - 1, `size` each, in one allocation: those lost at its end, and those last seen renewing then */
  double *lost, *kept;
  size_t size, last; /* last: the largest period */
  size_t rows;
} SbgCounts;

/* weight customers observed for `period` periods, 1 ... SBG_PERIODS_MAX, and lost then, or not. STATUS_NOMEM. */
Status sbg_counts_add(SbgCounts *counts, size_t period, bool lost, double weight);
void sbg_counts_free(SbgCounts *counts);

typedef enum SbgEnd {
  SBG_CONVERGED,
  SBG_NOBODY,      /* no customer takes part */
  SBG_NONE_LOST,   /* alpha -> 0 */
  SBG_ONE_PERIOD,  /* nobody was observed in a second period: only alpha / (alpha + beta) is told */
  SBG_FIRST_ONLY,  /* losses in period 1 alone: alpha and beta -> 0 */
  SBG_NOT_FALLING, /* the churn rate does not fall with time: alpha and beta -> infinity at a constant rate */
  SBG_UNFINISHED
} SbgEnd;

typedef struct SbgFit {
  SbgEnd end;
  double alpha, beta;      /* SBG_CONVERGED; else NaN */
  double covariance[2][2]; /* of ln alpha and ln beta; NaN where not converged */
  double log_likelihood;   /* sum of ln P(T = t) of those lost and ln S(t) of those kept; NaN where not converged */
  double customers, lost;  /* sums of weights */
  double churn;            /* lost over all periods that customers were at risk: the rate where it is constant */
  size_t periods, rows;
  int iterations;
} SbgFit;

/*
** Maximum likelihood by Newton's method in ln alpha and ln beta. With n(t) at risk and d(t) lost in period t the
** log-likelihood is the sum of d ln alpha + (n - d) ln(beta + t - 1) - n ln(alpha + beta + t - 1): no gamma function,
** and exact at any size. O(largest period) per step. STATUS_NOMEM or STATUS_INTERRUPT; what has no maximum is STATUS_OK
** with its end.
*/
Status sbg_fit(const SbgCounts *counts, SbgFit *fit, const Watch *watch);

/* Why there is no fit; NULL where there is one. */
const char *sbg_reason(const SbgFit *fit);

/*
** alpha and beta from 1e-15 to 1e15. Relative error < 1e-12 for alpha to 1e6, at t = 0 ... 1e15: the product of
** retention rates for small t, then Stirling's series, written so that nothing cancels. O(1), at most 4096 divisions.
*/
double sbg_survival(double alpha, double beta, double t);

/* t = 1 ... */
double sbg_retention(double alpha, double beta, double t);

/*
** Discounted expected residual lifetime of a customer who has renewed `renewed` >= 0 times, just before the next
** renewal is due, in periods: the sum over t > renewed of S(t) / S(renewed) (1 + discount)^-(t - renewed - 1), the
** first at once and not discounted. It is r(renewed + 1) 2F1(1, beta + renewed + 1; alpha + beta + renewed + 1; 1 / (1
** + discount)) (Fader & Hardie 2010, eq. 6 without the payment just received), which is infinite where discount is 0
** and alpha <= 1.
**
** Not by that function, whose argument has lost the digits of a small discount, but as the mean of (1 - theta)(1 +
** discount) / (discount + theta) over theta ~ beta(alpha, beta + renewed): the trapezoidal rule in ln(theta / (1 -
** theta)), exponentially convergent, with the geometric tails summed. Relative error < 1e-12 for discount 0 ... 1e15
** and renewed up to 1e15. O(1), some 200-600 exponentials.
*/
double sbg_residual_lifetime(double alpha, double beta, double discount, double renewed);

#endif
