/*
** What the BG/NBD and the MBG/NBD share; private to bgnbd.c, bg_mixture.c, bg_likelihood.c.
**
** A customer buys at a rate lambda ~ Gamma(r, alpha) and drops out after a purchase with chance p ~ Beta(a, b). The two
** models differ in one number only, `entry`: how many chances to drop out the first purchase brings, 0 in the BG/NBD, 1
** in the MBG/NBD. With y = x + entry chances survived or not and s = r + x,
**
**     L = (r)_x alpha^r [ B(a, b + y) (alpha + T)^-s  +  1(y > 0) B(a + 1, b + y - 1) (alpha + t_x)^-s ] / B(a, b),
**
** the first term for who is alive at T, the second for who dropped out at t_x. Who is alive has p ~ Beta(a, b + y) and
** lambda ~ Gamma(s, alpha + T). All that is asked is a mean over these two of something positive, and is computed
** without a difference: never as (1 - 2F1(…)) / (a - 1), which is 0 / 0 at a = 1, nor with c = a + b + x - 1, which may
** be zero or below. Sources: Fader, Hardie & Lee 2005 (Marketing Science 24); Batislam, Denizel & Filiztekin 2007 (IJRM
** 24); Wagner & Hoppe 2008.
**
** Accuracy: relative error below 1e-11 for parameters from 1e-3 to 1e6, x to 1e4 and horizons to 1e6 times alpha + T
** (of log_likelihood, where it is near 0: absolute).
*/
#ifndef RETAIN_CORE_BTYD_BG_MIXTURE_H
#define RETAIN_CORE_BTYD_BG_MIXTURE_H

#include "btyd_model.h"

enum {
  BG_R,
  BG_ALPHA,
  BG_A,
  BG_B,
  BG_PARAMETERS
};

/*
** As in btyd.h, with `entry` first. O(1) but for bg_expected() and bg_p_alive_at(): O(s horizon / (alpha + T)),
** bounded; bg_dert(): some 4,000 divisions.
*/
double bg_log_likelihood(int entry, const double *theta, const CbsRow *row);
double bg_p_alive(int entry, const double *theta, const CbsRow *row);
double bg_p_alive_at(int entry, const double *theta, const CbsRow *row, double later);
double bg_expected(int entry, const double *theta, const CbsRow *row, double horizon);
double bg_pmf(int entry, const double *theta, const CbsRow *row, double n, double horizon);
double bg_dert(int entry, const double *theta, const CbsRow *row, double delta);
void bg_apply(const double *theta, const double *transaction, const double *dropout, const double *z, int n_covariates,
              double *applied);

/* Fitting, as in btyd.h: see bg_likelihood.c. */
Status bg_open(int entry, const Cbs *cbs, void **fitter, WatchMeter *meter);
void bg_evaluate(void *fitter, const double *variables, double *value, double *gradient);
void bg_evaluate_hessian(void *fitter, const double *variables, double *value, double *gradient, double *hessian);
bool bg_start(const void *fitter, int k, double *variables);
void bg_close(void *fitter);
bool bg_limit(const double *theta, char *text, size_t size);
const char *bg_unfit(const Cbs *cbs);

#endif
