/*
** MBG/NBD (Batislam, Denizel & Filiztekin 2007; Wagner & Hoppe 2008): as the BG/NBD, but a customer can drop out after
** the first purchase as well. Everything is in bg_mixture.h, with one chance to drop out at the start. A new customer
** (no row) is asked about at the moment of that purchase, before that chance.
*/
#include "bg_mixture.h"

#define ENTRY 1

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

const BtydModel MBGNBD = {
  .name = "mbgnbd",
  .title = "MBG/NBD",
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
