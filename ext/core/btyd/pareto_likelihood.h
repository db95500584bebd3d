/*
** The likelihood of the Pareto/NBD model over many customers, and its gradient: what a BtydModel wants of it (see
** btyd_model.h).
*/
#ifndef RETAIN_CORE_BTYD_PARETO_LIKELIHOOD_H
#define RETAIN_CORE_BTYD_PARETO_LIKELIHOOD_H

#include <stdbool.h>

#include "cbs.h"

Status pareto_likelihood_open(const Cbs *cbs, void **fitter, WatchMeter *meter);
void pareto_likelihood_evaluate(void *fitter, const double *variables, double *value, double *gradient);
bool pareto_likelihood_start(const void *fitter, int k, double *variables);
void pareto_likelihood_close(void *fitter);
void pareto_likelihood_apply(const double *theta, const double *transaction, const double *dropout, const double *z,
                             int n_covariates, double *applied);

#endif
