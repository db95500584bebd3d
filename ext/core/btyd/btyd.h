/*
** The buy-till-you-die models: their list, and the fit of any of them by maximum likelihood.
*/
#ifndef RETAIN_CORE_BTYD_BTYD_H
#define RETAIN_CORE_BTYD_BTYD_H

#include <stdbool.h>
#include <stddef.h>

#include "btyd_model.h"
#include "cbs.h"

extern const BtydModel *const BTYD_MODELS[]; /* all, ends in NULL */

/* The model of a name (case does not matter), or NULL. */
const BtydModel *btyd_find(const char *name);

/* What is wrong with a row for this model ("t_x must be 0 where x is 0"), or NULL. */
const char *btyd_row_problem(const BtydModel *model, const CbsRow *row);

/* Of natural parameters, which are asked about: the index of the first that is out of range, or -1. */
#define PARAMETER_LOW 1e-15
#define PARAMETER_HIGH 1e15
int btyd_parameter_problem(const BtydModel *model, const double *theta);

/*
** Maximum likelihood. A fit that did not converge is STATUS_OK with converged = false, a reason and, in theta, where it
** stopped. Times and covariates are scaled inside: the unit of time changes nothing but alpha, beta and the constant of
** the likelihood, unit and origin of a covariate nothing but its coefficients and what the parameters are at 0.
** O(distinct rows) per evaluation; some 30 evaluations.
*/
Status btyd_fit(const BtydModel *model, const Cbs *cbs, BtydFit *fit, const Watch *watch);

/* AIC = 2k - 2 LL, BIC = k ln n - 2 LL. */
double btyd_aic(const BtydFit *fit);
double btyd_bic(const BtydFit *fit);

#define OPPORTUNITIES_MOST 1000000 /* of a discrete model's row and horizon: what it says of them sums over them */

/*
** The sum over whole periods and the last part of one of (expected by its end - by its begin) / (1 + discount)^(its end
** / period), over the horizon: what lifetimes' and BTYD's CLV multiply the expected value with. discount is per period.
** horizon and period in the unit of the model. One evaluation of the model per period; only STATUS_OK or
** STATUS_INTERRUPT.
*/
Status btyd_discounted(const BtydModel *model, const double *theta, const CbsRow *row, double horizon, double discount,
                       double period, double *sum, const Watch *watch);

#endif
