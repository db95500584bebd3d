#include "btyd_climb.h"

#include <math.h>
#include <string.h>

/* The logarithm of what leads, at a limit: the likelihood is the limit's to 10 digits. */
#define GROWN 22.0
#define FALLEN (-28.0)
/* Where another model evaluates the limit, that is far: s and beta of the Pareto/NBD, of which beta^s stays fixed. */
#define FAR_LOW (-290.0)
#define FAR_NEAR (-32.0)  /* as far as parameters can be asked about */
#define VALUE_NOISE 1e-13 /* of a log-likelihood: what rounding changes */

/*
** The likelihood as a function of the variables that are left at some limits. Where a pair is in step, `follows` is
** counted from `leads`: near a limit the likelihood is a ridge along which both go, and so one variable goes alone.
*/
typedef struct View {
  const BtydModel *model;
  void *fitter;
  int n_variables, n;
  bool in_step[BTYD_PAIRS];
  int variable[BTYD_VARIABLES]; /* the model's, of each that is left */
  double held[BTYD_VARIABLES];  /* of those that are not left */
  double moved[BTYD_VARIABLES]; /* what is added to the others */
} View;

static bool has_stopped(void *meter)
{
  return ((const WatchMeter *)meter)->stopped;
}

bool is_inside(Limits limits)
{
  return limits.side[0] == SIDE_INSIDE && limits.side[1] == SIDE_INSIDE;
}

bool limits_exist(const BtydModel *model, Limits limits)
{
  for (int i = 0; i < BTYD_PAIRS; i++) {
    if (limits.side[i] == SIDE_FALLS && !model->pair[i].falls) {
      return false;
    }
  }
  return true;
}

/* Whether another model evaluates these limits. */
static bool is_far(const BtydModel *model, Limits limits)
{
  return model->limit_model && limits.side[1] == SIDE_FALLS;
}

static const BtydPair *pair_of(const BtydModel *model, Limits limits, int i)
{
  return is_far(model, limits) ? &model->limit_model->pair[i] : &model->pair[i];
}

static double sign_of(const BtydPair *pair)
{
  return pair->opposite ? -1 : 1;
}

static View view_at(const Climber *climber, Limits limits)
{
  bool far = is_far(climber->model, limits);
  View view = {.model = far ? climber->model->limit_model : climber->model,
               .fitter = far ? climber->limit_fitter : climber->fitter,
               .n_variables = climber->n_variables};
  bool is_held[BTYD_VARIABLES] = {false};
  for (int i = 0; i < BTYD_PAIRS; i++) {
    const BtydPair *pair = &view.model->pair[i];
    if (limits.side[i] == SIDE_INSIDE) {
      continue;
    }
    double end = limits.side[i] == SIDE_GROWS ? GROWN : FALLEN;
    is_held[pair->leads] = true;
    view.held[pair->leads] = end;
    view.moved[pair->follows] += sign_of(pair) * end;
    for (int k = 0; k < climber->n_covariates && pair->no_dropout_covariates; k++) {
      is_held[view.model->n_parameters + climber->n_covariates + k] = true;
    }
  }
  for (int i = 0; i < view.n_variables; i++) {
    if (!is_held[i]) {
      view.variable[view.n++] = i;
    }
  }
  return view;
}

static void view_place(const View *view, const double *at, double *variables)
{
  memcpy(variables, view->held, sizeof view->held);
  for (int i = 0; i < view->n; i++) {
    int k = view->variable[i];
    variables[k] = at[i] + view->moved[k];
  }
  for (int i = 0; i < BTYD_PAIRS; i++) {
    if (view->in_step[i]) {
      const BtydPair *pair = &view->model->pair[i];
      variables[pair->follows] += sign_of(pair) * variables[pair->leads];
    }
  }
}

/* What in_step makes of a gradient, or of a row or column of a Hessian, whose elements are `step` apart. */
static void view_turn(const View *view, double *all, int step)
{
  for (int i = 0; i < BTYD_PAIRS; i++) {
    if (view->in_step[i]) {
      const BtydPair *pair = &view->model->pair[i];
      all[pair->leads * step] += sign_of(pair) * all[pair->follows * step];
    }
  }
}

static void view_evaluate(void *self, const double *at, double *value, double *gradient)
{
  const View *view = self;
  double variables[BTYD_VARIABLES], all[BTYD_VARIABLES];
  view_place(view, at, variables);
  view->model->evaluate(view->fitter, variables, value, all);
  view_turn(view, all, 1);
  for (int i = 0; i < view->n; i++) {
    gradient[i] = all[view->variable[i]];
  }
}

