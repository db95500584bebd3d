/*
** A fitted model as JSON text: what the …_fit() aggregates give and the functions on a model take.
**
**   {"model":"bgnbd","parameters":{"r":0.24,"alpha":4.41,"a":0.79,"b":2.43},
**    "covariates":{"transaction":[0.1],"dropout":[0.2]},"log_likelihood":-9582.4,"customers":2357,"rows":2004,
**    "standard_errors":{"log_r":0.05,…,"transaction":[0.1],"dropout":[0.3]},"covariance":[[…],…],
**    "iterations":20,"converged":true,"reason":null}
**
** R1  Numbers read back exactly. "covariates", and what of them is in "standard_errors", is there only where covariates
**     were given.
** R2  Standard errors and covariance are of the logarithms of the parameters, in their order, then of the covariates'
**     coefficients: transaction, then dropout. The standard error of a parameter itself is about the parameter times
**     that of its logarithm.
** R3  Not converged: "parameters" is null, "stopped_at" has the last point, standard errors and covariance are null,
**     "reason" says why. Such a model is refused, with the reason, wherever one is asked.
** R4  A model may be written by hand: "model" and "parameters" (and "covariates") suffice. A parameter that is unknown,
**     missing or not within 1e-15 … 1e15 (in whatever unit) is an error; other keys of the object are not looked at.
*/
#ifndef RETAIN_FN_BTYD_BTYD_JSON_H
#define RETAIN_FN_BTYD_BTYD_JSON_H

#include "core/btyd/btyd.h"
#include "glue/call.h"

/*
** The model in argument `param`, parsed once per text. model, n_covariates, n_variables, theta, transaction and dropout
** are filled in, the rest is 0. NULL: the call has failed. Borrowed, until the next call of this.
*/
const BtydFit *btyd_json_argument(Call *call, int param);

/* The same without the cache and with the covariance, where the text has one (*has_covariance); for table functions. */
Status btyd_json_read(Call *call, int param, BtydFit *fit, bool *has_covariance);

/*
** The names of the models that pass (NULL: of all), for a message: "bgnbd, mbgnbd". The caller's; NULL when out of
** memory.
*/
char *btyd_json_names(bool (*passes)(const BtydModel *model, int what), int what);

/* The fit as the result of the call. */
void btyd_json_result(Call *call, const BtydFit *fit, Cell *out);

#endif
