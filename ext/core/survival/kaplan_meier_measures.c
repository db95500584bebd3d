/* What is read off a curve of kaplan_meier.h: intervals, quantiles, the restricted mean. */
#include <math.h>

#include "core/numerics/same_time.h"
#include "kaplan_meier.h"

Interval kaplan_meier_interval(double survival, double log_variance, KaplanMeierScale scale, double z)
{
  double se = sqrt(log_variance), low = NAN, high = NAN;
  if (!(survival > 0) || !isfinite(se)) {
    return (Interval){NAN, NAN};
  }
  switch (scale) {
    case KAPLAN_MEIER_LOG_LOG:
      if (survival < 1) {
        double log_s = log(survival), step = z * se / log_s; /* negative */
        low = exp(log_s * exp(-step));
        high = exp(log_s * exp(step));
      }
      break;
    case KAPLAN_MEIER_LOG:
      low = survival * exp(-z * se);
      high = fmin(1, survival * exp(z * se));
      break;
    case KAPLAN_MEIER_PLAIN:
      low = fmax(0, survival * (1 - z * se));
      high = fmin(1, survival * (1 + z * se));
      break;
  }
  return (Interval){low, high};
}

double kaplan_meier_se(const KaplanMeierPoint *point)
{
  return point->survival > 0 ? point->survival * sqrt(point->log_variance) : NAN;
}

/* S = 1/2 after a thousand factors is not 0.5 to the last bit. */
static bool at_most(double survival, double p)
{
  return survival <= p * (1 + 1e-12);
}

Status kaplan_meier_quantiles(const KaplanMeier *curve, const double *p, int n_p, KaplanMeierScale scale, double z,
                              KaplanMeierQuantile *out, const Watch *watch)
{
  KaplanMeierPoint point = kaplan_meier_start(curve);
  for (int i = 0; i < n_p; i++) {
    out[i] = (KaplanMeierQuantile){NAN, NAN, NAN};
  }
  while (kaplan_meier_next(curve, &point)) {
    if ((point.index + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (point.events > 0) {
      Interval interval = kaplan_meier_interval(point.survival, point.log_variance, scale, z);
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

Status kaplan_meier_restricted_mean(const KaplanMeier *curve, double tau, double *mean, double *se, const Watch *watch)
{
  Sum area = {0}, part = {0}, variance = {0};
  KaplanMeierPoint point = kaplan_meier_start(curve);
  double from = 0, survival = 1;
  *mean = *se = NAN;
  while (kaplan_meier_next(curve, &point)) {
    sum_add(&area, area_to(from, point.time, tau, survival));
    from = point.time;
    survival = point.survival;
    if ((point.index + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  if (curve->n_points == 0 || (time_before(from, tau) && survival > 0)) {
    return STATUS_OK;
  }
  *mean = sum_value(&area);
  point = kaplan_meier_start(curve);
  from = 0;
  survival = 1;
  while (kaplan_meier_next(curve, &point) && point.time <= tau) {
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
