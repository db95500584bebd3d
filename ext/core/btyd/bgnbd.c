/*
** BG/NBD (Fader, Hardie & Lee 2005): a customer can drop out after each repeat purchase, not after the first one, so
** that who never came back counts as alive. Everything is in bg_mixture.h, with no chance to drop out at the start.
*/
#include "bg_mixture.h"

#define ENTRY 0

static Status open(const Cbs *cbs, void **fitter, const Watch *watch)
{
  return bg_open(ENTRY, cbs, fitter, watch);
}

static double log_likelihood(const double *theta, const CbsRow *row)
{
  return bg_log_likelihood(ENTRY, theta, row);
}

static double p_alive(const double *theta, const CbsRow *row)
{
  return bg_p_alive(ENTRY, theta, row);
}

static double p_alive_at(const double *theta, const CbsRow *row, double later)
{
  return bg_p_alive_at(ENTRY, theta, row, later);
}

static double expected(const double *theta, const CbsRow *row, double horizon)
{
  return bg_expected(ENTRY, theta, row, horizon);
}

static double pmf(const double *theta, const CbsRow *row, double n, double horizon)
{
  return bg_pmf(ENTRY, theta, row, n, horizon);
}

static double dert(const double *theta, const CbsRow *row, double delta)
{
  return bg_dert(ENTRY, theta, row, delta);
}

const BtydModel BGNBD = {
  .name = "bgnbd",
  .title = "BG/NBD",
  .n_parameters = BG_PARAMETERS,
  .parameter = {"r", "alpha", "a", "b"},
  .time_parameters = 1u << BG_ALPHA,
  .takes_covariates = true,
  .open = open,
  .evaluate = bg_evaluate,
  .evaluate_hessian = bg_evaluate_hessian,
  .start = bg_start,
  .close = bg_close,
  .limit = bg_limit,
  .unfit = bg_unfit,
  .log_likelihood = log_likelihood,
  .p_alive = p_alive,
  .p_alive_at = p_alive_at,
  .expected = expected,
  .pmf = pmf,
  .dert = dert,
  .apply = bg_apply,
};
