/*
** The search for the highest likelihood of a model, over all that its parameters can say; private to btyd.c.
**
** The likelihood of few customers often has several maxima, and more often still a supremum that no parameters reach:
** where customers no longer differ in something (r and alpha grow without end in proportion), or are of two kinds and
** none between (a and b fall to 0 in proportion: a customer leaves at once or never). Every sequence of parameters
** along which a likelihood does not tend to 0 tends to parameters or to such a limit (the weak limits of the mixing
** distributions). Limits are models of fewer parameters, of which the likelihood inside is a smooth continuation in
** 1/r, or a + b. So each limit is searched as a model of its own, the smallest first; from its best place one goes
** inwards, where that rises; and so on to the inside, which is searched from the model's starts too. The highest of all
** is the maximum or, at a limit, the supremum.
**
** Where the maximum that the first start leads to is narrow, no other place can be near it in height, and none of this
** is done. Of many customers a sample is searched first, and tells where to begin.
*/
#ifndef RETAIN_CORE_BTYD_BTYD_SEARCH_H
#define RETAIN_CORE_BTYD_BTYD_SEARCH_H

#include "btyd_model.h"
#include "core/numerics/optimize.h"

/*
** `cbs` scaled, covariates standardised. best: its iterations and evaluations are those of all climbs but a sample's.
** Where the supremum is at a limit, its outcome is OUTCOME_RUNAWAY, its value the supremum, and the place so near the
** limit that hardly anything changes any more.
*/
Status btyd_search(const BtydModel *model, const Cbs *cbs, int n_covariates, Optimum *best, WatchMeter *meter);

#endif
