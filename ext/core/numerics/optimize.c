#include "optimize.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"

#define ITERATIONS_MOST 400
#define NEWTON_MOST 100
#define CRAWL_MOST 20 /* of these, from where on a Hessian that is not definite is damped in proportion */
#define HALVINGS_MOST 40
#define STEP_MOST 2.0 /* of a variable in one iteration: they are logarithms */
/* of any variable, from a maximum; a likelihood that flattens for ever promises little too, but far away */
#define STEP_NEAR 1e-3
#define ARMIJO 1e-4
#define CURVATURE 0.9
#define DECREMENT_COARSE 1e-6  /* where BFGS hands over to Newton */
#define DECREMENT_FINE 1e-18   /* g'(-H)^-1 g of a maximum: 1e-9 standard errors from it */
#define DECREMENT_ROUNDED 1e-9 /* what rounding of the gradient may leave at worst */
#define CLEAR_PIVOT 1e-13      /* of its diagonal element: what a Hessian by differences may be wrong by */
#define DIFFERENCE 6e-6        /* cube root of the rounding unit: central differences of a gradient */

typedef struct Search {
  const Problem *problem;
  Optimum *optimum;
  const Watch *watch;
  Status status; /* once it is not STATUS_OK, all loops end */
  int n;
  double at[OPTIMIZE_MAX], value, gradient[OPTIMIZE_MAX];
  double hessian[OPTIMIZE_MAX * OPTIMIZE_MAX];
} Search;

bool invert_positive(int n, const double *matrix, double *inverse)
{
  double factor[OPTIMIZE_MAX * OPTIMIZE_MAX] = {0}, unit[OPTIMIZE_MAX];
  if (!cholesky_factor((size_t)n, matrix, CLEAR_PIVOT, factor)) {
    return false;
  }
  for (int j = 0; j < n; j++) {
    memset(unit, 0, sizeof unit);
    unit[j] = 1;
    cholesky_solve((size_t)n, factor, unit, inverse + j * n);
  }
  for (int i = 0; i < n; i++) { /* symmetric to the last bit */
    for (int j = 0; j < i; j++) {
      inverse[i * n + j] = inverse[j * n + i] = 0.5 * (inverse[i * n + j] + inverse[j * n + i]);
    }
  }
  return true;
}

/* After each evaluation, which may take long, and which may itself have been cancelled and have left early. */
static void ask_to_stop(Search *search)
{
  if (watch_stop(search->watch)) {
    search->status = STATUS_INTERRUPT;
  }
}

static void evaluate(Search *search, const double *at, double *value, double *gradient)
{
  if (search->status != STATUS_OK) {
    *value = -INFINITY;
    memset(gradient, 0, (size_t)search->n * sizeof *gradient);
    return;
  }
  search->optimum->evaluations++;
  search->problem->evaluate(search->problem->self, at, value, gradient);
  ask_to_stop(search);
  for (int i = 0; i < search->n; i++) {
    if (!isfinite(gradient[i])) {
      *value = -INFINITY;
    }
  }
  *value = isfinite(*value) ? *value : -INFINITY;
}

static bool has_run_away(const Search *search)
{
  const Problem *problem = search->problem;
  for (int i = 0; i < problem->n_bounded; i++) {
    if (search->at[i] < (problem->lows ? problem->lows[i] : problem->low) || search->at[i] > problem->high) {
      return true;
    }
  }
  return false;
}

/* No longer than STEP_MOST in any variable. */
static void shorten(int n, double *step)
{
  double most = largest_size((size_t)n, step);
  for (int i = 0; most > STEP_MOST && i < n; i++) {
    step[i] *= STEP_MOST / most;
  }
}

