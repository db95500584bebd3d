#include "churn_features.h"

#include <math.h>

#include "core/numerics/stats.h"

/* As time_add(); of the last millisecond of a civil day by local time, so that another one is met. */
static int64_t shift(const ChurnTimes *times, int64_t ms, Duration horizon, int sign)
{
  return times->whole_days
           ? zone_instant(&times->time_zone, time_add(zone_local_at(&times->time_zone, ms), horizon, sign) + 1) - 1
           : time_add(ms, horizon, sign);
}

ChurnTimes churn_times(Bound as_of, Duration horizon, ZoneCursor time_zone)
{
  ChurnTimes times = {.time_zone = time_zone, .as_of = as_of.last, .whole_days = bound_is_day(as_of)};
  times.until = shift(&times, times.as_of, horizon, 1);
  times.cut = shift(&times, times.as_of, horizon, -1);
  times.recent = shift(&times, times.cut, horizon, -1);
  return times;
}

static Status churn_step(void *self, void *customer_state, const Event *event)
{
  ChurnTimes *times = self;
  ChurnState *state = customer_state;
  int z = (event->time > times->recent) + (event->time > times->cut);
  ChurnZone *zone = &state->zone[z];
  uint32_t day = day_number(zone_local(&times->time_zone, event->time));
  if (event->time > times->as_of) {
    return STATUS_OK;
  }
  if ((z < 2 && state->zone[2].days) || (z < 1 && state->zone[1].days)) {
    return STATUS_DISORDER;
  }
  if (zone->days == 0) {
    zone->first = day;
  } else if (day < zone->last) {
    return STATUS_DISORDER;
  }
  zone->days += zone->last != day;
  zone->last = day;
  sum_add_compact(&zone->high, &zone->low, event->value);
  return STATUS_OK;
}

static void churn_restart(void *self)
{
  (void)self; /* all is in the customers' states, which begin anew */
}

const Accumulator CHURN_ACCUMULATOR = {.state_size = sizeof(ChurnState), .step = churn_step, .restart = churn_restart};

bool churn_history(const ChurnTimes *times, const ChurnState *state, ChurnInstant instant, ChurnHistory *history)
{
  int recent = instant == CHURN_CUT ? 1 : 2;
  int64_t end = instant == CHURN_CUT ? times->cut : times->as_of;
  int64_t start = instant == CHURN_CUT ? times->recent : times->cut;
  int64_t days = 0, older = 0;
  double value = 0;
  *history = (ChurnHistory){0};
  for (int z = 0; z <= recent; z++) {
    const ChurnZone *zone = &state->zone[z];
    if (zone->days == 0) {
      continue;
    }
    history->first = history->first ? history->first : zone->first;
    days += zone->days - (history->last == zone->first); /* a day on both sides of a border is one day */
    history->last = zone->last;
    value += zone->high + (isfinite(zone->low) ? zone->low : 0); /* a float overflows long before the sum does */
    older = z < recent ? days : older;
  }
  if (days == 0) {
    return false;
  }
  uint32_t today = day_number(zone_local_at(&times->time_zone, end));
  history->x = days - 1;
  history->recent = days - (older > 0 ? older : 1);
  history->t_x = (int64_t)history->last - history->first;
  history->since = (int64_t)today - history->last;
  history->age = (int64_t)today - history->first;
  history->window = fmin(days_between(start, end), (double)history->age);
  history->value = value;
  return true;
}

double churn_usual_gap(const ChurnHistory *history, double mean_gap)
{
  return ((double)history->t_x + mean_gap) / (double)(history->x + 1);
}

double churn_expected_recent(const ChurnHistory *history, double mean_gap)
{
  double before = (double)history->age - history->window;
  if (!(before > 0)) {
    return NAN;
  }
  return (double)(history->x - history->recent + 1) / (before + mean_gap) * history->window;
}

void churn_features(const ChurnHistory *history, double mean_gap, double mean_value, double log_odds,
                    double x[CHURN_FEATURES])
{
  double mean = history->value / (double)(history->x + 1), expected = churn_expected_recent(history, mean_gap);
  x[CHURN_RECENCY] = log1p((double)history->since);
  x[CHURN_FREQUENCY] = log1p((double)history->x);
  x[CHURN_VALUE] = mean > 0 && mean_value > 0 ? log1p(mean / mean_value) : 0;
  x[CHURN_OVERDUE] = isnan(mean_gap) ? 0 : log1p((double)history->since / churn_usual_gap(history, mean_gap));
  x[CHURN_TREND] = isnan(expected) ? 0 : log1p((double)history->recent) - log1p(expected);
  x[CHURN_P_ALIVE] = log_odds;
  x[CHURN_AGE] = log1p((double)history->age);
}
