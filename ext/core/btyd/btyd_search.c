#include "btyd_search.h"

#include <math.h>
#include <string.h>

#include "btyd_climb.h"
#include "core/base/mem.h"

/* of a maximum, in the logarithm of every parameter: one that is narrower stands alone */
#define ERROR_ALONE 0.5
/* of a log-likelihood: what a maximum has to be higher than a limit by, to be more than rounding */
#define MAXIMUM_ABOVE 1e-11
#define LIMIT_STARTS 2 /* of the model's starts, that are taken at a limit */
/* Distinct rows, of so many it is a sample that tells where to begin: */
#define SAMPLE_FROM 40000 /* … in any case, of */
#define SAMPLE_ROWS 10000 /* … or a few more */
#define LIMITS_FROM 2000  /* … in the search of limits, of every … */
#define LIMITS_PART 4     /* … of them */
/* a place of the sample that is so much lower than its highest is not the highest of all customers */
#define SAMPLE_LOWER 10.0
#define AWAY 8.0 /* in size, of a variable, where a sample ran away */

static const Limits INSIDE = {{SIDE_INSIDE, SIDE_INSIDE}};

/* The smallest first. */
static const Limits LIMITS[] = {{{SIDE_GROWS, SIDE_GROWS}},  {{SIDE_GROWS, SIDE_FALLS}},  {{SIDE_FALLS, SIDE_GROWS}},
                                {{SIDE_FALLS, SIDE_FALLS}},  {{SIDE_GROWS, SIDE_INSIDE}}, {{SIDE_FALLS, SIDE_INSIDE}},
                                {{SIDE_INSIDE, SIDE_GROWS}}, {{SIDE_INSIDE, SIDE_FALLS}}, {{SIDE_INSIDE, SIDE_INSIDE}}};
#define N_LIMITS ((int)(sizeof LIMITS / sizeof *LIMITS) - 1) /* the last is none */

static const Place *place_of(const Climber *climber, Limits limits)
{
  return &climber->place[limits.side[0]][limits.side[1]];
}

/* Whether the maximum inside is so narrow that no other place can be near it in height. */
static bool stands_alone(const Climber *climber)
{
  const Optimum *inside = best_at(climber, INSIDE);
  bool narrow = inside && inside->outcome == OUTCOME_MAXIMUM;
  for (int i = 0; i < climber->n_variables && narrow; i++) {
    narrow = inside->inverse[i * (climber->n_variables + 1)] < ERROR_ALONE * ERROR_ALONE;
  }
  return narrow;
}

/* From the model's starts, the k-th first, until one leads to a maximum that stands alone; else at all limits too. */
static void search_all(Climber *climber, int k)
{
  for (; climber->status == STATUS_OK && climb_from_start(climber, INSIDE, k, k > 0); k++) {
    if (stands_alone(climber)) {
      return;
    }
  }
  for (int i = 0; i < N_LIMITS; i++) {
    if (!limits_exist(climber->model, LIMITS[i])) {
      continue;
    }
    for (k = 0; k < LIMIT_STARTS; k++) {
      climb_from_start(climber, LIMITS[i], k, true);
    }
    for (k = 0; k < BTYD_PAIRS; k++) {
      if (LIMITS[i].side[k] != SIDE_INSIDE) {
        climb_inwards(climber, LIMITS[i], k);
      }
    }
  }
}

/* The limits of the highest place; all inside: it is at none. */
static Limits highest_limits(const Climber *climber)
{
  const Optimum *inside = best_at(climber, INSIDE), *highest = NULL;
  Limits limits = INSIDE;
  for (int i = 0; i < N_LIMITS; i++) {
    const Optimum *place = best_at(climber, LIMITS[i]);
    if (place && (!highest || place->value > highest->value + VALUE_TIE)) {
      highest = place;
      limits = LIMITS[i];
    }
  }
  if (!highest || !inside) {
    return limits;
  }
  double above = inside->outcome == OUTCOME_MAXIMUM ? MAXIMUM_ABOVE * (1 + fabs(inside->value)) : VALUE_TIE;
  return inside->value > highest->value + above ? INSIDE : limits;
}

/* ---- Many customers */

/* Every n-th row: rows are in order, so that the sample has customers of each kind. */
static Status sample_take(const Cbs *cbs, size_t rows, Cbs *sample)
{
  size_t step = cbs->n / rows, n = cbs->n / step, n_covariates = (size_t)cbs->n_covariates;
  double *numbers = mem_alloc(n, (4 + n_covariates) * sizeof *numbers);
  *sample = (Cbs){.n_covariates = cbs->n_covariates, .n = n, .x = numbers};
  if (!numbers) {
    return STATUS_NOMEM;
  }
  sample->t_x = numbers + n;
  sample->T = numbers + 2 * n;
  sample->weight = numbers + 3 * n;
  sample->z = n_covariates ? numbers + 4 * n : NULL;
  for (size_t i = 0; i < n; i++) {
    size_t row = i * step + step / 2;
    sample->x[i] = cbs->x[row];
    sample->t_x[i] = cbs->t_x[row];
    sample->T[i] = cbs->T[row];
    sample->weight[i] = cbs->weight[row];
    for (size_t k = 0; k < n_covariates; k++) {
      sample->z[i * n_covariates + k] = cbs->z[row * n_covariates + k];
    }
  }
  return STATUS_OK;
}

