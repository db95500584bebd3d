/*
** Binary logistic regression: P(label = 1 | x) = 1 / (1 + exp(-(intercept + coefficient . x))).
**
** Maximum likelihood by Newton's method (iteratively reweighted least squares; McCullagh & Nelder 1989, chapter 4),
** with step halving, or its L2-penalised form: the minimum of sum of weight * log-loss + l2 / 2 * sum of s_j^2, where
** s_j are the coefficients of the columns standardised to mean 0 and (population) standard deviation 1, and the
** intercept is free. Columns are standardised for the fit in any case; everything in Logit is about the columns as
** they were given. Weights count rows: weight 2 is the row twice, in means, standard deviations and standard errors
** too.
**
** What has no answer is told and never hidden in a large number:
**   constant columns    are dropped: coefficient 0, standard error NaN, feature_state LOGIT_CONSTANT
**   collinear columns   (l2 = 0) a column whose variance is explained by earlier columns to 1 part in 1e11 is dropped,
**                       LOGIT_COLLINEAR, with the columns that explain it
**   separation          (l2 = 0) where a combination of columns predicts labels without error the likelihood has no
**                       maximum (Albert & Anderson 1984): not converged, with the columns that do it. One column
**                       alone is found exactly, from the ranges of the two classes; several from the direction in
**                       which Newton's steps run away, which must then hold for every row (with a tolerance of 1e-6
**                       of its largest margin)
**   one class only      not converged
** A fit that did not converge has NaN in coefficients, errors and log_likelihood.
**
** Domain: finite values up to LOGIT_VALUE_MAX in magnitude, weights > 0. Relative error of coefficients and standard
** errors about 1e-13 times the condition of the standardised columns. O(rows * features^2) per iteration, some 5-10
** of them; 8 * (features + 1) bytes a row.
*/
#ifndef RETAIN_CORE_REGRESSION_LOGIT_H
#define RETAIN_CORE_REGRESSION_LOGIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

#define LOGIT_FEATURES_MAX 1000
#define LOGIT_VALUE_MAX 1e250
#define LOGIT_PARTNERS 4
#define LOGIT_REASON 400

/*
** The rows of a fit. {.n_features = n} is a valid empty object; regression_rows_free() may run twice. In blocks of
** LOGIT_BLOCK rows, column by column; the last column is the weight, negative where the label is 0. A fit
** standardises them in place, once: several fits may share the rows, but none may be added afterwards.
*/
#define LOGIT_BLOCK 64
typedef struct RegressionRows {
  int n_features;
  bool weighted;   /* some weight is not 1 */
  bool measured;   /* mean, sd, low and high are set; no rows may be added any more */
  size_t n_scaled; /* blocks that are standardised */
  size_t count, positives;
  double **block;
  size_t n_blocks, n_slots;
  double *mean, *sd, *low[2], *high[2]; /* of measured rows: by feature, the ranges of label 0 and 1; one allocation */
  double weight[2];                     /* sums by label */
} RegressionRows;

Status regression_rows_add(RegressionRows *rows, const double *x, bool positive, double weight);
Status regression_rows_standardise(RegressionRows *rows, const Watch *watch); /* what a fit does first */
void regression_rows_free(RegressionRows *rows);

/*
** Sums over a block, of which x[v], v < m, are columns of LOGIT_BLOCK numbers, for what is fitted to such rows. sums[v]
** += s . x[v]; the lower triangle of matrix (m * m) += the sum of weight * x x'; score = the sum of variables[v] * x[v]
** over v >= first, row by row.
*/
void logit_products_add(const double *restrict s, const double *const *x, int m, double *restrict sums);
void logit_squares_add(const double *restrict weight, const double *const *x, int m, double *restrict matrix);
void logit_scores(const double *variables, const double *const *x, int first, int m, double *restrict score);

typedef enum LogitEnd {
  LOGIT_CONVERGED,
  LOGIT_NO_ROWS,
  LOGIT_ONE_CLASS,
  LOGIT_SEPARATED,       /* completely: every row is predicted without error */
  LOGIT_QUASI_SEPARATED, /* some rows are, the others lie on the boundary */
  LOGIT_UNFINISHED       /* no convergence and no separation found */
} LogitEnd;

typedef enum LogitFeatureState {
  LOGIT_USED,
  LOGIT_CONSTANT,
  LOGIT_COLLINEAR
} LogitFeatureState;

typedef struct LogitFeature {
  LogitFeatureState state;
  int partners[LOGIT_PARTNERS]; /* LOGIT_COLLINEAR: the features that explain it, strongest first */
  int n_partners;               /* may be more than the array holds */
} LogitFeature;

/* {0} is a valid empty object; logit_free() may run twice. */
typedef struct Logit {
  int n_features;
  LogitEnd end;
  double intercept, intercept_error;
  double *coefficient, *error; /* of each feature; error: standard error, from the inverse (penalised) information */
  double *mean, *sd;           /* of each column, weighted; population standard deviation */
  LogitFeature *feature;
  int n_separating, *separating; /* features, strongest first */
  bool separating_alone;         /* each of them does it alone; of the first: */
  double separating_value[2];    /* largest value of the lower class, smallest of the upper */
  bool separating_upward;        /* label 1 is above */
  double l2;
  double log_likelihood, null_log_likelihood; /* without the penalty; of the intercept alone */
  size_t rows, positives;
  double weight; /* sum of weights */
  int iterations;
} Logit;

/* STATUS_NOMEM or STATUS_INTERRUPT; what was not to be fitted is STATUS_OK with end != LOGIT_CONVERGED. l2 >= 0. */
Status logit_fit(RegressionRows *rows, double l2, Logit *logit, const Watch *watch);

/*
** The same from an n * n_features matrix, row after row; label 0 or 1; weight NULL: all 1. A weight of 0 leaves the
** row out.
*/
Status logit_fit_matrix(const double *matrix, size_t n, int n_features, const unsigned char *label,
                        const double *weight, double l2, Logit *logit, const Watch *watch);

/*
** A model whose numbers come from elsewhere: zeroed arrays for n features, coefficients to be filled in.
** STATUS_NOMEM.
*/
Status logit_alloc(Logit *logit, int n_features);
void logit_free(Logit *logit);

static inline bool logit_converged(const Logit *logit)
{
  return logit->end == LOGIT_CONVERGED;
}

/* The log-odds and the probability for a row of features; NaN where the fit did not converge. */
double logit_log_odds(const Logit *logit, const double *x);
double logit_predict(const Logit *logit, const double *x);

/* 1 / (1 + exp(-log_odds)), without overflow. */
double logit_probability(double log_odds);

/* By feature coefficient * (x - mean): what it adds to the log-odds of an average row. */
void logit_contributions(const Logit *logit, const double *x, double *contribution);

/* Why it did not converge, in words; "" where it did. names: of the features; NULL: f1, f2, ... */
void logit_reason(const Logit *logit, const char *const *names, char text[LOGIT_REASON]);

/* Why feature i was dropped: "constant", "collinear with f1, f2"; "" where it was not. */
void logit_dropped(const Logit *logit, int i, const char *const *names, char text[LOGIT_REASON]);

#endif
