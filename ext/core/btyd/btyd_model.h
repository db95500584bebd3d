/*
** What a buy-till-you-die model is: what btyd.h fits, and what is asked of it.
**
** Each is one `const BtydModel`: BG/NBD and MBG/NBD in bgnbd.c, and pareto_nbd.c, bgbb.c, gamma_gamma.c. Times are in
** whatever unit the fit was given; parameters that carry it (alpha, beta) are in the same. Parameters are natural here
** and logarithms in the fit, where everything is positive.
*/
#ifndef RETAIN_CORE_BTYD_BTYD_MODEL_H
#define RETAIN_CORE_BTYD_BTYD_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "cbs.h"

#define BTYD_PARAMETERS 4
#define BTYD_COVARIATES 8
#define BTYD_VARIABLES (BTYD_PARAMETERS + 2 * BTYD_COVARIATES)
#define REPEAT_LEAST 4 /* customers who bought again, fewer than there are parameters of them say nothing */

/*
** Two parameters that say how customers differ in something. Where `leads` grows without end and `follows` with it (in
** inverse proportion, where `opposite`), customers no longer differ in it. Where both fall to 0 in proportion, if that
** is a limit (`falls`), there are two kinds of customers and none between. Only their ratio (`opposite`: product) is
** left.
*/
#define BTYD_PAIRS 2
typedef struct BtydPair {
  int leads, follows;
  bool opposite, falls;
  bool no_dropout_covariates; /* at a limit these change nothing */
} BtydPair;

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
  ** data, and its gradient, in the variables above; never fails: outside the domain -INFINITY. Both spend what they
  ** cost on the meter, which also outlives the fitter. Once that is stopped either leaves early: open() with
  ** STATUS_INTERRUPT, an evaluation with any value. evaluate_hessian is optional (NULL), as in optimize.h. start()
  ** writes the k-th start, false when there are no more.
  */
  Status (*open)(const Cbs *cbs, void **fitter, WatchMeter *meter);
  void (*evaluate)(void *fitter, const double *variables, double *value, double *gradient);
  void (*evaluate_hessian)(void *fitter, const double *variables, double *value, double *gradient, double *hessian);
  bool (*start)(const void *fitter, int k, double *variables);
  void (*close)(void *fitter);
  BtydPair pair[BTYD_PAIRS];
  /*
  ** Optional (NULL): a model that has the limit where the second pair falls to 0 as the limit where its own second pair
  ** does. near_limit() writes the second pair's variables for the logarithm of the ratio there, `follows` being e^end.
  */
  const struct BtydModel *limit_model;
  void (*near_limit)(double log_ratio, double end, double *variables);
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

/* A chance that is a sum or a product of others, of which rounding may make more than 1. */
static inline double btyd_chance(double p)
{
  return p > 1 ? 1 : p;
}

extern const BtydModel BGNBD, MBGNBD, PARETO_NBD, BGBB, GAMMA_GAMMA;

/* A model fitted to CBS rows. */
#define BTYD_REASON 260
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

#endif