/*
** Goes along `step`, a direction of ascent, to a point that rises enough (Armijo) and, where asked for, is flat enough
** (Wolfe): halves what is too far, doubles what is too short. False: no such point; the search has not moved. The place
** found may be short of the second condition.
*/
static bool line_search(Search *search, const double *step, bool wolfe)
{
  int n = search->n;
  double slope = dot_product((size_t)n, search->gradient, step), low = 0, high = INFINITY, length = 1;
  double at[OPTIMIZE_MAX], gradient[OPTIMIZE_MAX], value, best = -INFINITY;
  double best_at[OPTIMIZE_MAX], best_gradient[OPTIMIZE_MAX];
  double noise = 2e-14 * fabs(search->value); /* rounding of a sum over many customers */
  for (int k = 0; k < HALVINGS_MOST; k++) {
    for (int i = 0; i < n; i++) {
      at[i] = search->at[i] + length * step[i];
    }
    evaluate(search, at, &value, gradient);
    if (search->status != STATUS_OK) {
      return false;
    }
    bool rises = value >= search->value + ARMIJO * length * slope - noise;
    if (rises && value > best) {
      best = value;
      memcpy(best_at, at, sizeof best_at);
      memcpy(best_gradient, gradient, sizeof best_gradient);
    }
    if (!rises) {
      high = length;
    } else if (wolfe && dot_product((size_t)n, gradient, step) > CURVATURE * slope && length < 16) {
      low = length;
    } else {
      break;
    }
    if (low > 0 && k > 5) {
      break;
    }
    length = isinf(high) ? 2 * length : low + (high - low) * (low > 0 ? 0.5 : 0.3);
  }
  if (best == -INFINITY) {
    return false;
  }
  memcpy(search->at, best_at, sizeof best_at);
  memcpy(search->gradient, best_gradient, sizeof best_gradient);
  search->value = best;
  return true;
}

/* The BFGS update (Nocedal & Wright 6.17) of the inverse of -H, for s = moved and y = fall of the gradient. */
static void update(int n, double *inverse, const double *s, const double *y, bool first)
{
  double sy = dot_product((size_t)n, s, y), hy[OPTIMIZE_MAX] = {0};
  if (!(sy > 1e-12 * sqrt(dot_product((size_t)n, s, s) * dot_product((size_t)n, y, y)))) {
    return; /* not convex along s: keep what is known */
  }
  if (first) { /* the size of the Hessian, where nothing is known (6.20) */
    for (int i = 0; i < n * n; i++) {
      inverse[i] = i % (n + 1) ? 0 : sy / dot_product((size_t)n, y, y);
    }
  }
  for (int i = 0; i < n; i++) {
    hy[i] = dot_product((size_t)n, inverse + i * n, y);
  }
  double factor = (1 + dot_product((size_t)n, y, hy) / sy) / sy;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      inverse[i * n + j] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
    }
  }
}

static void climb(Search *search)
{
  int n = search->n;
  double inverse[OPTIMIZE_MAX * OPTIMIZE_MAX] = {0}, step[OPTIMIZE_MAX] = {0}, before[OPTIMIZE_MAX] = {0},
                                fall[OPTIMIZE_MAX] = {0};
  double steepest = largest_size((size_t)n, search->gradient);
  const double *known = search->problem->inverse;
  for (int i = 0; i < n * n; i++) {
    inverse[i] = known ? known[i] : i % (n + 1) || steepest == 0 ? 0 : 0.2 / steepest;
  }
  for (bool first = !known; search->optimum->iterations < ITERATIONS_MOST && !has_run_away(search); first = false) {
    for (int i = 0; i < n; i++) {
      step[i] = dot_product((size_t)n, inverse + i * n, search->gradient);
    }
    if (dot_product((size_t)n, step, search->gradient) < DECREMENT_COARSE && !first) {
      return;
    }
    shorten(n, step);
    memcpy(before, search->at, sizeof before);
    memcpy(fall, search->gradient, sizeof fall);
    search->optimum->iterations++;
    if (!line_search(search, step, true)) {
      return;
    }
    for (int i = 0; i < n; i++) {
      before[i] = search->at[i] - before[i];
      fall[i] -= search->gradient[i];
    }
    update(n, inverse, before, fall, first);
  }
}

/* Fills search->hessian with -H at the current point. */
static void negative_hessian(Search *search)
{
  int n = search->n;
  double *h = search->hessian;
  if (search->problem->evaluate_hessian) {
    search->optimum->evaluations++;
    search->problem->evaluate_hessian(search->problem->self, search->at, &search->value, search->gradient, h);
    ask_to_stop(search);
  } else {
    double at[OPTIMIZE_MAX], above[OPTIMIZE_MAX], below[OPTIMIZE_MAX], value;
    for (int i = 0; i < n && search->status == STATUS_OK; i++) {
      double width = DIFFERENCE * fmax(1, fabs(search->at[i]));
      memcpy(at, search->at, sizeof at);
      at[i] = search->at[i] + width;
      double high = at[i];
      evaluate(search, at, &value, above);
      at[i] = search->at[i] - width;
      evaluate(search, at, &value, below);
      for (int j = 0; j < n; j++) {
        h[i * n + j] = (above[j] - below[j]) / (high - at[i]);
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        h[i * n + j] = 0.5 * (h[i * n + j] + h[j * n + i]);
      }
    }
  }
  for (int i = 0; i < n; i++) {
    for (int j = 0; j <= i; j++) {
      h[i * n + j] = h[j * n + i] = -h[i * n + j];
    }
  }
}

