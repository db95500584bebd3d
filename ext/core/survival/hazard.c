#include "hazard.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/base/sort.h"

double hazard_period(double time, double width)
{
  double exact = time / width, whole = round(exact),
         period = fabs(exact - whole) <= 1e-9 * fmax(1, whole) ? whole : ceil(exact);
  return time > 0 ? fmax(1, period) : 0;
}

static Status count_periods(Hazard *hazard, const KaplanMeier *curve, double width, int64_t first, const Watch *watch)
{
  for (size_t i = 0; i < curve->n_points; i++) {
    HazardPeriod *at = &hazard->periods[(int64_t)hazard_period(curve->times[i], width) - first];
    at->events += curve->counts[i].of[1];
    at->censored += curve->counts[i].of[0];
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

static Status smooth(Hazard *hazard, int64_t first, int bandwidth, const Watch *watch)
{
  int64_t n = (int64_t)hazard->n;
  for (int64_t i = 0; i < n; i++) {
    HazardPeriod *at = &hazard->periods[i];
    double events = 0, at_risk = 0;
    for (int64_t j = i - bandwidth; j <= i + bandwidth; j++) {
      if (j >= 0 && j < n && (j == i || (at->period > 0 && j + first > 0))) {
        double u = (double)(j - i) / (bandwidth + 1.0), kernel = 1 - u * u;
        events += kernel * (double)hazard->periods[j].events;
        at_risk += kernel * (double)hazard->periods[j].at_risk;
      }
    }
    at->smoothed = events / at_risk;
    if ((i + 1) % 128 == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

static bool is_peak(const Hazard *hazard, size_t i, double average)
{
  const HazardPeriod *at = &hazard->periods[i], *end = hazard->periods + hazard->n, *next = at + 1;
  if (!(at->low > average) || (i > 0 && !(at->smoothed > at[-1].smoothed))) {
    return false;
  }
  while (next < end && next->smoothed == at->smoothed) {
    next++;
  }
  return next == end || at->smoothed > next->smoothed;
}

/* The highest hazard first; of equal ones the earlier period. */
static bool peak_before(const void *a, const void *b, const void *hazard)
{
  const HazardPeriod *periods = ((const Hazard *)hazard)->periods;
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  double p = periods[x].hazard, q = periods[y].hazard;
  return p > q || (p == q && x < y);
}

static Status number_peaks(Hazard *hazard, double average, const Watch *watch)
{
  size_t n = 0;
  uint32_t *peaks = mem_alloc(hazard->n + 1, sizeof *peaks);
  if (!peaks) {
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < hazard->n; i++) {
    if (is_peak(hazard, i, average)) {
      peaks[n++] = (uint32_t)i;
    }
  }
  Status status = records_sort(peaks, n, sizeof *peaks, peak_before, hazard, watch);
  for (size_t i = 0; i < n; i++) {
    hazard->periods[peaks[i]].peak = (int)i + 1;
  }
  mem_free(peaks);
  return status;
}

Status hazard_build(Hazard *hazard, const KaplanMeier *curve, double width, int bandwidth, double level,
                    const Watch *watch)
{
  *hazard = (Hazard){0};
  if (curve->n_points == 0) {
    return STATUS_OK;
  }
  int64_t first = curve->times[0] > 0;
  int64_t last = (int64_t)hazard_period(kaplan_meier_last_time(curve), width);
  last = last < first ? first : last;
  hazard->periods = mem_zero((size_t)(last - first) + 1, sizeof *hazard->periods);
  if (!hazard->periods) {
    return STATUS_NOMEM;
  }
  hazard->n = (size_t)(last - first) + 1;
  Status status = count_periods(hazard, curve, width, first, watch);
  if (status) {
    return status;
  }
  uint64_t left = curve->rows;
  double survival = 1, all_at_risk = 0, all_events = 0;
  for (size_t i = 0; i < hazard->n; i++) {
    HazardPeriod *at = &hazard->periods[i];
    at->period = first + (int64_t)i;
    at->at_risk = left;
    left -= at->events + at->censored;
    double n = (double)at->at_risk, d = (double)at->events;
    Interval interval = wilson_interval(d, n, level);
    at->hazard = d / n;
    at->se = sqrt(at->hazard * ((n - d) / n) / n);
    at->low = interval.low;
    at->high = interval.high;
    survival *= (n - d) / n;
    at->survival = survival;
    all_at_risk += n;
    all_events += d;
  }
  status = smooth(hazard, first, bandwidth, watch);
  return status ? status : number_peaks(hazard, all_events / all_at_risk, watch);
}

void hazard_free(Hazard *hazard)
{
  mem_free(hazard->periods);
  *hazard = (Hazard){0};
}