static void view_evaluate_hessian(void *self, const double *at, double *value, double *gradient, double *hessian)
{
  const View *view = self;
  double variables[BTYD_VARIABLES], all[BTYD_VARIABLES], curved[BTYD_VARIABLES * BTYD_VARIABLES];
  view_place(view, at, variables);
  int n = view->n_variables;
  view->model->evaluate_hessian(view->fitter, variables, value, all, curved);
  view_turn(view, all, 1);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < i; j++) {
      curved[j * n + i] = curved[i * n + j];
    }
  }
  for (int i = 0; i < n; i++) {
    view_turn(view, curved + i * n, 1);
  }
  for (int i = 0; i < n; i++) {
    view_turn(view, curved + i, n);
  }
  for (int i = 0; i < view->n; i++) {
    gradient[i] = all[view->variable[i]];
    for (int j = 0; j <= i; j++) {
      hessian[i * view->n + j] = curved[view->variable[i] * n + view->variable[j]];
    }
  }
}

const Optimum *best_at(const Climber *climber, Limits limits)
{
  const Place *place = &climber->place[limits.side[0]][limits.side[1]];
  if (place->has_maximum && place->has_other) {
    return place->other.value > place->maximum.value + VALUE_TIE ? &place->other : &place->maximum;
  }
  return place->has_maximum ? &place->maximum : place->has_other ? &place->other : NULL;
}

static int parameters_left(const View *view)
{
  int n = view->n;
  while (n > 0 && view->variable[n - 1] >= view->model->n_parameters) {
    n--;
  }
  return n;
}

int variables_left(const Climber *climber, Limits limits, int *n_parameters)
{
  View view = view_at(climber, limits);
  *n_parameters = parameters_left(&view);
  return view.n;
}

/* The place of a variable among those that are left. */
static int index_of(const View *view, int variable)
{
  int i = 0;
  while (i < view->n && view->variable[i] != variable) {
    i++;
  }
  return i;
}

/*
** From variables in step to those that are not, or (sign -1) back: a place, and the inverse of a Hessian there (NULL:
** none).
*/
static void unstep(const View *view, double sign, double *at, double *inverse)
{
  int n = view->n;
  for (int i = 0; i < BTYD_PAIRS; i++) {
    const BtydPair *pair = &view->model->pair[i];
    int leads = index_of(view, pair->leads), follows = index_of(view, pair->follows);
    double times = sign * sign_of(pair);
    if (!view->in_step[i]) {
      continue;
    }
    at[follows] += times * at[leads];
    for (int k = 0; inverse && k < n; k++) {
      inverse[follows * n + k] += times * inverse[leads * n + k];
    }
    for (int k = 0; inverse && k < n; k++) {
      inverse[k * n + follows] += times * inverse[k * n + leads];
    }
  }
}

void climb(Climber *climber, Limits limits, const double *start, const double *inverse, bool in_step)
{
  if (climber->status != STATUS_OK) {
    return;
  }
  View view = view_at(climber, limits);
  Place *place = &climber->place[limits.side[0]][limits.side[1]];
  Optimum optimum;
  double from[BTYD_VARIABLES], known[BTYD_VARIABLES * BTYD_VARIABLES], lows[BTYD_VARIABLES];
  memcpy(from, start, (size_t)view.n * sizeof *from);
  if (inverse) {
    memcpy(known, inverse, (size_t)(view.n * view.n) * sizeof *known);
  }
  for (int i = 0; i < BTYD_PAIRS; i++) {
    view.in_step[i] = in_step && limits.side[i] == SIDE_INSIDE;
  }
  unstep(&view, -1, from, inverse ? known : NULL);
  for (int i = 0; i < view.n; i++) {
    bool far = in_step && climber->model->limit_model && view.variable[i] == climber->model->pair[1].follows;
    lows[i] = far ? FAR_LOW : LOG_LOW;
  }
  Problem problem = {.n = view.n,
                     .self = &view,
                     .evaluate = view_evaluate,
                     .evaluate_hessian = view.model->evaluate_hessian ? view_evaluate_hessian : NULL,
                     .inverse = inverse ? known : NULL,
                     .lows = lows,
                     .high = LOG_HIGH,
                     .in_proportion = in_step,
                     .n_bounded = parameters_left(&view)};
  /* the evaluations ask the host; the search only has to notice that one of them has left early */
  const Watch noticing = {has_stopped, climber->meter};
  climber->status = maximise(&problem, from, &optimum, &noticing);
  climber->iterations += optimum.iterations;
  climber->evaluations += optimum.evaluations;
  if (climber->status != STATUS_OK || optimum.value == -INFINITY) {
    return;
  }
  unstep(&view, 1, optimum.at, optimum.inverse);
  bool maximum = optimum.outcome == OUTCOME_MAXIMUM;
  bool *known_one = maximum ? &place->has_maximum : &place->has_other;
  Optimum *one = maximum ? &place->maximum : &place->other;
  if (!*known_one || optimum.value > one->value) {
    *known_one = true;
    *one = optimum;
  }
}