/*
** A direction of ascent from -H made positive definite by adding to its diagonal, and what it promises: infinity where
** the Hessian is no number, and there is no direction. Whether -H was positive definite as it was. The same is added to
** all variables (Levenberg): the steep ones move, the flat ones hardly; once these are all that is left, in proportion
** to the diagonal (Marquardt 1963), since a search would crawl along them for hundreds of steps.
*/
static bool newton_step(Search *search, bool crawls, double *step, double *decrement)
{
  int n = search->n;
  double factor[OPTIMIZE_MAX * OPTIMIZE_MAX] = {0}, damped[OPTIMIZE_MAX * OPTIMIZE_MAX], largest = 1e-300;
  bool definite = true;
  *decrement = INFINITY;
  for (int i = 0; i < n; i++) {
    largest = fmax(largest, fabs(search->hessian[i * n + i]));
  }
  memcpy(damped, search->hessian, sizeof damped);
  double add = crawls ? 1e-3 : 1e-4;
  while (!cholesky_factor((size_t)n, damped, CLEAR_PIVOT, factor)) {
    definite = false;
    if (!(add < 1e12)) {
      return false;
    }
    for (int i = 0; i < n; i++) {
      double own = search->hessian[i * n + i];
      damped[i * n + i] = own + add * (crawls ? fmax(fabs(own), 1e-300) : largest);
    }
    add *= 4;
  }
  cholesky_solve((size_t)n, factor, search->gradient, step);
  *decrement = dot_product((size_t)n, step, search->gradient);
  return definite;
}

/* Newton's method from here: settles whether this is a maximum. */
static void settle(Search *search)
{
  Optimum *optimum = search->optimum;
  double step[OPTIMIZE_MAX] = {0}, last = INFINITY;
  optimum->outcome = OUTCOME_STUCK;
  for (int k = 0; k < NEWTON_MOST; k++) {
    if (has_run_away(search)) {
      optimum->outcome = OUTCOME_RUNAWAY;
      return;
    }
    negative_hessian(search);
    if (search->status != STATUS_OK) {
      return;
    }
    double decrement;
    bool definite = newton_step(search, search->problem->in_proportion || k >= CRAWL_MOST, step, &decrement);
    optimum->decrement = decrement;
    if (isinf(decrement)) {
      return;
    }
    bool near = largest_size((size_t)search->n, step) < STEP_NEAR;
    bool at_rest = near && (decrement < DECREMENT_FINE || (decrement < DECREMENT_ROUNDED && decrement >= 0.6 * last));
    if (at_rest) {
      optimum->outcome = definite ? OUTCOME_MAXIMUM : OUTCOME_SADDLE;
      return;
    }
    last = definite ? decrement : INFINITY;
    shorten(search->n, step);
    optimum->iterations++;
    /* what is left to rise is below the rounding of the value, but the gradient still points */
    if (definite && decrement < DECREMENT_ROUNDED) {
      for (int i = 0; i < search->n; i++) {
        search->at[i] += step[i];
      }
      evaluate(search, search->at, &search->value, search->gradient);
      continue;
    }
    if (!line_search(search, step, false)) {
      optimum->outcome = !definite ? OUTCOME_SADDLE : decrement < DECREMENT_ROUNDED ? OUTCOME_MAXIMUM : OUTCOME_STUCK;
      return;
    }
  }
}

Status maximise(const Problem *problem, const double *start, Optimum *optimum, const Watch *watch)
{
  Search search = {.problem = problem, .optimum = optimum, .watch = watch, .n = problem->n};
  *optimum = (Optimum){.outcome = OUTCOME_STUCK};
  memcpy(search.at, start, (size_t)problem->n * sizeof *start);
  evaluate(&search, search.at, &search.value, search.gradient);
  if (search.value > -INFINITY && search.status == STATUS_OK && !problem->evaluate_hessian) {
    climb(&search);
  }
  if (search.value > -INFINITY && search.status == STATUS_OK) {
    settle(&search);
  }
  memcpy(optimum->at, search.at, sizeof optimum->at);
  optimum->value = search.value;
  if (optimum->outcome == OUTCOME_MAXIMUM && !invert_positive(search.n, search.hessian, optimum->inverse)) {
    optimum->outcome = OUTCOME_SADDLE;
  }
  return search.status;
}
