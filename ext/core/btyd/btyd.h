/*
** The common face of the buy-till-you-die models: what fits them and what asks them.
**
** A model is one `const Model` in a file of its own: bgnbd.c, mbgnbd.c, pareto_nbd.c, bgbb.c, gamma_gamma.c. btyd.c
** fits any of them. Times are in whatever unit the fit was given; parameters that carry it (alpha, beta) are in the
** same. Parameters are natural here and logarithms in the fit, where everything is positive.
*/
#ifndef RETAIN_CORE_BTYD_BTYD_H
#define RETAIN_CORE_BTYD_BTYD_H

#include <stdbool.h>
#include <stddef.h>

#include "cbs.h"
#include "core/numerics/optimize.h"

#define BTYD_PARAMETERS 4
#define BTYD_COVARIATES 8
#define BTYD_VARIABLES (BTYD_PARAMETERS + 2 * BTYD_COVARIATES)
#define BTYD_REASON 240
#define REPEAT_LEAST 4 /* customers who bought again, fewer than there are parameters of them say nothing */

/*
** Time-invariant covariates (Fader & Hardie 2007): a customer with z has alpha exp(-transaction'z), and a
** exp(dropout'z), b exp(dropout'z) (BG/NBD) or beta exp(-dropout'z) (Pareto/NBD). Variables of a fit: the logarithms of
** the parameters, then transaction, then dropout.
*/
typedef struct BtydModel {
  const char *name;  /* as in SQL: "bgnbd" */
  const char *title; /* "BG/NBD" */
  int n_parameters;
  const char *parameter[BTYD_PARAMETERS];
  /* bit i: parameter i is in the unit of time (of value: Gamma-Gamma's gamma), and the fit rescales it */
  unsigned time_parameters;
  bool takes_covariates, discrete, spend;

  /*
  ** Fitting. open() tabulates what does not depend on the parameters (times already scaled by btyd.c to about 1;
  ** `cbs` outlives it). evaluate() is the weighted log-likelihood in nats, with all constants that depend on the
  ** data, and its gradient, in the variables above; never fails: outside the domain -INFINITY. Asked by the watch of
  ** open(), which also outlives it, to stop, either leaves early: open() with STATUS_INTERRUPT, an evaluation with any
  ** value. evaluate_hessian is optional (NULL), as in optimize.h. start() writes the k-th start, false when there are
  ** no more.
  */
  Status (*open)(const Cbs *cbs, void **fitter, const Watch *watch);
  void (*evaluate)(void *fitter, const double *variables, double *value, double *gradient);
  void (*evaluate_hessian)(void *fitter, const double *variables, double *value, double *gradient, double *hessian);
  bool (*start)(const void *fitter, int k, double *variables);
  void (*close)(void *fitter);
  /*
  ** What the limit means where the variables run away: a clause with the quantities that stay fixed, such as "a and b
  ** grow without end while a/(a+b) stays 0.2317". theta: natural parameters at the end, in the user's unit. false:
  ** nothing to say.
  */
  bool (*limit)(const double *theta, char *text, size_t size);
  /* What forbids a fit from the start ("nobody bought again"), or NULL. */
  const char *(*unfit)(const Cbs *cbs);

  /*
  ** Asking. theta: natural parameters, covariates already applied; rows in the domain (btyd_row_problem()). `row`
  ** NULL: a new customer, at the moment of the first purchase. Relative error <= 1e-10. NULL where the model has no
  ** such quantity.
  */
  double (*log_likelihood)(const double *theta, const CbsRow *row); /* of one customer */
  double (*p_alive)(const double *theta, const CbsRow *row);        /* at T */
  /* at T + later, no purchase in between not assumed: what is expected now */
  double (*p_alive_at)(const double *theta, const CbsRow *row, double later);
  double (*expected)(const double *theta, const CbsRow *row, double horizon); /* purchases in (T, T + horizon] */
  /* optional (NULL), where that is cheaper: of who is alive at T; expected() is p_alive() times this */
  double (*expected_alive)(const double *theta, const CbsRow *row, double horizon);
  /* of n purchases in (T, T + horizon], n whole */
  double (*pmf)(const double *theta, const CbsRow *row, double n, double horizon);
  /* integral of e^(-delta t) dE[purchases by T + t]; discrete: sum over (1 + d)^-i, delta = ln(1 + d) */
  double (*dert)(const double *theta, const CbsRow *row, double delta);
  /* spend models: E[mean value of a purchase | x, m] */
  double (*expected_value)(const double *theta, double x, double m);
  void (*apply)(const double *theta, const double *transaction, const double *dropout, const double *z,
                int n_covariates, double *applied);
} BtydModel;

extern const BtydModel BGNBD, MBGNBD, PARETO_NBD, BGBB, GAMMA_GAMMA;
extern const BtydModel *const MODELS[]; /* all, ends in NULL */

/* The model of a name (case does not matter), or NULL. */
const BtydModel *btyd_find(const char *name);

/* What is wrong with a row for this model ("t_x must be 0 where x is 0"), or NULL. */
const char *btyd_row_problem(const BtydModel *model, const CbsRow *row);

/* Of natural parameters, which are asked about: the index of the first that is out of range, or -1. */
#define PARAMETER_LOW 1e-15
#define PARAMETER_HIGH 1e15
int btyd_parameter_problem(const BtydModel *model, const double *theta);

typedef struct BtydFit {
  const BtydModel *model;
  int n_covariates;
  int n_variables;
  double theta[BTYD_PARAMETERS]; /* natural, in the unit of the rows */
  double transaction[BTYD_COVARIATES], dropout[BTYD_COVARIATES];
  /* n_variables squared: of the logarithms of the parameters, and of the covariates' coefficients */
  double covariance[BTYD_VARIABLES * BTYD_VARIABLES];
  double log_likelihood;
  double customers; /* the sum of weights */
  size_t rows;      /* distinct */
  int iterations, evaluations;
  bool converged;
  /*
  ** did not, since there is no finite maximum: theta is where the likelihood, and with it every prediction, hardly
  ** changes any more
  */
  bool at_limit;
  char reason[BTYD_REASON]; /* why not; "" where converged */
} BtydFit;

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

#define OPPORTUNITIES_MOST 1e6 /* of a discrete model's row and horizon: what it says of them sums over them */

/*
** The sum over whole periods and the last part of one of (expected by its end - by its begin) / (1 + discount)^(its end
** / period), over the horizon: what lifetimes' and BTYD's CLV multiply the expected value with. discount is per period.
** horizon and period in the unit of the model. One evaluation of the model per period; only STATUS_OK or
** STATUS_INTERRUPT.
*/
Status btyd_discounted(const BtydModel *model, const double *theta, const CbsRow *row, double horizon, double discount,
                       double period, double *sum, const Watch *watch);

#endif
