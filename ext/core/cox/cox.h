/*
** Cox's proportional-hazards model: the hazard of a row is h0(t) exp(coefficient . x), of any h0, one for each stratum.
**
** The maximum of the partial likelihood (Cox 1972, 1975) by Newton's method with step halving; ties as Efron (1977) or
** Breslow (1974). A row is at risk at t where entry < t <= time (entry: left truncation), so that who leaves at t comes
** before who is lost at t. Weights count rows; tied events of different weights share their mean weight (Therneau &
** Grambsch 2000, 3.3). Strata have hazards of their own, and common coefficients. Robust errors are those of Lin & Wei
** (1989), summed over clusters.
**
** The sums over risk sets are turned round: sum over events of S2/S0 = sum over rows of (hazard so far) r x x', r =
** exp(coefficient . x), so that an iteration is one weighted X'X in blocks and one outer product for each time of an
** event. Columns are standardised for the fit; everything in Cox is about the columns as they were given.
**
** What has no answer is told and never hidden in a large number:
**   constant columns    are dropped, COX_CONSTANT: coefficient 0, error NaN
**   collinear columns   a column whose information at coefficient 0 is explained by earlier columns to 1 part in 1e11
**                       is dropped, COX_COLLINEAR, with the columns that explain it; one that is the same in each risk
**                       set is constant
**   monotone likelihood where a combination of columns is largest, at every event, for the one who leaves, the
**   likelihood rises for ever
**                       (Bryson & Johnson 1981): not converged, with the columns that do it
**   no event            not converged
** A fit that did not converge has NaN in coefficients, errors and log_likelihood.
**
** Relative error of coefficients and errors about 1e-13 times the condition of the standardised columns. O(rows *
** features^2) per iteration, some 5-8 of them. Memory: 16 bytes a row beside the rows, 24 with entries.
*/
#ifndef RETAIN_CORE_COX_COX_H
#define RETAIN_CORE_COX_COX_H

#include "core/numerics/stats.h"
#include "cox_rows.h"

#define COX_PARTNERS 4
#define COX_REASON 600

typedef enum CoxEnd {
  COX_CONVERGED,
  COX_NO_ROWS,
  COX_NO_EVENTS,
  COX_MONOTONE,  /* the likelihood has no maximum: the columns of `monotone` */
  COX_UNFINISHED /* no convergence, and no reason found */
} CoxEnd;

typedef enum CoxFeatureState {
  COX_USED,
  COX_CONSTANT,
  COX_COLLINEAR
} CoxFeatureState;

typedef struct CoxFeature {
  CoxFeatureState state;
  bool monotone; /* COX_MONOTONE: one of the columns that cause it */
  /* COX_COLLINEAR: what explains it, strongest first; n_partners may be larger than the array */
  int partners[COX_PARTNERS], n_partners;
  double mean, sd;                         /* by weight; sd 0: constant */
  double coefficient, error, robust_error; /* error NaN where there is none */
} CoxFeature;

/* {0} is a valid empty object; cox_free() may run twice. */
typedef struct Cox {
  CoxEnd end;
  CoxTies ties;
  int n_features, n_used, iterations;
  CoxFeature *feature;
  /* n_features * n_features, rows and columns of dropped features NaN; robust: after cox_robust() */
  double *covariance, *robust;
  size_t rows, events, times; /* times: different ones with an event, over strata */
  double weight;
  double null_log_likelihood, log_likelihood;
  /* chi-square of n_used degrees of freedom, beside the likelihood ratio 2 (log_likelihood - null_log_likelihood) */
  double wald, score;
  struct CoxFit *fit; /* what the functions below go on with */
} Cox;

/* Sorts the rows, and standardises their features in place: one fit of them is possible. */
Status cox_fit(CoxRows *rows, CoxTies ties, Cox *cox, const Watch *watch);
void cox_close(Cox *cox); /* frees what only the functions after a fit need; the rows may then go too */
void cox_free(Cox *cox);

/*
** Why there is no estimate, or a feature is dropped, with the names of features; "" where there is nothing to
** say.
*/
void cox_reason(const Cox *cox, const char *const *names, char out[COX_REASON]);
void cox_dropped(const Cox *cox, int feature, const char *const *names, char out[COX_REASON]);

/*
** ---- After a fit that converged; the rows are still there.
*/

/*
** Robust errors: rows of the same cluster may depend on each other; without clusters each row is its own. Sets
** `robust`, robust_error. The residuals of all clusters sum to 0, so that no more clusters than n_used have errors of 0
** in some direction: STATUS_ERROR, and *n_clusters (those that have a row) says so.
*/
Status cox_robust(Cox *cox, size_t *n_clusters, const Watch *watch);

/*
** Harrell's concordance: of the pairs of which it is known who leaves first (within strata, ties of events left out)
** the share where that one has the larger risk, equal risks counting 1/2. Its error by the infinitesimal jackknife.
** O(rows log rows), 20 bytes a row.
*/
typedef struct CoxConcordance {
  double concordant, discordant, tied_risk, tied_time; /* pairs, by weight */
  double value, error;                                 /* NaN without a pair */
} CoxConcordance;
Status cox_concordance(Cox *cox, CoxConcordance *out, const Watch *watch);

/*
** The test of proportional hazards: whether coefficients depend on g(time), as the score test of adding x * g(time)
** (Grambsch & Therneau 1994, exact instead of averaged information). g: 1 - Kaplan-Meier just before the time, the
** time, its rank among all rows, or log time. chi[j] is that of column j (one degree of freedom); groups[j] names a
** group that column j belongs to (0 … n_groups - 1), chi_group and df_group are of those, *global of all. Dropped
** columns have NaN; a group of none df 0.
*/
typedef enum CoxTransform {
  COX_KM,
  COX_IDENTITY,
  COX_RANK,
  COX_LOG
} CoxTransform;
Status cox_zph(Cox *cox, CoxTransform transform, const int *groups, int n_groups, double *chi, double *chi_group,
               int *df_group, double *global, const Watch *watch);

/*
** The baseline: of a row whose features are at their means, a step for each time of an event or a loss, by stratum and
** time. Efron's increments in an Efron fit.
*/
typedef struct CoxStep {
  uint32_t stratum;
  double time, at_risk, events; /* by weight */
  double hazard, error;         /* cumulated to this time, at the means; error: its standard error */
} CoxStep;
/* *steps: the caller's, from mem_alloc() */
Status cox_baseline(Cox *cox, CoxStep **steps, size_t *n_steps, const Watch *watch);

/* coefficient . mean: the hazard at 0 is that at the means times exp(-this). */
double cox_mean_score(const Cox *cox);

#endif
