/*
** Climbs to the highest likelihood of a model, inside its family or at limits of it; private to btyd_search.c.
**
** At a limit a pair of parameters (BtydPair) has gone to its end, and what is left of it is how the two differ: a model
** of fewer variables, whose likelihood the model's own evaluates at GROWN or FALLEN, to 10 digits. So limits need no
** formulas of their own.
*/
#ifndef RETAIN_CORE_BTYD_BTYD_CLIMB_H
#define RETAIN_CORE_BTYD_BTYD_CLIMB_H

#include "btyd_model.h"
#include "core/numerics/optimize.h"

/* Logarithms of parameters, in scaled units, beyond which nothing changes any more but the digits that are lost. */
#define LOG_LOW (-18.0)
#define LOG_HIGH 14.0
#define VALUE_TIE 1e-6 /* log-likelihoods nearer than this are equal, where one of them is no maximum */

enum {
  SIDE_INSIDE,
  SIDE_GROWS,
  SIDE_FALLS,
  SIDES
};

/* Where each pair is: inside, or at one of its limits. */
typedef struct Limits {
  int side[BTYD_PAIRS];
} Limits;

/* The best places at some limits, as optima of the variables that are left there. */
typedef struct Place {
  bool has_maximum, has_other;
  Optimum maximum, other; /* other: where a climb ran away, or was stuck */
} Place;

typedef struct Climber {
  const BtydModel *model;
  void *fitter, *limit_fitter; /* limit_fitter: of model->limit_model, where limits are climbed */
  int n_covariates, n_variables;
  WatchMeter *meter;
  Status status; /* once it is not STATUS_OK, nothing is climbed */
  int iterations, evaluations;
  Place place[SIDES][SIDES]; /* by limits */
} Climber;

bool limits_exist(const BtydModel *model, Limits limits);
bool is_inside(Limits limits);

/* The higher of the two; NULL: nothing is known there. */
const Optimum *best_at(const Climber *climber, Limits limits);

/* How many variables are left at some limits, and how many of them, the first ones, are parameters. */
int variables_left(const Climber *climber, Limits limits, int *n_parameters);

/*
** Climbs from `start`, in the variables that are left; inverse: as of Problem. in_step: counts what follows from what
** leads, which is the way to go near a limit.
*/
void climb(Climber *climber, Limits limits, const double *start, const double *inverse, bool in_step);

/* Climbs from the model's k-th start, as far as it can be at these limits. false: there is no such start. */
bool climb_from_start(Climber *climber, Limits limits, int k, bool in_step);

/* From the best place at some limits, with pair i inside again, where that rises. */
void climb_inwards(Climber *climber, Limits limits, int i);

/* Of the best place at some limits, one so near that hardly anything changes any more: a runaway, of all variables. */
Optimum place_near(const Climber *climber, Limits limits);

#endif
