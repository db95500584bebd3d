#include "competing_risks.h"

#include "core/base/mem.h"
#include "core/numerics/same_time.h"

/* The curves of a row on their way through the times. */
typedef struct Walk {
  const KaplanMeier **curves;
  size_t *at; /* the next point of each */
  size_t n;
} Walk;

/* The next time of the curves, each at its own point. */
static bool next_time(const Walk *walk, double *time)
{
  bool any = false;
  for (size_t i = 0; i < walk->n; i++) {
    const KaplanMeier *curve = walk->curves[i];
    if (walk->at[i] < curve->n_points && (!any || curve->times[walk->at[i]] < *time)) {
      *time = curve->times[walk->at[i]];
      any = true;
    }
  }
  return any;
}

/* How many rows of a curve end at a time; moves past it. */
static uint32_t take_rows(Walk *walk, size_t i, double time)
{
  const KaplanMeier *curve = walk->curves[i];
  if (walk->at[i] < curve->n_points && same_time(curve->times[walk->at[i]], time)) {
    KaplanMeierCounts counts = curve->counts[walk->at[i]++];
    return counts.of[0] + counts.of[1];
  }
  return 0;
}

/* A cause at a time: S, its variance, and n at risk from before it; `events` by the cause, `stay` of all causes. */
static void advance(RiskCause *cause, size_t time, double survival, double variance, double n, double stay,
                    uint32_t events)
{
  if (events == 0) {
    cause->covariance *= stay;
    return;
  }
  RiskPoint *point = &cause->points[cause->n_points++];
  double per = survival * survival / n, b = events / n;
  bool first = cause->n_points == 1;
  point->time = time;
  point->events = events;
  point->incidence = (first ? 0 : point[-1].incidence) + survival * b;
  point->variance =
    (first ? 0 : point[-1].variance) + 2 * b * cause->covariance + b * b * variance + per * b * ((n - events) / n);
  cause->covariance = stay * (cause->covariance + b * variance) - per * stay * b;
}

/* Room for what the curves can have: points of causes, and times. */
static Status risks_alloc(CompetingRisks *risks, const CurveGrid *grid, uint32_t row, Walk *walk)
{
  size_t n = grid->begin[row + 1] - grid->begin[row], n_times = 0, n_points = 0;
  walk->curves = mem_alloc(n + 1, sizeof *walk->curves);
  walk->at = mem_zero(n + 1, sizeof *walk->at);
  risks->causes = mem_zero(n + 1, sizeof *risks->causes);
  if (!walk->curves || !walk->at || !risks->causes) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = grid->begin[row]; i < grid->begin[row + 1]; i++) {
    const CurveCell *cell = curve_grid_at(grid, i);
    walk->curves[walk->n++] = &cell->curve;
    n_times += cell->curve.n_points;
    n_points += cell->column > 0 ? cell->curve.n_points : 0;
  }
  risks->times = mem_alloc(n_times + 1, sizeof *risks->times);
  risks->survival = mem_alloc(n_times + 1, sizeof *risks->survival);
  risks->at_risk = mem_alloc(n_times + 1, sizeof *risks->at_risk);
  risks->points = mem_alloc(n_points + 1, sizeof *risks->points);
  if (!risks->times || !risks->survival || !risks->at_risk || !risks->points) {
    return STATUS_NOMEM;
  }
  RiskPoint *points = risks->points;
  for (uint32_t i = grid->begin[row]; i < grid->begin[row + 1]; i++) {
    const CurveCell *cell = curve_grid_at(grid, i);
    if (cell->column > 0) {
      risks->causes[risks->n_causes++] = (RiskCause){.column = cell->column, .points = points};
      points += cell->curve.n_points;
    }
  }
  return STATUS_OK;
}

static Status risks_walk(CompetingRisks *risks, Walk *walk, const Watch *watch)
{
  double survival = 1, variance = 0, time = 0;
  uint64_t left = 0;
  size_t work = 0, censored = walk->n - risks->n_causes; /* curves of censored rows, before the causes: 0 or 1 */
  uint32_t *events = mem_alloc(walk->n + 1, sizeof *events);
  if (!events) {
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < walk->n; i++) {
    left += walk->curves[i]->rows;
  }
  Status status = STATUS_OK;
  while (status == STATUS_OK && next_time(walk, &time)) {
    uint64_t gone = 0, all = 0;
    for (size_t i = 0; i < walk->n; i++) {
      events[i] = take_rows(walk, i, time);
      *(i < censored ? &gone : &all) += events[i];
    }
    double n = (double)left, d = (double)all, stay = (n - d) / n;
    size_t t = risks->n_times++;
    risks->times[t] = time;
    risks->at_risk[t] = left;
    for (size_t k = 0; k < risks->n_causes; k++) {
      advance(&risks->causes[k], t, survival, variance, n, stay, events[censored + k]);
    }
    variance = stay * stay * variance + survival * survival * (d / n) * stay / n;
    survival *= stay;
    risks->survival[t] = survival;
    left -= gone + all;
    work += walk->n;
    if (work > WATCH_EVERY) {
      work = 0;
      status = watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
    }
  }
  mem_free(events);
  return status;
}

Status competing_risks_build(CompetingRisks *risks, const CurveGrid *grid, uint32_t row, const Watch *watch)
{
  Walk walk = {0};
  *risks = (CompetingRisks){0};
  Status status = risks_alloc(risks, grid, row, &walk);
  if (status == STATUS_OK) {
    status = risks_walk(risks, &walk, watch);
  }
  mem_free(walk.curves);
  mem_free(walk.at);
  return status;
}

RiskPoint competing_risks_at(const CompetingRisks *risks, uint32_t column, size_t time)
{
  size_t low = 0, high = risks->n_causes;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (risks->causes[middle].column < column) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  RiskPoint none = {.time = time};
  if (low == risks->n_causes || risks->causes[low].column != column) {
    return none;
  }
  const RiskCause *cause = &risks->causes[low];
  low = 0;
  high = cause->n_points;
  while (low < high) { /* the first point after the time */
    size_t middle = low + (high - low) / 2;
    if (cause->points[middle].time <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) {
    return none;
  }
  RiskPoint point = cause->points[low - 1];
  point.events = point.time == time ? point.events : 0;
  point.time = time;
  return point;
}

void competing_risks_free(CompetingRisks *risks)
{
  mem_free(risks->times);
  mem_free(risks->survival);
  mem_free(risks->at_risk);
  mem_free(risks->causes);
  mem_free(risks->points);
  *risks = (CompetingRisks){0};
}
