#include "competing_risks.h"

#include "core/base/mem.h"

/* The next time of the curves, each at its own point. */
static bool next_time(const KaplanMeier *curves, const size_t *at, size_t n, double *time)
{
  bool any = false;
  for (size_t i = 0; i < n; i++) {
    if (at[i] < curves[i].n_points && (!any || curves[i].times[at[i]] < *time)) {
      *time = curves[i].times[at[i]];
      any = true;
    }
  }
  return any;
}

/* How many rows of a curve end at a time; moves past it. */
static uint32_t take_rows(const KaplanMeier *curve, size_t *at, double time)
{
  if (*at < curve->n_points && curve->times[*at] == time) {
    KaplanMeierCounts counts = curve->counts[(*at)++];
    return counts.of[0] + counts.of[1];
  }
  return 0;
}

static Status count_times(const KaplanMeier *curves, size_t *at, size_t n, size_t *times, const Watch *watch)
{
  double time = 0;
  while (next_time(curves, at, n, &time)) {
    for (size_t i = 0; i < n; i++) {
      take_rows(&curves[i], &at[i], time);
    }
    if (++*times % 1024 == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  for (size_t i = 0; i < n; i++) {
    at[i] = 0;
  }
  return STATUS_OK;
}

/* A time: S, its variance, and n at risk from before it, d events of any cause; `covariance` by cause. */
static void advance(CompetingRisks *risks, size_t time, double survival, double variance, double n, double d,
                    double *covariance)
{
  double stay = (n - d) / n, per = survival * survival / n;
  for (size_t k = 0; k < risks->n_causes; k++) {
    RiskPoint *point = &risks->points[k * risks->n_times + time];
    double b = point->events / n;
    point->incidence = (time ? point[-1].incidence : 0) + survival * b;
    point->variance =
      (time ? point[-1].variance : 0) + 2 * b * covariance[k] + b * b * variance + per * b * ((n - point->events) / n);
    covariance[k] = stay * (covariance[k] + b * variance) - per * stay * b;
  }
}

Status competing_risks_build(CompetingRisks *risks, const KaplanMeier *curves, size_t n_causes, const Watch *watch)
{
  size_t n_curves = n_causes + 1;
  Status status = STATUS_NOMEM;
  double *covariance = mem_zero(n_curves, sizeof *covariance), survival = 1, variance = 0, time = 0;
  size_t *at = mem_zero(n_curves, sizeof *at), work = 0, n_times = 0;
  uint64_t left = 0;
  *risks = (CompetingRisks){.n_causes = n_causes};
  if (!covariance || !at) {
    goto done;
  }
  status = count_times(curves, at, n_curves, &n_times, watch);
  if (status) {
    goto done;
  }
  status = STATUS_NOMEM;
  risks->times = mem_alloc(n_times + 1, sizeof *risks->times);
  risks->survival = mem_alloc(n_times + 1, sizeof *risks->survival);
  risks->at_risk = mem_alloc(n_times + 1, sizeof *risks->at_risk);
  risks->points = mem_zero(n_times * n_causes + 1, sizeof *risks->points);
  if (!risks->times || !risks->survival || !risks->at_risk || !risks->points) {
    goto done;
  }
  risks->n_times = n_times;
  for (size_t i = 0; i < n_curves; i++) {
    left += curves[i].rows;
  }
  status = STATUS_OK;
  for (size_t t = 0; next_time(curves, at, n_curves, &time); t++) {
    uint64_t gone = take_rows(&curves[0], &at[0], time), all = 0;
    for (size_t k = 0; k < n_causes; k++) {
      uint32_t events = take_rows(&curves[k + 1], &at[k + 1], time);
      risks->points[k * n_times + t].events = events;
      all += events;
    }
    double n = (double)left, d = (double)all, stay = (n - d) / n;
    risks->times[t] = time;
    risks->at_risk[t] = left;
    advance(risks, t, survival, variance, n, d, covariance);
    variance = stay * stay * variance + survival * survival * (d / n) * stay / n;
    survival *= stay;
    risks->survival[t] = survival;
    left -= gone + all;
    work += n_curves;
    if (work > WATCH_EVERY) {
      work = 0;
      if (watch_stop(watch)) {
        status = STATUS_INTERRUPT;
        break;
      }
    }
  }
done:
  mem_free(covariance);
  mem_free(at);
  return status;
}

void competing_risks_free(CompetingRisks *risks)
{
  mem_free(risks->times);
  mem_free(risks->survival);
  mem_free(risks->at_risk);
  mem_free(risks->points);
  *risks = (CompetingRisks){0};
}