bool climb_from_start(Climber *climber, Limits limits, int k, bool in_step)
{
  View view = view_at(climber, limits);
  double inside[BTYD_VARIABLES] = {0}, left[BTYD_VARIABLES], start[BTYD_VARIABLES];
  if (!view.model->start(view.fitter, k, inside)) {
    return false;
  }
  memcpy(left, inside, sizeof left);
  for (int i = 0; i < BTYD_PAIRS; i++) {
    const BtydPair *pair = &view.model->pair[i];
    if (limits.side[i] != SIDE_INSIDE) {
      left[pair->follows] -= sign_of(pair) * inside[pair->leads];
    }
  }
  for (int i = 0; i < view.n; i++) {
    start[i] = left[view.variable[i]];
  }
  climb(climber, limits, start, NULL, in_step);
  return true;
}

/* Moves pair i, at a limit, to where `leads` is e^end. */
static void come_in(const Climber *climber, Limits limits, int i, double end, double *variables)
{
  const BtydPair *pair = pair_of(climber->model, limits, i);
  if (is_far(climber->model, limits) && i == 1) {
    climber->model->near_limit(variables[pair->follows], end, variables);
  } else {
    variables[pair->leads] = end;
    variables[pair->follows] += sign_of(pair) * end;
  }
}

/* The best place at some limits, in the model's variables; those that are not left are 0. */
static void best_variables(const Climber *climber, Limits limits, double *variables)
{
  View view = view_at(climber, limits);
  const Optimum *best = best_at(climber, limits);
  memset(variables, 0, BTYD_VARIABLES * sizeof *variables);
  for (int i = 0; i < view.n; i++) {
    variables[view.variable[i]] = best->at[i];
  }
}

void climb_inwards(Climber *climber, Limits limits, int i)
{
  static const double ENDS[] = {11, 8, 5, 3, 1.5, 0}, FAR_ENDS[] = {240, 170, 120, 75, 45, 28, 18, 10, 5};
  bool far = is_far(climber->model, limits) && i == 1, rises = false;
  int n_ends = far ? (int)(sizeof FAR_ENDS / sizeof *FAR_ENDS) : (int)(sizeof ENDS / sizeof *ENDS);
  const Optimum *from = best_at(climber, limits);
  if (!from) {
    return;
  }
  double start[BTYD_VARIABLES] = {0}, best = from->value + VALUE_NOISE * fabs(from->value);
  Limits inwards = limits;
  inwards.side[i] = SIDE_INSIDE;
  View view = view_at(climber, inwards);
  for (int k = 0; k < n_ends && climber->status == STATUS_OK; k++) {
    double variables[BTYD_VARIABLES], at[BTYD_VARIABLES], value, gradient[BTYD_VARIABLES];
    best_variables(climber, limits, variables);
    come_in(climber, limits, i, far ? -FAR_ENDS[k] : limits.side[i] == SIDE_GROWS ? ENDS[k] : -ENDS[k], variables);
    for (int j = 0; j < view.n; j++) {
      at[j] = variables[view.variable[j]];
    }
    view_evaluate(&view, at, &value, gradient);
    climber->evaluations++;
    climber->status = climber->meter->stopped ? STATUS_INTERRUPT : STATUS_OK;
    if (value > best) {
      best = value;
      rises = true;
      memcpy(start, at, sizeof start);
    }
  }
  if (rises) {
    climb(climber, inwards, start, NULL, true);
  }
}

Optimum place_near(const Climber *climber, Limits limits)
{
  Optimum near = *best_at(climber, limits);
  double variables[BTYD_VARIABLES];
  best_variables(climber, limits, variables);
  for (int i = 0; i < BTYD_PAIRS; i++) {
    bool far = is_far(climber->model, limits) && i == 1;
    if (limits.side[i] != SIDE_INSIDE) {
      come_in(climber, limits, i, limits.side[i] == SIDE_GROWS ? LOG_HIGH : far ? FAR_NEAR : LOG_LOW, variables);
    }
  }
  memcpy(near.at, variables, sizeof variables);
  near.outcome = OUTCOME_RUNAWAY;
  return near;
}
