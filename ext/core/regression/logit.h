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
**   constant columns    are dropped: coefficient 0, standard error NaN, feature_state REGRESSION_CONSTANT
**   collinear columns   (l2 = 0) a column whose variance is explained by earlier columns to 1 part in 1e11 is dropped,
**                       REGRESSION_COLLINEAR, with the columns that explain it
**   separation          (l2 = 0) where a combination of columns predicts labels without error the likelihood has no
**                       maximum (Albert & Anderson 1984): not converged, with the columns that do it. One column
**                       alone is found exactly, from the ranges of the two classes; several from the direction in
**                       which Newton's steps run away, which must then hold for every row (with a tolerance of 1e-6
**                       of its largest margin)
**   one class only      not converged
** A fit that did not converge has NaN in coefficients, errors and log_likelihood.
**
** Domain: finite values up to REGRESSION_VALUE_MAX in magnitude, weights > 0. Relative error of coefficients and
** standard errors about 1e-13 times the condition of the standardised columns. O(rows * features^2) per iteration, some
** 5-10 of them; 8 * (features + 1) bytes a row.
*/
#ifndef RETAIN_CORE_REGRESSION_LOGIT_H
#define RETAIN_CORE_REGRESSION_LOGIT_H

#include "logit_predict.h"
#include "regression_rows.h"

/* STATUS_NOMEM or STATUS_INTERRUPT; what was not to be fitted is STATUS_OK with end != LOGIT_CONVERGED. l2 >= 0. */
Status logit_fit(RegressionRows *rows, double l2, Logit *logit, const Watch *watch);

/*
** The same from an n * n_features matrix, row after row; label 0 or 1; weight NULL: all 1. A weight of 0 leaves the
** row out.
*/
Status logit_fit_matrix(const double *matrix, size_t n, int n_features, const unsigned char *label,
                        const double *weight, double l2, Logit *logit, const Watch *watch);

#endif
