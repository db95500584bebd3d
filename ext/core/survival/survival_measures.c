/* What is read off a curve of survival.h: intervals, quantiles, the restricted mean. */
#include <math.h>

#include "kaplan_meier.h"

Interval survival_interval(double survival, double log_variance, SurvivalScale scale, double z)
{
  double se = sqrt(log_variance), low = NAN, high = NAN;
  if (!(survival > 0) || !isfinite(se)) {
    return (Interval){NAN, NAN};
  }
  switch (scale) {
    case SCALE_LOG_LOG:
      if (survival < 1) {
        double log_s = log(survival), step = z * se / log_s; /* negative */
        low = exp(log_s * exp(-step));
        high = exp(log_s * exp(step));
      }
      break;
    case SCALE_LOG:
      low = survival * exp(-z * se);
      high = fmin(1, survival * exp(z * se));
      break;
    case SCALE_PLAIN:
      low = fmax(0, survival * (1 - z * se));
      high = fmin(1, survival * (1 + z * se));
      break;
  }
  return (Interval){low, high};
}

double survival_se(const SurvivalPoint *point)
{
  return point->survival > 0 ? point->survival * sqrt(point->log_variance) : NAN;
}

/* S = 1/2 after a thousand factors is not 0.5 to the last bit. */
static bool at_most(double survival, double p)
{
  return survival <= p * (1 + 1e-12);
}

Status survival_quantiles(const SurvivalCurve *curve, const double *p, int n_p, SurvivalScale scale, double z, SurvivalQuantile *out,
                          const Watch *watch)
{
  SurvivalPoint point = survival_start(curve);
  for (int i = 0; i < n_p; i++) {
    out[i] = (SurvivalQuantile){NAN, NAN, NAN};
  }
  while (survival_next(curve, &point)) {
    if ((point.index + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (point.events > 0) {
      Interval interval = survival_interval(point.survival, point.log_variance, scale, z);
      double low = point.survival == 0 ? 0 : interval.low; /* no S lies below 0 */
      for (int i = 0; i < n_p; i++) {
        double level = 1 - p[i];
        if (isnan(out[i].time) && at_most(point.survival, level)) {
          out[i].time = point.time;
        }
        if (isnan(out[i].low) && at_most(low, level)) {
          out[i].low = point.time;
        }
        if (isnan(out[i].high) && at_most(interval.high, level)) {
          out[i].high = point.time;
        }
      }
    }
  }
  return STATUS_OK;
}

/* The area from `from` (S = survival there) on to the next time or tau. */
static double area_to(double from, double to, double tau, double survival)
{
  return (fmin(to, tau) - fmin(from, tau)) * survival;
}

Status survival_restricted_mean(const SurvivalCurve *curve, double tau, double *mean, double *se, const Watch *watch)
{
  Sum area = {0}, part = {0}, variance = {0};
  SurvivalPoint point = survival_start(curve);
  double from = 0, survival = 1;
  *mean = *se = NAN;
  while (survival_next(curve, &point)) {
    sum_add(&area, area_to(from, point.time, tau, survival));
    from = point.time;
    survival = point.survival;
    if ((point.index + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  if (curve->n_points == 0 || (tau > from && survival > 0)) {
    return STATUS_OK;
  }
  *mean = sum_value(&area);
  point = survival_start(curve);
  from = 0;
  survival = 1;
  while (survival_next(curve, &point) && point.time <= tau) {
    sum_add(&part, area_to(from, point.time, tau, survival));
    from = point.time;
    survival = point.survival;
    if ((point.index + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (point.events > 0 && survival > 0) {
      double rest = *mean - sum_value(&part), d = point.events, n = point.at_risk;
      sum_add(&variance, rest * rest * (d / (n * (n - d))));
    }
  }
  *se = sqrt(sum_value(&variance));
  return STATUS_OK;
}