/*
** Climbs from a sample's place; where it ran away, from on the way there, since all of the customers may have a maximum
** that those of the sample have not.
*/
static void climb_on(Climber *climber, Limits limits, const Optimum *led, double share)
{
  double start[OPTIMIZE_MAX], inverse[OPTIMIZE_MAX * OPTIMIZE_MAX];
  int n_parameters, n = variables_left(climber, limits, &n_parameters);
  bool maximum = led->outcome == OUTCOME_MAXIMUM;
  memcpy(start, led->at, sizeof start);
  for (int i = 0; i < n_parameters && !maximum; i++) {
    start[i] = fmax(fmin(start[i], AWAY), -AWAY);
  }
  for (int i = 0; i < n * n; i++) {
    inverse[i] = led->inverse[i] * share;
  }
  climb(climber, limits, start, maximum ? inverse : NULL, true);
}

/*
** Climbs from the places of a sample, but not from those that are so much lower than its highest that they are not the
** highest of all customers. Whether that led to an answer. share: of the customers in the sample.
*/
static bool follow(Climber *climber, const Climber *sample, double share)
{
  bool found = false;
  Limits limits = highest_limits(sample);
  const Optimum *highest = best_at(sample, limits);
  for (int i = 0; i <= N_LIMITS; i++) {
    const Place *led = place_of(sample, LIMITS[i]), *place = place_of(climber, LIMITS[i]);
    if (led->has_maximum && led->maximum.value > highest->value - SAMPLE_LOWER) {
      climb_on(climber, LIMITS[i], &led->maximum, share);
    }
    if (highest == &led->other) {
      climb_on(climber, LIMITS[i], &led->other, share);
    }
    /* running away is an answer too: at a limit it leads to a smaller one; inside, where the sample's highest did so */
    found = found || place->has_maximum || (place->has_other && (!is_inside(LIMITS[i]) || highest == &led->other));
  }
  if (highest == &place_of(sample, INSIDE)->other) {
    climb_from_start(climber, INSIDE, 0, false);
  }
  for (int i = 0; i < N_LIMITS; i++) {
    for (int k = 0; k < BTYD_PAIRS; k++) {
      Limits inwards = LIMITS[i];
      inwards.side[k] = SIDE_INSIDE;
      if (LIMITS[i].side[k] != SIDE_INSIDE && !place_of(climber, inwards)->has_maximum) {
        climb_inwards(climber, LIMITS[i], k);
      }
    }
  }
  return found;
}

static Status search_rows(Climber *climber, const Cbs *cbs, bool first_only);

/* Searches a sample, and follows it. */
static Status search_led(Climber *climber, const Cbs *cbs, size_t rows, bool first_only, bool *found)
{
  Cbs sample = {0};
  Climber *led = mem_zero(1, sizeof *led);
  Status status = led ? sample_take(cbs, rows, &sample) : STATUS_NOMEM;
  *found = false;
  if (status == STATUS_OK && !climber->model->unfit(&sample)) {
    led->model = climber->model;
    led->n_covariates = climber->n_covariates;
    led->n_variables = climber->n_variables;
    led->meter = climber->meter;
    status = search_rows(led, &sample, first_only);
    if (status == STATUS_OK && (!first_only || place_of(led, INSIDE)->has_maximum)) {
      *found = follow(climber, led, cbs_customers(&sample) / cbs_customers(cbs));
      status = climber->status;
    }
  }
  mem_free(sample.x);
  mem_free(led);
  return status;
}

static Status search_first(Climber *climber, const Cbs *cbs)
{
  if (cbs->n >= SAMPLE_FROM) {
    bool found;
    return search_led(climber, cbs, SAMPLE_ROWS, true, &found);
  }
  climb_from_start(climber, INSIDE, 0, false);
  return climber->status;
}

/* After search_first(). */
static Status search_rest(Climber *climber, const Cbs *cbs)
{
  const BtydModel *limit_model = climber->model->limit_model;
  bool found = false, many = cbs->n >= SAMPLE_FROM;
  Status status = limit_model ? limit_model->open(cbs, &climber->limit_fitter, climber->meter) : STATUS_OK;
  if (status == STATUS_OK && cbs->n >= LIMITS_FROM) {
    status = search_led(climber, cbs, many ? SAMPLE_ROWS : cbs->n / LIMITS_PART, false, &found);
  }
  if (status == STATUS_OK && !found) {
    search_all(climber, many ? 0 : 1);
    status = climber->status;
  }
  if (limit_model && climber->limit_fitter) {
    limit_model->close(climber->limit_fitter);
  }
  return status;
}

/* Leaves the best places in the climber. first_only: only the one that the first start leads to. */
static Status search_rows(Climber *climber, const Cbs *cbs, bool first_only)
{
  Status status = climber->model->open(cbs, &climber->fitter, climber->meter);
  if (status == STATUS_OK) {
    status = search_first(climber, cbs);
  }
  if (status == STATUS_OK && !first_only && !stands_alone(climber)) {
    status = search_rest(climber, cbs);
  }
  if (climber->fitter) {
    climber->model->close(climber->fitter);
  }
  return status;
}

Status btyd_search(const BtydModel *model, const Cbs *cbs, int n_covariates, Optimum *best, WatchMeter *meter)
{
  Climber *climber = mem_zero(1, sizeof *climber);
  *best = (Optimum){.value = -INFINITY, .outcome = OUTCOME_STUCK};
  if (!climber) {
    return STATUS_NOMEM;
  }
  climber->model = model;
  climber->n_covariates = n_covariates;
  climber->n_variables = model->n_parameters + 2 * n_covariates;
  climber->meter = meter;
  Status status = search_rows(climber, cbs, false);
  Limits limits = highest_limits(climber);
  if (!is_inside(limits)) {
    *best = place_near(climber, limits);
  } else if (best_at(climber, INSIDE)) {
    *best = *best_at(climber, INSIDE);
  }
  best->iterations = climber->iterations;
  best->evaluations = climber->evaluations;
  mem_free(climber);
  return status;
}
