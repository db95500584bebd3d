/*
** BG/NBD (Fader, Hardie & Lee 2005): a customer can drop out after each repeat purchase, not after the first one, so
** that who never came back counts as alive.
**
** MBG/NBD (Batislam, Denizel & Filiztekin 2007; Wagner & Hoppe 2008): a customer can drop out after the first purchase
** as well. A new customer (no row) is asked about at the moment of that purchase, before that chance.
**
** All is in bg_mixture.h: the BG/NBD has no chance to drop out at the start (entry 0), the MBG/NBD one (entry 1).
*/
#include "bg_mixture.h"

/* Binds `entry` in the functions of a model, and names it. */
#define BG_MODEL(MODEL, NAME, TITLE, ENTRY) \
  static Status NAME##_open(const Cbs *cbs, void **fitter, WatchMeter *meter) \
  { \
    return bg_open(ENTRY, cbs, fitter, meter); \
  } \
  static double NAME##_log_likelihood(const double *theta, const CbsRow *row) \
  { \
    return bg_log_likelihood(ENTRY, theta, row); \
  } \
  static double NAME##_p_alive(const double *theta, const CbsRow *row) \
  { \
    return bg_p_alive(ENTRY, theta, row); \
  } \
  static double NAME##_p_alive_at(const double *theta, const CbsRow *row, double later) \
  { \
    return bg_p_alive_at(ENTRY, theta, row, later); \
  } \
  static double NAME##_expected(const double *theta, const CbsRow *row, double horizon) \
  { \
    return bg_expected(ENTRY, theta, row, horizon); \
  } \
  static double NAME##_pmf(const double *theta, const CbsRow *row, double n, double horizon) \
  { \
    return bg_pmf(ENTRY, theta, row, n, horizon); \
  } \
  static double NAME##_dert(const double *theta, const CbsRow *row, double delta) \
  { \
    return bg_dert(ENTRY, theta, row, delta); \
  } \
  const BtydModel MODEL = { \
    .name = #NAME, \
    .title = TITLE, \
    .n_parameters = BG_PARAMETERS, \
    .parameter = {"r", "alpha", "a", "b"}, \
    .time_parameters = 1u << BG_ALPHA, \
    .takes_covariates = true, \
    .open = NAME##_open, \
    .evaluate = bg_evaluate, \
    .evaluate_hessian = bg_evaluate_hessian, \
    .start = bg_start, \
    .close = bg_close, \
    .pair = {{BG_R, BG_ALPHA}, {BG_B, BG_A, .falls = true, .no_dropout_covariates = true}}, \
    .limit = bg_limit, \
    .unfit = bg_unfit, \
    .log_likelihood = NAME##_log_likelihood, \
    .p_alive = NAME##_p_alive, \
    .p_alive_at = NAME##_p_alive_at, \
    .expected = NAME##_expected, \
    .pmf = NAME##_pmf, \
    .dert = NAME##_dert, \
    .apply = bg_apply, \
  };

BG_MODEL(BGNBD, bgnbd, "BG/NBD", 0)
BG_MODEL(MBGNBD, mbgnbd, "MBG/NBD", 1)
