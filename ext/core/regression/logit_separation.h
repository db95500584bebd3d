/*
** Inside of logit.c: which columns predict the labels without error, so that the likelihood has no maximum.
*/
#ifndef RETAIN_CORE_REGRESSION_LOGIT_SEPARATION_H
#define RETAIN_CORE_REGRESSION_LOGIT_SEPARATION_H

#include "logit_fit.h"
#include "logit_predict.h"

/* Sets logit->end, and what separates, where one column alone does: exact, from the ranges of the columns. */
void logit_separation_single(const RegressionRows *rows, Logit *logit);

/* The same where the direction does. Overwrites it and fit->trial. */
Status logit_separation_find(LogitFit *fit, double *direction, Logit *logit, const Watch *watch);

#endif
